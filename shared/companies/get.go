package companies

import (
	"context"
	"net/http"

	"foyer/shared/api"
)

// GetInput names a company.
type GetInput struct {
	Workspace string `path:"workspace"`
	Company   string `path:"company"`
}

// Get shows a company.
var Get = api.Operation[GetInput, Output]{
	ID: "companies-get", Method: http.MethodGet, Path: "/workspaces/{workspace}/companies/{company}", Access: api.Staff,
	Summary: "Show a company",
	Doc:     "For the staff of the workspace.",
	Reads:   InPath, Handle: get,
}

func get(ctx context.Context, c *api.Call, in *GetInput) (*Output, error) {
	row, gate, err := Load(ctx, c, in.Company)
	if err != nil {
		return nil, err
	}
	return outputOf(row, gate), nil
}
