//go:build engine

package portal_test

import (
	"net/http"
	"testing"

	"foyer/shared/foyertest"
)

// The gate of a project's company comes with what else says whether it is open.
func TestTheProjectsOfAClientAreReadAtOnce(t *testing.T) {
	s := newScene(t)
	reads := 0
	s.Around("portal-projects-list", func(c foyertest.AWSCall, next func() (any, error)) (any, error) {
		if c.Name == "BatchGetItem" {
			reads++
		}
		return next()
	})
	if got := s.get(s.Carl, "/v1/portal/projects").Must(http.StatusOK).List("items"); len(got) != 1 {
		t.Fatalf("got %v, want the project", got)
	}
	if reads != 2 {
		t.Errorf("got %d reads, want 2: one to be let in, one of the projects", reads)
	}
}
