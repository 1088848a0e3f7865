//go:build engine

package items_test

import (
	"context"
	"net/http"
	"slices"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go/middleware"

	"foyer/shared/foyertest"
	"foyer/shared/table"
)

func TestWhatIsSharedIsSeenFromThenOnAndWhatIsTakenBackIsNot(t *testing.T) {
	s := newScene(t)
	made := s.create(fields{"kind": "message", "title": "Now you see me"})
	id := made.String("id")
	s.Do(s.Carl, http.MethodGet, s.portalItem(id), nil).Problem(http.StatusNotFound, "not-found")

	shared := s.share(id, true).Must(http.StatusOK)
	if shared.JSON()["clientCanSee"] != true || shared.Header.Get("ETag") == made.Header.Get("ETag") {
		t.Errorf("got %s %s, want it marked as shared, under another tag than %s", shared.Header.Get("ETag"), shared.Body, made.Header.Get("ETag"))
	}
	if got, want := shared.String("updatedAt"), made.String("updatedAt"); got != want {
		t.Errorf("sharing changed updatedAt: got %s, want %s", got, want)
	}
	seen := s.Do(s.Carl, http.MethodGet, s.portalItem(id), nil).Must(http.StatusOK)

	hidden := s.share(id, false).Must(http.StatusOK)
	if hidden.Body != made.Body || hidden.Header.Get("ETag") != made.Header.Get("ETag") {
		t.Errorf("taken back: got %s, want it as it was made: %s", hidden.Body, made.Body)
	}
	s.Do(s.Carl, http.MethodGet, s.portalItem(id), nil).Problem(http.StatusNotFound, "not-found")

	s.share(id, true).Must(http.StatusOK)
	s.Do(s.Carl, http.MethodGet, s.portalItem(id), nil).Same(seen) // the client cannot tell that it was away

	if n := len(s.activities(true, id, table.ActivityItemShared)); n != 2 {
		t.Errorf("got %d records of sharing where clients may see them, want 2", n)
	}
	if n := len(s.activities(false, id, table.ActivityItemUnshared)); n != 1 {
		t.Errorf("got %d records of taking back in the team's realm, want 1", n)
	}
	if n := len(s.activities(true, id, table.ActivityItemUnshared)); n != 0 {
		t.Errorf("got %d records of taking back in the clients' realm, want none", n)
	}
}

func TestSayingWhatHoldsAlreadyChangesNothing(t *testing.T) {
	s := newScene(t)
	id := s.create(fields{"kind": "message", "title": "x"}).String("id")
	s.Unchanged(func() {
		r := s.Do(s.Ann, http.MethodPut, s.item(id)+"/visibility", fields{"clientCanSee": false, "includeComments": true}).Must(http.StatusOK)
		if r.JSON()["clientCanSee"] != false {
			t.Errorf("got %s", r.Body)
		}
	})
	s.share(id, true).Must(http.StatusOK)
	s.Unchanged(func() { s.share(id, true).Must(http.StatusOK) })
}

func TestATaskOfAClientCanBeTakenBack(t *testing.T) {
	s := newScene(t)
	id := s.create(fields{"kind": "task", "title": "Approve", "assignee": s.Carl.ID, "ask": "approval"}).String("id")
	r := s.share(id, false).Must(http.StatusOK)
	if r.JSON()["clientCanSee"] != false || r.String("assignee") != s.Carl.ID {
		t.Errorf("got %s, want a private task that is still Carl's", r.Body)
	}
	s.Do(s.Carl, http.MethodGet, s.portalItem(id), nil).Problem(http.StatusNotFound, "not-found")
}

func match(tag string) foyertest.Header { return foyertest.Header{Name: "If-Match", Value: tag} }

func TestAChangeOfVisibilityObeysIfMatch(t *testing.T) {
	s := newScene(t)
	made := s.create(fields{"kind": "message", "title": "x"})
	id := made.String("id")
	s.Unchanged(func() {
		s.share(id, true, match(`"of something else"`)).Problem(http.StatusPreconditionFailed, "changed")
	})
	s.share(id, true, match(made.Header.Get("ETag"))).Must(http.StatusOK)
	s.Unchanged(func() {
		s.share(id, false, match(made.Header.Get("ETag"))).Problem(http.StatusPreconditionFailed, "changed")
	})
	s.share(id, false, match("*")).Must(http.StatusOK)
}

func TestAVisibilityThatIsNotRightIsRefused(t *testing.T) {
	s := newScene(t)
	id := s.create(fields{"kind": "message", "title": "x"}).String("id")
	put := func(body any) foyertest.Response {
		return s.Do(s.Ann, http.MethodPut, s.item(id)+"/visibility", body)
	}
	s.Unchanged(func() {
		put(fields{}).Fault("body")
		put(fields{"clientCanSee": "yes"}).Fault("body.clientCanSee")
		put(fields{"clientCanSee": true, "teamOnly": true}).Fault("body.teamOnly")
		put(nil).Problem(http.StatusBadRequest, "malformed")
		for _, shared := range []bool{true, false} {
			s.Do(s.Ann, http.MethodPut, s.item(invented(id))+"/visibility", fields{"clientCanSee": shared}).Problem(http.StatusNotFound, "not-found")
		}
	})
}

