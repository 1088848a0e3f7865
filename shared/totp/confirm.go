package totp

import (
	"context"
	"errors"
	"net/http"

	"foyer/shared/api"
	"foyer/shared/identity"
)

// ConfirmInput is the caller's password and a code of the new secret.
type ConfirmInput struct{ Body Proof }

// Output has nothing.
type Output struct{}

// Confirm turns the second factor on.
var Confirm = api.Operation[ConfirmInput, Output]{
	ID: "totp-confirm", Method: http.MethodPut, Path: "/me/totp", Access: api.SignedIn,
	Summary: "Turn the second factor on",
	Doc: "For anyone signed in, with their password (403 `wrong-password`) and a code of the secret of totp-start (403 `wrong-code`). From now on a sign-in asks for a code; " +
		"sessions that there are go on. Repeating it with a right code changes nothing. 429 `too-many-attempts` (Retry-After) after too many wrong ones.",
	Handle: confirm, Problems: []int{http.StatusTooManyRequests},
}

func confirm(ctx context.Context, c *api.Call, in *ConfirmInput) (out *Output, err error) {
	tokens, challenge, settle, err := signIn(ctx, c, in.Body.Password.Password)
	defer func() { settle(err) }()
	if err != nil {
		return nil, err
	}
	users := identity.Internal(c.Env)
	if challenge != nil {
		// On already: an interrupted request that is repeated ends here.
		err = prove(ctx, c, challenge, in.Body.Code)
	} else if err = users.ProveSecret(ctx, tokens.Access, in.Body.Code); err == nil {
		err = users.SetTOTP(ctx, c.Person, true)
	}
	if errors.Is(err, identity.ErrCode) {
		err = errWrongCode
	}
	if err != nil {
		return nil, err
	}
	if err := record(ctx, c, true); err != nil {
		return nil, err
	}
	return &Output{}, nil
}
