//go:build engine

package faults_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"foyer/infra/guards/scene"
	"foyer/shared/activity"
	"foyer/shared/api"
	"foyer/shared/foyertest"
	"foyer/shared/policy"
	"foyer/shared/table"
)

type makeInput struct {
	Project string `path:"project"`
}

type makeOutput struct{}

// making is an operation that makes an item, under the policy of items-create, as
// somebody might write it who thought of no fault.
func making(make func(ctx context.Context, c *api.Call) error) api.Operation[makeInput, makeOutput] {
	handle := func(ctx context.Context, c *api.Call, _ *makeInput) (*makeOutput, error) {
		return &makeOutput{}, make(ctx, c)
	}
	return api.Operation[makeInput, makeOutput]{
		ID: "items-create", Method: http.MethodPost, Path: "/projects/{project}/items", Access: api.StaffOfProject, Status: http.StatusCreated,
		Handle: handle,
		Replay: func(context.Context, *api.Call, *makeInput, string) (*makeOutput, error) { return &makeOutput{}, nil },
	}
}

// newItem is an item and the transaction that makes it; nothing is remembered.
func newItem(c *api.Call) (table.ItemRow, *table.Tx) {
	row := table.ItemRow{Item: c.NewID("msg_"), Kind: table.ItemMessage, Title: "Kick-off", Author: c.Person, CreatedAt: c.Now(), UpdatedAt: c.Now(), Version: 1}
	tx := &table.Tx{}
	activity.InProject(c, tx, false, table.ActivityRow{Type: table.ActivityItemCreated, Item: row.Item})
	return row, tx
}

// What the guard is for is found in operations that have it.
func TestTheGuardFindsWhatItIsFor(t *testing.T) {
	for name, c := range map[string]struct {
		make func(ctx context.Context, c *api.Call) error
		want string
	}{
		"made again by the repetition": {func(ctx context.Context, c *api.Call) error {
			row, tx := newItem(c)
			tx.Put(table.PrivateItem(c.Project, row.Item), row)
			return c.Table.Write(ctx, tx)
		}, "the effect is not what it is without a fault"},
		"half made": {func(ctx context.Context, c *api.Call) error {
			row, tx := newItem(c)
			if err := c.Table.PutOne(ctx, table.PrivateItem(c.Project, row.Item), row, nil); err != nil {
				return err
			}
			c.Remember(tx, row.Item)
			return c.Table.Write(ctx, tx)
		}, "does not agree with itself"},
		"a failure that is nobody's": {func(ctx context.Context, c *api.Call) error {
			row, tx := newItem(c)
			tx.Put(table.PrivateItem(c.Project, row.Item), row)
			c.Remember(tx, row.Item)
			if err := c.Table.Write(ctx, tx); err != nil {
				return errors.New("it did not work") // what it was is gone
			}
			return nil
		}, "does not say that it may be tried again: 500"},
		"a failure that is called the caller's": {func(ctx context.Context, c *api.Call) error {
			row, tx := newItem(c)
			tx.Put(table.PrivateItem(c.Project, row.Item), row)
			c.Remember(tx, row.Item)
			if err := c.Table.Write(ctx, tx); err != nil {
				return policy.ErrHidden
			}
			return nil
		}, "does not say that it may be tried again: 404"},
		"a failure that tells of the inside": {func(ctx context.Context, c *api.Call) error {
			row, tx := newItem(c)
			tx.Put(table.PrivateItem(c.Project, row.Item), row)
			c.Remember(tx, row.Item)
			if err := c.Table.Write(ctx, tx); err != nil {
				return api.NewProblem(http.StatusServiceUnavailable, "unavailable", err.Error()).Retry(1)
			}
			return nil
		}, "tells of the inside"},
		"no word of when": {func(ctx context.Context, c *api.Call) error {
			row, tx := newItem(c)
			tx.Put(table.PrivateItem(c.Project, row.Item), row)
			c.Remember(tx, row.Item)
			if err := c.Table.Write(ctx, tx); err != nil {
				return api.NewProblem(http.StatusServiceUnavailable, "unavailable", "Try again.")
			}
			return nil
		}, "does not say when"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := work{function: "items-create", prepare: func(tr *try) func() outcome {
				return func() outcome {
					return judge(tr, "items-create", ask(tr.Scene, making(c.make), fmt.Sprint("key-", tr.number)))
				}
			}}
			found := w.run(t, &counts{})
			if !slices.ContainsFunc(found, func(f string) bool { return strings.Contains(f, c.want) }) {
				t.Errorf("want a report that says %q, got %q", c.want, found)
			}
		})
	}
}

// ask asks an operation that stands in no catalogue.
func ask(s *scene.Scene, op api.Endpoint, key string) foyertest.Response {
	r := httptest.NewRequestWithContext(s.T.Context(), http.MethodPost, "/v1/projects/"+s.ProjectID+"/items", nil)
	r.Header.Set("Authorization", "Bearer "+s.Mia.Token)
	r.Header.Set("Idempotency-Key", key)
	rec := httptest.NewRecorder()
	api.Handler(s.Env("items-create"), op).ServeHTTP(rec, r)
	return foyertest.Response{Status: rec.Code, Header: rec.Header(), Body: rec.Body.String()}
}
