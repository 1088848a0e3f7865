// Package subscription is the workspace's seats (rule 17).
package subscription

import (
	"context"
	"fmt"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"

	"foyer/shared/activity"
	"foyer/shared/api"
	"foyer/shared/table"
)

// Subscription is the workspace's seats, and how many are taken.
type Subscription struct {
	Seats int `json:"seats" doc:"How many companies can hold a licence"`
	Used  int `json:"used" doc:"How many hold one"`
	Free  int `json:"free"`
}

// Output is the subscription.
type Output struct{ Body Subscription }

// Of is the row as the workspace sees it, one that is not there too.
func Of(row table.SubscriptionRow) Subscription {
	return Subscription{Seats: row.Seats, Used: row.Used, Free: row.Seats - row.Used}
}

func outputOf(row table.SubscriptionRow) *Output { return &Output{Body: Of(row)} }

// GetInput names a workspace.
type GetInput struct {
	Workspace string `path:"workspace"`
}

// Get shows the subscription.
var Get = api.Operation[GetInput, Output]{
	ID: "subscription-get", Method: http.MethodGet, Path: "/workspaces/{workspace}/subscription", Access: api.Staff,
	Summary: "Show the seats and how many are taken",
	Doc:     "For the staff of the workspace. A new workspace has no seats.",
	Reads:   seats, Handle: get,
}

func get(ctx context.Context, c *api.Call, _ *GetInput) (*Output, error) {
	row, _, err := load(ctx, c)
	if err != nil {
		return nil, err
	}
	return outputOf(row), nil
}

// seats is the subscription, to be read with the access (api.Operation.Reads).
func seats(c *api.Call, _ func(string) string) []table.Key {
	return []table.Key{table.Subscription(c.Workspace)}
}

// load loads it; a workspace without one has no seats.
func load(ctx context.Context, c *api.Call) (row table.SubscriptionRow, found bool, err error) {
	key := table.Subscription(c.Workspace)
	rows, err := c.Read(ctx, key)
	if err == nil {
		found, err = rows.Into(key, &row)
	}
	return row, found, err
}

// UpdateInput is the number of seats from now on.
type UpdateInput struct {
	Workspace string `path:"workspace"`
	Body      struct {
		Seats int `json:"seats" minimum:"0" maximum:"1000000"`
	}
}

// Update changes the number of seats.
var Update = api.Operation[UpdateInput, Output]{
	ID: "subscription-update", Method: http.MethodPut, Path: "/workspaces/{workspace}/subscription", Access: api.Owners,
	Summary: "Change the number of seats",
	Doc:     "For the workspace's owners. 409 `seats-in-use` where fewer seats than licences would be left; its text and body.seats say how many to release first.",
	Reads:   seats, Handle: update,
}

// attempts while companies are being licensed.
const attempts = 12

func update(ctx context.Context, c *api.Call, in *UpdateInput) (*Output, error) {
	var out *Output
	err := table.Retry(ctx, attempts, func() error {
		row, found, err := load(ctx, c)
		if err != nil {
			return err
		}
		if in.Body.Seats < row.Used {
			return inUse(row.Used, in.Body.Seats)
		}
		if row.Seats == in.Body.Seats { // none, where there was no subscription, too
			out = outputOf(row)
			return nil
		}
		tx := &table.Tx{}
		row.Seats = in.Body.Seats
		if found {
			tx.Update(table.Subscription(c.Workspace), table.Set("seats", row.Seats)).If(expression.Name("used").Equal(expression.Value(row.Used))).Else(table.ErrConflict)
		} else {
			tx.Put(table.Subscription(c.Workspace), row).If(table.Absent()).Else(table.ErrConflict)
		}
		activity.InWorkspace(c, tx, c.Workspace, table.ActivityRow{Type: table.ActivitySeatsChanged})
		out = outputOf(row)
		return c.Table.Write(ctx, tx)
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

func inUse(used, seats int) *api.Problem {
	p := api.Conflict("seats-in-use", fmt.Sprintf("Seats taken: %d. Licences to release first: %d.", used, used-seats))
	p.Errors = []api.FieldError{api.Fault("body.seats", "must be at least %d", used)}
	return p
}
