package api

import "context"

// Source is a list of which some rows are not shown: hidden from the viewer, or
// no longer there. Its pages are filled up from the rows that follow, and end
// where a shown row ends: neither their number nor a cursor tells of the others.
type Source[R, T any] struct {
	// Read gives the next n rows after a position (empty: from the start), and
	// whether there are more.
	Read func(ctx context.Context, after string, n int) (rows []R, more bool, err error)
	// At is the position of a row.
	At func(R) string
	// Show gives what is shown of the rows, by their positions; what is missing is
	// not shown.
	Show func(ctx context.Context, rows []R) (map[string]T, error)
	// Valid says whether a position can be one of this list: a cursor's is not secret.
	Valid func(position string) bool
}

// readMost is how many rows are read at once where most of those before are not shown, so
// that a request gets through very many: about 100 kB. More would be loaded in vain where
// all of them are shown.
const readMost = 500

// Page is one page of the source. It reads on until the page is full and one
// more row would be shown, or the rows end, however many are hidden: to stop
// before would show in a cursor that they exist.
func (s Source[R, T]) Page(ctx context.Context, c *Call, in Page) (*List[T], error) {
	after, err := c.Position(in.Cursor)
	if err != nil {
		return nil, err
	}
	if after != "" && !s.Valid(after) {
		return nil, NotACursor()
	}
	out := &List[T]{Body: ListBody[T]{Items: []T{}}}
	last := ""
	for n, more := in.Limit+1, true; more; {
		var rows []R
		if rows, more, err = s.Read(ctx, after, n); err != nil {
			return nil, err
		}
		shown, err := s.Show(ctx, rows)
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			after = s.At(r)
			item, ok := shown[after]
			if !ok {
				continue
			}
			if len(out.Body.Items) == in.Limit {
				out.Body.Next = c.Cursor(last)
				return out, nil
			}
			out.Body.Items, last = append(out.Body.Items, item), after
		}
		if 2*len(shown) < len(rows) {
			n = min(2*n, readMost)
		}
	}
	return out, nil
}
