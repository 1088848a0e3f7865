//go:build engine

package imports_test

import (
	"fmt"
	"strings"
	"testing"

	"foyer/shared/foyertest"
	"foyer/shared/jobs/jobqueue"
	"foyer/shared/table"
)

// A plan in which nothing is left to do is applied without its files.
func TestAPlanWithNothingToDoIsApplied(t *testing.T) {
	s := begin(t)
	s.contact(s.company("Globex"), "Carl Client", "carl@globex.example")
	plan := s.planned(s.uploaded("Globex,Carl Client,carl@globex.example\n"))
	s.apply(plan)
	s.Around(jobqueue.ID, func(c foyertest.AWSCall, next func() (any, error)) (any, error) {
		if c.Name == "GetObject" {
			return nil, absent
		}
		return next()
	})
	s.runJobs()
	done := s.get(plan.String("id"))
	if got, want := counted(done, "application"), "0 new, 0 changed, 0 unchanged, 0 refused, 0 companies"; got != want || done.String("state") != "applied" {
		t.Errorf("got %s and %s, want %s", got, done.Body, want)
	}
}

func TestAnApplicationOfWhichNobodyKnowsTheRowsFails(t *testing.T) {
	s := begin(t)
	plan := s.planned(s.uploaded("Globex,Ann,ann@globex.example\n"))
	job := table.Job(s.workspace, s.apply(plan))
	about := table.Set("about", map[string]string{"import": plan.String("id"), "plan": plan.String("plan.job"), "rows": "some"})
	if err := s.Table.UpdateOne(t.Context(), job, about, table.Exists()); err != nil {
		t.Fatal(err)
	}
	s.runJobs()
	if got := s.get(plan.String("id")); got.String("state") != "failed" {
		t.Errorf("got %s, want it failed and not done", got.Body)
	}
	if got := s.contacts(); got != "" {
		t.Errorf("got %s, want no contact", got)
	}
}

// The report is there when the application is done.
func TestAReportThatCouldNotBeWrittenIsWrittenAgain(t *testing.T) {
	s := begin(t)
	globex := s.company("Globex")
	plan := s.planned(s.uploaded("Globex,Ann,ann@globex.example\n"))
	s.contact(globex, "Ann", "ann@globex.example")
	s.Failing(jobqueue.ID, "PutObject", 2, foyertest.ErrPasses) // the first is what it has so far
	done := s.applied(plan)
	if got, want := strings.Join(s.lines(done, "application"), "\n"), "1 unchanged Globex|Ann|ann@globex.example"; got != want {
		t.Errorf("got the report %q, want %q", got, want)
	}
}

// What somebody has done meanwhile is found out by reading; where that fails it is read
// again, and nobody is taken for overtaken or for made by somebody else.
func TestARowWhoseContactCouldNotBeReadIsLookedAtAgain(t *testing.T) {
	s := begin(t)
	globex := s.company("Globex")
	for nth := 2; nth <= 4; nth++ { // the first is the job; then the plan's own contact, the address, and whose it is
		s.Release()
		email := fmt.Sprintf("ann-%d@globex.example", nth)
		plan := s.planned(s.uploaded("Globex,Ann," + email + "\n"))
		s.contact(globex, "Ann", email)
		s.Failing(jobqueue.ID, "GetItem", nth, foyertest.ErrPasses)
		if got, want := counted(s.applied(plan), "application"), "0 new, 0 changed, 1 unchanged, 0 refused, 0 companies"; got != want {
			t.Errorf("the reading %d fails: got %s, want %s", nth, got, want)
		}
	}
	s.Release()
	plan := s.planned(s.uploaded("Globex,Ben,ben@globex.example\n"))
	s.Around(jobqueue.ID, func(c foyertest.AWSCall, next func() (any, error)) (any, error) {
		if c.Name == "GetItem" && c.Nth == 3 { // of the second run: whether the plan has made the contact
			return nil, foyertest.ErrPasses
		}
		out, err := next()
		if c.Name == "TransactWriteItems" && c.Nth == 1 {
			return nil, foyertest.ErrPasses // it was made, and the answer was lost
		}
		return out, err
	})
	if got, want := counted(s.applied(plan), "application"), "1 new, 0 changed, 0 unchanged, 0 refused, 0 companies"; got != want {
		t.Errorf("got %s, want %s: the plan has made it", got, want)
	}
}

// A failure that does not pass by itself ends the job, which says so; asked again, it does
// the rest.
func TestARowWhoseAddressCannotBeReadEndsTheApplication(t *testing.T) {
	s := begin(t)
	globex := s.company("Globex")
	plan := s.planned(s.uploaded("Globex,Ann,ann@globex.example\n"))
	s.contact(globex, "Ann", "ann@globex.example")
	s.Failing(jobqueue.ID, "GetItem", 3, foyertest.ErrStays) // after the job and the plan's own contact
	if got := s.applied(plan); got.String("state") != "failed" || got.String("application.reason") == "" {
		t.Errorf("got %s, want it failed", got.Body)
	}
	if got, want := counted(s.applied(plan), "application"), "0 new, 0 changed, 1 unchanged, 0 refused, 0 companies"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// A transaction that met others on the company's rows says nothing of the row.
func TestARowThatMetAnotherTransactionIsMadeAllTheSame(t *testing.T) {
	s := begin(t)
	s.company("Globex")
	plan := s.planned(s.uploaded("Globex,Ann,ann@globex.example\n"))
	s.Around(jobqueue.ID, func(c foyertest.AWSCall, next func() (any, error)) (any, error) {
		if c.Name == "TransactWriteItems" && c.Nth <= 3 {
			return nil, foyertest.ErrMet
		}
		return next()
	})
	if got, want := counted(s.applied(plan), "application"), "1 new, 0 changed, 0 unchanged, 0 refused, 0 companies"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got, want := s.contacts(), "Globex: Ann <ann@globex.example> none"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
