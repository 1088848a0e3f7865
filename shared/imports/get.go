package imports

import (
	"context"
	"net/http"

	"foyer/shared/api"
)

// GetInput names an import.
type GetInput struct {
	Workspace string `path:"workspace"`
	Import    string `path:"import"`
}

// GetOutput is the import.
type GetOutput struct{ Body Import }

// Get shows an import: its plan, and what became of it.
var Get = api.Operation[GetInput, GetOutput]{
	ID: "imports-get", Method: http.MethodGet, Path: "/workspaces/{workspace}/imports/{import}", Access: api.Admins,
	Summary: "Show an import of contacts",
	Doc:     "For the workspace's owner and admins: how far it is, how many rows are new, changed, unchanged and refused, the first refused ones with line and reason, and links to all of it.",
	Reads:   named, Handle: get,
}

func get(ctx context.Context, c *api.Call, in *GetInput) (*GetOutput, error) {
	row, err := load(ctx, c, in.Import)
	if err != nil {
		return nil, err
	}
	out, err := show(ctx, c, row)
	if err != nil {
		return nil, err
	}
	return &GetOutput{Body: out}, nil
}
