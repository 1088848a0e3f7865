package contacts

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"foyer/shared/api"
	"foyer/shared/search"
	"foyer/shared/table"
)

// ListInput says which contacts of a company.
type ListInput struct {
	Workspace string `path:"workspace"`
	Company   string `path:"company"`
	Search    string `query:"search" maxLength:"100" doc:"The beginning of any word of the name, or of several; case and accents do not count" example:"car"`
	Access    string `query:"access" maxLength:"64" doc:"Only those who are so far: one or several of none, invited, active, removed, with commas" example:"none,invited"`
	api.Page
}

// List shows the contacts of a company, by name, or those that a search finds.
var List = api.Operation[ListInput, api.List[Contact]]{
	ID: "contacts-list", Method: http.MethodGet, Path: "/workspaces/{workspace}/companies/{company}/contacts", Access: api.Staff,
	Summary: "List a company's contacts, or find them as one types",
	Doc:     "For the staff of the workspace: who can be invited (none), was invited (invited), has access (active), or had it (removed).",
	Reads:   company, Handle: list,
}

// company is the company that the path names, to be read with the access
// (api.Operation.Reads).
func company(c *api.Call, path func(string) string) []table.Key {
	return []table.Key{table.Company(c.Workspace, path("company"))}
}

// ofPath loads that company; one of another workspace is absent, a 404.
func ofPath(ctx context.Context, c *api.Call, id string) (row table.CompanyRow, err error) {
	err = c.Need(ctx, table.Company(c.Workspace, id), &row)
	return row, err
}

var accesses = []string{accessNone, accessInvited, accessActive, accessRemoved}

func list(ctx context.Context, c *api.Call, in *ListInput) (*api.List[Contact], error) {
	wanted := accesses
	if in.Access != "" {
		wanted = strings.Split(in.Access, ",")
		for _, a := range wanted {
			if !slices.Contains(accesses, a) {
				return nil, api.Invalid(api.Fault("query.access", "must be of %s", strings.Join(accesses, ", ")))
			}
		}
	}
	company, err := ofPath(ctx, c, in.Company)
	if err != nil {
		return nil, err
	}
	c.ListOf(strings.Join([]string{in.Company, in.Access, in.Search}, "\x00"))
	shown := func(ctx context.Context, ids []string) (map[string]Contact, error) {
		return show(ctx, c, company, ids, func(contact Contact) bool { return slices.Contains(wanted, contact.Access) })
	}
	if in.Search != "" {
		return search.Page(ctx, c, table.ContactWordPartition(c.Workspace, in.Company), in.Search, in.Page, shown)
	}
	return search.ByName(ctx, c, table.ContactsPartition(c.Workspace, in.Company), table.PrefixContact, in.Page, shown)
}
