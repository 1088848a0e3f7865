package invitations

import (
	"context"
	"net/http"

	"foyer/shared/api"
	"foyer/shared/identity"
	"foyer/shared/table"
)

// AcceptInput is the token of the invitation's mail and, from someone who has no
// password yet, the one they choose.
type AcceptInput struct {
	Token string `path:"token" doc:"Of the invitation's mail"`
	Body  *NewPassword
}

// NewPassword is what a new person chooses.
type NewPassword struct {
	Password string `json:"password,omitempty" maxLength:"256" format:"password" doc:"For a person without an account. Whoever has one sends their access token and no password"`
}

// AcceptOutput is where the person has access now.
type AcceptOutput struct{ Body AcceptedInvitation }

// AcceptedInvitation is an accepted invitation.
type AcceptedInvitation struct {
	Workspace     string `json:"workspace"`
	WorkspaceName string `json:"workspaceName"`
	Email         string `json:"email" doc:"The address to sign in with"`
}

// Accept gives the invited person access: with the password that they choose, or
// with their own access token where they have an account already. It works once.
var Accept = api.Operation[AcceptInput, AcceptOutput]{
	ID: "invitations-accept", Method: http.MethodPost, Path: "/invitations/{token}/acceptance", Access: api.Public,
	Summary: "Accept an invitation",
	Doc: "For whoever has the token. A new person chooses a password: 422 names each rule that it breaks. A person with an account sends their access token and no password: " +
		"409 `sign-in-first` without a valid one, 409 `other-account` with somebody else's. 409 `membership-mixed` where it would make a client a member of the same workspace's team, or the reverse; " +
		"409 `acceptance-under-way` (Retry-After) while another request accepts for the same person; 409 `password-differs` where an earlier, interrupted acceptance has set another password already. " +
		"A token that is expired, used, revoked or invented is the one 404. What was interrupted is completed by repeating it.",
	Repeatable: "an invitation is accepted once; an interrupted acceptance is completed by repeating it",
	Handle:     accept,
}

func accept(ctx context.Context, c *api.Call, in *AcceptInput) (*AcceptOutput, error) {
	p, err := find(ctx, c, in.Token, also{account: true, membership: true, session: true})
	if err != nil {
		return nil, err
	}
	password := ""
	if in.Body != nil {
		password = in.Body.Password
	}
	if p.Account.State == table.AccountConfirmed {
		err = acceptAsOneself(ctx, c, p, in.Token, password)
	} else {
		err = acceptWithPassword(ctx, c, identity.From(c.Env), p, in.Token, password)
	}
	if err != nil {
		return nil, err
	}
	return &AcceptOutput{Body: AcceptedInvitation{Workspace: p.Invitation.Workspace, WorkspaceName: p.Gate.Name, Email: p.Account.Email}}, nil
}

// acceptAsOneself is the acceptance of a person who has an account: the link
// alone, which anyone may have forwarded, is not enough.
func acceptAsOneself(ctx context.Context, c *api.Call, p *pending, token, password string) error {
	switch {
	case !p.SignedIn:
		return api.Conflict("sign-in-first", "This address has an account already. Sign in, then accept with your access token.")
	case c.Person != p.Invitation.Person:
		return api.Conflict("other-account", "The invitation is for another account than the one that is signed in.")
	case password != "":
		return api.Invalid(api.Fault("body.password", "must be absent: the account has a password, and this does not change it"))
	}
	return commit(ctx, c, p, token, "")
}

// acceptWithPassword is the acceptance of a new person: the lease on the account,
// the user with their password, then everything else in one transaction. Each
// step finds what an interrupted attempt has left, so that repeating completes it.
func acceptWithPassword(ctx context.Context, c *api.Call, users users, p *pending, token, password string) error {
	if broken := identity.BrokenRules(password); len(broken) > 0 {
		return refusedPassword(broken...)
	}
	if err := p.mayJoin(); err != nil {
		return err // before anything is made
	}
	l, err := takeLease(ctx, c, p.Account)
	if err != nil {
		return err
	}
	if err := establish(ctx, users, p.Invitation.Person, password); err != nil {
		// Where Cognito gave no answer, a call of this attempt may still have its
		// effect: the lease stays until that is past.
		if answered(err) {
			l.release(ctx, c)
		}
		return err
	}
	if err := commit(ctx, c, p, token, l.id); err != nil {
		l.release(ctx, c) // a transaction that is late all the same finds the lease gone
		return err
	}
	return nil
}

// refusedPassword names each rule that a password breaks.
func refusedPassword(rules ...string) error {
	faults := make([]api.FieldError, len(rules))
	for i, says := range rules {
		faults[i] = api.Fault("body.password", "%s", says)
	}
	return api.Invalid(faults...)
}
