//go:build engine

package foyertest

import (
	"bytes"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"foyer/shared/samtemplate"
)

// bucketOf is the bucket of a mapping's OnFailure destination; empty where it has
// none. Only with a bucket does Lambda keep the records themselves.
func bucketOf(destination map[string]any) (string, error) {
	arn, _ := destination["Destination"].(string)
	if arn == "" {
		return "", nil
	}
	bucket, ok := strings.CutPrefix(arn, "arn:aws:s3:::")
	if !ok || destination["Type"] != "S3" {
		return "", fmt.Errorf("OnFailure %v is no bucket with Type S3: records that are given up would be lost, or SAM would grant nothing", destination)
	}
	return bucket, nil
}

// failedBatch is what Lambda puts into the OnFailure bucket (Lambda developer
// guide, "Retain discarded records for a DynamoDB event source"): what it says of
// every batch that it gives up, and for a bucket alone the whole event, as a string.
type failedBatch struct {
	RequestContext struct {
		RequestID   string `json:"requestId"`
		FunctionArn string `json:"functionArn"`
		Condition   string `json:"condition"`
		InvokeCount int    `json:"approximateInvokeCount"`
	} `json:"requestContext"`
	ResponseContext struct {
		StatusCode    int    `json:"statusCode"`
		Version       string `json:"executedVersion"`
		FunctionError string `json:"functionError,omitempty"`
	} `json:"responseContext"`
	Version   string    `json:"version"`
	Timestamp time.Time `json:"timestamp"`
	Batch     struct {
		ShardID   string    `json:"shardId"`
		Start     string    `json:"startSequenceNumber"`
		End       string    `json:"endSequenceNumber"`
		FirstCame time.Time `json:"approximateArrivalOfFirstRecord"`
		LastCame  time.Time `json:"approximateArrivalOfLastRecord"`
		Size      int       `json:"batchSize"`
		StreamArn string    `json:"streamArn"`
	} `json:"DDBStreamBatchInfo"`
	Payload string `json:"payload"`
}

// giveUp puts a batch where the mapping's OnFailure destination says, with the
// function's own role, as Lambda does.
func (w *World) giveUp(f samtemplate.Function, m *mapping, shard, condition string, b batch) error {
	w.T.Helper()
	if m.bucket == "" {
		w.T.Errorf("%s gave up %d records, and its mapping has no OnFailure destination: they are lost", f.ID, len(b.arrivals))
		return nil
	}
	records := make([]events.DynamoDBEventRecord, len(b.arrivals))
	for i, a := range b.arrivals {
		records[i] = a.record
	}
	payload, err := json.Marshal(events.DynamoDBEvent{Records: records})
	if err != nil {
		return err
	}
	now, first, last := w.Clock.Now().UTC(), b.arrivals[0], b.arrivals[len(b.arrivals)-1]
	var out failedBatch
	out.RequestContext.RequestID, out.RequestContext.FunctionArn, out.RequestContext.Condition, out.RequestContext.InvokeCount = uuid(), f.Arn, condition, b.invocations
	out.ResponseContext.StatusCode, out.ResponseContext.Version, out.ResponseContext.FunctionError = 200, "$LATEST", "Unhandled"
	out.Version, out.Timestamp, out.Payload = "1.0", now, string(payload)
	out.Batch.ShardID, out.Batch.Start, out.Batch.End = shard, first.record.Change.SequenceNumber, last.record.Change.SequenceNumber
	out.Batch.FirstCame, out.Batch.LastCame, out.Batch.Size, out.Batch.StreamArn = first.at.UTC(), last.at.UTC(), len(records), *w.streamReader().stream
	body, err := json.Marshal(out)
	if err != nil {
		return err
	}
	w.makeFailedBatches()
	key := fmt.Sprintf("aws/lambda/%s/%s/%s-%s", mappingID(f.ID), shard, now.Format("2006/01/02/2006-01-02T15.04.05"), uuid())
	_, err = w.s3(f.ID).PutObject(w.T.Context(), &s3.PutObjectInput{Bucket: &m.bucket, Key: &key, Body: bytes.NewReader(body)})
	return err
}

// FailedBatches are the keys of the batches that were given up.
func (w *World) FailedBatches() []string {
	w.T.Helper()
	w.makeFailedBatches()
	var keys []string
	pages := s3.NewListObjectsV2Paginator(w.s3(""), &s3.ListObjectsV2Input{Bucket: &w.Config.FailedBatches})
	for pages.HasMorePages() {
		page, err := pages.NextPage(w.T.Context())
		w.must(err)
		for _, o := range page.Contents {
			keys = append(keys, *o.Key)
		}
	}
	return keys
}

// LoseFailedBatches deletes what was given up, as the bucket's lifecycle does.
func (w *World) LoseFailedBatches() {
	w.T.Helper()
	for _, key := range w.FailedBatches() {
		_, err := w.s3("").DeleteObject(w.T.Context(), &s3.DeleteObjectInput{Bucket: &w.Config.FailedBatches, Key: &key})
		w.must(err)
	}
}

// makeFailedBatches makes the bucket, which few tests need.
func (w *World) makeFailedBatches() {
	w.T.Helper()
	if w.streams.bucketMade {
		return
	}
	_, err := w.s3("").CreateBucket(w.T.Context(), &s3.CreateBucketInput{
		Bucket: &w.Config.FailedBatches, CreateBucketConfiguration: &types.CreateBucketConfiguration{LocationConstraint: types.BucketLocationConstraint(w.AWS.Region)},
	})
	w.must(err)
	w.streams.bucketMade = true
}

// s3 is S3 as a function's role may use it ("": as the test may).
func (w *World) s3(function string) *s3.Client {
	w.T.Helper()
	cfg := w.AWS.Copy()
	if function != "" {
		cfg.APIOptions = append(cfg.APIOptions, w.enforcer(function).Middleware())
	}
	return s3.NewFromConfig(cfg, func(o *s3.Options) { o.UsePathStyle = true })
}

// mappingID stands in for the mapping's UUID.
func mappingID(function string) string {
	return map[string]string{"stream-notify": "11111111-1111-4111-8111-111111111111", "stream-mail": "22222222-2222-4222-8222-222222222222"}[function]
}

func uuid() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // does not fail
	h := hex.EncodeToString(b[:])
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}
