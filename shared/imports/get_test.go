//go:build engine

package imports_test

import (
	"net/http"
	"testing"

	"foyer/shared/foyertest"
	"foyer/shared/table"
)

// An import that cannot be shown whole is not shown in part.
func TestAnImportIsShownWithAllOfItsFilesAndJobs(t *testing.T) {
	s := begin(t)
	globex := s.company("Globex")
	plan := s.planned(s.uploaded("Globex,Ann,ann@globex.example\n"))
	s.contact(globex, "Ann", "ann@globex.example")
	done := s.applied(plan)
	if done.String("plan.file.url") == "" || done.String("application.file.url") == "" {
		t.Fatalf("got %s, want a plan and a report", done.Body)
	}
	at := s.path("/" + done.String("id"))
	for nth := 1; nth <= 2; nth++ { // the link to the plan, then the one to the report
		s.Failing("imports-get", "GetObject", nth, foyertest.ErrPasses)
		s.Do(s.ann, "GET", at, nil).Problem(http.StatusServiceUnavailable, "unavailable")
		s.Release()
	}
	for _, job := range []string{done.String("application.job"), done.String("plan.job")} {
		if err := s.Table.DeleteOne(t.Context(), table.Job(s.workspace, job)); err != nil {
			t.Fatal(err)
		}
		s.Do(s.ann, "GET", at, nil).Problem(http.StatusInternalServerError, "internal")
	}
}
