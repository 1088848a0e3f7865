package sessions

import (
	"context"
	"net/http"

	"foyer/shared/api"
	"foyer/shared/identity"
	"foyer/shared/signout"
)

// EndAll signs the caller out everywhere.
var EndAll = api.Operation[EndInput, EndOutput]{
	ID: "sessions-end-all", Method: http.MethodDelete, Path: "/sessions/all", Access: api.SignedIn,
	Summary: "Sign out everywhere",
	Doc: "For anyone signed in. Ends all sessions of the person, this one too: the next request with a token of any of them is a 401, however long it is valid, " +
		"and none can be refreshed.",
	Handle: endAll,
}

func endAll(ctx context.Context, c *api.Call, _ *EndInput) (*EndOutput, error) {
	// This session last: while it stands, an interrupted request can be repeated.
	if err := identity.From(c.Env).SignOut(ctx, c.Person); err != nil {
		return nil, err
	}
	if err := signout.Others(ctx, c.Table, c.Person, c.Session); err != nil {
		return nil, err
	}
	return end(ctx, c, nil)
}
