package me

import (
	"context"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"

	"foyer/shared/activity"
	"foyer/shared/api"
	"foyer/shared/table"
)

// UpdateInput is what the caller changes of their account.
type UpdateInput struct {
	api.IfMatch
	Body Changes
}

// Changes are what is to be from now on; what is left out stays.
type Changes struct {
	Name     api.Line `json:"name,omitempty" minLength:"1" maxLength:"100" example:"Ann Archer"`
	Language string   `json:"language,omitempty" enum:"de,en" doc:"Of the mails to the person"`
}

// Update changes the caller's name or language.
var Update = api.Operation[UpdateInput, api.Tagged[Person]]{
	ID: "me-update", Method: http.MethodPatch, Path: "/me", Access: api.SignedIn,
	Summary: "Change my name or language",
	Doc: "For anyone signed in. What is left out stays. A new name is shown to the people of the person's projects a moment later, and recorded for each of their workspaces; " +
		"what a workspace calls its contact stays its own. 412 where the account was changed since it was read, 428 without If-Match. For the address there is me-address-change.",
	Reads:  account,
	Handle: update, Problems: []int{http.StatusPreconditionFailed, http.StatusPreconditionRequired},
}

func update(ctx context.Context, c *api.Call, in *UpdateInput) (*api.Tagged[Person], error) {
	account, err := accountOf(ctx, c)
	if err != nil {
		return nil, err
	}
	memberships, err := membershipsOf(ctx, c.Table, c.Person)
	if err != nil {
		return nil, err
	}
	now, err := shown(ctx, c, account, memberships)
	if err != nil {
		return nil, err
	}
	if err := in.Require(api.TagOf(now)); err != nil {
		return nil, err
	}
	before := account
	if in.Body.Name != "" {
		account.Name = in.Body.Name.String()
	}
	if in.Body.Language != "" {
		account.Language = in.Body.Language
	}
	tx := &table.Tx{}
	u, same := table.Set("name", account.Name), table.Is("name", before.Name)
	if account.Language != "" {
		u = u.Set(expression.Name("language"), expression.Value(account.Language))
	}
	if before.Language == "" {
		same = same.And(expression.AttributeNotExists(expression.Name("language")))
	} else {
		same = same.And(table.Is("language", before.Language))
	}
	tx.Update(table.Account(c.Person), u).If(same).Else(api.Changed())
	if account.Name != before.Name {
		recordIn(c, tx, memberships, table.ActivityRow{Type: table.ActivityPersonRenamed, Subject: c.Person})
	}
	if err := c.Table.Write(ctx, tx); err != nil {
		return nil, err
	}
	now.Name, now.Language = account.Name, account.Language
	return api.WithTag(now), nil
}

// recordIn records what a person changed of their account in each of their
// workspaces; stream-notify then brings what the workspace shows of them up to date. One
// transaction takes a hundred writes, so a person in more than about ninety
// workspaces could not change theirs.
func recordIn(c *api.Call, tx *table.Tx, memberships []table.MembershipRow, row table.ActivityRow) {
	for _, m := range memberships {
		if m.Role != "" || len(m.Contacts) > 0 {
			activity.InWorkspace(c, tx, m.Workspace, row)
		}
	}
}
