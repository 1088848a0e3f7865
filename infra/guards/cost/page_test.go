//go:build engine

package cost_test

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"testing"

	"foyer/shared/api"
)

// A search by a word that very many have is one request, which has to end in time: what
// is far behind rows that are not shown is reached in few reads.
func TestAPageBehindManyRowsThatAreNotShownTakesFewReads(t *testing.T) {
	const n = 10_000
	reads := 0
	s := api.Source[int, int]{
		Read: func(_ context.Context, after string, most int) (rows []int, more bool, err error) {
			reads++
			from := 0
			if after != "" {
				if from, err = strconv.Atoi(after); err != nil {
					return nil, false, err
				}
				from++
			}
			for i := from; i < min(from+most, n); i++ {
				rows = append(rows, i)
			}
			return rows, from+most < n, nil
		},
		At: strconv.Itoa,
		Show: func(_ context.Context, rows []int) (map[string]int, error) {
			if slices.Contains(rows, n-1) {
				return map[string]int{fmt.Sprint(n - 1): n - 1}, nil
			}
			return nil, nil
		},
		Valid: func(string) bool { return true },
	}
	page, err := s.Page(t.Context(), &api.Call{}, api.Page{Limit: 20})
	if err != nil || !slices.Equal(page.Body.Items, []int{n - 1}) || page.Body.Next != "" {
		t.Fatalf("got %v, %v, want the last row alone", page, err)
	}
	if reads > 25 {
		t.Errorf("%d reads of %d rows, want 25 at most", reads, n)
	}
}
