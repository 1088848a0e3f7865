// Package sessions is signing in and out.
package sessions

import (
	"context"
	"crypto/sha256"
	"errors"
	"net/http"
	"time"

	"github.com/oklog/ulid/v2"

	"foyer/shared/api"
	"foyer/shared/identity"
	"foyer/shared/table"
)

// CreateInput is who signs in.
type CreateInput struct{ Body Credentials }

// Credentials are an address and its password.
type Credentials struct {
	Email    api.Email `json:"email" minLength:"3" maxLength:"254" example:"ann@acme.example"`
	Password string    `json:"password" minLength:"1" maxLength:"256" format:"password"`
}

// CreateOutput is what the person calls Foyer with.
type CreateOutput struct{ Body SessionTokens }

// SessionTokens are a session's tokens.
type SessionTokens struct {
	AccessToken string `json:"accessToken" doc:"For the header Authorization: Bearer …"`
	Refresh     string `json:"refresh" doc:"For a new access token; opaque"`
	ExpiresIn   int    `json:"expiresIn" doc:"Seconds for which the access token is valid" example:"3600"`
	TokenType   string `json:"tokenType" enum:"Bearer"`
}

// Create signs a person in.
var Create = api.Operation[CreateInput, CreateOutput]{
	ID: "sessions-create", Method: http.MethodPost, Path: "/sessions", Access: api.Public, Status: http.StatusCreated,
	Summary: "Sign in",
	Doc: "For anyone. Every failure is the one 401 `invalid-credentials`: an unknown address, an invitation that was not accepted, a wrong password. " +
		"403 `second-factor-required` where the password was right and the account asks for more than a password.",
	Repeatable: "each sign-in is a session of its own",
	Handle:     create, Problems: []int{http.StatusUnauthorized, http.StatusForbidden},
}

// life of a session: that of the refresh token (template.yaml, UserPoolClient,
// RefreshTokenValidity; a test compares).
const life = 30 * 24 * time.Hour

func create(ctx context.Context, c *api.Call, in *CreateInput) (*CreateOutput, error) {
	email := in.Body.Email.Canonical()
	var at table.AddressRow
	found, err := c.Table.Get(ctx, table.Address(email), &at)
	if err != nil {
		return nil, err
	}
	person := at.Person
	if !found {
		person = decoy(email)
	}
	tokens, err := identity.From(c.Env).SignIn(ctx, person, in.Body.Password)
	switch {
	case errors.Is(err, identity.ErrCredentials):
		return nil, api.NewProblem(http.StatusUnauthorized, "invalid-credentials", "Address or password is wrong.")
	case errors.Is(err, identity.ErrChallenge):
		return nil, api.Forbidden("second-factor-required", "This account asks for a second factor.")
	case err != nil:
		return nil, err
	}
	// The session first: tokens without its row would be refused everywhere.
	now := c.Now()
	row := table.SessionRow{CreatedAt: now, TTL: now.Add(life).Unix()}
	if err := c.Table.PutOne(ctx, table.Session(person, tokens.Session), row, nil); err != nil {
		return nil, err
	}
	return &CreateOutput{Body: SessionTokens{
		AccessToken: tokens.Access, Refresh: person + "." + tokens.Refresh, ExpiresIn: tokens.ExpiresIn, TokenType: "Bearer",
	}}, nil
}

// decoy is the account id that stands in for an address that nobody has, so that
// Cognito is asked all the same. It is the same each time, as a real one is, so
// that what Cognito counts by username (failed attempts) behaves alike.
func decoy(email string) string {
	sum := sha256.Sum256([]byte("decoy\x00" + email))
	var id ulid.ULID
	copy(id[:], sum[:])
	return "per_" + id.String()
}
