//go:build engine

package jobqueue_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"foyer/shared/api"
	"foyer/shared/foyertest"
	"foyer/shared/jobs/jobqueue"
	"foyer/shared/jobs/work"
	"foyer/shared/stream"
	"foyer/shared/table"
)

// run gives the job to a runner whose one kind of work is slice, the nth of it.
func (s scene) run(ctx context.Context, slice func(nth int, job *table.JobRow) (bool, error)) (slices int, err error) {
	s.T.Helper()
	kind := work.Kind{Name: "audit-export", Slice: func(_ context.Context, _ *api.Env, job *table.JobRow) (bool, error) {
		slices++
		return slice(slices, job)
	}}
	err = jobqueue.Runner{Kinds: []work.Kind{kind}}.Run(ctx, s.Env(jobqueue.ID), s.message())
	return slices, err
}

// until is a context that ends after so long.
func (s scene) until(d time.Duration) context.Context {
	ctx, cancel := context.WithTimeout(s.T.Context(), d)
	s.T.Cleanup(cancel)
	return ctx
}

// handedOn is how many messages stand in the queue of jobs.
func (s scene) handedOn() int {
	s.T.Helper()
	res, err := sqs.NewFromConfig(s.AWS).ReceiveMessage(s.T.Context(), &sqs.ReceiveMessageInput{QueueUrl: &s.Config.JobsQueueURL, MaxNumberOfMessages: 10})
	if err != nil {
		s.T.Fatal(err)
	}
	return len(res.Messages)
}

func TestAJobThatCannotBeDoneSaysWhy(t *testing.T) {
	s := begin(t)
	fresh := s.row()
	for what, c := range map[string]struct {
		run    func() error
		reason string
	}{
		"of a kind that nobody knows": {func() error {
			return jobqueue.Runner{}.Run(t.Context(), s.Env(jobqueue.ID), s.message())
		}, "does not know this kind"},
		"that says so itself": {func() error {
			_, err := s.run(t.Context(), func(int, *table.JobRow) (bool, error) { return false, &work.Failure{Reason: "No such file."} })
			return err
		}, "No such file."},
		"at which something fails that stays": {func() error {
			_, err := s.run(t.Context(), func(int, *table.JobRow) (bool, error) { return false, foyertest.ErrStays })
			return err
		}, "on our side"},
	} {
		s.put(fresh)
		err := c.run()
		got := s.row()
		if err != nil || got.State != table.JobFailed || !strings.Contains(got.Reason, c.reason) || got.LeaseID != "" {
			t.Errorf("%s: got %v and %+v, want it failed with the reason %q", what, err, got, c.reason)
		}
	}
}

func (s scene) put(row table.JobRow) {
	s.T.Helper()
	if err := s.Table.PutOne(s.T.Context(), table.Job(s.workspace, s.job), row, nil); err != nil {
		s.T.Fatal(err)
	}
}

func TestASliceThatFailedForAMomentIsDoneAgainAndCountsOnce(t *testing.T) {
	s := begin(t)
	once := func(nth int, job *table.JobRow) (bool, error) {
		job.Done++
		if nth == 1 {
			return false, foyertest.ErrPasses
		}
		return true, nil
	}
	if _, err := s.run(t.Context(), once); !errors.Is(err, foyertest.ErrPasses) {
		t.Errorf("got %v, want the failure: the message comes again", err)
	}
	if got := s.row(); got.State != table.JobRunning || got.Done != 0 || got.LeaseID != "" {
		t.Errorf("got %+v, want nothing done and the lease given back", got)
	}
	if _, err := s.run(t.Context(), func(int, *table.JobRow) (bool, error) { return true, nil }); err != nil || s.row().State != table.JobDone {
		t.Errorf("got %v and %+v at once afterwards, want it done", err, s.row())
	}
}

func TestARunGoesOnWhileItHasTime(t *testing.T) {
	third := func(nth int, _ *table.JobRow) (bool, error) { return nth == 3, nil }
	for what, c := range map[string]struct {
		ctx              func(s scene) context.Context
		slices, handedOn int
		state            string
	}{
		"without an end":   {func(s scene) context.Context { return s.T.Context() }, 3, 0, table.JobDone},
		"with enough time": {func(s scene) context.Context { return s.until(time.Minute) }, 3, 0, table.JobDone},
		"with little time": {func(s scene) context.Context { return s.until(10 * time.Second) }, 1, 1, table.JobRunning},
	} {
		t.Run(what, func(t *testing.T) {
			s := begin(t)
			slices, err := s.run(c.ctx(s), third)
			if err != nil || slices != c.slices || s.row().State != c.state {
				t.Errorf("got %d slices, %v and %+v, want %d and %s", slices, err, s.row(), c.slices, c.state)
			}
			if got := s.handedOn(); got != c.handedOn {
				t.Errorf("got %d messages for another run, want %d", got, c.handedOn)
			}
		})
	}
}

