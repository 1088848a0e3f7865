package api

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"testing"

	"pgregory.net/rapid"
)

// numbers is a list of the numbers below n, of which some are not shown.
func numbers(n int, hidden func(int) bool, reads *int) Source[int, string] {
	at := func(i int) string { return fmt.Sprintf("%04d", i) }
	return Source[int, string]{
		Read: func(_ context.Context, after string, most int) (rows []int, more bool, err error) {
			*reads++
			from := 0
			if after != "" {
				if from, err = strconv.Atoi(after); err != nil {
					return nil, false, err
				}
				from++
			}
			for i := from; i < n; i++ {
				if len(rows) == most {
					return rows, true, nil
				}
				rows = append(rows, i)
			}
			return rows, false, nil
		},
		At: at,
		Show: func(_ context.Context, rows []int) (map[string]string, error) {
			out := map[string]string{}
			for _, i := range rows {
				if !hidden(i) {
					out[at(i)] = at(i)
				}
			}
			return out, nil
		},
		Valid: func(position string) bool { return len(position) == 4 },
	}
}

func TestAPageIsFilledUpAndNeitherItNorItsCursorTellsOfHiddenRows(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(0, 120).Draw(t, "rows")
		hiddenRows := rapid.SliceOfN(rapid.Bool(), n, n).Draw(t, "hidden")
		limit := rapid.IntRange(1, 30).Draw(t, "limit")
		var want []string
		for i, h := range hiddenRows {
			if !h {
				want = append(want, fmt.Sprintf("%04d", i))
			}
		}
		reads := 0
		s := numbers(n, func(i int) bool { return hiddenRows[i] }, &reads)
		c := &Call{}
		var got []string
		in := Page{Limit: limit}
		for {
			page, err := s.Page(t.Context(), c, in)
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, page.Body.Items...)
			if len(got) > len(want) {
				t.Fatalf("got %v, want %v", got, want)
			}
			if rest := len(want) - len(got); rest > 0 != (page.Body.Next != "") {
				t.Fatalf("%d shown rows follow, next %q", rest, page.Body.Next)
			}
			if page.Body.Next == "" {
				break
			}
			if len(page.Body.Items) != limit {
				t.Fatalf("a page of %d before the last, limit %d", len(page.Body.Items), limit)
			}
			if want := c.Cursor(got[len(got)-1]); page.Body.Next != want {
				t.Fatalf("got cursor %q, want that of the last shown row, %q", page.Body.Next, want)
			}
			in.Cursor = page.Body.Next
		}
		if !slices.Equal(got, want) {
			t.Fatalf("got %v, want %v", got, want)
		}
	})
}

func TestAPositionThatTheListCannotHaveIsNoCursor(t *testing.T) {
	reads := 0
	s := numbers(9, func(int) bool { return false }, &reads)
	c := &Call{}
	for _, cursor := range []string{"AAAA", c.Cursor("not four"), (&Call{Viewer: "per_other"}).Cursor("0003")} {
		_, err := s.Page(t.Context(), c, Page{Limit: 5, Cursor: cursor})
		if !errors.Is(err, Invalid()) {
			t.Errorf("cursor %q: got %v, want a 422", cursor, err)
		}
	}
	if reads != 0 {
		t.Errorf("got %d reads for made-up cursors, want none", reads)
	}
}
