// Package sessions is signing in and out.
package sessions

import (
	"context"
	"errors"
	"net/http"
	"time"

	"foyer/shared/api"
	"foyer/shared/identity"
	"foyer/shared/limits"
	"foyer/shared/table"
)

// CreateInput is who signs in.
type CreateInput struct{ Body Credentials }

// Credentials are an address and its password.
type Credentials struct {
	Email    api.Email `json:"email" minLength:"3" maxLength:"254" example:"ann@acme.example"`
	Password string    `json:"password" minLength:"1" maxLength:"256" format:"password"`
}

// CreateOutput is what the person calls Foyer with, or how they go on.
type CreateOutput struct {
	Status int
	Body   SignIn
}

// SignIn is a session's tokens (201), or where the account has a second factor the
// challenge to answer (200).
type SignIn struct {
	AccessToken string `json:"accessToken,omitempty" doc:"For the header Authorization: Bearer …"`
	Refresh     string `json:"refresh,omitempty" doc:"For a new access token; opaque"`
	ExpiresIn   int    `json:"expiresIn,omitempty" doc:"Seconds for which the access token is valid" example:"3600"`
	TokenType   string `json:"tokenType,omitempty" enum:"Bearer"`
	Challenge   string `json:"challenge,omitempty" doc:"Instead of tokens: what sessions-answer wants to hear again, within three minutes; opaque"`
	Factor      string `json:"factor,omitempty" enum:"totp" doc:"Of the challenge: totp is a code of the person's authenticator"`
}

// Create signs a person in.
var Create = api.Operation[CreateInput, CreateOutput]{
	ID: "sessions-create", Method: http.MethodPost, Path: "/sessions", Access: api.Public, Status: http.StatusCreated,
	Summary: "Sign in",
	Doc: "For anyone. Every failure is the one 401 `invalid-credentials`: an unknown address, an invitation that was not accepted, a wrong password. " +
		"200 with a challenge, and no tokens, where the password was right and the account has a second factor: sessions-answer completes the sign-in. " +
		"429 `too-many-attempts` (Retry-After) after too many failed ones.",
	Repeatable: "each sign-in is a session of its own",
	Floor:      floor,
	Handle:     create, Problems: []int{http.StatusUnauthorized, http.StatusTooManyRequests},
}

// floor is how soon a sign-in is answered at the earliest: more than Cognito takes as
// a rule, so that an address that it has no user for takes no other time.
const floor = 600 * time.Millisecond

// life of a session: that of the refresh token (template.yaml, UserPoolClient,
// RefreshTokenValidity; a test compares).
const life = 30 * 24 * time.Hour

// challengeLife is how long a challenge's row stands: longer than Cognito, which
// decides, takes an answer.
const challengeLife = 15 * time.Minute

func create(ctx context.Context, c *api.Call, in *CreateInput) (out *CreateOutput, err error) {
	email := in.Body.Email.Canonical()
	attempt, err := limits.Take(ctx, c, limits.SignIn, email)
	if err != nil {
		return nil, err
	}
	defer func() { attempt.Settle(ctx, c, err) }()
	var at table.AddressRow
	found, err := c.Table.Get(ctx, table.Address(email), &at)
	if err != nil {
		return nil, err
	}
	person := at.Person
	if !found {
		person = identity.Decoy(email)
	}
	var account table.AccountRow
	if _, err := c.Table.Get(ctx, table.Account(person), &account); err != nil {
		return nil, err
	}
	tokens, err := identity.From(c.Env).SignIn(ctx, person, in.Body.Password)
	var challenge *identity.ChallengeError
	switch {
	case errors.Is(err, identity.ErrCredentials):
		return nil, api.NewProblem(http.StatusUnauthorized, "invalid-credentials", "Address or password is wrong.")
	case errors.As(err, &challenge):
		row := table.ChallengeRow{Ended: account.Ended, TTL: c.Now().Add(challengeLife).Unix()}
		if err := c.Table.PutOne(ctx, table.Challenge(person, challenge.Session), row, nil); err != nil {
			return nil, err
		}
		return &CreateOutput{Status: http.StatusOK, Body: SignIn{Challenge: person + "." + challenge.Session, Factor: "totp"}}, nil
	case err != nil:
		return nil, err
	}
	if err := open(ctx, c, person, account, tokens, nil); err != nil {
		return nil, err
	}
	t := shown(person, tokens.Refresh, tokens)
	return &CreateOutput{Status: http.StatusCreated, Body: SignIn{AccessToken: t.AccessToken, Refresh: t.Refresh, ExpiresIn: t.ExpiresIn, TokenType: t.TokenType}}, nil
}

// open writes the session, before anybody has its tokens: without its row they would
// be refused everywhere. Not where the person's sessions were ended since the account
// was read: what this sign-in has proved may no longer hold. Then it may be begun again,
// at once (a 409), or where it was of two steps from the first (errOver). answered is the
// challenge that it uses up, if there was one.
func open(ctx context.Context, c *api.Call, person string, account table.AccountRow, tokens identity.Tokens, answered *table.Key) error {
	now, tx, ended := c.Now(), &table.Tx{}, table.ErrConflict
	if answered != nil {
		ended = errOver
	}
	tx.Check(table.Account(person), account.EndedIs()).Else(ended)
	tx.Put(table.Session(person, tokens.Session), table.SessionRow{CreatedAt: now, TTL: now.Add(life).Unix()})
	if answered != nil {
		tx.Delete(*answered).If(table.Exists()).Else(errOver)
	}
	return c.Table.Write(ctx, tx)
}
