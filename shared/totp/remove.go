package totp

import (
	"context"
	"net/http"

	"foyer/shared/api"
	"foyer/shared/identity"
)

// RemoveInput is the caller's password and a code of their authenticator.
type RemoveInput struct{ Body Proof }

// Remove turns the second factor off.
var Remove = api.Operation[RemoveInput, Output]{
	ID: "totp-remove", Method: http.MethodDelete, Path: "/me/totp", Access: api.SignedIn,
	Summary: "Turn the second factor off",
	Doc: "For anyone signed in, with their password (403 `wrong-password`) and a code of their authenticator (403 `wrong-code`); who has lost it asks an admin of their workspace (mfa-reset). " +
		"Where there is none, nothing changes. 429 `too-many-attempts` (Retry-After) after too many wrong ones.",
	Handle: remove, Problems: []int{http.StatusTooManyRequests},
}

func remove(ctx context.Context, c *api.Call, in *RemoveInput) (out *Output, err error) {
	_, challenge, settle, err := signIn(ctx, c, in.Body.Password.Password)
	defer func() { settle(err) }()
	if err != nil {
		return nil, err
	}
	if challenge != nil { // else it is off: an interrupted request that is repeated
		if err := prove(ctx, c, challenge, in.Body.Code); err != nil {
			return nil, err
		}
		if err := identity.Internal(c.Env).SetTOTP(ctx, c.Person, false); err != nil {
			return nil, err
		}
	}
	if err := record(ctx, c, false); err != nil {
		return nil, err
	}
	return &Output{}, nil
}
