// Package me is what a person has of their own account.
package me

import (
	"context"
	"net/http"

	"foyer/shared/api"
	"foyer/shared/table"
)

// GetInput has nothing: the token says who asks.
type GetInput struct{}

// GetOutput is the caller.
type GetOutput struct{ Body Person }

// Person is a person as they see themselves.
type Person struct {
	ID          string       `json:"id" example:"per_01JD0000000000000000000000"`
	Name        string       `json:"name"`
	Email       string       `json:"email"`
	Memberships []Membership `json:"memberships" nullable:"false" doc:"Workspaces that the person has access to, as a member or as a client"`
}

// Membership is the person's place in one workspace.
type Membership struct {
	Workspace     string `json:"workspace"`
	WorkspaceName string `json:"workspaceName"`
	Kind          string `json:"kind" enum:"member,client"`
	Role          string `json:"role,omitempty" enum:"owner,admin,member" doc:"Of a member"`
}

// Get shows the caller their account and memberships.
var Get = api.Operation[GetInput, GetOutput]{
	ID: "me-get", Method: http.MethodGet, Path: "/me", Access: api.SignedIn,
	Summary: "Show my account and memberships",
	Doc:     "For anyone signed in. Workspaces whose access was removed, or that are closed, are not listed.",
	Handle:  get,
}

func get(ctx context.Context, c *api.Call, _ *GetInput) (*GetOutput, error) {
	var account table.AccountRow
	found, err := c.Table.Get(ctx, table.Account(c.Person), &account)
	if err != nil {
		return nil, err
	}
	if !found {
		return nil, api.Unauthorized()
	}
	memberships, _, err := table.QueryInto[table.MembershipRow](ctx, c.Table, table.Query{PK: table.UserPartition(c.Person), Prefix: table.PrefixMembership})
	if err != nil {
		return nil, err
	}
	keys := make([]table.Key, 0, len(memberships))
	for _, m := range memberships {
		keys = append(keys, table.WorkspaceGate(m.Workspace))
	}
	gates, err := c.Table.BatchGet(ctx, keys...)
	if err != nil {
		return nil, err
	}
	out := Person{ID: c.Person, Name: account.Name, Email: account.Email, Memberships: []Membership{}}
	for _, m := range memberships {
		var gate table.WorkspaceGateRow
		found, err := gates.Into(table.WorkspaceGate(m.Workspace), &gate)
		if err != nil {
			return nil, err
		}
		shown := Membership{Workspace: m.Workspace, WorkspaceName: gate.Name, Kind: table.KindMember, Role: m.Role}
		if m.Role == "" {
			shown.Kind = table.KindClient
		}
		if found && !gate.Closed && (m.Role != "" || len(m.Contacts) > 0) {
			out.Memberships = append(out.Memberships, shown)
		}
	}
	return &GetOutput{Body: out}, nil
}
