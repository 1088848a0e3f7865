package audit

import (
	"testing"
	"time"

	"foyer/shared/api"
)

// A cursor is not secret: whatever it says, a page begins in one of the days that were
// asked for.
func TestACursorLeadsToOneOfTheDays(t *testing.T) {
	c := &api.Call{}
	first := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	s := span{first, first.Add(2 * day)}
	for at, ok := range map[string]bool{
		"2026-02-28act_1": false, "2026-03-01act_1": true, "2026-03-02": true, "2026-03-03act_1": true, "2026-03-04act_1": false,
		"2026-3": false, "no date at all": false,
	} {
		on, after, err := position(c, c.Cursor(at), s)
		if (err == nil) != ok || ok && on.Format(time.DateOnly)+after != at {
			t.Errorf("%q: got %s, %q and %v", at, on, after, err)
		}
	}
	if on, after, err := position(c, "", s); err != nil || on != s.to || after != "" {
		t.Errorf("with no cursor: got %s, %q and %v, want the last day", on, after, err)
	}
	if _, _, err := position(c, "no-cursor", s); err == nil {
		t.Error("what is no cursor is taken for one")
	}
}

func TestASpanHasAtMostSoManyDays(t *testing.T) {
	now := time.Date(2026, 3, 31, 12, 0, 0, 0, time.UTC)
	for days, c := range map[[2]string]int{
		{"", ""}: 7, {"2026-03-01", "2026-03-31"}: 31, {"2026-03-31", "2026-03-31"}: 1,
		{"2026-02-28", "2026-03-31"}: 0, {"2026-03-31", "2026-03-30"}: 0, {"x", ""}: 0, {"", "x"}: 0,
	} {
		s, err := spanOf(now, "query", days[0], days[1], 7, 31)
		if c == 0 && err == nil || c > 0 && (err != nil || s.days() != c) {
			t.Errorf("%v: got %d days and %v, want %d", days, s.days(), err, c)
		}
	}
}
