//go:build engine

package notify_test

import (
	"context"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/middleware"

	"foyer/shared/foyertest"
	"foyer/shared/table"
)

// copies is how many copies of changes of the item there are in the audit.
func (s scene) copies(item string) (n int) {
	s.T.Helper()
	for line := range strings.SplitSeq(s.Dump(), "\n") {
		if strings.Contains(line, "#AUDIT#") && strings.Contains(line, item) {
			n++
		}
	}
	return n
}

func TestEveryActivityIsInTheAuditOnceAndNothingElse(t *testing.T) {
	s := begin(t)
	s.item(s.task())
	s.item(map[string]any{"kind": "message", "title": "Among us"})
	s.Drain()
	recorded, audited := map[string]bool{}, map[string]int{}
	for line := range strings.SplitSeq(s.Dump(), "\n") {
		pk, rest, _ := strings.Cut(line, " / ")
		sk, _, _ := strings.Cut(rest, " ")
		switch {
		case !strings.HasPrefix(sk, table.PrefixActivity):
		case strings.HasSuffix(pk, "#ACT"):
			recorded[sk] = true
		case strings.Contains(pk, "#AUDIT#"):
			audited[sk]++
		}
	}
	if len(recorded) < 4 {
		t.Fatalf("got %d recorded changes, want at least workspace, project, client and items", len(recorded))
	}
	for id := range recorded {
		if audited[id] != 1 {
			t.Errorf("%s is in the audit %d times, want once", id, audited[id])
		}
	}
	if len(audited) != len(recorded) {
		t.Errorf("got %d rows in the audit, want the %d recorded changes: copies are not copied again", len(audited), len(recorded))
	}
}

func TestAChangeThatCannotBeReadGoesToThePoisonQueueAndHoldsUpNothing(t *testing.T) {
	s := begin(t)
	bad := table.TeamProjectActivity(s.project, "act_0000000000000000000000000")
	s.put(bad, map[string]any{"activity": "act_another", "workspace": s.workspace, "project": s.project, "type": table.ActivityItemCreated})
	s.item(s.task())
	s.Drain()
	s.hears(s.Carl, 1, "after a change that cannot be read")
	if got := s.Waiting(notifyID); got != 0 {
		t.Errorf("got %d records waiting, want none: no retry mends them", got)
	}
	poisoned := s.Poisoned()
	if len(poisoned) != 1 || poisoned[0].Consumer != notifyID || poisoned[0].PK != bad.PK || poisoned[0].SK != bad.SK {
		t.Errorf("got %+v in the poison queue, want the key %s of stream-notify", poisoned, bad)
	}
}

// The audit's copy is the last of a change's effects: by it replay knows what was
// told to its end.
func TestTheCopyInTheAuditIsTheLastThatIsWritten(t *testing.T) {
	s := begin(t)
	s.item(s.task())
	run := s.Record(notifyID)
	s.Drain(notifyID)
	calls, _ := run.Calls()
	at, writes := -1, 0
	for i, c := range calls {
		put, ok := c.Input.(*dynamodb.PutItemInput)
		if _, lines := c.Input.(*dynamodb.BatchWriteItemInput); ok || lines {
			writes++
		}
		if ok && strings.Contains(put.Item["PK"].(*types.AttributeValueMemberS).Value, "#AUDIT#") {
			at = i
		}
	}
	if at != len(calls)-1 || writes < 4 { // lines, two mails, copy
		t.Errorf("got the copy as call %d of %v, want it last", at+1, calls)
	}
}

func TestAChangeThatIsNotToldYetIsNotInTheAudit(t *testing.T) {
	s := begin(t)
	s.Around(notifyID, func(c foyertest.AWSCall, next func() (any, error)) (any, error) {
		if c.Name == "BatchWriteItem" {
			return nil, foyertest.ErrPasses
		}
		return next()
	})
	item := s.item(s.task())
	s.Drain(notifyID)
	if s.copies(item) != 0 {
		t.Error("the change is in the audit, and was not told: replay would not bring it back")
	}
	s.Release()
	s.Drain()
	s.hears(s.Carl, 1, "told by the next delivery")
}

func TestAChangeWhoseCopyFailsIsCopiedLater(t *testing.T) {
	s := begin(t)
	s.Around(notifyID, func(c foyertest.AWSCall, next func() (any, error)) (any, error) {
		if put, ok := c.Input.(*dynamodb.PutItemInput); ok && strings.Contains(put.Item["PK"].(*types.AttributeValueMemberS).Value, "#AUDIT#") {
			return nil, foyertest.ErrPasses
		}
		return next()
	})
	item := s.item(s.task())
	s.Drain(notifyID)
	if s.Waiting(notifyID) == 0 {
		t.Error("the change counts as processed, and is not in the audit")
	}
	s.Release()
	s.Drain()
	if got := s.copies(item); got != 1 {
		t.Errorf("got %d copies in the audit, want 1", got)
	}
	s.hears(s.Carl, 1, "once, though it was told before its copy failed")
}

func TestWhatCannotBeToldIsInTheAuditAllTheSame(t *testing.T) {
	s := begin(t)
	s.Intercept(notifyID, func(stack *middleware.Stack) error {
		return stack.Initialize.Add(middleware.InitializeMiddlewareFunc("Refusing", func(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
			if _, ok := in.Parameters.(*dynamodb.BatchGetItemInput); ok {
				return middleware.InitializeOutput{}, middleware.Metadata{}, &smithy.GenericAPIError{Code: "ValidationException", Message: "injected"}
			}
			return next.HandleInitialize(ctx, in)
		}), middleware.Before)
	})
	item := s.item(s.task())
	s.Drain()
	if got := s.copies(item); got != 1 {
		t.Errorf("got %d copies in the audit, want 1", got)
	}
	if got := len(s.Poisoned()); got != 1 {
		t.Errorf("got %d messages in the poison queue, want 1", got)
	}
	s.hears(s.Carl, 0, "who could not be told")
}
