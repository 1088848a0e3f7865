//go:build engine

package portal_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"foyer/shared/table"
)

const feed = "/v1/portal/notifications"

func TestALineOfTheFeedSaysWhatHappenedToWhatByWhom(t *testing.T) {
	s := newScene(t)
	item := s.create(fields{"kind": "task", "title": "Approve the design", "assignee": s.Carl.ID, "ask": "approval"})
	id := s.line(s.Carl, 1, s.Project, item)
	want := fmt.Sprintf(`{"items":[{"id":%q,"type":"item-created","reason":"activity","at":"2026-11-22T10:00:01Z","project":{"id":%q,"name":"New website"},`+
		`"item":{"id":%q,"kind":"task","title":"Approve the design"},"actor":{"person":%q,"name":"Ann Archer"}}]}`, id, s.Project, item, s.Ann.ID)
	if got := strings.TrimSpace(s.get(s.Carl, feed).Must(http.StatusOK).Body); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if err := s.Table.DeleteOne(t.Context(), table.Person(s.Project, s.Ann.ID)); err != nil {
		t.Fatal(err)
	}
	got := s.get(s.Carl, feed).Must(http.StatusOK)
	if !strings.Contains(got.Body, `"actor":{"name":"the team"}`) || strings.Contains(got.Body, "Ann") {
		t.Errorf("got %s, want no name of someone who is not of the project", got.Body)
	}
}

// Rule 14: nobody is told of what they may not see, not even by a count: pages are
// filled up, and a cursor is that of the last line shown.
func TestLinesOfWhatCannotBeSeenNowAreNotThere(t *testing.T) {
	s := newScene(t)
	other := s.World.Project(s.Ann, s.Workspace, "Other project")
	var want []string
	for i := range 80 {
		switch i % 5 {
		case 0:
			want = append([]string{s.line(s.Carl, i, s.Project, s.message(i, true))}, want...)
		case 1:
			s.line(s.Carl, i, s.Project, s.message(i, false))
		case 2:
			s.line(s.Carl, i, s.Project, fmt.Sprintf("msg_01JD%022d", i)) // deleted
		case 3:
			s.line(s.Carl, i, other, s.message(i, true)) // of a project that Carl is no client of
		case 4:
			s.line(s.Carl, i, other, "")
		}
	}
	for _, limit := range []int{1, 3, 8, 15, 16, 17, 100} {
		target := fmt.Sprintf("%s?limit=%d", feed, limit)
		if got := s.ids(s.Carl, target); !slices.Equal(got, want) {
			t.Errorf("limit %d: got %v, want %v", limit, got, want)
		}
		if got, pages := len(s.pages(s.Carl, target)), (len(want)+limit-1)/limit; got != pages {
			t.Errorf("limit %d: got %d pages of %d lines, want %d", limit, got, len(want), pages)
		}
	}
	if got := s.ids(s.Ann, feed); len(got) != 0 {
		t.Errorf("another person's feed has %v", got)
	}
	s.Unchanged(func() { s.get(s.Carl, feed).Must(http.StatusOK) })
}
