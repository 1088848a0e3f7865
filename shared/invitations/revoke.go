package invitations

import (
	"context"
	"net/http"

	"foyer/shared/activity"
	"foyer/shared/api"
	"foyer/shared/contacts"
	"foyer/shared/table"
)

// RevokeInput names a contact.
type RevokeInput struct {
	Workspace string `path:"workspace"`
	Contact   string `path:"contact"`
}

// RevokeOutput has nothing.
type RevokeOutput struct{}

// Revoke takes an invitation back that was not accepted (rule 23).
var Revoke = api.Operation[RevokeInput, RevokeOutput]{
	ID: "invitations-revoke", Method: http.MethodDelete, Path: "/workspaces/{workspace}/contacts/{contact}/invitation", Access: api.Staff,
	Summary: "Take an invitation back",
	Doc: "For the staff of the workspace. From this moment its link is the one 404, and no mail or reminder of it leaves any more; what the contact is in projects stays, and invitations-send invites again. " +
		"Repeating it changes nothing, nor does it where nothing waits for an answer: of a contact who was never invited, or whose address bounced. " +
		"409 `invitation-accepted` of whoever has access (access-remove takes it), `access-removed` of a removed contact.",
	Reads: contacts.Named, Handle: revoke,
}

func revoke(ctx context.Context, c *api.Call, in *RevokeInput) (*RevokeOutput, error) {
	err := table.Retry(ctx, attempts, func() error {
		contact, err := contacts.Load(ctx, c, in.Contact)
		switch {
		case err != nil:
			return err
		case contact.Removed:
			return contacts.AccessRemoved()
		case contact.InvitationState == table.InvitationAccepted:
			return accepted()
		case !contacts.Pending(contact.InvitationState):
			return nil
		}
		return c.Table.Write(ctx, revoking(c, contact))
	})
	if err != nil {
		return nil, err
	}
	return &RevokeOutput{}, nil
}

// revoking is the one transaction that takes the invitation back. Which of its links is
// the last is all the same: its state ends them all.
func revoking(c *api.Call, contact table.ContactRow) *table.Tx {
	tx := &table.Tx{}
	tx.Update(table.Contact(c.Workspace, contact.Contact), table.InState(c.Workspace, table.InvitationRevoked)).If(contacts.As(contact)).Else(table.ErrConflict)
	tx.Update(table.Invitation(contact.Person, c.Workspace, contact.Contact), table.Set("state", table.InvitationRevoked)).
		If(table.Is("state", contact.InvitationState)).Else(table.ErrConflict)
	activity.InWorkspace(c, tx, c.Workspace, table.ActivityRow{Type: table.ActivityInvitationRevoked, Subject: contact.Contact})
	return tx
}
