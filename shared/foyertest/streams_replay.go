//go:build engine

package foyertest

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/smithy-go/middleware"

	"foyer/shared/api"
	"foyer/shared/replay"
)

// configureReplay gives replay the names that template.yaml gives it.
func (w *World) configureReplay() {
	w.T.Helper()
	w.Config.FailedBatches = w.names["FailedBatches"]
	for id, into := range map[string]*string{"stream-notify": &w.Config.NotifyFunction, "stream-mail": &w.Config.MailFunction} {
		f, err := w.template.Function(id)
		w.must(err)
		*into = f.Name
	}
}

// Replay runs replay once, at the World's time. What it calls are the consumers'
// real handlers, each under its own policy.
func (w *World) Replay(in replay.Input) (out replay.Output, err error) {
	w.T.Helper()
	env := w.ReplayEnv()
	err = w.invocation(replay.ID, func(ctx context.Context) (err error) {
		out, err = replay.Run(ctx, env, in)
		return err
	})
	return out, err
}

// ReplayEnv is the environment of replay: the functions that it calls are in this
// process.
func (w *World) ReplayEnv() *api.Env {
	w.T.Helper()
	w.makeFailedBatches()
	env := w.Env(replay.ID)
	env.AWS.APIOptions = append(env.AWS.APIOptions, withoutWaiting)
	env.AWS.HTTPClient = functions{w: w, other: env.AWS.HTTPClient}
	return env
}

// withoutWaiting lets nothing wait for messages to come: the engine's queue is one
// server, which knows at once that it is empty.
func withoutWaiting(stack *middleware.Stack) error {
	return stack.Initialize.Add(middleware.InitializeMiddlewareFunc("WithoutWaiting", func(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
		if receive, ok := in.Parameters.(*sqs.ReceiveMessageInput); ok {
			receive.WaitTimeSeconds = 0
		}
		return next.HandleInitialize(ctx, in)
	}), middleware.Before)
}

// functions answers Lambda's Invoke in its place, as far as the consumers go.
type functions struct {
	w     *World
	other aws.HTTPClient
}

func (f functions) Do(r *http.Request) (*http.Response, error) {
	name, ok := strings.CutPrefix(r.URL.Path, "/2015-03-31/functions/")
	name, invoked := strings.CutSuffix(name, "/invocations")
	if !ok || !invoked {
		return f.other.Do(r)
	}
	var e events.DynamoDBEvent
	if err := json.NewDecoder(r.Body).Decode(&e); err != nil {
		return nil, err
	}
	for _, c := range consumers {
		if function, err := f.w.template.Function(c.ID); err != nil || function.Name != name {
			continue
		}
		failures, err := f.w.consume(c, e.Records)
		if failures == nil {
			failures = []events.DynamoDBBatchItemFailure{}
		}
		body, _ := json.Marshal(events.DynamoDBEventResponse{BatchItemFailures: failures}) // has no other than strings
		header := http.Header{"Content-Type": {"application/json"}}
		if err != nil {
			header.Set("X-Amz-Function-Error", "Unhandled")
			body = []byte(`{"errorType":"Runtime.ExitError"}`)
		}
		return &http.Response{StatusCode: http.StatusOK, Header: header, Body: io.NopCloser(bytes.NewReader(body)), Request: r}, nil
	}
	return &http.Response{StatusCode: http.StatusNotFound, Header: http.Header{"X-Amzn-Errortype": {"ResourceNotFoundException"}}, Body: io.NopCloser(strings.NewReader("{}")), Request: r}, nil
}
