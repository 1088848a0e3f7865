package members

import (
	"context"
	"net/http"
	"strings"

	"foyer/shared/api"
	"foyer/shared/table"
)

// ListInput names a workspace.
type ListInput struct {
	Workspace string `path:"workspace"`
	api.Page
}

// List shows the team of a workspace.
var List = api.Operation[ListInput, api.List[Member]]{
	ID: "members-list", Method: http.MethodGet, Path: "/workspaces/{workspace}/members", Access: api.Staff,
	Summary: "List the members of a workspace",
	Doc:     "For the staff of the workspace: its members and who is invited to be one, with the state of the invitation, in no particular order.",
	Handle:  list,
}

func list(ctx context.Context, c *api.Call, in *ListInput) (*api.List[Member], error) {
	return api.Source[table.MemberRow, Member]{
		Read: func(ctx context.Context, after string, n int) ([]table.MemberRow, bool, error) {
			q := table.Query{PK: table.Member(c.Workspace, "").PK, Prefix: table.PrefixMember, Limit: n}
			if after != "" {
				q.After = table.PrefixMember + after
			}
			return table.QueryInto[table.MemberRow](ctx, c.Table, q)
		},
		At: func(row table.MemberRow) string { return strings.TrimPrefix(row.SK, table.PrefixMember) },
		Show: func(_ context.Context, rows []table.MemberRow) (map[string]Member, error) {
			out := make(map[string]Member, len(rows))
			for _, row := range rows {
				out[row.Person] = Of(row, c.Now())
			}
			return out, nil
		},
		Valid: func(position string) bool { return api.ValidID("person", position) },
	}.Page(ctx, c, in.Page)
}
