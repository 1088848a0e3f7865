//go:build engine

package people_test

import (
	"fmt"
	"net/http"
	"testing"

	"foyer/shared/table"
)

// The names stand beside the people, and one query of each gives a page: where the names
// that came do not reach as far, the missing ones are read.
func TestANameThatDidNotComeWithThePageIsRead(t *testing.T) {
	s := newScene(t)
	for i := range 5 { // names of people who are none of the team's, before all others
		p := fmt.Sprintf("per_0000000000000000000000000%d", i)
		s.put(table.Person(s.Acme.Project, p), table.PersonRow{Person: p, Name: "Nobody", Kind: table.KindClient})
	}
	name := table.Person(s.Acme.Project, s.Carl.ID)
	s.put(name, table.PersonRow{Person: s.Carl.ID, Name: "Carl as the project has him", Kind: table.KindClient})
	got := map[any]any{}
	for next := ""; ; {
		r := s.list(s.Ann, "?limit=1&cursor="+next).Must(http.StatusOK)
		for _, p := range r.List("items") {
			got[p["person"]] = p["name"]
		}
		if next = r.String("next"); next == "" {
			break
		}
	}
	if len(got) != 2 || got[s.Carl.ID] != "Carl as the project has him" || got[s.Ann.ID] != "Ann Archer" {
		t.Errorf("got %v, want Ann and Carl by the project's names", got)
	}
	s.put(name, map[string]any{"name": []string{"broken"}})
	s.put(table.Person(s.Acme.Project, s.Ann.ID), map[string]any{"name": []string{"broken"}})
	s.list(s.Ann, "?limit=1").Problem(http.StatusInternalServerError, "internal")
}