// Many people press the switch at once: whatever each of them hears, the item is
// in one place, and every record stands for a change that was made.
func TestHoweverManySwitchAtOnceTheItemIsInOnePlace(t *testing.T) {
	s := newScene(t)
	id := s.create(fields{"kind": "message", "title": "x"}).String("id")
	var all sync.WaitGroup
	for i := range 16 {
		all.Go(func() {
			r := s.Do(s.Ann, http.MethodPut, s.item(id)+"/visibility", fields{"clientCanSee": i%2 == 0})
			if r.Status != http.StatusOK && r.Status != http.StatusConflict {
				t.Errorf("got status %d: %s", r.Status, r.Body)
			}
		})
	}
	all.Wait()
	private, shared := s.has(table.PrivateItem(s.Project, id)), s.has(table.SharedItem(s.Project, id))
	if private == shared {
		t.Fatalf("in the team's realm: %v, in the clients': %v; want exactly one", private, shared)
	}
	up, down := len(s.activities(true, id, table.ActivityItemShared)), len(s.activities(false, id, table.ActivityItemUnshared))
	want := down
	if shared {
		want = down + 1
	}
	if up != want {
		t.Errorf("shared: %v, with %d records of sharing and %d of taking back", shared, up, down)
	}
}

// failTransactions makes the next n transactions of a function meet another one.
func failTransactions(n int) func(*middleware.Stack) error {
	var mu sync.Mutex
	return func(stack *middleware.Stack) error {
		return stack.Initialize.Add(middleware.InitializeMiddlewareFunc("Conflict", func(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
			if _, ok := in.Parameters.(*dynamodb.TransactWriteItemsInput); ok {
				mu.Lock()
				defer mu.Unlock()
				if n--; n >= 0 {
					return middleware.InitializeOutput{}, middleware.Metadata{}, &types.TransactionCanceledException{
						CancellationReasons: []types.CancellationReason{{Code: aws.String("TransactionConflict")}},
					}
				}
			}
			return next.HandleInitialize(ctx, in)
		}), middleware.Before)
	}
}

func TestAMoveThatMeetsAnotherIsTriedOnceMore(t *testing.T) {
	s := newScene(t)
	id := s.create(fields{"kind": "message", "title": "x"}).String("id")
	s.Intercept("items-visibility", failTransactions(1))
	s.share(id, true).Must(http.StatusOK)
	s.Release()
	s.Intercept("items-visibility", failTransactions(1000)) // whatever is tried
	s.Unchanged(func() {
		r := s.share(id, false).Problem(http.StatusConflict, "write-conflict")
		if r.Header.Get("Retry-After") == "" {
			t.Error("got no Retry-After: the caller does not hear that trying again helps")
		}
	})
}

// An item that moves between the two halves of a read is in neither: the read is
// repeated once, and a colleague never sees a 404 for what is there.
func TestAReadThatFallsIntoAMoveIsRepeatedOnce(t *testing.T) {
	s := newScene(t)
	id := s.create(fields{"kind": "message", "title": "x"}).String("id")
	reads := 0
	s.Intercept("items-get", func(stack *middleware.Stack) error {
		return stack.Initialize.Add(middleware.InitializeMiddlewareFunc("InBetween", func(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
			out, meta, err := next.HandleInitialize(ctx, in)
			if get, ok := in.Parameters.(*dynamodb.BatchGetItemInput); ok && err == nil && asksFor(get, table.TeamProjectPartition(s.Project)) {
				if reads++; reads == 1 {
					responses := out.Result.(*dynamodb.BatchGetItemOutput).Responses
					for name, rows := range responses {
						responses[name] = slices.DeleteFunc(rows, func(row table.Item) bool {
							return row["PK"].(*types.AttributeValueMemberS).Value == table.TeamProjectPartition(s.Project)
						})
					}
				}
			}
			return out, meta, err
		}), middleware.Before)
	})
	s.Do(s.Ann, http.MethodGet, s.item(id), nil).Must(http.StatusOK)
	if reads != 2 {
		t.Errorf("got %d reads of the item, want 2", reads)
	}
	reads = 1
	s.Do(s.Ann, http.MethodGet, s.item(id), nil).Must(http.StatusOK)
	if reads != 2 {
		t.Errorf("got %d reads of an item that is there, want 1", reads-1)
	}
}

func asksFor(in *dynamodb.BatchGetItemInput, partition string) bool {
	for _, request := range in.RequestItems {
		for _, k := range request.Keys {
			if pk, ok := k["PK"].(*types.AttributeValueMemberS); ok && pk.Value == partition {
				return true
			}
		}
	}
	return false
}
