package portal

import (
	"context"
	"net/http"

	"foyer/shared/api"
	"foyer/shared/table"
)

// ItemsGetInput names an item of a project.
type ItemsGetInput struct {
	Project string `path:"project"`
	Item    string `path:"item"`
	Preview
}

// ItemsGet shows one shared item to a client of the project. Private, deleted,
// never there, of another project: all the same 404, for the row that is read
// holds none of them.
var ItemsGet = api.Operation[ItemsGetInput, api.Tagged[SharedItem]]{
	ID: "portal-items-get", Method: http.MethodGet, Path: "/portal/projects/{project}/items/{item}", Access: api.ClientsOfProject,
	Summary: "Show a shared item",
	Doc: "For clients of the project, and with ?as= for its staff, who see what that client sees. An item that is not shared is absent. " +
		"403 company-not-licensed where the workspace's portal needs a licence that the company has not.",
	Handle: itemsGet,
}

func itemsGet(ctx context.Context, c *api.Call, in *ItemsGetInput) (*api.Tagged[SharedItem], error) {
	key := table.SharedItem(c.Project, in.Item)
	rows, err := c.Table.BatchGet(ctx, key, c.CompanyGateKey())
	if err != nil {
		return nil, err
	}
	if err := c.CompanyOpen(rows); err != nil {
		return nil, err
	}
	var row table.ItemRow
	found, err := rows.Into(key, &row)
	if err != nil {
		return nil, err
	}
	if !found {
		return nil, api.NotFound()
	}
	return api.WithTag(itemOf(row)), nil
}
