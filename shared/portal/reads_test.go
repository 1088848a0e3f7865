//go:build engine

package portal_test

import (
	"net/http"
	"testing"

	"foyer/shared/foyertest"
	"foyer/shared/table"
)

// reads counts the reads of rows that a function makes from now on.
func (s scene) reads(function string) *int {
	n := 0
	s.Around(function, func(c foyertest.AWSCall, next func() (any, error)) (any, error) {
		if c.Name == "BatchGetItem" {
			n++
		}
		return next()
	})
	return &n
}

// The gate of a project's company comes with what else says whether it is open; of
// projects in which the caller is no client nothing is read.
func TestMyProjectsAreReadAtOnce(t *testing.T) {
	s := newScene(t)
	for _, c := range []struct {
		who             foyertest.Person
		projects, reads int // one read to be let in, one of the projects
	}{{s.Carl, 1, 2}, {s.Ann, 0, 1}} {
		reads := s.reads("portal-projects-list")
		if got := s.get(c.who, projects).Must(http.StatusOK).List("items"); len(got) != c.projects || *reads != c.reads {
			t.Errorf("%s: got %v by %d reads, want %d by %d", c.who.Name, got, *reads, c.projects, c.reads)
		}
		s.Release()
	}
}

// The membership says of which company a contact is by now, not the project's row.
func TestAContactWhoChangedCompaniesHasTheDoorOfTheNewOne(t *testing.T) {
	const other = "com_01JD0000000000000000000009"
	s := newScene(t)
	s.line(s.Carl, 1, s.Project, s.message(1, true))
	s.set(table.Membership(s.Carl.ID, s.Workspace), "contacts", map[string]string{s.Carl.Contact: other})
	for archived, want := range map[bool]int{false: 1, true: 0} {
		s.put(table.CompanyGate(s.Workspace, other), table.CompanyGateRow{Archived: archived})
		s.put(table.CompanyGate(s.Workspace, s.Company), table.CompanyGateRow{Archived: !archived})
		for _, list := range []string{projects, "/v1/portal/notifications"} {
			if got := s.get(s.Carl, list).Must(http.StatusOK).List("items"); len(got) != want {
				t.Errorf("%s, the new company archived: %v: got %v, want %d", list, archived, got, want)
			}
		}
	}
}

// Whoever is of the team is no client, whatever contacts are left of them.
func TestWhoIsOfTheTeamHasNothingInThePortal(t *testing.T) {
	s := newScene(t)
	s.line(s.Carl, 1, s.Project, s.message(1, true))
	s.set(table.Membership(s.Carl.ID, s.Workspace), "role", table.RoleMember)
	for _, list := range []string{projects, "/v1/portal/notifications"} {
		if got := s.get(s.Carl, list).Must(http.StatusOK).List("items"); len(got) != 0 {
			t.Errorf("%s: got %v, want nothing", list, got)
		}
	}
}

// A company that cannot be read for a moment is one to ask for again, not a fault.
func TestACompanyThatCannotBeReadNowIsAskedForAgain(t *testing.T) {
	s := newScene(t)
	s.line(s.Carl, 1, s.Project, s.message(1, true))
	s.Failing("portal-notifications-list", "BatchGetItem", 3, foyertest.ErrPasses)
	s.get(s.Carl, "/v1/portal/notifications").Problem(http.StatusServiceUnavailable, "unavailable")
}
