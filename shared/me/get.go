// Package me is what a person has of their own account.
package me

import (
	"context"
	"net/http"

	"foyer/shared/api"
	"foyer/shared/policy"
	"foyer/shared/table"
)

// GetInput has nothing: the token says who asks.
type GetInput struct{}

// Person is a person as they see themselves.
type Person struct {
	ID           string       `json:"id" example:"per_01JD0000000000000000000000"`
	Name         string       `json:"name"`
	Email        string       `json:"email"`
	Language     string       `json:"language,omitempty" enum:"de,en" doc:"Of the mails to the person; absent: the workspace's own"`
	SecondFactor string       `json:"secondFactor" enum:"off,totp" doc:"What a sign-in asks for beside the password"`
	Memberships  []Membership `json:"memberships" nullable:"false" doc:"Workspaces that the person has access to, as a member or as a client"`
}

// Membership is the person's place in one workspace.
type Membership struct {
	Workspace     string `json:"workspace"`
	WorkspaceName string `json:"workspaceName"`
	Kind          string `json:"kind" enum:"member,client"`
	Role          string `json:"role,omitempty" enum:"owner,admin,member" doc:"Of a member"`
}

// Get shows the caller their account and memberships.
var Get = api.Operation[GetInput, api.Tagged[Person]]{
	ID: "me-get", Method: http.MethodGet, Path: "/me", Access: api.SignedIn,
	Summary: "Show my account and memberships",
	Doc:     "For anyone signed in. Workspaces whose access was removed, or that are closed, are not listed, nor a client's whose company is archived.",
	Reads:   account,
	Handle:  get,
}

func get(ctx context.Context, c *api.Call, _ *GetInput) (*api.Tagged[Person], error) {
	account, err := accountOf(ctx, c)
	if err != nil {
		return nil, err
	}
	memberships, err := membershipsOf(ctx, c.Table, c.Person)
	if err != nil {
		return nil, err
	}
	out, err := shown(ctx, c, account, memberships)
	if err != nil {
		return nil, err
	}
	return api.WithTag(out), nil
}

// account is what comes with the caller's access.
func account(c *api.Call, _ func(string) string) []table.Key {
	return []table.Key{table.Account(c.Person)}
}

// accountOf is the caller's account.
func accountOf(ctx context.Context, c *api.Call) (account table.AccountRow, err error) {
	rows, err := c.Read(ctx, table.Account(c.Person))
	if err != nil {
		return account, err
	}
	found, err := rows.Into(table.Account(c.Person), &account)
	if err != nil {
		return account, err
	}
	if !found {
		return account, api.Unauthorized()
	}
	return account, nil
}

// membershipsOf are all memberships of a person.
func membershipsOf(ctx context.Context, t *table.Table, person string) (all []table.MembershipRow, err error) {
	for q := (table.Query{PK: table.UserPartition(person), Prefix: table.PrefixMembership}); ; {
		rows, more, err := table.QueryInto[table.MembershipRow](ctx, t, q)
		if err != nil {
			return nil, err
		}
		all = append(all, rows...)
		if !more {
			return all, nil
		}
		q.After = rows[len(rows)-1].SK
	}
}

// shown is the caller as they see themselves.
func shown(ctx context.Context, c *api.Call, account table.AccountRow, memberships []table.MembershipRow) (Person, error) {
	out := Person{ID: c.Person, Name: account.Name, Email: account.Email, Language: account.Language, SecondFactor: "off", Memberships: []Membership{}}
	if account.TOTP {
		out.SecondFactor = "totp"
	}
	rows, err := c.Table.BatchGet(ctx, gates(memberships)...)
	if err != nil {
		return out, err
	}
	for _, m := range memberships {
		place, open, err := membership(rows, m)
		if err != nil {
			return out, err
		}
		if open {
			out.Memberships = append(out.Memberships, place)
		}
	}
	return out, nil
}

// gates are the rows that say whether the memberships give access now.
func gates(memberships []table.MembershipRow) []table.Key {
	var keys []table.Key
	for _, m := range memberships {
		keys = append(keys, table.WorkspaceGate(m.Workspace))
		for _, company := range m.Contacts {
			keys = append(keys, table.CompanyGate(m.Workspace, company))
		}
	}
	return keys
}

// membership is one membership as its person sees it, and whether it gives access:
// to a client as long as one of their companies is not archived. A company without
// a licence counts, for its clients see a page that says so (rule 18).
func membership(rows table.Rows, m table.MembershipRow) (shown Membership, open bool, err error) {
	var gate table.WorkspaceGateRow
	found, err := rows.Into(table.WorkspaceGate(m.Workspace), &gate)
	if err != nil || !found || gate.Closed {
		return shown, false, err
	}
	shown = Membership{Workspace: m.Workspace, WorkspaceName: gate.Name, Kind: table.KindMember, Role: m.Role}
	if m.Role != "" {
		return shown, true, nil
	}
	shown.Kind = table.KindClient
	for _, id := range m.Contacts {
		var company table.CompanyGateRow
		found, err := rows.Into(table.CompanyGate(m.Workspace, id), &company)
		if err != nil {
			return shown, false, err
		}
		open = open || policy.CompanyOpen(policy.Company{Exists: found, Archived: company.Archived}, false) == nil
	}
	return shown, open, nil
}
