// Package workspaces is an agency's account in Foyer.
package workspaces

import (
	"context"
	"errors"
	"net/http"

	"foyer/shared/activity"
	"foyer/shared/api"
	"foyer/shared/invitations"
	"foyer/shared/table"
)

// CreateInput is a new workspace.
type CreateInput struct{ Body NewWorkspace }

// NewWorkspace is a workspace and who is to own it.
type NewWorkspace struct {
	Name       api.Line  `json:"name" minLength:"1" maxLength:"100" doc:"Of the agency" example:"Acme Agency"`
	OwnerName  api.Line  `json:"ownerName" minLength:"1" maxLength:"100" example:"Ann Archer"`
	OwnerEmail api.Email `json:"ownerEmail" minLength:"3" maxLength:"254" doc:"Where the owner's invitation goes" example:"ann@acme.example"`
}

// CreateOutput is the workspace that was made.
type CreateOutput struct{ Body CreatedWorkspace }

// CreatedWorkspace says no more than the id: the same for an address that Foyer
// knows and for one that it does not.
type CreatedWorkspace struct {
	ID string `json:"id" example:"wks_01JD0000000000000000000000"`
}

// Create makes a workspace and invites its owner, who accepts like anyone else.
var Create = api.Operation[CreateInput, CreateOutput]{
	ID: "workspaces-create", Method: http.MethodPost, Path: "/workspaces", Access: api.Public, Status: http.StatusCreated,
	Summary: "Create a workspace",
	Doc: "For anyone, where the deployment's sign-up is open; 403 `sign-up-closed` elsewhere. The owner gets an invitation by e-mail and has access once they accept it. " +
		"The answer tells nothing of whether the address is known.",
	Floor:  invitations.Floor,
	Handle: create, Replay: recreate, Problems: []int{http.StatusForbidden},
}

// attempts of the transaction: an address that somebody else's request mints at
// the same moment is found by the second.
const attempts = 2

func create(ctx context.Context, c *api.Call, in *CreateInput) (*CreateOutput, error) {
	if !c.Config.SignUpOpen {
		return nil, api.Forbidden("sign-up-closed", "Workspaces cannot be created here by everyone.")
	}
	// A sign-up is nobody's act until the owner accepts: a token that happens to be
	// sent along was not asked whether its session still holds.
	c.Person = ""
	id := c.NewID("wks_")
	for attempt := 1; ; attempt++ {
		err := write(ctx, c, id, in)
		if err == nil {
			return recreate(ctx, c, in, id)
		}
		if attempt == attempts || !errors.Is(err, table.ErrConflict) {
			return nil, err
		}
	}
}

// write makes everything in one transaction. Of the team's realm it writes only.
func write(ctx context.Context, c *api.Call, id string, in *CreateInput) error {
	name, ownerName, email := in.Body.Name.String(), in.Body.OwnerName.String(), in.Body.OwnerEmail.Canonical()
	known, err := invitations.Lookup(ctx, c, email)
	if err != nil {
		return err
	}
	now, tx := c.Now(), &table.Tx{}
	tx.Put(table.Workspace(id), table.WorkspaceRow{Workspace: id, CreatedAt: now}).If(table.Absent())
	tx.Put(table.WorkspaceGate(id), table.WorkspaceGateRow{Name: name}).If(table.Absent())
	// Whoever signs up chose names and address freely: the mail must not carry them,
	// or anybody could send mail of their own through Foyer.
	inv := invitations.Invite(c, tx, known, invitations.Invitee{
		Email: email, Name: ownerName, Workspace: id, WorkspaceName: name, Role: table.RoleOwner, SelfService: true,
	})
	tx.Put(table.Member(id, known.Person), table.MemberRow{
		Person: known.Person, Name: ownerName, Email: email, Role: table.RoleOwner, InvitationState: inv.State, ExpiresAt: inv.ExpiresAt, CreatedAt: now,
	}.In(id)).If(table.Absent())
	activity.InWorkspace(c, tx, id, table.ActivityRow{Type: table.ActivityWorkspaceCreated, Subject: known.Person})
	c.Remember(tx, id)
	return c.Table.Write(ctx, tx)
}

// recreate is the answer, and the answer again to the same Idempotency-Key: all
// there is to it is the id.
func recreate(_ context.Context, _ *api.Call, _ *CreateInput, id string) (*CreateOutput, error) {
	return &CreateOutput{Body: CreatedWorkspace{ID: id}}, nil
}
