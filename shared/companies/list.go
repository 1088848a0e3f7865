package companies

import (
	"context"
	"net/http"

	"foyer/shared/api"
	"foyer/shared/search"
	"foyer/shared/table"
)

// ListInput says which companies.
type ListInput struct {
	Workspace string `path:"workspace"`
	Search    string `query:"search" maxLength:"100" doc:"The beginning of any word of the name, or of several; case and accents do not count" example:"glo"`
	Licensed  string `query:"licensed" enum:"true,false" doc:"Only those with a licence, or only those without"`
	api.Page
}

// List shows the companies of the workspace, by name, or those that a search finds.
var List = api.Operation[ListInput, api.List[Company]]{
	ID: "companies-list", Method: http.MethodGet, Path: "/workspaces/{workspace}/companies", Access: api.Staff,
	Summary: "List companies, or find them as one types",
	Doc: "For the staff of the workspace: all companies by name, or with search those of whose name every word of the search begins a word. " +
		"Archived ones are there and say so. A search costs the same however many companies there are.",
	Handle: list,
}

func list(ctx context.Context, c *api.Call, in *ListInput) (*api.List[Company], error) {
	c.ListOf(in.Licensed + "\x00" + in.Search)
	keep := func(company Company) bool { return in.Licensed == "" || company.Licensed == (in.Licensed == "true") }
	shown := func(ctx context.Context, ids []string) (map[string]Company, error) { return show(ctx, c, ids, keep) }
	if in.Search != "" {
		return search.Page(ctx, c, table.CompanyWordPartition(c.Workspace), in.Search, in.Page, shown)
	}
	partition := table.CompaniesPartition(c.Workspace)
	if in.Licensed == "true" {
		partition = table.LicencePartition(c.Workspace)
	}
	return search.ByName(ctx, c, partition, "", in.Page, shown)
}
