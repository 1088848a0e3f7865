package members

import (
	"context"
	"net/http"

	"foyer/shared/activity"
	"foyer/shared/api"
	"foyer/shared/policy"
	"foyer/shared/table"
)

// UpdateInput changes a member.
type UpdateInput struct {
	Workspace string `path:"workspace"`
	Person    string `path:"person"`
	api.IfMatch
	Body Changes
}

// Changes are what a member is to be from now on.
type Changes struct {
	Role string `json:"role" enum:"owner,admin,member"`
}

// Update gives a member another role.
var Update = api.Operation[UpdateInput, Output]{
	ID: "members-update", Method: http.MethodPatch, Path: "/workspaces/{workspace}/members/{person}", Access: api.Admins,
	Summary: "Change a member's role",
	Doc: "For owner and admins of the workspace; only owners make owners, or change one's role (403 `role`). It holds from the member's next request on, and for somebody who is invited from their acceptance. " +
		"409 `last-owner`: a workspace keeps one who has accepted. 412 where the member was changed since they were read, 428 without If-Match.",
	Reads: named, Handle: update, Problems: []int{http.StatusPreconditionFailed, http.StatusPreconditionRequired},
}

func update(ctx context.Context, c *api.Call, in *UpdateInput) (*Output, error) {
	var out *Output
	err := table.Retry(ctx, attempts, func() error {
		row, err := loadToChange(ctx, c, in.Person, policy.Role(in.Body.Role))
		if err != nil {
			return err
		}
		out = outputOf(c, row)
		if err := in.Require(out.ETag); err != nil || row.Role == in.Body.Role {
			return err
		}
		tx, err := changing(ctx, c, row, in.Body.Role)
		if err != nil {
			return err
		}
		row.Role = in.Body.Role
		out = outputOf(c, row)
		return c.Table.Write(ctx, tx)
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// changing is the one transaction that gives a member another role: in the team's row,
// and where it is asked for, in the membership or, before there is one, in the invitation.
func changing(ctx context.Context, c *api.Call, row table.MemberRow, role string) (*table.Tx, error) {
	tx := &table.Tx{}
	tx.Update(table.Member(c.Workspace, row.Person), table.Set("role", role)).If(as(row)).Else(table.ErrConflict)
	if accepted(row) {
		tx.Update(table.Membership(row.Person, c.Workspace), table.Set("role", role)).If(table.Is("role", row.Role)).Else(table.ErrConflict)
		if row.Role == table.RoleOwner {
			other, err := ownerBeside(ctx, c, row)
			if err != nil {
				return nil, err
			}
			if other == "" {
				return nil, lastOwner()
			}
			tx.Check(table.Membership(other, c.Workspace), isOwner()).Else(table.ErrConflict)
		}
	} else {
		tx.Update(table.Invitation(row.Person, c.Workspace, row.Person), table.Set("role", role)).
			If(table.Is("state", row.InvitationState)).Else(table.ErrConflict)
	}
	activity.InWorkspace(c, tx, c.Workspace, table.ActivityRow{Type: table.ActivityMemberRoleChanged, Subject: row.Person})
	return tx, nil
}
