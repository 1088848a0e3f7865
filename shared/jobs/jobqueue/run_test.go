//go:build engine

package jobqueue_test

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/aws/smithy-go/middleware"

	"foyer/shared/foyertest"
	"foyer/shared/jobs/jobqueue"
	"foyer/shared/table"
)

type scene struct {
	*foyertest.World
	foyertest.Person
	workspace, job string
}

// begin is a workspace whose owner has asked for an export that has not begun.
func begin(t *testing.T) scene {
	t.Helper()
	t.Parallel()
	w := foyertest.New(t)
	ann, workspace := w.Workspace("Acme Agency", "Ann Archer", "ann@acme.example")
	r := w.Do(ann, "POST", "/v1/workspaces/"+workspace+"/audit/export", map[string]any{"format": "csv"}).Must(http.StatusAccepted)
	return scene{World: w, Person: ann, workspace: workspace, job: r.String("id")}
}

func (s scene) row() table.JobRow {
	s.T.Helper()
	var row table.JobRow
	if found, err := s.Table.Get(s.T.Context(), table.Job(s.workspace, s.job), &row); err != nil || !found {
		s.T.Fatalf("the job: %v %v", found, err)
	}
	return row
}

func (s scene) message() string {
	return `{"workspace":"` + s.workspace + `","job":"` + s.job + `"}`
}

func (s scene) shown() foyertest.Response {
	s.T.Helper()
	return s.Do(s.Person, "GET", "/v1/workspaces/"+s.workspace+"/jobs/"+s.job, nil).Must(http.StatusOK)
}

func TestAJobThatWasAskedForIsDoneOnceHoweverOftenItsMessageComes(t *testing.T) {
	s := begin(t)
	if got := s.shown().String("state"); got != table.JobQueued {
		t.Errorf("got %s before it began, want queued", got)
	}
	if failed := s.RunJobs(); failed != 0 {
		t.Fatalf("%d jobs failed", failed)
	}
	done := s.shown()
	if done.String("state") != table.JobDone {
		t.Fatalf("got %s, want it done", done.Body)
	}
	s.Unchanged(func() {
		if !s.RunJob(s.message()) {
			t.Error("the message of a job that is done was not done with")
		}
	})
}

func TestAJobOfAnotherWorkspaceIsAbsentAndItsFileIsForAdmins(t *testing.T) {
	s := begin(t)
	s.RunJobs()
	olga, other := s.Workspace("Other Agency", "Olga Other", "olga@other.example")
	s.Do(olga, "GET", "/v1/workspaces/"+other+"/jobs/"+s.job, nil).Problem(http.StatusNotFound, "not-found")
	s.Do(olga, "GET", "/v1/workspaces/"+s.workspace+"/jobs/"+s.job, nil).Problem(http.StatusNotFound, "not-found")
	if s.shown().String("file.url") == "" {
		t.Error("the owner gets no link to the file")
	}
	key := table.Membership(s.ID, s.workspace)
	if err := s.Table.PutOne(t.Context(), key, table.MembershipRow{Workspace: s.workspace, Role: table.RoleMember}, nil); err != nil {
		t.Fatal(err)
	}
	if r := s.shown(); r.String("file.url") != "" {
		t.Errorf("a member gets a link to an export: %s", r.Body)
	}
}

func TestWhileOneRunHasAJobAnotherDoesNotTouchIt(t *testing.T) {
	s := begin(t)
	row := s.row()
	row.State, row.LeaseID, row.LeaseUntil = table.JobRunning, "run_other", s.Clock.Now().Add(time.Minute).UnixMilli()
	if err := s.Table.PutOne(t.Context(), row.Key, row, nil); err != nil {
		t.Fatal(err)
	}
	s.Unchanged(func() {
		if s.RunJob(s.message()) {
			t.Error("the message was done with while another run has the job: if that one dies the job is lost")
		}
	})
	s.Clock.Advance(jobqueue.Lease)
	if !s.RunJob(s.message()) || s.row().State != table.JobDone {
		t.Errorf("got %+v after the other run's lease had ended, want the job done", s.row())
	}
}

// cut makes the nth call of jobs-run fail after its effect, as a crash right after
// it would be seen.
func (s scene) cut(nth int, calls *int) {
	s.Intercept(jobqueue.ID, func(stack *middleware.Stack) error {
		return stack.Initialize.Add(middleware.InitializeMiddlewareFunc("Cut", func(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
			out, meta, err := next.HandleInitialize(ctx, in)
			if *calls++; *calls >= nth {
				return out, meta, errors.Join(err, context.DeadlineExceeded)
			}
			return out, meta, err
		}), middleware.Before)
	})
}

func TestAJobThatWasCutOffAnywhereIsDoneByTheNextRunAndCountsEachThingOnce(t *testing.T) {
	s := begin(t)
	s.Drain()
	fresh := s.row()
	for nth := 1; ; nth++ {
		fresh.Key = table.Job(s.workspace, s.job)
		if err := s.Table.PutOne(t.Context(), fresh.Key, fresh, nil); err != nil {
			t.Fatal(err)
		}
		calls := 0
		s.cut(nth, &calls)
		whole := s.RunJob(s.message())
		s.Release()
		s.Clock.Advance(jobqueue.Lease + time.Second)
		if !s.RunJob(s.message()) {
			t.Fatalf("cut off after call %d: the next run did not do it", nth)
		}
		if row := s.row(); row.State != table.JobDone || row.Done != 3 || row.Result == "" {
			t.Fatalf("cut off after call %d: got %+v, want it done, with 3 entries and its file", nth, row)
		}
		if whole {
			return // it made fewer calls than that
		}
	}
}

func TestAMessageThatIsNoneIsNotLostInSilence(t *testing.T) {
	s := begin(t)
	for _, body := range []string{"", "{}", "no JSON", `{"workspace":"` + s.workspace + `"}`} {
		if s.RunJob(body) {
			t.Errorf("%q: done with; it belongs in the dead-letter queue", body)
		}
	}
	if !s.RunJob(`{"workspace":"` + s.workspace + `","job":"job_01JD0000000000000000000000"}`) {
		t.Error("a job that is gone is delivered again and again")
	}
}
