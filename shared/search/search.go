// Package search finds things by the prefix of any word of their name: one query,
// however many things there are (rule 17).
package search

import (
	"context"
	"slices"
	"strings"

	"foyer/shared/api"
	"foyer/shared/names"
	"foyer/shared/table"
)

// Index adds to the transaction the rows by which id is found in the partition.
// key makes the key of a word.
func Index(tx *table.Tx, id, name string, key func(word string) table.Key) {
	words := names.Words(name)
	for _, w := range words {
		tx.Put(key(w), table.WordRow{ID: id, Words: words}).If(table.Absent())
	}
}

// Reindex changes those rows to another name: table.ErrConflict where they are not
// those of the former one any more.
func Reindex(tx *table.Tx, id, from, to string, before, after func(word string) table.Key) {
	words := names.Words(to)
	had := map[table.Key]bool{}
	for _, w := range names.Words(from) {
		had[before(w)] = true
	}
	for _, w := range words {
		put := tx.Put(after(w), table.WordRow{ID: id, Words: words})
		if had[after(w)] {
			put.If(table.Exists()).Else(table.ErrConflict)
			delete(had, after(w))
			continue
		}
		put.If(table.Absent())
	}
	for _, w := range names.Words(from) {
		if had[before(w)] {
			tx.Delete(before(w)).If(table.Exists()).Else(table.ErrConflict)
		}
	}
}

// Unindex takes those rows away: table.ErrConflict where they are not those of the name
// any more.
func Unindex(tx *table.Tx, name string, key func(word string) table.Key) {
	for _, w := range names.Words(name) {
		tx.Delete(key(w)).If(table.Exists()).Else(table.ErrConflict)
	}
}

// Page is a page of the things in the partition whose names have, for each word of
// the search, a word that begins with it. They come in the order of that word, each
// once. show loads what is shown, by id; what is missing is not shown.
func Page[T any](ctx context.Context, c *api.Call, partition, search string, in api.Page, show func(ctx context.Context, ids []string) (map[string]T, error)) (*api.List[T], error) {
	words := names.Words(search)
	if len(words) == 0 {
		return &api.List[T]{Body: api.ListBody[T]{Items: []T{}}}, nil
	}
	prefix := slices.MaxFunc(words, func(a, b string) int { return len(a) - len(b) }) // the fewest have it
	return api.Source[table.WordRow, T]{
		Read: func(ctx context.Context, after string, n int) ([]table.WordRow, bool, error) {
			return table.QueryInto[table.WordRow](ctx, c.Table, table.Query{PK: partition, Prefix: prefix, After: after, Limit: n})
		},
		At: func(r table.WordRow) string { return r.SK },
		Show: func(ctx context.Context, rows []table.WordRow) (map[string]T, error) {
			byID, ids := map[string]string{}, []string{}
			for _, r := range rows {
				if matches(r, prefix, words) {
					byID[r.ID], ids = r.SK, append(ids, r.ID)
				}
			}
			found, err := show(ctx, ids)
			if err != nil {
				return nil, err
			}
			out := make(map[string]T, len(found))
			for id, thing := range found {
				out[byID[id]] = thing
			}
			return out, nil
		},
		Valid: func(position string) bool { return strings.HasPrefix(position, prefix) },
	}.Page(ctx, c, in)
}

// matches says whether the row stands for its thing: every word of the search
// begins one of the name's, and of the name's words that begin with the prefix this
// row is the first, so that the thing is listed once.
func matches(r table.WordRow, prefix string, search []string) bool {
	for _, s := range search {
		if !slices.ContainsFunc(r.Words, func(w string) bool { return strings.HasPrefix(w, s) }) {
			return false
		}
	}
	first := slices.IndexFunc(r.Words, func(w string) bool { return strings.HasPrefix(w, prefix) })
	return strings.HasPrefix(r.SK, r.Words[first]+"#")
}

// ByName is a page of the things that rows of the partition list in the order of
// names (table.NamedRow), of those whose sort keys have the prefix.
func ByName[T any](ctx context.Context, c *api.Call, partition, prefix string, in api.Page, show func(ctx context.Context, ids []string) (map[string]T, error)) (*api.List[T], error) {
	return api.Source[table.NamedRow, T]{
		Read: func(ctx context.Context, after string, n int) ([]table.NamedRow, bool, error) {
			return table.QueryInto[table.NamedRow](ctx, c.Table, table.Query{PK: partition, Prefix: prefix, After: after, Limit: n})
		},
		At: func(r table.NamedRow) string { return r.SK },
		Show: func(ctx context.Context, rows []table.NamedRow) (map[string]T, error) {
			ids := make([]string, len(rows))
			for i, r := range rows {
				ids[i] = r.ID
			}
			found, err := show(ctx, ids)
			if err != nil {
				return nil, err
			}
			out := make(map[string]T, len(found))
			for _, r := range rows {
				if thing, ok := found[r.ID]; ok {
					out[r.SK] = thing
				}
			}
			return out, nil
		},
		Valid: func(position string) bool { return strings.HasPrefix(position, prefix) },
	}.Page(ctx, c, in)
}
