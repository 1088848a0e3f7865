//go:build engine

package items_test

import (
	"context"
	"maps"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go/middleware"

	"foyer/shared/table"
)

// meanwhile does something, once, after a function has read everything and before
// it writes: what was read no longer holds, and the transaction has to notice.
func (s scene) meanwhile(function string, do func()) {
	var once sync.Once
	s.Intercept(function, func(stack *middleware.Stack) error {
		return stack.Initialize.Add(middleware.InitializeMiddlewareFunc("Meanwhile", func(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
			if _, ok := in.Parameters.(*dynamodb.TransactWriteItemsInput); ok {
				once.Do(do)
			}
			return next.HandleInitialize(ctx, in)
		}), middleware.Before)
	})
}

func TestWhatChangesWhileAnItemIsMadeIsNoticed(t *testing.T) {
	task := func(s scene) fields {
		return fields{"kind": "task", "title": "For Carl", "assignee": s.Carl.ID, "ask": "approval"}
	}
	none := func(t *testing.T, s scene) {
		t.Helper()
		if got := walk(s, s.Ann, s.items()+"?kind=task"); len(got) != 0 {
			t.Errorf("got tasks %v, want none", got)
		}
	}
	t.Run("the project is archived", func(t *testing.T) {
		s := newScene(t)
		s.meanwhile("items-create", s.archive)
		s.Do(s.Ann, http.MethodPost, s.items(), task(s)).Problem(http.StatusConflict, "project-archived")
		none(t, s)
	})
	t.Run("the assignee leaves", func(t *testing.T) {
		s := newScene(t)
		s.meanwhile("items-create", func() {
			if err := s.Table.DeleteOne(t.Context(), table.Person(s.Project, s.Carl.ID)); err != nil {
				t.Error(err)
			}
		})
		s.Do(s.Ann, http.MethodPost, s.items(), task(s)).Fault("body.assignee")
		none(t, s)
	})
	t.Run("the assignee, a colleague so far, is a client now, who would not see a private task", func(t *testing.T) {
		s := newScene(t)
		colleague := s.colleague("Bob Builder", "bob@builder.example", true)
		s.meanwhile("items-create", func() {
			s.put(table.Person(s.Project, colleague.ID), table.PersonRow{Person: colleague.ID, Name: "Bob", Kind: table.KindClient})
		})
		s.Do(s.Ann, http.MethodPost, s.items(), fields{"kind": "task", "title": "For Bob", "assignee": colleague.ID}).Fault("body.assignee")
		none(t, s)
	})
}

func TestWhatChangesWhileAnItemIsSharedIsNoticed(t *testing.T) {
	t.Run("the project is archived", func(t *testing.T) {
		s := newScene(t)
		id := s.create(fields{"kind": "message", "title": "x"}).String("id")
		s.meanwhile("items-visibility", s.archive)
		s.share(id, true).Problem(http.StatusConflict, "project-archived")
		if s.has(table.SharedItem(s.Project, id)) || !s.has(table.PrivateItem(s.Project, id)) {
			t.Error("the item moved")
		}
	})
	t.Run("its content changes: the new one is shared, not the one that was read", func(t *testing.T) {
		s := newScene(t)
		id := s.create(fields{"kind": "message", "title": "Before"}).String("id")
		s.meanwhile("items-visibility", func() { s.rename(id, "After") })
		if got := s.share(id, true).Must(http.StatusOK).String("title"); got != "After" {
			t.Errorf("got title %q, want After", got)
		}
		if got := s.Do(s.Carl, http.MethodGet, s.portalItem(id), nil).Must(http.StatusOK).String("title"); got != "After" {
			t.Errorf("the client sees %q, want After", got)
		}
	})
	t.Run("its content changes, and the caller wanted the one that they had read", func(t *testing.T) {
		s := newScene(t)
		made := s.create(fields{"kind": "message", "title": "Before"})
		id := made.String("id")
		s.meanwhile("items-visibility", func() { s.rename(id, "After") })
		s.share(id, true, match(made.Header.Get("ETag"))).Problem(http.StatusPreconditionFailed, "changed")
		s.Do(s.Carl, http.MethodGet, s.portalItem(id), nil).Problem(http.StatusNotFound, "not-found")
	})
}

// rename changes a private item past all operations, as items-update will.
func (s scene) rename(id, title string) {
	s.t.Helper()
	var row table.ItemRow
	if found, err := s.Table.Get(s.t.Context(), table.PrivateItem(s.Project, id), &row); err != nil || !found {
		s.t.Errorf("item %s: found %v, %v", id, found, err)
	}
	row.Title, row.Version = title, row.Version+1
	s.put(table.PrivateItem(s.Project, id), row)
}

// Two queries are not one instant: an item that moves between them is in neither.
func TestAnItemThatMovesWhileTheListIsReadIsInTheList(t *testing.T) {
	for _, share := range []bool{true, false} {
		t.Run(map[bool]string{true: "shared", false: "taken back"}[share], func(t *testing.T) {
			s := newScene(t)
			s.create(fields{"kind": "message", "title": "Stays"})
			id := s.create(fields{"kind": "message", "title": "Moves", "clientCanSee": !share}).String("id")
			// The realm that it goes to is read before it is there, the one that it leaves after.
			from := table.TeamProjectPartition(s.Project)
			if !share {
				from = table.ClientProjectPartition(s.Project)
			}
			read, queries := make(chan struct{}), atomic.Int32{}
			var once, move sync.Once
			s.Intercept("items-list", func(stack *middleware.Stack) error {
				return stack.Initialize.Add(middleware.InitializeMiddlewareFunc("Between", func(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
					query, ok := in.Parameters.(*dynamodb.QueryInput)
					if !ok {
						return next.HandleInitialize(ctx, in)
					}
					queries.Add(1)
					if slices.ContainsFunc(slices.Collect(maps.Values(query.ExpressionAttributeValues)), func(v types.AttributeValue) bool {
						pk, ok := v.(*types.AttributeValueMemberS)
						return ok && pk.Value == from
					}) {
						<-read
						move.Do(func() { s.share(id, share).Must(http.StatusOK) })
						return next.HandleInitialize(ctx, in)
					}
					out, meta, err := next.HandleInitialize(ctx, in)
					once.Do(func() { close(read) })
					return out, meta, err
				}), middleware.Before)
			})
			list := s.Do(s.Ann, http.MethodGet, s.items()+"?kind=message", nil).Must(http.StatusOK).List("items")
			if len(list) != 2 || list[0]["id"] != id || list[0]["clientCanSee"] != share {
				t.Errorf("got %v, want two items, the one that moved where it is now", list)
			}
			if got := queries.Load(); got != 4 {
				t.Errorf("got %d queries, want both realms read once more", got)
			}
		})
	}
}
