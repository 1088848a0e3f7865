package stream

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/middleware"

	"foyer/shared/api"
	"foyer/shared/table"
)

// queue stands in for the poison queue: it keeps what it is sent, or fails.
type queue struct {
	sent []string
	fail error
}

func (q *queue) env() *api.Env {
	cfg := aws.Config{Region: "eu-central-1", APIOptions: []func(*middleware.Stack) error{func(stack *middleware.Stack) error {
		return stack.Initialize.Add(middleware.InitializeMiddlewareFunc("Queue", func(_ context.Context, in middleware.InitializeInput, _ middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
			if q.fail != nil {
				return middleware.InitializeOutput{}, middleware.Metadata{}, q.fail
			}
			q.sent = append(q.sent, *in.Parameters.(*sqs.SendMessageInput).MessageBody)
			return middleware.InitializeOutput{Result: &sqs.SendMessageOutput{}}, middleware.Metadata{}, nil
		}), middleware.Before)
	}}}
	return api.NewEnv(api.Config{PoisonQueueURL: "https://sqs.example.com/poison"}, cfg, slog.New(slog.NewJSONHandler(&bytes.Buffer{}, nil)))
}

func records(sequences ...string) []Record {
	var out []Record
	for _, s := range sequences {
		out = append(out, Record{Sequence: s, Key: table.Key{PK: "USER#per_1", SK: "MAIL#" + s}})
	}
	return out
}

var throttled = &smithy.GenericAPIError{Code: "ThrottlingException"}

// run hands records 1 to 5 to a consumer that fails on 2 for now, on 3 for good
// and on 4 by a panic.
func run(q *queue) (retry, handled []string) {
	c := Consumer{ID: "stream-test", Handle: func(_ context.Context, _ *api.Env, r Record) error {
		handled = append(handled, r.Sequence)
		switch r.Sequence {
		case "2":
			return fmt.Errorf("get: %w", throttled)
		case "3":
			return errors.New("no such kind")
		case "4":
			panic("index out of range")
		}
		return nil
	}}
	return c.Run(context.Background(), q.env(), records("1", "2", "3", "4", "5")), handled
}

func TestOneRecordsFailureDoesNotHoldUpTheRest(t *testing.T) {
	q := &queue{}
	retry, handled := run(q)
	if want := []string{"2"}; !slices.Equal(retry, want) {
		t.Errorf("got %v for a retry, want %v", retry, want)
	}
	if want := []string{"1", "2", "3", "4", "5"}; !slices.Equal(handled, want) {
		t.Errorf("got %v handled, want %v", handled, want)
	}
	want := []string{`{"consumer":"stream-test","pk":"USER#per_1","sk":"MAIL#3"}`, `{"consumer":"stream-test","pk":"USER#per_1","sk":"MAIL#4"}`}
	if !slices.Equal(q.sent, want) {
		t.Errorf("got %v in the poison queue, want %v", q.sent, want)
	}
}

func TestWhatThePoisonQueueDoesNotTakeIsTriedAgain(t *testing.T) {
	retry, _ := run(&queue{fail: throttled})
	if want := []string{"2", "3", "4"}; !slices.Equal(retry, want) {
		t.Errorf("got %v for a retry, want %v: nothing may be lost", retry, want)
	}
}

func TestWithoutTimeLeftNothingIsBegun(t *testing.T) {
	ctx, cancel := context.WithTimeout(context.Background(), reserve-time.Second)
	defer cancel()
	c := Consumer{ID: "stream-test", Handle: func(context.Context, *api.Env, Record) error {
		t.Error("a record was begun that could not be ended")
		return nil
	}}
	q := &queue{}
	if got, want := c.Run(ctx, q.env(), records("1", "2")), []string{"1", "2"}; !slices.Equal(got, want) {
		t.Errorf("got %v for a retry, want %v", got, want)
	}
	if len(q.sent) > 0 {
		t.Errorf("got %s in the poison queue, want nothing", strings.Join(q.sent, ", "))
	}
}

func TestWhatIsWorthARetry(t *testing.T) {
	for _, c := range []struct {
		err  error
		want bool
	}{
		{throttled, true},
		{table.ErrConflict, true},
		{table.ErrBusy, true},
		{fmt.Errorf("claim: %w", ErrLater), true},
		{context.DeadlineExceeded, true},
		{&smithy.GenericAPIError{Code: "ValidationException"}, false},
		{&smithy.GenericAPIError{Code: "AccessDeniedException"}, false},
		{table.ErrConditionFailed, false},
		{errors.New("row: cannot unmarshal"), false},
		{errors.Join(ErrPoison, throttled), false},
	} {
		if got := WorthRetry(c.err); got != c.want {
			t.Errorf("WorthRetry(%v): got %t, want %t", c.err, got, c.want)
		}
	}
}
