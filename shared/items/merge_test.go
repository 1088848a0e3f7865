package items

import (
	"testing"

	"foyer/shared/table"
)

// An item that was read twice while it moved is in the list once, as it is by now.
func TestOfAnItemThatWasReadTwiceTheLaterVersionCounts(t *testing.T) {
	row := func(version int, title string) []table.ItemRow {
		return []table.ItemRow{{Item: "msg_1", Version: version, Title: title}}
	}
	for what, c := range map[string]struct {
		first, second []table.ItemRow
		want          string
	}{
		"the later version is read later":          {row(1, "old"), row(2, "new"), "new"},
		"the later version is read first":          {row(2, "new"), row(1, "old"), "new"},
		"of the same version the later read is it": {row(2, "read first"), row(2, "read later"), "read later"},
	} {
		var m merge
		m.add(c.first, false)
		m.add(c.second, false)
		if got, more := m.page(10); len(got) != 1 || got[0].Title != c.want || more {
			t.Errorf("%s: got %+v and more %v, want one, %q", what, got, more, c.want)
		}
	}
}
