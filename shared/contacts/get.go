package contacts

import (
	"context"
	"net/http"

	"foyer/shared/api"
)

// GetInput names a contact.
type GetInput struct {
	Workspace string `path:"workspace"`
	Contact   string `path:"contact"`
}

// Get shows a contact.
var Get = api.Operation[GetInput, Output]{
	ID: "contacts-get", Method: http.MethodGet, Path: "/workspaces/{workspace}/contacts/{contact}", Access: api.Staff,
	Summary: "Show a contact",
	Doc:     "For the staff of the workspace, with the state of the invitation.",
	Reads:   Named, Handle: get,
}

func get(ctx context.Context, c *api.Call, in *GetInput) (*Output, error) {
	row, company, err := WithCompany(ctx, c, in.Contact)
	if err != nil {
		return nil, err
	}
	return outputOf(c, row, company), nil
}
