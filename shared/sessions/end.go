package sessions

import (
	"context"
	"net/http"

	"foyer/shared/api"
	"foyer/shared/table"
)

// EndInput has nothing: the token says which session.
type EndInput struct{}

// EndOutput has nothing.
type EndOutput struct{}

// End signs the caller out.
var End = api.Operation[EndInput, EndOutput]{
	ID: "sessions-end", Method: http.MethodDelete, Path: "/sessions", Access: api.SignedIn,
	Summary: "Sign out",
	Doc:     "For anyone signed in. Ends the session of the access token: the next request with it is a 401, however long it is valid. Other sessions of the person go on.",
	Handle:  end,
}

func end(ctx context.Context, c *api.Call, _ *EndInput) (*EndOutput, error) {
	if err := c.Table.DeleteOne(ctx, table.Session(c.Person, c.Session)); err != nil {
		return nil, err
	}
	return &EndOutput{}, nil
}
