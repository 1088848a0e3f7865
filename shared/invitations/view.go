package invitations

import (
	"context"
	"net/http"
	"time"

	"foyer/shared/api"
	"foyer/shared/table"
)

// ViewInput is the token of the invitation's mail.
type ViewInput struct {
	Token string `path:"token" doc:"Of the invitation's mail"`
}

// ViewOutput is the invitation as the invited person sees it.
type ViewOutput struct{ Body InvitationView }

// InvitationView is an invitation before it is accepted.
type InvitationView struct {
	WorkspaceName string    `json:"workspaceName"`
	Company       string    `json:"company,omitempty" doc:"Name of the client's company; absent for a member of the team"`
	ProjectName   string    `json:"projectName,omitempty" doc:"The project that a client is invited to"`
	InviterName   string    `json:"inviterName,omitempty" doc:"Absent where nobody of the workspace invited: the owner of a new workspace"`
	Name          string    `json:"name"`
	Email         string    `json:"email"`
	ExpiresAt     time.Time `json:"expiresAt"`
	SignInFirst   bool      `json:"signInFirst" doc:"The person has a password already: sign in, then accept with the access token"`
}

// View shows an invitation to whoever has its link. However often it is fetched,
// by a person or by a scanner of mails, nothing changes (rule 26).
var View = api.Operation[ViewInput, ViewOutput]{
	ID: "invitations-view", Method: http.MethodGet, Path: "/invitations/{token}", Access: api.Public,
	Summary: "Look at an invitation",
	Doc:     "For whoever has the token. Changes nothing. A token that is expired, used, revoked or invented is the one 404.",
	Handle:  view,
}

func view(ctx context.Context, c *api.Call, in *ViewInput) (*ViewOutput, error) {
	f, err := find(ctx, c, in.Token, also{account: true})
	if err != nil {
		return nil, err
	}
	inv := f.Invitation
	return &ViewOutput{Body: InvitationView{
		WorkspaceName: f.Gate.Name, Company: inv.CompanyName, ProjectName: inv.ProjectName, InviterName: inv.InviterName,
		Name: inv.Name, Email: inv.Email, ExpiresAt: inv.ExpiresAt, SignInFirst: f.Account.State == table.AccountConfirmed,
	}}, nil
}
