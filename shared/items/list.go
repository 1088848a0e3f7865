package items

import (
	"context"
	"maps"
	"net/http"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

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
	if err := m.read(ctx, c, in, prefix, after); err != nil {
		return nil, err
	}
	if in.Visibility == visibleAll {
		moved, err := movedSince(ctx, c)
		if err != nil {
			return nil, err
		}
		if moved {
			if err := m.read(ctx, c, in, prefix, after); err != nil {
				return nil, err
			}
		}
	}
	out := &api.List[Item]{Body: api.ListBody[Item]{Items: []Item{}}}
	rows, more := m.page(in.Limit)
	for _, row := range rows {
		out.Body.Items = append(out.Body.Items, Of(row))
	}
	if more {
		out.Body.Next = c.Cursor(rows[len(rows)-1].Item)
	}
	return out, nil
}

// partitions are what a list reads, at once.
func partitions(p, visibility string) []string {
	private, shared := table.TeamProjectPartition(p), table.ClientProjectPartition(p)
	switch visibility {
	case visiblePrivate:
		return []string{private}
	case visibleShared:
		return []string{shared}
	}
	return []string{private, shared}
}

// movedSince says whether an item was shared or taken back since the call was let in.
// Two queries are not one instant: an item that moves between them would be in neither
// or in both. If one did, both realms are read once more and all that was found is
// merged; what is still missed has moved twice within one request.
func movedSince(ctx context.Context, c *api.Call) (bool, error) {
	var now table.ProjectFactsRow
	rows, err := c.Table.BatchGet(ctx, table.ProjectFacts(c.Project))
	if err != nil {
		return false, err
	}
	_, err = rows.Into(table.ProjectFacts(c.Project), &now)
	return now.Moved != c.Facts.Moved, err
}

// merge makes one list, newest first, of several queries of the same range.
type merge struct {
	rows map[string]table.ItemRow // by id; the later version counts, and of the same the later read
	// floor is the oldest id down to which all queries were read: one that ended at
	// DynamoDB's megabyte says nothing of what is older.
	floor string
	more  bool // older ones exist than were read
}

// read reads the range that the list asks for in its realms, at once.
func (m *merge) read(ctx context.Context, c *api.Call, in *ListInput, prefix, after string) error {
	parts := partitions(c.Project, in.Visibility)
	found := make([]struct {
		rows []table.ItemRow
		more bool
	}, len(parts))
	group, gctx := errgroup.WithContext(ctx)
	for i, partition := range parts {
		q := table.Query{PK: partition, Prefix: table.PrefixItem + prefix, Descending: true, Limit: in.Limit + 1}
		if after != "" {
			q.After = table.PrefixItem + after
		}
		group.Go(func() (err error) {
			found[i].rows, found[i].more, err = table.QueryInto[table.ItemRow](gctx, c.Table, q)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	for _, f := range found {
		m.add(f.rows, f.more)
	}
	return nil
}

func (m *merge) add(rows []table.ItemRow, more bool) {
	if m.rows == nil {
		m.rows = map[string]table.ItemRow{}
	}
	for _, row := range rows {
		if row.Version >= m.rows[row.Item].Version { // where none was found, 0
			m.rows[row.Item] = row
		}
	}
	if more { // then there are rows: the query filters nothing
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
