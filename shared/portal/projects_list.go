package portal

import (
	"context"
	"net/http"
	"strings"

	"foyer/shared/api"
	"foyer/shared/table"
)

// ProjectsListInput asks for the caller's projects.
type ProjectsListInput struct{ api.Page }

// ClientProject is a project as its clients see it in a list.
type ClientProject struct {
	ID            string `json:"id"`
	Name          string `json:"name"`
	WorkspaceName string `json:"workspaceName" doc:"Whose project it is"`
}

// ProjectsList shows the caller the projects that they are a client of.
var ProjectsList = api.Operation[ProjectsListInput, api.List[ClientProject]]{
	ID: "portal-projects-list", Method: http.MethodGet, Path: "/portal/projects", Access: api.SignedIn,
	Summary: "List the projects that I am a client of",
	Doc: "For anyone signed in, over all workspaces: the projects that the caller can open now as a client, the older of a workspace first. " +
		"Projects that they are a member of, and those whose access was removed or whose company is not open to clients, are absent.",
	Handle: projectsList,
}

func projectsList(ctx context.Context, c *api.Call, in *ProjectsListInput) (*api.List[ClientProject], error) {
	return api.Source[table.PersonProjectRow, ClientProject]{
		Read: func(ctx context.Context, after string, n int) ([]table.PersonProjectRow, bool, error) {
			q := table.Query{PK: table.UserPartition(c.Person), Prefix: table.PrefixProject, Limit: n}
			if after != "" {
				q.After = table.PrefixProject + after
			}
			return table.QueryInto[table.PersonProjectRow](ctx, c.Table, q)
		},
		At: func(r table.PersonProjectRow) string { return strings.TrimPrefix(r.SK, table.PrefixProject) },
		Show: func(ctx context.Context, mine []table.PersonProjectRow) (map[string]ClientProject, error) {
			return shownProjects(ctx, c, mine)
		},
		Valid: func(position string) bool { return api.ValidID("project", position) },
	}.Page(ctx, c, in.Page)
}

func shownProjects(ctx context.Context, c *api.Call, mine []table.PersonProjectRow) (map[string]ClientProject, error) {
	var keys []table.Key
	projects := make(map[string]table.PersonProjectRow, len(mine))
	for _, row := range mine {
		if row.Kind != table.KindClient {
			continue
		}
		id := strings.TrimPrefix(row.SK, table.PrefixProject)
		projects[id], keys = row, append(keys, accessKeys(c.Person, id)...)
		if w, _ := table.WorkspaceOf(id); row.Company != "" {
			// The membership says which company it is by now; it is the same but for a
			// contact who changed companies, and openable reads that one's gate.
			keys = append(keys, table.CompanyGate(w, row.Company))
		}
	}
	rows, err := c.Table.BatchGet(ctx, keys...)
	if err != nil {
		return nil, err
	}
	open, err := openable(ctx, c, rows, projects)
	if err != nil {
		return nil, err
	}
	shown := make(map[string]ClientProject, len(open))
	for id, o := range open {
		shown[id] = ClientProject{ID: id, Name: o.project.Name, WorkspaceName: o.workspaceName}
	}
	return shown, nil
}
