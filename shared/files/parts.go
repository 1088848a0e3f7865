package files

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/smithy-go"

	"foyer/shared/api"
)

// PartLeast is how large a part must be, other than the last (S3 User Guide,
// “Amazon S3 multipart upload limits”: 5 MiB).
const PartLeast = 5 << 20

// Parts is a file that is written part by part, by a job that may be cut off
// anywhere and then writes its last part again.
type Parts struct {
	Upload string   `json:",omitempty"`
	ETags  []string `json:",omitempty"`
}

// Add writes the next part, of PartLeast bytes or more unless it is the last; the
// last one completes the file. The Parts that it gives back stand for all so far;
// asked again with the same Parts, it writes the same part again.
func (p Parts) Add(ctx context.Context, env *api.Env, key, contentType string, part []byte, last bool) (Parts, error) {
	if p.Upload == "" && last {
		return p, Write(ctx, env, key, contentType, part)
	}
	c := client(env)
	if p.Upload == "" {
		made, err := c.CreateMultipartUpload(ctx, &s3.CreateMultipartUploadInput{Bucket: &env.Config.FilesBucket, Key: &key, ContentType: &contentType})
		if err != nil {
			return p, fmt.Errorf("begin %s: %w", key, err)
		}
		p.Upload = aws.ToString(made.UploadId) // lost in a crash: the bucket's lifecycle takes it away
	}
	number := aws.Int32(int32(len(p.ETags) + 1)) //nolint:gosec // of parts, at most 10,000
	put, err := c.UploadPart(ctx, &s3.UploadPartInput{Bucket: &env.Config.FilesBucket, Key: &key, UploadId: &p.Upload, PartNumber: number, Body: bytes.NewReader(part)})
	switch {
	case err == nil:
		p.ETags = append(append([]string{}, p.ETags...), aws.ToString(put.ETag))
	case last && gone(err):
		return p, complete(ctx, env, key) // by a run whose progress was not written down
	default:
		return p, fmt.Errorf("part of %s: %w", key, err)
	}
	if !last {
		return p, nil
	}
	all := make([]types.CompletedPart, len(p.ETags))
	for i := range p.ETags {
		all[i] = types.CompletedPart{ETag: &p.ETags[i], PartNumber: aws.Int32(int32(i + 1))}
	}
	_, err = c.CompleteMultipartUpload(ctx, &s3.CompleteMultipartUploadInput{Bucket: &env.Config.FilesBucket, Key: &key, UploadId: &p.Upload, MultipartUpload: &types.CompletedMultipartUpload{Parts: all}})
	if gone(err) {
		return p, complete(ctx, env, key)
	}
	if err != nil {
		return p, fmt.Errorf("complete %s: %w", key, err)
	}
	return p, nil
}

// gone says whether there is no such upload any more: it was completed.
func gone(err error) bool {
	var coded smithy.APIError
	return errors.As(err, &coded) && coded.ErrorCode() == "NoSuchUpload"
}

// complete says whether the file is there, an error otherwise.
func complete(ctx context.Context, env *api.Env, key string) error {
	if _, err := client(env).HeadObject(ctx, &s3.HeadObjectInput{Bucket: &env.Config.FilesBucket, Key: &key}); err != nil {
		return fmt.Errorf("%s was not completed: %w", key, err)
	}
	return nil
}
