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

// RemoveInput names a contact.
type RemoveInput struct {
	Workspace string `path:"workspace"`
	Contact   string `path:"contact"`
}

// Remove ends a contact's access at once (rule 24). The contact stays, and what
// the person has in other workspaces is untouched.
var Remove = api.Operation[RemoveInput, Output]{
	ID: "access-remove", Method: http.MethodDelete, Path: "/workspaces/{workspace}/contacts/{contact}/access", Access: api.Staff,
	Summary: "Take a contact's access away",
	Doc: "For the staff of the workspace. From this moment every request of the person as this contact is refused, also with a token that is still valid; " +
		"an invitation that waits for its answer cannot be accepted, and no further mail is sent. The contact stays, as does whatever the person has in other workspaces. " +
		"Repeating it changes nothing; of a contact who was never invited there is nothing to take.",
	Reads: contacts.Named, Handle: remove,
}

func remove(ctx context.Context, c *api.Call, in *RemoveInput) (*Output, error) {
	err := table.Retry(ctx, attempts, func() error {
		contact, err := contacts.Load(ctx, c, in.Contact)
		if err != nil {
			return err
		}
		if contact.Removed || contact.Person == "" {
			return nil
		}
		var membership table.MembershipRow
		if _, err := c.Table.Get(ctx, table.Membership(contact.Person, c.Workspace), &membership); err != nil {
			return err
		}
		return c.Table.Write(ctx, removal(c, contact, membership))
	})
	if err != nil {
		return nil, err
	}
	return &Output{}, nil
}

// removal is the one transaction that ends a contact's access.
func removal(c *api.Call, contact table.ContactRow, membership table.MembershipRow) *table.Tx {
	tx := &table.Tx{}
	// What it was before is kept: access-restore gives it back.
	mark := table.InState(c.Workspace, table.InvitationRemoved)
	if contact.InvitationState == "" {
		mark = table.InvitedAs(c.Workspace, table.InvitationRemoved, contact.ExpiresAt, contact.Contact) // so that it is listed
	} else {
		mark = mark.Set(expression.Name("removedFrom"), expression.Value(contact.InvitationState))
	}
	mark = mark.Set(expression.Name("removed"), expression.Value(true))
	tx.Update(table.Contact(c.Workspace, contact.Contact), mark).If(as(contact)).Else(table.ErrConflict)
	if _, active := membership.Contacts[contact.Contact]; active {
		tx.Update(table.Membership(contact.Person, c.Workspace), expression.Remove(inContacts(contact.Contact))).
			If(inContacts(contact.Contact).AttributeExists()).Else(table.ErrConflict)
	}
	if contacts.Pending(contact.InvitationState) {
		// Its link dies with it, whether its time is over or not.
		tx.Update(table.Invitation(contact.Person, c.Workspace, contact.Contact), table.Set("state", table.InvitationRemoved)).
			If(table.Is("state", contact.InvitationState)).Else(table.ErrConflict)
	}
	activity.InWorkspace(c, tx, c.Workspace, table.ActivityRow{Type: table.ActivityAccessRemoved, Subject: contact.Contact})
	return tx
}
