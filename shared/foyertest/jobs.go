//go:build engine

package foyertest

import (
	"context"
	"io"
	"net/http"
	"strings"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"foyer/shared/jobs/jobqueue"
	"foyer/shared/jobsrun"
	"foyer/shared/lambdarun"
)

// pathStyle is how the engine names buckets.
func pathStyle(o *s3.Options) { o.UsePathStyle = true }

// runsAtMost is how many runs RunJobs gives to what is queued: many times what any
// test's work takes. A job that hands itself on for ever fails its test at once.
const runsAtMost = 500

// RunJobs drains the stream and does the jobs that were started, as jobs-run would,
// until the queue is empty. What fails is delivered again a few times and then
// left; the number of those is given back.
func (w *World) RunJobs() (failed int) {
	w.T.Helper()
	w.Drain()
	queue := sqs.NewFromConfig(w.AWS)
	tries := map[string]int{}
	for range runsAtMost {
		res, err := queue.ReceiveMessage(w.T.Context(), &sqs.ReceiveMessageInput{QueueUrl: &w.Config.JobsQueueURL, MaxNumberOfMessages: 1})
		w.must(err)
		if len(res.Messages) == 0 {
			return failed
		}
		m := res.Messages[0]
		if !w.RunJob(*m.Body) {
			if tries[*m.Body]++; tries[*m.Body] < attempts {
				_, err = queue.ChangeMessageVisibility(w.T.Context(), &sqs.ChangeMessageVisibilityInput{QueueUrl: &w.Config.JobsQueueURL, ReceiptHandle: m.ReceiptHandle, VisibilityTimeout: 0})
				w.must(err)
				continue
			}
			failed++
		}
		_, err = queue.DeleteMessage(w.T.Context(), &sqs.DeleteMessageInput{QueueUrl: &w.Config.JobsQueueURL, ReceiptHandle: m.ReceiptHandle})
		w.must(err)
	}
	w.T.Fatalf("the jobs have not ended after %d runs", runsAtMost)
	return failed
}

// RunJob gives jobs-run one message, and says whether it was done with.
func (w *World) RunJob(body string) bool {
	w.T.Helper()
	ctx, cancel := context.WithTimeout(w.T.Context(), w.JobTime)
	defer cancel()
	res, err := lambdarun.QueueHandler(w.Env(jobqueue.ID), jobsrun.Runner.Run)(ctx, events.SQSEvent{Records: []events.SQSMessage{{MessageId: "m1", Body: body}}})
	w.must(err)
	return len(res.BatchItemFailures) == 0
}

// Fetch follows a link that an answer gave, as a browser would.
func (w *World) Fetch(link string) string {
	w.T.Helper()
	req, err := http.NewRequestWithContext(w.T.Context(), http.MethodGet, link, nil)
	w.must(err)
	res, err := sharedClient.Do(req)
	w.must(err)
	defer res.Body.Close() //nolint:errcheck // read only
	raw, err := io.ReadAll(res.Body)
	w.must(err)
	if res.StatusCode != http.StatusOK {
		w.T.Fatalf("%s: got %d %s", link, res.StatusCode, raw)
	}
	return string(raw)
}

// PutFile puts an object into the bucket of files, as an upload would.
func (w *World) PutFile(key, content string) {
	w.T.Helper()
	_, err := s3.NewFromConfig(w.AWS, pathStyle).PutObject(w.T.Context(), &s3.PutObjectInput{Bucket: &w.Config.FilesBucket, Key: &key, Body: strings.NewReader(content)})
	w.must(err)
}