// A run begins only under its lease, and with the row as it is then.
func TestARunThatCannotTakeTheJobDoesNothing(t *testing.T) {
	for _, call := range []string{"UpdateItem", "GetItem"} {
		t.Run(call, func(t *testing.T) {
			s := begin(t)
			s.Failing(jobqueue.ID, call, 1, foyertest.ErrStays)
			if slices, err := s.run(t.Context(), func(int, *table.JobRow) (bool, error) { return true, nil }); !errors.Is(err, foyertest.ErrStays) || slices != 0 {
				t.Errorf("got %d slices and %v, want the failure", slices, err)
			}
		})
	}
}

func TestALeaseWhoseAnswerWasLostHolds(t *testing.T) {
	s := begin(t)
	s.Around(jobqueue.ID, func(c foyertest.AWSCall, next func() (any, error)) (any, error) {
		if c.Name == "UpdateItem" && c.Nth == 1 {
			_, _ = next() // had its effect, and nobody knows: the SDK asks again
		}
		return next()
	})
	if slices, err := s.run(t.Context(), func(int, *table.JobRow) (bool, error) { return true, nil }); err != nil || slices != 1 || s.row().State != table.JobDone {
		t.Errorf("got %d slices, %v and %+v, want it done", slices, err, s.row())
	}
}

// Progress that could not be written down is no progress: the run ends, and the message
// comes again.
func TestARunThatCannotWriteDownHowFarItIsEnds(t *testing.T) {
	never := func(nth int, _ *table.JobRow) (bool, error) { return nth == 5, nil }
	t.Run("between two slices", func(t *testing.T) {
		s := begin(t)
		s.Failing(jobqueue.ID, "UpdateItem", 2, foyertest.ErrStays)
		if slices, err := s.run(t.Context(), never); err == nil || slices != 1 {
			t.Errorf("got %d slices and %v, want an error after the first", slices, err)
		}
	})
	t.Run("when its time is up", func(t *testing.T) {
		s := begin(t)
		s.Failing(jobqueue.ID, "UpdateItem", 2, foyertest.ErrStays)
		if _, err := s.run(s.until(10*time.Second), never); err == nil || s.handedOn() != 0 {
			t.Errorf("got %v, want an error, and nothing handed on", err)
		}
	})
}

// Who has lost the lease leaves the job as the run that has it now has left it.
func TestARunThatHasLostItsLeaseWritesNothing(t *testing.T) {
	for what, done := range map[string]bool{"between two slices": false, "at the end": true} {
		t.Run(what, func(t *testing.T) {
			s := begin(t)
			slices, err := s.run(t.Context(), func(_ int, job *table.JobRow) (bool, error) {
				row := s.row()
				row.LeaseID, row.Position = "run_other", "theirs"
				s.put(row)
				job.Position = "mine"
				return done, nil
			})
			if !errors.Is(err, stream.ErrLater) || slices != 1 {
				t.Errorf("got %d slices and %v, want the run to end and the message to come again", slices, err)
			}
			if got := s.row(); got.Position != "theirs" || got.LeaseID != "run_other" || got.State != table.JobRunning {
				t.Errorf("got %+v, want what the other run has written", got)
			}
		})
	}
}

func TestALinkThatCannotBeMadeIsAFailureAndNotAnAbsentFile(t *testing.T) {
	s := begin(t)
	s.RunJobs()
	s.Config.FilesBucket = ""
	s.Release() // functions made so far know the other one
	s.Do(s.Person, "GET", "/v1/workspaces/"+s.workspace+"/jobs/"+s.job, nil).Problem(500, "internal")
}

func TestOnlyADoneJobHasAFileAndOnlyForOwnerAndAdmins(t *testing.T) {
	s := begin(t)
	row := s.row()
	for _, c := range []struct {
		state, result, role string
		link                bool
	}{
		{table.JobDone, "exports/x", table.RoleOwner, true},
		{table.JobDone, "exports/x", table.RoleAdmin, true},
		{table.JobDone, "exports/x", table.RoleMember, false},
		{table.JobDone, "", table.RoleOwner, false},
		{table.JobRunning, "exports/x", table.RoleOwner, false},
		{table.JobFailed, "exports/x", table.RoleAdmin, false},
	} {
		row.State, row.Result = c.state, c.result
		s.put(row)
		if err := s.Table.PutOne(t.Context(), table.Membership(s.ID, s.workspace), table.MembershipRow{Workspace: s.workspace, Role: c.role}, nil); err != nil {
			t.Fatal(err)
		}
		if got := s.shown().String("file.url"); (got != "") != c.link {
			t.Errorf("%+v: got the link %q", c, got)
		}
	}
}
