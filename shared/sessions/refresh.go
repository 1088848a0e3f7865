package sessions

import (
	"context"
	"errors"
	"net/http"

	"foyer/shared/api"
	"foyer/shared/identity"
	"foyer/shared/table"
)

// RefreshInput is the refresh value of a session.
type RefreshInput struct{ Body RefreshValue }

// RefreshValue is what the session's tokens came with.
type RefreshValue struct {
	Refresh string `json:"refresh" minLength:"1" maxLength:"4096"`
}

// RefreshOutput is what the person calls Foyer with from now on.
type RefreshOutput struct{ Body SessionTokens }

// Refresh gives a new access token of the same session.
var Refresh = api.Operation[RefreshInput, RefreshOutput]{
	ID: "sessions-refresh", Method: http.MethodPost, Path: "/sessions/refresh", Access: api.Public,
	Summary: "Get a new access token",
	Doc: "For whoever was given the refresh value; it stays the same and lives 30 days from the sign-in. 401 `session-over` where the session has ended " +
		"(signed out, everywhere or here, or a new password), or there is none.",
	Repeatable: "it makes nothing but another token of the same session",
	Handle:     refresh, Problems: []int{http.StatusUnauthorized},
}

func refresh(ctx context.Context, c *api.Call, in *RefreshInput) (*RefreshOutput, error) {
	over := api.NewProblem(http.StatusUnauthorized, "session-over", "This session has ended. Sign in again.")
	person, value, ok := parted(in.Body.Refresh)
	if !ok {
		return nil, over
	}
	tokens, err := identity.From(c.Env).Refresh(ctx, person, value)
	if errors.Is(err, identity.ErrSessionOver) {
		return nil, over
	}
	if err != nil {
		return nil, err
	}
	// What Cognito thinks of the token is not enough: the session is Foyer's.
	var s table.SessionRow
	if _, err := c.Table.Get(ctx, table.Session(person, tokens.Session), &s); err != nil {
		return nil, err
	}
	if s.TTL <= c.Now().Unix() { // one that is not there has ended
		return nil, over
	}
	return &RefreshOutput{Body: shown(person, value, tokens)}, nil
}
