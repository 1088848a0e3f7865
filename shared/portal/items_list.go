package portal

import (
	"context"
	"net/http"

	"foyer/shared/api"
	"foyer/shared/table"
)

// ItemsListInput asks for a project's shared items of a kind.
type ItemsListInput struct {
	Project string `path:"project"`
	Kind    string `query:"kind" required:"true" enum:"message,file,task,event" doc:"Lists are of one kind"`
	Preview
	api.Page
}

// ItemsList shows a project's shared items of a kind to a client, newest first.
var ItemsList = api.Operation[ItemsListInput, api.List[SharedItem]]{
	ID: "portal-items-list", Method: http.MethodGet, Path: "/portal/projects/{project}/items", Access: api.ClientsOfProject,
	Summary: "List the shared items of a kind",
	Doc: "For clients of the project, and with ?as= for its staff, who see what that client sees: the items that are shared now, newest first. " +
		"A page of very long texts can hold fewer than limit: next says whether more follow. 403 company-not-licensed where the workspace's portal needs a licence that the company has not.",
	Handle: itemsList,
}

func itemsList(ctx context.Context, c *api.Call, in *ItemsListInput) (*api.List[SharedItem], error) {
	prefix, _ := table.ItemPrefix(in.Kind) // the schema let only known kinds in
	c.ListOf(in.Kind)
	after, err := c.ItemPosition(in.Cursor, prefix)
	if err != nil {
		return nil, err
	}
	q := table.Query{PK: table.ClientProjectPartition(c.Project), Prefix: table.PrefixItem + prefix, Descending: true, Limit: in.Limit + 1}
	if after != "" {
		q.After = table.PrefixItem + after
	}
	rows, more, err := gated[table.ItemRow](ctx, c, q)
	if err != nil {
		return nil, err
	}
	if len(rows) > in.Limit {
		rows, more = rows[:in.Limit], true
	}
	out := &api.List[SharedItem]{Body: api.ListBody[SharedItem]{Items: make([]SharedItem, 0, len(rows))}}
	for _, row := range rows {
		out.Body.Items = append(out.Body.Items, itemOf(row))
	}
	if more { // then there are rows: the query filters nothing
		out.Body.Next = c.Cursor(rows[len(rows)-1].Item)
	}
	return out, nil
}
