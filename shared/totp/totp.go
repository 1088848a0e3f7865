// Package totp is a person's second factor: the codes of an authenticator (RFC 6238).
// Cognito has its secret and checks its codes.
package totp

import (
	"context"
	"errors"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"

	"foyer/shared/api"
	"foyer/shared/identity"
	"foyer/shared/limits"
	"foyer/shared/table"
)

// Password is the caller's password, once more: a token that was left open is not
// enough to change what the account is protected by.
type Password struct {
	Password string `json:"password" minLength:"1" maxLength:"256" format:"password" doc:"The person's own, once more"`
}

// Proof is the caller's password and a code of their authenticator.
type Proof struct {
	Password
	Code string `json:"code" pattern:"^[0-9]{6}$" patternDescription:"six digits" example:"123456"`
}

// errWrongCode: the password was right.
var errWrongCode = api.Forbidden("wrong-code", "That is not the code that your authenticator shows now.")

// signIn signs the caller in with the internal client: the session of its tokens, or
// the challenge where the second factor is on. 403 where the password is wrong. settle
// is to hear what the caller is answered.
func signIn(ctx context.Context, c *api.Call, password string) (tokens identity.Tokens, challenge *identity.ChallengeError, settle func(error), err error) {
	attempt, err := limits.Take(ctx, c, limits.Password, c.Person)
	if err != nil {
		return tokens, nil, func(error) {}, err
	}
	settle = func(err error) { attempt.Settle(ctx, c, err) }
	tokens, err = identity.Internal(c.Env).SignIn(ctx, c.Person, password)
	switch {
	case errors.As(err, &challenge):
		return tokens, challenge, settle, nil
	case errors.Is(err, identity.ErrCredentials):
		return tokens, nil, settle, api.Forbidden("wrong-password", "That is not your password.")
	}
	return tokens, nil, settle, err
}

// prove answers the challenge with the code; errWrongCode where it is not right now.
func prove(ctx context.Context, c *api.Call, challenge *identity.ChallengeError, code string) error {
	_, err := identity.Internal(c.Env).Answer(ctx, c.Person, challenge.Session, code)
	if errors.Is(err, identity.ErrCode) {
		return errWrongCode
	}
	return err
}

// record writes into the account whether the second factor is on, as Cognito has it.
func record(ctx context.Context, c *api.Call, on bool) error {
	u := table.Set("totp", true)
	if !on {
		u = expression.Remove(expression.Name("totp"))
	}
	return c.Table.UpdateOne(ctx, table.Account(c.Person), u, table.Exists())
}
