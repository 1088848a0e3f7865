// Package licences is the right of companies to the portal: a subscription has
// seats, and one licence takes one of them (rules 17 to 19).
package licences

import (
	"context"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"

	"foyer/shared/activity"
	"foyer/shared/api"
	"foyer/shared/companies"
	"foyer/shared/names"
	"foyer/shared/search"
	"foyer/shared/table"
)

// Input names a company.
type Input struct {
	Workspace string `path:"workspace"`
	Company   string `path:"company"`
}

// Licence is a company that holds a licence.
type Licence struct {
	Company string `json:"company" example:"com_01JD0000000000000000000000"`
	Name    string `json:"name"`
}

// Output is the licence.
type Output struct{ Body Licence }

// Released has nothing.
type Released struct{}

// ListInput asks for the licensed companies.
type ListInput struct {
	Workspace string `path:"workspace"`
	api.Page
}

// List shows the licensed companies.
var List = api.Operation[ListInput, api.List[Licence]]{
	ID: "licences-list", Method: http.MethodGet, Path: "/workspaces/{workspace}/licences", Access: api.Staff,
	Summary: "List the licensed companies",
	Doc:     "For the staff of the workspace, by name. How many seats there are: subscription-get.",
	Handle:  list,
}

func list(ctx context.Context, c *api.Call, in *ListInput) (*api.List[Licence], error) {
	return search.ByName(ctx, c, table.LicencePartition(c.Workspace), "", in.Page, func(ctx context.Context, ids []string) (map[string]Licence, error) {
		keys := make([]table.Key, len(ids))
		for i, id := range ids {
			keys[i] = table.Company(c.Workspace, id)
		}
		rows, err := c.Table.BatchGet(ctx, keys...)
		if err != nil {
			return nil, err
		}
		out := make(map[string]Licence, len(ids))
		for i, id := range ids {
			var row table.CompanyRow
			found, err := rows.Into(keys[i], &row)
			if err != nil {
				return nil, err
			}
			if found {
				out[id] = Licence{Company: id, Name: row.Name}
			}
		}
		return out, nil
	})
}

// attempts at a change of the seats in use, which is one row for all of a
// workspace: of many at once each draws another pause (table.Retry).
const attempts = 12

// Grant gives a company a licence.
var Grant = api.Operation[Input, Output]{
	ID: "licences-grant", Method: http.MethodPut, Path: "/workspaces/{workspace}/licences/{company}", Access: api.Admins,
	Summary: "Give a company a licence",
	Doc: "For the workspace's owner and admins. Takes a seat; 409 `no-seat-free` where none is. The company's people are as they were when it held its last licence, and nothing is sent. " +
		"An archived company can hold one too. Repeating it changes nothing.",
	Reads: companies.InPath, Handle: grant,
}

func grant(ctx context.Context, c *api.Call, in *Input) (*Output, error) {
	var out *Output
	err := table.Retry(ctx, attempts, func() error {
		row, gate, err := companies.Load(ctx, c, in.Company)
		if err != nil {
			return err
		}
		if !gate.Licensed {
			tx := &table.Tx{}
			change(c, tx, row, true)
			used, seats := expression.Name("used"), expression.Name("seats")
			tx.Update(table.Subscription(c.Workspace), expression.Add(used, expression.Value(1))).If(used.LessThan(seats)).Else(noSeatFree())
			tx.Put(table.Licence(c.Workspace, names.Sort(row.Name), row.Company), table.NamedRow{ID: row.Company}).If(table.Absent())
			activity.InWorkspace(c, tx, c.Workspace, table.ActivityRow{Type: table.ActivityLicenceGranted, Subject: row.Company})
			if err := c.Table.Write(ctx, tx); err != nil {
				return err
			}
		}
		out = &Output{Body: Licence{Company: row.Company, Name: row.Name}}
		return nil
	})
	return out, err
}

// Release takes a company's licence away.
var Release = api.Operation[Input, Released]{
	ID: "licences-release", Method: http.MethodDelete, Path: "/workspaces/{workspace}/licences/{company}", Access: api.Admins,
	Summary: "Take a company's licence away",
	Doc: "For the workspace's owner and admins. Its seat is free for another company at once. Nobody is removed: contacts, memberships and settings stay as they are for the day when it holds a licence again. " +
		"Repeating it changes nothing.",
	Reads: companies.InPath, Handle: release,
}

func release(ctx context.Context, c *api.Call, in *Input) (*Released, error) {
	return &Released{}, table.Retry(ctx, attempts, func() error {
		row, gate, err := companies.Load(ctx, c, in.Company)
		if err != nil || !gate.Licensed {
			return err
		}
		tx, used := &table.Tx{}, expression.Name("used")
		change(c, tx, row, false)
		tx.Update(table.Subscription(c.Workspace), expression.Add(used, expression.Value(-1))).If(used.GreaterThan(expression.Value(0)))
		tx.Delete(table.Licence(c.Workspace, names.Sort(row.Name), row.Company)).If(table.Exists())
		activity.InWorkspace(c, tx, c.Workspace, table.ActivityRow{Type: table.ActivityLicenceReleased, Subject: row.Company})
		return c.Table.Write(ctx, tx)
	})
}

// change adds to the transaction that the company is licensed from now on, or not
// any more, on the condition that it was the opposite and has its name still, which
// is in the key of the list.
func change(c *api.Call, tx *table.Tx, row table.CompanyRow, licensed bool) {
	tx.Update(table.CompanyGate(c.Workspace, row.Company), table.Set("licensed", licensed)).If(table.Is("licensed", !licensed)).Else(table.ErrConflict)
	tx.Check(table.Company(c.Workspace, row.Company), table.Is("name", row.Name)).Else(table.ErrConflict)
}

func noSeatFree() *api.Problem {
	return api.Conflict("no-seat-free", "All seats of the subscription are taken: release a licence, or have the owner add seats.")
}
