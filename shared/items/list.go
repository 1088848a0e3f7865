package items

import (
	"context"
	"maps"
	"net/http"
	"slices"
	"strings"

	"foyer/shared/api"
	"foyer/shared/table"
)

// Values of ?visibility=.
const (
	visibleAll     = "all"
	visiblePrivate = "private"
	visibleShared  = "shared"
)

// ListInput asks for a project's items of a kind.
type ListInput struct {
	Project    string `path:"project"`
	Kind       string `query:"kind" required:"true" enum:"message,file,task,event" doc:"Lists are of one kind"`
	Visibility string `query:"visibility" enum:"all,private,shared" default:"all" doc:"Only what clients do not see, or only what they see"`
	api.Page
}

// List shows a project's items of a kind to a member, newest first.
var List = api.Operation[ListInput, api.List[Item]]{
	ID: "items-list", Method: http.MethodGet, Path: "/projects/{project}/items", Access: api.StaffOfProject,
	Summary: "List the items of a kind",
	Doc: "For the staff of the project: private and shared items, newest first; clientCanSee marks what the project's clients see. " +
		"A page of very long texts can hold fewer than limit: next says whether more follow.",
	Handle: list,
}

func list(ctx context.Context, c *api.Call, in *ListInput) (*api.List[Item], error) {
	prefix, _ := table.ItemPrefix(in.Kind) // the schema let only known kinds in
	c.ListOf(in.Kind + " " + in.Visibility)
	after, err := c.ItemPosition(in.Cursor, prefix)
	if err != nil {
		return nil, err
	}
	var m merge
	for _, partition := range partitions(c.Project, in.Visibility) {
		q := table.Query{PK: partition, Prefix: table.PrefixItem + prefix, Descending: true, Limit: in.Limit + 1}
		if after != "" {
			q.After = table.PrefixItem + after
		}
		rows, more, err := table.QueryInto[table.ItemRow](ctx, c.Table, q)
		if err != nil {
			return nil, err
		}
		m.add(rows, more)
	}
	out := &api.List[Item]{Body: api.ListBody[Item]{Items: []Item{}}}
	rows, more := m.page(in.Limit)
	for _, row := range rows {
		out.Body.Items = append(out.Body.Items, itemOf(row))
	}
	if more {
		out.Body.Next = c.Cursor(rows[len(rows)-1].Item)
	}
	return out, nil
}

// partitions are what a list reads, in this order. Two queries are not one
// instant: an item taken back between them would be in neither, one shared in
// both. So the private ones are read again at the end; what is still missed has
// moved twice within one request.
func partitions(p, visibility string) []string {
	private, shared := table.TeamProjectPartition(p), table.ClientProjectPartition(p)
	switch visibility {
	case visiblePrivate:
		return []string{private}
	case visibleShared:
		return []string{shared}
	}
	return []string{private, shared, private}
}

// merge makes one list, newest first, of several queries of the same range.
type merge struct {
	rows map[string]table.ItemRow // by id; the later version counts, and of the same the later read
	// floor is the oldest id down to which all queries were read: one that ended at
	// DynamoDB's megabyte says nothing of what is older.
	floor string
	more  bool // older ones exist than were read
}

func (m *merge) add(rows []table.ItemRow, more bool) {
	if m.rows == nil {
		m.rows = map[string]table.ItemRow{}
	}
	for _, row := range rows {
		if had, ok := m.rows[row.Item]; !ok || row.Version >= had.Version {
			m.rows[row.Item] = row
		}
	}
	if more && len(rows) > 0 {
		m.floor, m.more = max(m.floor, rows[len(rows)-1].Item), true
	}
}

func (m *merge) page(limit int) (page []table.ItemRow, more bool) {
	page, more = slices.Collect(maps.Values(m.rows)), m.more
	slices.SortFunc(page, func(a, b table.ItemRow) int { return strings.Compare(b.Item, a.Item) })
	complete := len(page)
	for complete > 0 && page[complete-1].Item < m.floor {
		complete--
	}
	if complete = min(complete, limit); complete < len(page) {
		page, more = page[:complete], true
	}
	return page, more
}
