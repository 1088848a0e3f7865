// Package members is the people of an agency's team.
package members

import (
	"context"
	"errors"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"

	"foyer/shared/api"
	"foyer/shared/contacts"
	"foyer/shared/policy"
	"foyer/shared/table"
)

// Member is a person of the team, or one who is invited to it.
type Member struct {
	Person     string              `json:"person" example:"per_01JD0000000000000000000000"`
	Name       string              `json:"name"`
	Email      string              `json:"email"`
	Role       string              `json:"role" enum:"owner,admin,member"`
	Invitation contacts.Invitation `json:"invitation"`
	CreatedAt  time.Time           `json:"createdAt"`
}

// Output is a member with their entity tag.
type Output struct {
	ETag string `header:"ETag"`
	Body Member
}

// Of is the row as the team sees it at now.
func Of(row table.MemberRow, now time.Time) Member {
	return Member{
		Person: row.Person, Name: row.Name, Email: row.Email, Role: row.Role, CreatedAt: row.CreatedAt,
		Invitation: contacts.Standing(row.InvitationState, row.ExpiresAt, now),
	}
}

func outputOf(c *api.Call, row table.MemberRow) *Output {
	m := Of(row, c.Now())
	return &Output{ETag: api.TagOf(m), Body: m}
}

// attempts at a change while others change the same member.
const attempts = 6

// named is the member that the path names, to be read with the access
// (api.Operation.Reads).
func named(c *api.Call, path func(string) string) []table.Key {
	return []table.Key{table.Member(c.Workspace, path("person"))}
}

// load loads a member of the call's workspace; whoever is none is absent, a 404.
func load(ctx context.Context, c *api.Call, person string) (row table.MemberRow, err error) {
	err = c.Need(ctx, table.Member(c.Workspace, person), &row)
	return row, err
}

// loadToChange loads a member whom the caller wants to change: their role too is as it
// is now, for it may be what others change.
func loadToChange(ctx context.Context, c *api.Call, person string, to ...policy.Role) (table.MemberRow, error) {
	key, own := table.Member(c.Workspace, person), table.Membership(c.Person, c.Workspace)
	var row table.MemberRow
	var caller table.MembershipRow
	rows, err := c.Read(ctx, key, own)
	if err != nil {
		return row, err
	}
	found, e1 := rows.Into(key, &row)
	_, e2 := rows.Into(own, &caller)
	switch err := errors.Join(e1, e2); {
	case err != nil:
		return row, err
	case caller.Role == "": // removed since the call was let in
		return row, policy.ErrHidden
	case !found:
		return row, api.NotFound()
	}
	return row, policy.ManageMember(policy.Role(caller.Role), append(to, policy.Role(row.Role))...)
}

// as is the condition that the member is still as they were read.
func as(row table.MemberRow) expression.ConditionBuilder {
	return table.Is("role", row.Role).And(table.Is("invitationState", row.InvitationState))
}

// accepted says whether the member is of the team, and not only invited to it.
func accepted(row table.MemberRow) bool { return row.InvitationState == table.InvitationAccepted }

// ofTheTeam holds while the membership is one of the team.
func ofTheTeam() expression.ConditionBuilder { return expression.Name("role").AttributeExists() }

// isOwner holds while the membership is an owner's.
func isOwner() expression.ConditionBuilder { return table.Is("role", table.RoleOwner) }

// ownerBeside finds an owner of the workspace beside the member: the caller if they are
// another, for only owners touch owners. Empty where the member is the last.
func ownerBeside(ctx context.Context, c *api.Call, row table.MemberRow) (string, error) {
	if c.Person != row.Person {
		return c.Person, nil
	}
	return anOwner(ctx, c.Table, c.Workspace, row.Person)
}

// anOwner finds an owner of the workspace who is not that person; empty: there is none.
func anOwner(ctx context.Context, t *table.Table, workspace, not string) (string, error) {
	for q := (table.Query{PK: table.Member(workspace, "").PK, Prefix: table.PrefixMember}); ; {
		rows, more, err := table.QueryInto[table.MemberRow](ctx, t, q)
		if err != nil {
			return "", err
		}
		for _, row := range rows {
			if q.After = row.SK; row.Role == table.RoleOwner && accepted(row) && row.Person != not {
				return row.Person, nil
			}
		}
		if !more {
			return "", nil
		}
	}
}

// lastOwner is the 409 of what would leave a workspace without an owner.
func lastOwner() *api.Problem {
	return api.Conflict("last-owner", "A workspace has at least one owner. Make somebody else an owner first.")
}

// hasAccepted is the 409 of what is for invitations that wait for their answer.
func hasAccepted() *api.Problem {
	return api.Conflict("invitation-accepted", "This member has accepted the invitation and is of the team.")
}

// invitationOf loads the invitation of a member. It was made with them and stays; one
// that was not there yet when it was read has no generation, which no transaction finds.
func invitationOf(ctx context.Context, c *api.Call, person string) (inv table.InvitationRow, err error) {
	key := table.Invitation(person, c.Workspace, person)
	rows, err := c.Read(ctx, key)
	if err != nil {
		return inv, err
	}
	_, err = rows.Into(key, &inv)
	return inv, err
}
