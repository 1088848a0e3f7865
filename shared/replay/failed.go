package replay

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"foyer/shared/api"
	"foyer/shared/table"
)

// failedPrefix is where Lambda puts the batches that a mapping gave up.
const failedPrefix = "aws/lambda/"

// failed brings back the batches that the stream's mappings gave up. A batch that
// was brought back is deleted; the others stay.
func (r *run) failed(ctx context.Context) error {
	after, ok := r.begin(failedPrefix)
	if !ok {
		return errNoSuchPlace
	}
	client := api.Resource(r.env, "s3", func(e *api.Env) *s3.Client {
		return s3.NewFromConfig(e.AWS, func(o *s3.Options) { o.UsePathStyle = e.Config.Endpoint != "" })
	})
	bucket, prefix := r.env.Config.FailedBatches, failedPrefix
	for {
		list := &s3.ListObjectsV2Input{Bucket: &bucket, Prefix: &prefix}
		if after != "" {
			list.StartAfter = &after
		}
		res, err := client.ListObjectsV2(ctx, list)
		if err != nil {
			return fmt.Errorf("list failed batches: %w", err)
		}
		for _, object := range res.Contents {
			if err := r.come(ctx, failedPrefix, after); err != nil {
				return err
			}
			got, err := client.GetObject(ctx, &s3.GetObjectInput{Bucket: &bucket, Key: object.Key})
			if err != nil {
				return fmt.Errorf("failed batch %s: %w", *object.Key, err)
			}
			body, err := io.ReadAll(got.Body)
			if err = errors.Join(err, got.Body.Close()); err != nil {
				return fmt.Errorf("failed batch %s: %w", *object.Key, err)
			}
			whole, err := r.failedBatch(ctx, *object.Key, body)
			if err != nil {
				return err
			}
			if whole {
				if _, err := client.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: &bucket, Key: object.Key}); err != nil {
					return fmt.Errorf("failed batch %s: %w", *object.Key, err)
				}
			}
			after = *object.Key
		}
		if res.IsTruncated == nil || !*res.IsTruncated {
			return nil
		}
	}
}

// failedBatch hands one batch on; whole says that nothing of it is left.
func (r *run) failedBatch(ctx context.Context, name string, body []byte) (whole bool, err error) {
	function, keys, err := r.readFailed(body)
	if err != nil {
		r.env.Log.ErrorContext(ctx, "failed batch cannot be read", "object", name, "error", err.Error())
		r.out.Failed++
		return false, nil
	}
	rows, err := r.fetch(ctx, keys)
	if err != nil {
		return false, err
	}
	left, err := r.handOn(ctx, function, rows)
	r.out.Failed += len(left)
	return len(left) == 0 && err == nil, err
}

// readFailed says which consumer the batch was given up for, and which rows are in
// it. Only their keys count: the rows are read again, so that what is gone by now
// does not come back.
func (r *run) readFailed(body []byte) (function string, keys []table.Key, err error) {
	var batch struct {
		RequestContext struct {
			FunctionArn string `json:"functionArn"`
		} `json:"requestContext"`
		Payload json.RawMessage `json:"payload"`
	}
	if err := json.Unmarshal(body, &batch); err != nil {
		return "", nil, err
	}
	function, err = r.consumerOf(batch.RequestContext.FunctionArn)
	if err != nil {
		return "", nil, err
	}
	payload := []byte(batch.Payload)
	if bytes.HasPrefix(payload, []byte(`"`)) { // the event as a string
		var text string
		if err := json.Unmarshal(payload, &text); err != nil {
			return "", nil, err
		}
		payload = []byte(text)
	}
	var e events.DynamoDBEvent
	if err := json.Unmarshal(payload, &e); err != nil {
		return "", nil, err
	}
	if len(e.Records) == 0 {
		return "", nil, errors.New("it has no records")
	}
	for _, record := range e.Records {
		pk, sk := record.Change.Keys["PK"], record.Change.Keys["SK"]
		if pk.DataType() != events.DataTypeString || sk.DataType() != events.DataTypeString {
			return "", nil, errors.New("a record without a key")
		}
		keys = append(keys, table.Key{PK: pk.String(), SK: sk.String()})
	}
	return function, keys, nil
}

// consumerOf is the consumer of an ARN, arn:…:function:<name>, perhaps with a version.
func (r *run) consumerOf(arn string) (string, error) {
	_, name, _ := strings.Cut(arn, ":function:")
	name, _, _ = strings.Cut(name, ":")
	switch name {
	case "":
	case r.env.Config.NotifyFunction, r.env.Config.MailFunction:
		return name, nil
	}
	return "", fmt.Errorf("%q is no consumer of the stream", arn)
}
