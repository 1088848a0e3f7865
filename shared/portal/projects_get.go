package portal

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"foyer/shared/api"
	"foyer/shared/contacts"
	"foyer/shared/table"
)

// ProjectsGetInput names a project.
type ProjectsGetInput struct {
	Project string `path:"project"`
	Preview
}

// Preview is what every read below a project of the portal takes.
type Preview struct {
	As string `query:"as" maxLength:"64" doc:"Of the project's staff: a client of the project (invited or accepted), whose view is shown"`
}

// ClientProjectDetail is a project with its people, as its clients see it.
type ClientProjectDetail struct {
	ClientProject
	People     []ClientProjectPerson `json:"people" nullable:"false" doc:"By name; at most 200"`
	MorePeople bool                  `json:"morePeople" doc:"The project has more people than are listed"`
}

// ClientProjectPerson is a person of a project as its clients see them.
type ClientProjectPerson struct {
	Person string `json:"person"`
	Name   string `json:"name"`
	Label  string `json:"label,omitempty" doc:"“The Client” for a client"`
}

// peopleMost is how many people one answer lists: ten times the people of a
// large project, at 0.2 KB each far below the 1 MB that a query gives at once.
const peopleMost = 200

// ProjectsGet shows a project and its people to a client of it.
var ProjectsGet = api.Operation[ProjectsGetInput, api.Tagged[ClientProjectDetail]]{
	ID: "portal-projects-get", Method: http.MethodGet, Path: "/portal/projects/{project}", Access: api.ClientsOfProject,
	Summary: "Show a project and its people",
	Doc: "For clients of the project, and with ?as= for its staff, who see what that client sees. The names are those of the project's people and no others; " +
		"at most 200 of them. 403 company-not-licensed where the workspace's portal needs a licence that the company has not.",
	Handle: projectsGet,
}

func projectsGet(ctx context.Context, c *api.Call, _ *ProjectsGetInput) (*api.Tagged[ClientProjectDetail], error) {
	people, more, err := gated[table.PersonRow](ctx, c, table.Query{PK: table.ClientProjectPartition(c.Project), Prefix: table.PrefixPerson, Limit: peopleMost})
	if err != nil {
		return nil, err
	}
	out := ClientProjectDetail{
		ClientProject: ClientProject{ID: c.Project, Name: c.Facts.Name, WorkspaceName: c.Gate.Name},
		People:        make([]ClientProjectPerson, 0, len(people)), MorePeople: more,
	}
	for _, p := range people {
		shown := ClientProjectPerson{Person: p.Person, Name: p.Name}
		if p.Kind == table.KindClient {
			shown.Label = contacts.Label
		}
		out.People = append(out.People, shown)
	}
	slices.SortStableFunc(out.People, func(a, b ClientProjectPerson) int { return strings.Compare(a.Name, b.Name) })
	return api.WithTag(out), nil
}

// gated reads a range of the project's client realm and, meanwhile, the gate of
// the viewer's company, which says whether it may be shown.
func gated[R any](ctx context.Context, c *api.Call, q table.Query) (rows []R, more bool, err error) {
	var gates table.Rows
	group, gctx := errgroup.WithContext(ctx)
	group.Go(func() (err error) {
		gates, err = c.Table.BatchGet(gctx, c.CompanyGateKey())
		return err
	})
	group.Go(func() (err error) {
		rows, more, err = table.QueryInto[R](gctx, c.Table, q)
		return err
	})
	if err := group.Wait(); err != nil {
		return nil, false, err
	}
	return rows, more, c.CompanyOpen(gates)
}
