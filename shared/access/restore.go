package access

import (
	"context"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"

	"foyer/shared/activity"
	"foyer/shared/api"
	"foyer/shared/contacts"
	"foyer/shared/table"
)

// RestoreInput names a contact.
type RestoreInput struct {
	Workspace string `path:"workspace"`
	Contact   string `path:"contact"`
}

// Restore gives a contact the access back that Remove took, with no new
// invitation and no mail.
var Restore = api.Operation[RestoreInput, Output]{
	ID: "access-restore", Method: http.MethodPut, Path: "/workspaces/{workspace}/contacts/{contact}/access", Access: api.Staff,
	Summary: "Give a contact's access back",
	Doc: "For the staff of the workspace. Whoever had accepted has access again; an invitation that was waiting for its answer waits again, with the same link and the same end. " +
		"No mail is sent. Repeating it changes nothing, nor does it where nothing was taken away. 409 `is-member` where the person has meanwhile become, or been invited as, a member of the team.",
	Reads: contacts.Named, Handle: restore,
}

func restore(ctx context.Context, c *api.Call, in *RestoreInput) (*Output, error) {
	err := table.Retry(ctx, attempts, func() error {
		contact, err := contacts.Load(ctx, c, in.Contact)
		if err != nil {
			return err
		}
		if !contact.Removed {
			return nil
		}
		var membership table.MembershipRow
		found, err := c.Table.Get(ctx, table.Membership(contact.Person, c.Workspace), &membership)
		if err != nil {
			return err
		}
		if membership.Role != "" {
			return contacts.IsMember()
		}
		return c.Table.Write(ctx, restoring(c, contact, membership, found))
	})
	if err != nil {
		return nil, err
	}
	return &Output{}, nil
}

// restoring is the one transaction that undoes a removal; found says whether the
// person has a membership row.
func restoring(c *api.Call, contact table.ContactRow, membership table.MembershipRow, found bool) *table.Tx {
	tx := &table.Tx{}
	unmark := table.InState(c.Workspace, contact.RemovedFrom)
	if contact.RemovedFrom == "" {
		unmark = table.InNoState()
	}
	unmark = unmark.Remove(expression.Name("removed")).Remove(expression.Name("removedFrom"))
	tx.Update(table.Contact(c.Workspace, contact.Contact), unmark).
		If(table.Is("removed", true)).If(table.IsOrAbsent("removedFrom", contact.RemovedFrom)).Else(table.ErrConflict)
	// Not of the team meanwhile: one account is either member or client of a workspace.
	tx.Check(table.Member(c.Workspace, contact.Person), table.Absent()).Else(contacts.IsMember())
	if contact.RemovedFrom == table.InvitationAccepted {
		contacts.Join(c, tx, c.Workspace, contact, membership, found)
	}
	if contacts.Pending(contact.RemovedFrom) {
		tx.Update(table.Invitation(contact.Person, c.Workspace, contact.Contact), table.Set("state", contact.RemovedFrom)).
			If(table.Is("state", table.InvitationRemoved)).Else(table.ErrConflict)
	}
	activity.InWorkspace(c, tx, c.Workspace, table.ActivityRow{Type: table.ActivityAccessRestored, Subject: contact.Contact})
	return tx
}
