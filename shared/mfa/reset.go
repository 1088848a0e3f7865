// Package mfa is what a workspace can do about a person's second factor.
package mfa

import (
	"context"
	"errors"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"

	"foyer/shared/activity"
	"foyer/shared/api"
	"foyer/shared/identity"
	"foyer/shared/policy"
	"foyer/shared/signout"
	"foyer/shared/table"
)

// ResetInput names a person of the workspace.
type ResetInput struct {
	Workspace string `path:"workspace"`
	Person    string `path:"person"`
}

// ResetOutput has nothing.
type ResetOutput struct{}

// Reset turns a person's second factor off whose phone is lost.
var Reset = api.Operation[ResetInput, ResetOutput]{
	ID: "mfa-reset", Method: http.MethodPost, Path: "/workspaces/{workspace}/people/{person}/mfa-reset", Access: api.Admins,
	Summary: "Turn a person's second factor off",
	Doc: "For owner and admins of the workspace; an owner's only for another owner (403 `role`). The person's sessions end, the next sign-in needs the password alone; it is recorded, and told to the person by mail. " +
		"409 `not-resettable` where the person has no second factor, has a place in any other workspace (then only they themselves turn it off), or is the caller; which of them is not said. 404 where the person is not of the workspace.",
	Repeatable: "what is off already is not turned off again: that is refused",
	Reads: func(_ *api.Call, path func(string) string) []table.Key {
		return []table.Key{table.Account(path("person"))}
	},
	Handle: reset,
}

func reset(ctx context.Context, c *api.Call, in *ResetInput) (*ResetOutput, error) {
	var account table.AccountRow
	// Who is nobody is asked for like who is of another workspace: time does not tell them apart.
	if err := c.Need(ctx, table.Account(in.Person), &account); err != nil && !errors.Is(err, api.NotFound()) {
		return nil, err
	}
	facts := policy.SecondFactor{Caller: policy.Role(c.Membership.Role), Self: in.Person == c.Person, On: account.TOTP}
	for q := (table.Query{PK: table.UserPartition(in.Person), Prefix: table.PrefixMembership}); ; {
		rows, more, err := table.QueryInto[table.MembershipRow](ctx, c.Table, q)
		if err != nil {
			return nil, err
		}
		for _, m := range rows {
			if q.After = m.SK; m.Workspace != c.Workspace {
				facts.Elsewhere = true
				continue
			}
			facts.Membership = policy.Membership{Role: policy.Role(m.Role), Contacts: m.Contacts}
		}
		if !more {
			break
		}
	}
	err := policy.ResetSecondFactor(facts)
	if errors.Is(err, policy.ErrNotHere) {
		return nil, api.Conflict("not-resettable", "This person's second factor cannot be turned off from here: they have none, are of another workspace too, or it is your own.")
	}
	if err != nil {
		return nil, err
	}
	users := identity.From(c.Env)
	if err := users.SetTOTP(ctx, in.Person, false); err != nil {
		return nil, err
	}
	if err := users.SignOut(ctx, in.Person); err != nil {
		return nil, err
	}
	if err := signout.Everywhere(ctx, c.Table, in.Person); err != nil {
		return nil, err
	}
	// Last: while the account says that it is on, what was interrupted can be repeated.
	now, tx := c.Now(), &table.Tx{}
	tx.Update(table.Account(in.Person), expression.Remove(expression.Name("totp"))).If(table.Is("totp", true)).Else(table.ErrConflict)
	id := activity.InWorkspace(c, tx, c.Workspace, table.ActivityRow{Type: table.ActivityMFAReset, Subject: in.Person})
	mail := table.MailMFAReset + "#" + id
	tx.Put(table.Mail(in.Person, mail), table.MailRow{
		Mail: mail, Kind: table.MailMFAReset, Person: in.Person, Workspace: c.Workspace, Actor: c.Person, At: now, TTL: now.Add(table.MailKeptFor).Unix(),
	})
	if err := c.Table.Write(ctx, tx); err != nil {
		return nil, err
	}
	return &ResetOutput{}, nil
}
