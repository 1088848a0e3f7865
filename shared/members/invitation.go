package members

import (
	"context"
	"net/http"

	"foyer/shared/activity"
	"foyer/shared/api"
	"foyer/shared/contacts"
	"foyer/shared/invitations"
	"foyer/shared/table"
)

// InvitationInput names a member.
type InvitationInput struct {
	Workspace string `path:"workspace"`
	Person    string `path:"person"`
}

// SendInvitation sends a member's invitation again, with a new link (rule 23).
var SendInvitation = api.Operation[InvitationInput, Output]{
	ID: "member-invitations-send", Method: http.MethodPost, Path: "/workspaces/{workspace}/members/{person}/invitation", Access: api.Admins, Status: http.StatusAccepted,
	Summary: "Send a member's invitation again",
	Doc: "For owner and admins of the workspace, an owner's for owners (403 `role`). There is a new link for the whole time again, and the old one is dead from that moment; an invitation that was taken back or has expired counts again. " +
		"Of two requests at once the second is answered with the first's. 409 `invitation-accepted` of whoever has accepted; `address-bounced` where mail came back: remove the member, and invite another address.",
	Reads: func(c *api.Call, path func(string) string) []table.Key {
		return append(invited(c, path), table.Member(c.Workspace, c.Person))
	},
	Handle: sendInvitation, Replay: sentBefore,
}

// RevokeOutput has nothing.
type RevokeOutput struct{}

// RevokeInvitation takes a member's invitation back that was not accepted (rule 23).
var RevokeInvitation = api.Operation[InvitationInput, RevokeOutput]{
	ID: "member-invitations-revoke", Method: http.MethodDelete, Path: "/workspaces/{workspace}/members/{person}/invitation", Access: api.Admins,
	Summary: "Take a member's invitation back",
	Doc: "For owner and admins of the workspace, an owner's for owners (403 `role`). From this moment its link is the one 404, and no mail or reminder of it leaves any more; the member stays in the list, and member-invitations-send invites again. " +
		"Repeating it changes nothing. 409 `invitation-accepted` of whoever has accepted (members-remove).",
	Reads: named, Handle: revokeInvitation,
}

// invited is the member that the path names and their invitation.
func invited(c *api.Call, path func(string) string) []table.Key {
	person := path("person")
	return []table.Key{table.Member(c.Workspace, person), table.Invitation(person, c.Workspace, person)}
}

func sendInvitation(ctx context.Context, c *api.Call, in *InvitationInput) (*Output, error) {
	sender, err := invitations.NameOfCaller(ctx, c)
	if err != nil {
		return nil, err
	}
	var out *Output
	first := 0 // the generation before this request, which is 1 at least
	err = table.Retry(ctx, attempts, func() error {
		row, err := loadToChange(ctx, c, in.Person)
		if err != nil {
			return err
		}
		inv, err := invitationOf(ctx, c, in.Person)
		if err != nil {
			return err
		}
		if first == 0 {
			first = inv.Generation
		}
		tx := &table.Tx{}
		c.Remember(tx, row.Person) // first: of two requests with one key, the second is answered like the first
		switch {
		case accepted(row):
			return hasAccepted()
		case row.InvitationState == table.InvitationBounced:
			return api.Conflict("address-bounced", "Mail to this address came back. Remove the member, and invite another address.")
		case inv.Generation > first && inv.Pending(c.Now()):
			// Somebody sent it between two attempts of this request: that mail does for both.
			out = outputOf(c, row)
			return c.Table.Write(ctx, tx)
		}
		sending(c, tx, row, &inv, sender)
		row.InvitationState, row.ExpiresAt = inv.State, inv.ExpiresAt
		out = outputOf(c, row)
		return c.Table.Write(ctx, tx)
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// sending adds to the transaction that the invitation is sent again.
func sending(c *api.Call, tx *table.Tx, row table.MemberRow, inv *table.InvitationRow, sender string) {
	*inv = invitations.Again(c, tx, *inv, invitations.Invitee{WorkspaceName: c.Gate.Name, InviterName: sender})
	mark := table.InvitedAs(c.Workspace, inv.State, inv.ExpiresAt, inv.Person)
	tx.Update(table.Member(c.Workspace, row.Person), mark).If(as(row)).Else(table.ErrConflict)
	activity.InWorkspace(c, tx, c.Workspace, table.ActivityRow{Type: table.ActivityInvitationSent, Subject: row.Person})
}

// sentBefore answers a repeated request with the member as they are now.
func sentBefore(ctx context.Context, c *api.Call, _ *InvitationInput, person string) (*Output, error) {
	if _, err := invitations.NameOfCaller(ctx, c); err != nil { // of the team still: it came with the access
		return nil, err
	}
	row, err := load(ctx, c, person)
	if err != nil {
		return nil, err
	}
	return outputOf(c, row), nil
}

func revokeInvitation(ctx context.Context, c *api.Call, in *InvitationInput) (*RevokeOutput, error) {
	err := table.Retry(ctx, attempts, func() error {
		row, err := loadToChange(ctx, c, in.Person)
		switch {
		case err != nil:
			return err
		case accepted(row):
			return hasAccepted()
		case !contacts.Pending(row.InvitationState):
			return nil
		}
		tx := &table.Tx{}
		tx.Update(table.Member(c.Workspace, row.Person), table.InState(c.Workspace, table.InvitationRevoked)).If(as(row)).Else(table.ErrConflict)
		tx.Update(table.Invitation(row.Person, c.Workspace, row.Person), table.Set("state", table.InvitationRevoked)).
			If(table.Is("state", row.InvitationState)).Else(table.ErrConflict)
		activity.InWorkspace(c, tx, c.Workspace, table.ActivityRow{Type: table.ActivityInvitationRevoked, Subject: row.Person})
		return c.Table.Write(ctx, tx)
	})
	if err != nil {
		return nil, err
	}
	return &RevokeOutput{}, nil
}
