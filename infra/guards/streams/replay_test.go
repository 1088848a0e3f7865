//go:build engine

package streams_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/middleware"

	"foyer/infra/guards/proof"
	"foyer/shared/foyertest"
	"foyer/shared/mail"
	"foyer/shared/replay"
)

// loss is a way in which the consumers leave everything behind, and what brings it back.
type loss struct {
	what string
	lose func(w *world)
	back func(w *world) replay.Input
}

var losses = []loss{
	{"on the poison queue", func(w *world) {
		w.fail("AccessDeniedException", smithy.FaultClient)
		w.settle()
	}, func(*world) replay.Input { return replay.Input{Poison: true} }},
	{"given up by the mappings", func(w *world) {
		w.giveUp()
	}, func(*world) replay.Input { return replay.Input{Failed: true} }},
	{"kept nowhere", func(w *world) {
		w.giveUp()
		w.LoseFailedBatches()
	}, func(w *world) replay.Input {
		return replay.Input{Workspace: w.WorkspaceID, From: w.since, To: w.since.Add(time.Hour)}
	}},
}

// fail makes the first call of the consumers for each row fail.
func (w *world) fail(code string, fault smithy.ErrorFault) {
	for _, id := range []string{notifyID, mailID} {
		w.Intercept(id, func(stack *middleware.Stack) error {
			return stack.Initialize.Add(middleware.InitializeMiddlewareFunc("Fail", func(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
				if _, poison := in.Parameters.(*sqs.SendMessageInput); poison {
					return next.HandleInitialize(ctx, in)
				}
				return middleware.InitializeOutput{}, middleware.Metadata{}, &smithy.GenericAPIError{Code: code, Message: "injected", Fault: fault}
			}), middleware.Before)
		})
	}
}

// giveUp keeps the consumers from working for longer than the mappings try.
func (w *world) giveUp() {
	w.T.Helper()
	w.fail("InternalServerError", smithy.FaultServer)
	w.Drain()
	w.Clock.Advance(7 * time.Hour)
	w.Drain()
	if n := w.Waiting(notifyID) + w.Waiting(mailID); n > 0 || len(w.FailedBatches()) == 0 {
		w.T.Fatalf("%d records wait after seven hours, and %d batches were given up", n, len(w.FailedBatches()))
	}
}

// Whatever was left behind, replay brings all of it back and nothing twice, though it
// ends itself after any of its calls.
func TestReplayBringsBackWhatWasLeft(t *testing.T) {
	t.Parallel()
	draw := proof.Rand(t)
	for end := proof.Until(t, 0); ; {
		w := begin(t, draw)
		w.act(proof.Cases(4, 25))
		w.Invitee() // a mail of the request itself
		before, want := w.reference()
		for _, l := range losses {
			calls := 0
			for w.replayCrashes(before, want, l, calls) {
				if calls++; calls > 9 && !proof.Deep() {
					calls += draw.IntN(4) // of a window's many partitions not all
				}
			}
			t.Logf("%s: %d calls of replay", l.what, calls-1)
			if calls < 4 {
				t.Errorf("%s: got %d calls, want replay to have something to do", l.what, calls-1)
			}
		}
		if !time.Now().Before(end) {
			return
		}
	}
}

// replayCrashes loses everything, lets replay end after so many calls (0: never) and
// begin anew, and asserts that all is as if nothing had been lost.
func (w *world) replayCrashes(before foyertest.Snapshot, want outcome, l loss, calls int) (more bool) {
	w.T.Helper()
	w.Restore(before)
	w.watch()
	l.lose(w)
	w.Release()
	crash := w.Record(replay.ID)
	way := foyertest.Ways[(calls+w.draw.IntN(len(foyertest.Ways)))%len(foyertest.Ways)]
	if calls > 0 {
		w.briefly()
		crash = w.CrashAfter(replay.ID, calls, way)
		_, _ = w.Replay(l.back(w)) // it may say that it failed, or nothing any more
		w.Release()
		w.reappear()
	}
	w.replayed(l)
	w.Watch(nil)
	w.holds(fmt.Sprintf("%s, replay %s after %d calls", l.what, way, calls), want, 0)
	if left := w.FailedBatches(); len(left) > 0 {
		w.T.Fatalf("%s: %v are left in the bucket", l.what, left)
	}
	return calls == 0 || crash.Happened()
}

// replayed runs replay until it has nothing to do any more.
func (w *world) replayed(l loss) {
	w.T.Helper()
	for range 12 {
		out, err := w.Replay(l.back(w))
		if err != nil {
			w.T.Fatal(err)
		}
		w.settle()
		if out == (replay.Output{}) {
			return
		}
		w.Clock.Advance(mail.Lease + time.Second)
	}
	w.T.Fatalf("%s: replay finds no end", l.what)
}

// briefly lets replay hide messages for a second only: the queue's clock is the
// engine's, which no test moves.
func (w *world) briefly() {
	w.Intercept(replay.ID, func(stack *middleware.Stack) error {
		return stack.Initialize.Add(middleware.InitializeMiddlewareFunc("Briefly", func(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
			if receive, ok := in.Parameters.(*sqs.ReceiveMessageInput); ok {
				receive.VisibilityTimeout = 1
			}
			return next.HandleInitialize(ctx, in)
		}), middleware.Before)
	})
}

// reappear waits until no message of the poison queue is hidden.
func (w *world) reappear() {
	w.T.Helper()
	queue := sqs.NewFromConfig(w.AWS)
	w.Eventually("the messages that replay had are there again", func() bool {
		res, err := queue.GetQueueAttributes(w.T.Context(), &sqs.GetQueueAttributesInput{QueueUrl: &w.Config.PoisonQueueURL, AttributeNames: []types.QueueAttributeName{types.QueueAttributeNameAll}})
		if err != nil {
			w.T.Fatal(err)
		}
		return res.Attributes["ApproximateNumberOfMessagesNotVisible"] == "0"
	})
}
