package items

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"foyer/shared/table"
)

// realms are a project's items of a kind: id → version, and whether it is shared.
type realms map[string]table.ItemRow

func (r realms) move(id string) {
	row := r[id]
	row.Version++
	row.Key = keyOf("p", id, !row.Shared())
	r[id] = row
}

// query is what DynamoDB gives of one partition: at most n rows, and fewer if the
// megabyte ends before (cut).
func (r realms) query(partition, after string, n, cut int) (rows []table.ItemRow, more bool) {
	ids := slices.Sorted(maps.Keys(r))
	slices.Reverse(ids)
	for _, id := range ids {
		if r[id].PK != partition || after != "" && id >= after {
			continue
		}
		if len(rows) == n || len(rows) == cut {
			return rows, true
		}
		rows = append(rows, r[id])
	}
	return rows, false
}

func drawRealms(t *rapid.T) realms {
	r := realms{}
	for i := range rapid.IntRange(0, 60).Draw(t, "items") {
		id := fmt.Sprintf("msg_%03d", i)
		r[id] = table.ItemRow{Key: keyOf("p", id, rapid.Bool().Draw(t, "shared")), Item: id, Version: 1}
	}
	return r
}

func TestPagesOfBothRealmsGiveEveryItemOnceNewestFirst(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := drawRealms(t)
		limit := rapid.IntRange(1, 20).Draw(t, "limit")
		visibility := rapid.SampledFrom([]string{visibleAll, visiblePrivate, visibleShared}).Draw(t, "visibility")
		var got []string
		after := ""
		for pages := 0; ; pages++ {
			if pages > len(r)+1 {
				t.Fatalf("the list does not end: %v", got)
			}
			var m merge
			for _, p := range partitions("p", visibility) {
				rows, more := r.query(p, after, limit+1, rapid.IntRange(1, 2*limit).Draw(t, "cut"))
				m.add(rows, more)
			}
			page, more := m.page(limit)
			if len(page) > limit {
				t.Fatalf("a page of %d items, limit %d", len(page), limit)
			}
			for _, row := range page {
				got = append(got, row.Item)
			}
			if !more {
				break
			}
			if len(page) == 0 {
				t.Fatal("an empty page with a next one: it has no cursor")
			}
			after = page[len(page)-1].Item
		}
		var want []string
		for id, row := range r {
			if visibility == visibleAll || row.Shared() == (visibility == visibleShared) {
				want = append(want, id)
			}
		}
		slices.SortFunc(want, func(a, b string) int { return strings.Compare(b, a) })
		if !slices.Equal(got, want) {
			t.Fatalf("got %v, want %v", got, want)
		}
	})
}

func TestAnItemThatMovesWhileAPageIsReadIsInItOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := drawRealms(t)
		if len(r) == 0 {
			return
		}
		limit := rapid.IntRange(1, 20).Draw(t, "limit")
		want := slices.Sorted(maps.Keys(r))
		slices.Reverse(want)
		want = want[:min(limit, len(want))]
		// Both realms, in whichever order the two queries come about, then the look
		// whether anything moved, and both once more if so.
		steps := slices.Concat(rapid.Permutation(partitions("p", visibleAll)).Draw(t, "first"), []string{"look"}, rapid.Permutation(partitions("p", visibleAll)).Draw(t, "second"))
		when := map[string]int{} // before which step an item moves, once
		for _, id := range slices.Sorted(maps.Keys(r)) {
			when[id] = rapid.IntRange(0, len(steps)).Draw(t, "moves before step")
		}
		var m merge
		moved := false
		for i, step := range steps {
			for id, at := range when {
				if at == i {
					r.move(id)
					moved = true
				}
			}
			if step != "look" {
				m.add(r.query(step, "", limit+1, limit+1))
			} else if !moved {
				break
			}
		}
		page, _ := m.page(limit)
		var got []string
		for _, row := range page {
			got = append(got, row.Item)
		}
		if !slices.Equal(got, want) {
			t.Fatalf("got %v, want %v", got, want)
		}
	})
}
