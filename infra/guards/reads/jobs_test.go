//go:build engine

package reads

import (
	"maps"
	"slices"
	"testing"

	"foyer/infra/guards/scene"
	"foyer/shared/jobs/jobqueue"
	"foyer/shared/jobsrun"
	"foyer/shared/table"
)

// unheededByJobs are the calls and rows that a job does not depend on, with the reason:
// it is done without them.
var unheededByJobs = map[string]string{}

// However a job is broken, it is not done: a call that failed is made again by the next
// run, which does the rest, and a row that cannot be read is no absent one.
func TestAJobThatCouldNotReadIsNotDone(t *testing.T) {
	t.Parallel()
	for _, kind := range jobsrun.Runner.Kinds {
		if scene.Jobs[kind.Name] == nil {
			t.Errorf("%s: say in infra/guards/scene/jobs.go how such a job is asked for", kind.Name)
		}
	}
	for _, kind := range slices.Sorted(maps.Keys(scene.Jobs)) {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			s := scene.New(t)
			j := scene.Jobs[kind](s)
			s.Drain()
			before := s.Snapshot()
			for what, broken := range breaks {
				for n := 1; brokenJob(s, j, what, broken, n); n++ {
					if n > most {
						t.Fatalf("no end after %d", n)
					}
					s.Restore(before)
				}
				s.Restore(before)
			}
		})
	}
}

// brokenJob has the job done, with the nth of something broken; false where there is no
// such.
func brokenJob(s *scene.Scene, j scene.Started, what string, broken breaker, n int) bool {
	t, kind := s.T, state(s, j).Kind
	t.Helper()
	b, option := broken(n)
	s.Intercept(jobqueue.ID, option)
	done := s.RunJob(s.Message(j))
	s.Release()
	row := state(s, j)
	what = kind + ", " + what + " " + named(b.What)
	switch {
	case !b.hit() || unheededByJobs[what] != "":
		if !done || row.State != table.JobDone {
			t.Errorf("%s: the run is done: %v, and the job is %s, want it done; %s", what, done, row.State, unheededByJobs[what])
		}
		return b.hit()
	case row.State == table.JobDone && b.What != "SendMessage":
		t.Errorf("%s: the job is done all the same", what)
	case row.State == table.JobFailed && what == kind+", the call "+named(b.What):
		t.Errorf("%s: the job is given up for a failure that passes: %s", what, row.Reason)
	case row.State == table.JobFailed && done, row.State == table.JobRunning && !done, row.State == table.JobQueued && !done:
	default:
		t.Errorf("%s: the run is done: %v, and the job is %s", what, done, row.State)
	}
	if !row.Ended() {
		s.Clock.Advance(jobqueue.Lease)
		if done := s.RunJob(s.Message(j)); !done || state(s, j).State != table.JobDone {
			t.Errorf("%s: the next run is done: %v, and the job is %+v, want it done", what, done, state(s, j))
		}
	}
	return true
}

func state(s *scene.Scene, j scene.Started) (row table.JobRow) {
	s.T.Helper()
	if found, err := s.Table.Get(s.T.Context(), table.Job(s.WorkspaceID, j.Job), &row); err != nil || !found {
		s.T.Fatal(found, err)
	}
	return row
}
