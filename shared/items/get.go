package items

import (
	"context"
	"net/http"

	"foyer/shared/api"
)

// GetInput names an item of a project.
type GetInput struct {
	Project string `path:"project"`
	Item    string `path:"item"`
}

// Get shows one item to a member.
var Get = api.Operation[GetInput, api.Tagged[Item]]{
	ID: "items-get", Method: http.MethodGet, Path: "/projects/{project}/items/{item}", Access: api.StaffOfProject,
	Summary: "Show an item",
	Doc:     "For the staff of the project. clientCanSee says whether the project's clients see it.",
	Reads:   named,
	Handle:  get,
}

func get(ctx context.Context, c *api.Call, in *GetInput) (*api.Tagged[Item], error) {
	row, err := load(ctx, c, in.Item)
	if err != nil {
		return nil, err
	}
	return api.WithTag(Of(row)), nil
}
