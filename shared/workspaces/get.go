package workspaces

import (
	"context"
	"net/http"

	"foyer/shared/api"
)

// GetInput names a workspace.
type GetInput struct {
	Workspace string `path:"workspace"`
}

// Get shows a workspace and its settings.
var Get = api.Operation[GetInput, Output]{
	ID: "workspaces-get", Method: http.MethodGet, Path: "/workspaces/{workspace}", Access: api.Staff,
	Summary: "Show a workspace and its settings",
	Doc:     "For the staff of the workspace.",
	Reads:   own, Handle: get,
}

func get(ctx context.Context, c *api.Call, _ *GetInput) (*Output, error) {
	row, gate, err := load(ctx, c)
	if err != nil {
		return nil, err
	}
	return outputOf(c, row, gate), nil
}
