package workspaceexport

import (
	"context"
	"fmt"
	"slices"
	"strings"

	area "foyer/shared/items"
	"foyer/shared/stream"
	"foyer/shared/table"
)

// item is an item with its project.
type item struct {
	Project string `json:"project"`
	area.Item
}

// looks is how often a page of items is read while items move.
const looks = 5

// items writes a page of the project's items, private and shared, in the order of their
// ids. An item that is shared or taken back between the two queries would be in neither
// or in both: the project's facts tell of it (Moved), and the page is read again.
func items(ctx context.Context, w *walk) (bool, error) {
	for range looks {
		before, err := w.facts(ctx)
		if err != nil {
			return false, err
		}
		rows, more, err := w.itemsAfter(ctx)
		if err != nil {
			return false, err
		}
		after, err := w.facts(ctx)
		if err != nil {
			return false, err
		}
		if before.Moved != after.Moved {
			continue
		}
		for _, row := range rows {
			if err := w.write("item", item{w.at.Project, area.Of(row)}); err != nil {
				return false, err
			}
			w.at.After = row.SK
		}
		return more, nil
	}
	return false, fmt.Errorf("the items of %s move while they are read: %w", w.at.Project, stream.ErrLater)
}

// itemsAfter reads the next items of both realms, as far as both were read.
func (w *walk) itemsAfter(ctx context.Context) (all []table.ItemRow, more bool, err error) {
	end := "" // the last sort key up to which both realms were read; empty: all were
	for _, pk := range []string{table.TeamProjectPartition(w.at.Project), table.ClientProjectPartition(w.at.Project)} {
		rows, goesOn, err := table.QueryInto[table.ItemRow](ctx, w.Table, table.Query{PK: pk, Prefix: table.PrefixItem, After: w.at.After, Limit: rowsOfStep})
		if err != nil {
			return nil, false, err
		}
		if goesOn {
			if last := rows[len(rows)-1].SK; end == "" || last < end {
				end = last
			}
		}
		all = append(all, rows...)
	}
	if end != "" {
		all = slices.DeleteFunc(all, func(r table.ItemRow) bool { return r.SK > end })
	}
	slices.SortFunc(all, func(a, b table.ItemRow) int { return strings.Compare(a.SK, b.SK) })
	return all, end != "", nil
}
