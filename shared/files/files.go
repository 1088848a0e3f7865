// Package files is the workspace's files in S3: what is uploaded and downloaded
// by links that are signed here, and what jobs read and write themselves.
package files

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/smithy-go"

	"foyer/shared/api"
)

// life of a link, after which another has to be asked for (DESIGN.md).
const life = 60 * time.Second

// ErrAbsent says that there is no such file.
var ErrAbsent = errors.New("no such file")

func client(env *api.Env) *s3.Client {
	return api.Resource(env, "s3", func(e *api.Env) *s3.Client {
		return s3.NewFromConfig(e.AWS, func(o *s3.Options) { o.UsePathStyle = e.Config.Endpoint != "" }) // the local engine has no names of buckets
	})
}

// Get is a link to download the file at key.
func Get(ctx context.Context, env *api.Env, key string) (*api.Link, error) {
	signed, err := s3.NewPresignClient(client(env)).PresignGetObject(ctx, &s3.GetObjectInput{
		Bucket: &env.Config.FilesBucket, Key: &key, ResponseContentDisposition: aws.String("attachment"),
	}, s3.WithPresignExpires(life))
	if err != nil {
		return nil, fmt.Errorf("link to %s: %w", key, err)
	}
	return &api.Link{URL: signed.URL, Expires: env.Now().Add(life)}, nil
}

// Upload is a link to put a file of exactly that size (bytes) and SHA-256 (base64)
// at key, with the headers that the upload must carry.
type Upload struct {
	api.Link
	Headers map[string]string `json:"headers" doc:"To be sent with the PUT as they are"`
}

// uploadLife is how long an upload may wait for its beginning.
const uploadLife = 15 * time.Minute

// Put is a link to upload a file. S3 refuses another length or content than the
// signed one.
func Put(ctx context.Context, env *api.Env, key string, size int64, sha256 string) (*Upload, error) {
	signed, err := s3.NewPresignClient(client(env)).PresignPutObject(ctx, &s3.PutObjectInput{
		Bucket: &env.Config.FilesBucket, Key: &key, ContentLength: &size, ChecksumSHA256: &sha256,
	}, s3.WithPresignExpires(uploadLife))
	if err != nil {
		return nil, fmt.Errorf("link to put %s: %w", key, err)
	}
	return &Upload{Link: api.Link{URL: signed.URL, Expires: env.Now().Add(uploadLife)}, Headers: map[string]string{"x-amz-checksum-sha256": sha256}}, nil
}

// Read gives the bytes of the file at key from offset on, limit at most; ErrAbsent
// where there is none. total is the size of the whole file.
func Read(ctx context.Context, env *api.Env, key string, offset, limit int64) (part []byte, total int64, err error) {
	span := fmt.Sprintf("bytes=%d-%d", offset, offset+limit-1)
	res, err := client(env).GetObject(ctx, &s3.GetObjectInput{Bucket: &env.Config.FilesBucket, Key: &key, Range: &span})
	if absent(err) {
		return nil, 0, ErrAbsent
	}
	if err != nil {
		return nil, 0, fmt.Errorf("read %s: %w", key, err)
	}
	defer res.Body.Close() //nolint:errcheck // read only
	if part, err = io.ReadAll(io.LimitReader(res.Body, limit)); err != nil {
		return nil, 0, fmt.Errorf("read %s: %w", key, err)
	}
	total = offset + int64(len(part))
	if _, err := fmt.Sscanf(aws.ToString(res.ContentRange), "bytes %d-%d/%d", new(int64), new(int64), &total); err != nil && res.ContentRange != nil {
		return nil, 0, fmt.Errorf("read %s: content range %q", key, *res.ContentRange)
	}
	return part, total, nil
}

// Open gives the bytes of the file at key as a stream, to be closed; ErrAbsent where
// there is none.
func Open(ctx context.Context, env *api.Env, key string) (io.ReadCloser, error) {
	res, err := client(env).GetObject(ctx, &s3.GetObjectInput{Bucket: &env.Config.FilesBucket, Key: &key})
	if absent(err) {
		return nil, ErrAbsent
	}
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", key, err)
	}
	return res.Body, nil
}

// absent says whether S3 has nothing at the key. Whoever may not list the bucket, as no
// function of Foyer may, hears AccessDenied of it (GetObject, “Permissions”); of what a
// policy does not grant the same, which the tests that enforce it tell apart.
func absent(err error) bool {
	var none *types.NoSuchKey
	var coded smithy.APIError
	return errors.As(err, &none) || errors.As(err, &coded) && coded.ErrorCode() == "AccessDenied"
}

// Write puts a file at key, over whatever was there.
func Write(ctx context.Context, env *api.Env, key, contentType string, content []byte) error {
	_, err := client(env).PutObject(ctx, &s3.PutObjectInput{Bucket: &env.Config.FilesBucket, Key: &key, Body: bytes.NewReader(content), ContentType: &contentType})
	if err != nil {
		return fmt.Errorf("write %s: %w", key, err)
	}
	return nil
}
