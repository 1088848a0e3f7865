package totp

import (
	"context"
	"net/http"
	"net/url"

	"foyer/shared/api"
	"foyer/shared/identity"
	"foyer/shared/table"
)

// StartInput is the caller's password.
type StartInput struct{ Body Password }

// StartOutput is what the person's authenticator needs.
type StartOutput struct{ Body Secret }

// Secret is a new secret of codes.
type Secret struct {
	Secret string `json:"secret" doc:"Base32, for typing in" example:"JBSWY3DPEHPK3PXP"`
	Link   string `json:"link" doc:"An otpauth link, for a QR code" example:"otpauth://totp/Foyer:ann%40acme.example?issuer=Foyer&secret=JBSWY3DPEHPK3PXP"`
}

// Start begins to set up the second factor.
var Start = api.Operation[StartInput, StartOutput]{
	ID: "totp-start", Method: http.MethodPost, Path: "/me/totp", Access: api.SignedIn,
	Summary: "Begin to set up a second factor",
	Doc: "For anyone signed in, with their password (403 `wrong-password`). The secret counts once totp-confirm has seen a code of it; starting again gives another. " +
		"409 `second-factor-on` where there is one: remove it first. 429 `too-many-attempts` (Retry-After) after too many wrong passwords.",
	Repeatable: "a secret that was not confirmed counts for nothing; the last one can be",
	Reads:      func(c *api.Call, _ func(string) string) []table.Key { return []table.Key{table.Account(c.Person)} },
	Handle:     start, Problems: []int{http.StatusTooManyRequests},
}

func start(ctx context.Context, c *api.Call, in *StartInput) (out *StartOutput, err error) {
	tokens, challenge, settle, err := signIn(ctx, c, in.Body.Password)
	defer func() { settle(err) }()
	if err != nil {
		return nil, err
	}
	if challenge != nil {
		return nil, api.Conflict("second-factor-on", "Your account has a second factor already. Remove it before you set up another.")
	}
	var account table.AccountRow
	if err := c.Need(ctx, table.Account(c.Person), &account); err != nil {
		return nil, err
	}
	secret, err := identity.Internal(c.Env).NewSecret(ctx, tokens.Access)
	if err != nil {
		return nil, err
	}
	return &StartOutput{Body: Secret{Secret: secret, Link: link(account.Email, secret)}}, nil
}

// issuer is how authenticators name the account's place.
const issuer = "Foyer"

// link is the secret as authenticators take it from a QR code (“Key Uri Format”); the
// rest is their default: SHA-1, six digits, thirty seconds, as Cognito has it.
func link(email, secret string) string {
	// Authenticators do not all read + as a space or a bare @ as one.
	label := issuer + ":" + url.QueryEscape(email)
	return "otpauth://totp/" + label + "?issuer=" + issuer + "&secret=" + secret
}
