package members

import (
	"context"
	"net/http"

	"foyer/shared/api"
)

// GetInput names a member.
type GetInput struct {
	Workspace string `path:"workspace"`
	Person    string `path:"person"`
}

// Get shows a member.
var Get = api.Operation[GetInput, Output]{
	ID: "members-get", Method: http.MethodGet, Path: "/workspaces/{workspace}/members/{person}", Access: api.Staff,
	Summary: "Show a member",
	Doc:     "For the staff of the workspace.",
	Reads:   named, Handle: get,
}

func get(ctx context.Context, c *api.Call, in *GetInput) (*Output, error) {
	row, err := load(ctx, c, in.Person)
	if err != nil {
		return nil, err
	}
	return outputOf(c, row), nil
}
