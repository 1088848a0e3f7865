//go:build engine

package replay_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/middleware"

	"foyer/shared/foyertest"
	"foyer/shared/replay"
	"foyer/shared/table"
)

// lines are the lines of the person's portal feed.
func (s scene) lines(who foyertest.Person) []table.FeedRow {
	s.T.Helper()
	rows, _, err := table.QueryInto[table.FeedRow](s.T.Context(), s.Table, table.Query{PK: table.PortalFeedPartition(who.ID)})
	if err != nil {
		s.T.Fatal(err)
	}
	return rows
}

// wantsAll sets the person's level.
func (s scene) wantsAll(who foyertest.Person) {
	s.T.Helper()
	s.Do(who, "PUT", "/v1/me/notification-settings", map[string]any{"level": "all", "projects": map[string]any{}}, foyertest.Header{Name: "If-Match", Value: "*"}).Must(http.StatusOK)
}

// Who came later does not hear what was told before: only what was left is told.
func TestAWindowTellsNobodyOfWhatWasToldBeforeTheyCame(t *testing.T) {
	s := begin(t)
	s.task()
	s.Do(s.acme.Ann, "POST", "/v1/projects/"+s.acme.Project+"/items", map[string]any{"kind": "message", "title": "News", "clientCanSee": true}).Must(http.StatusCreated)
	s.Drain()
	in := s.window()
	s.Clock.Advance(time.Minute)
	cleo := s.Client(s.acme.Ann, s.acme.Project, "Globex", "Cleo Client", "cleo@globex.example")
	s.wantsAll(cleo)
	s.Drain()
	before := len(s.Mails(""))
	s.Unchanged(func() { s.replays(in, replay.Output{}) })
	if got := len(s.Mails("")); got != before {
		t.Errorf("got %d more mails, want none", got-before)
	}
	// Asked for again, it is told to those who may know it now, and to nobody twice.
	in.Again = true
	s.replays(in, replay.Output{Done: 4}) // two changes, Cleo's two mails
	if got := len(s.lines(cleo)); got != 2 {
		t.Errorf("got %d lines in Cleo's feed, want both changes", got)
	}
	s.hears(1, 1, "Carl, who had been told")
	s.Unchanged(func() { s.replays(in, replay.Output{Done: 2}) })
	s.hears(1, 1, "Carl, once more")
}

func TestAWindowTakesWhatIsInItAndOfItsWorkspaceAlone(t *testing.T) {
	s := begin(t)
	olga, other := s.Workspace("Other Agency", "Olga Owner", "olga@other.example")
	project := s.Project(olga, other, "Elsewhere")
	zoe := s.Client(olga, project, "Initech", "Zoe Client", "zoe@initech.example")
	s.task() // before the window
	s.Clock.Advance(time.Minute)
	from := s.Clock.Now()
	inside := s.task()
	s.Do(olga, "POST", "/v1/projects/"+project+"/items", map[string]any{"kind": "task", "title": "Not yours", "assignee": zoe.ID}).Must(http.StatusCreated)
	s.Clock.Advance(time.Minute)
	to := s.Clock.Now()
	s.task() // after it
	s.givenUp(notifyID)
	s.LoseFailedBatches()
	s.replays(replay.Input{Workspace: s.acme.Workspace, From: from, To: to}, replay.Output{Done: 2})
	s.hears(1, 1, "of three tasks the one in the window")
	if got := s.lines(s.acme.Carl); len(got) == 1 && got[0].Item != inside {
		t.Errorf("got a line about %s, want %s", got[0].Item, inside)
	}
	if got := len(s.lines(zoe)); got != 0 {
		t.Errorf("got %d lines in the feed of the other workspace's client, want none", got)
	}
}

// An invitation, a reminder and a word that somebody was added: a window brings back
// every kind of mail, to members and clients.
func TestAWindowBringsBackEveryMail(t *testing.T) {
	s := begin(t)
	ivy := s.Invited(s.acme.Ann, s.acme.Project, "Globex", "Ivy Invited", "ivy@globex.example")
	second := s.Project(s.acme.Ann, s.acme.Workspace, "Second shop")
	s.Do(s.acme.Ann, "POST", "/v1/projects/"+second+"/clients", map[string]any{"companyName": "Globex", "name": s.acme.Carl.Name, "email": s.acme.Carl.Email}).Must(http.StatusCreated)
	s.task()
	s.Drain(notifyID)
	in := s.window()
	s.givenUp(mailID)
	s.LoseFailedBatches()
	s.replays(in, replay.Output{Done: 3})
	if got := s.Mails(ivy.Email); len(got) != 1 || got[0].Token() == "" {
		t.Errorf("got %+v for Ivy, want her invitation", got)
	}
	subjects := ""
	for _, m := range s.Mails(s.acme.Carl.Email) {
		subjects += m.Subject + "\n"
	}
	if strings.Count(subjects, "\n") != 2 || !strings.Contains(subjects, "Second shop") || !strings.Contains(subjects, "Your approval") {
		t.Errorf("got the mails %q for Carl, want that he was added and his task", subjects)
	}
}

func TestAJobThatWasNotBegunIsBroughtBack(t *testing.T) {
	for what, in := range map[string]replay.Input{"window": {}, "poison": {Poison: true}} {
		t.Run(what, func(t *testing.T) {
			s := begin(t)
			job := s.Do(s.acme.Ann, "POST", "/v1/workspaces/"+s.acme.Workspace+"/audit/export", map[string]any{"format": "csv"}).Must(http.StatusAccepted).String("id")
			if what == "window" {
				in = s.window()
				s.givenUp(notifyID)
				s.LoseFailedBatches()
			} else {
				s.refusingJobs()
				s.Drain()
				s.Release()
			}
			state := func() string {
				var row table.JobRow
				if _, err := s.Table.Get(t.Context(), table.Job(s.acme.Workspace, job), &row); err != nil {
					t.Fatal(err)
				}
				return row.State
			}
			s.RunJobs()
			if got := state(); got != table.JobQueued {
				t.Fatalf("got the job %s, want it not begun", got)
			}
			if _, err := s.Replay(in); err != nil {
				t.Fatal(err)
			}
			s.RunJobs()
			if got := state(); got != table.JobDone {
				t.Errorf("got the job %s, want it done", got)
			}
			s.replays(in, replay.Output{}) // nothing is left
		})
	}
}

// refusingJobs makes the queue of jobs refuse what stream-notify hands it.
func (s scene) refusingJobs() {
	s.Intercept(notifyID, func(stack *middleware.Stack) error {
		return stack.Initialize.Add(middleware.InitializeMiddlewareFunc("RefusingJobs", func(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
			if send, ok := in.Parameters.(*sqs.SendMessageInput); ok && *send.QueueUrl == s.Config.JobsQueueURL {
				return middleware.InitializeOutput{}, middleware.Metadata{}, &smithy.GenericAPIError{Code: "AccessDenied", Message: "injected", Fault: smithy.FaultClient}
			}
			return next.HandleInitialize(ctx, in)
		}), middleware.Before)
	})
}

// short is the context of a run whose time is up after it was asked so often.
type short struct {
	context.Context
	asked *int
}

func (c short) Deadline() (time.Time, bool) {
	if *c.asked--; *c.asked < 0 {
		return time.Now().Add(30 * time.Second), true // not enough for a call of a consumer
	}
	return time.Now().Add(time.Hour), true
}

// runs is how many runs the input needs to come to its end, each so short, though
// not so short that it comes to nothing.
func (s scene) runs(in replay.Input, asked int) (n int, sum replay.Output) {
	s.T.Helper()
	for next := &in; next != nil; n++ {
		if n > 200 {
			s.T.Fatalf("no end after %d runs, at %+v", n, *next)
		}
		left := asked + n/4
		out, err := replay.Run(short{s.T.Context(), &left}, s.ReplayEnv(), *next)
		if err != nil {
			s.T.Fatal(err)
		}
		sum.Done, sum.Failed = sum.Done+out.Done, sum.Failed+out.Failed
		next = out.Next
	}
	s.Drain()
	return n, sum
}

func TestARunWhoseTimeIsUpIsGoneOnWith(t *testing.T) {
	for what, in := range map[string]replay.Input{"window": {}, "failed": {Failed: true}, "poison": {Poison: true}} {
		t.Run(what, func(t *testing.T) {
			s := begin(t)
			const tasks = 30 // two batches
			for range tasks {
				s.task()
			}
			switch what {
			case "window":
				in = s.window()
				s.givenUp(notifyID)
				s.LoseFailedBatches()
			case "failed":
				s.givenUp(notifyID)
			case "poison":
				s.refusing(notifyID)
				s.Drain()
				s.Release()
			}
			n, sum := s.runs(in, map[string]int{"window": 4, "failed": 2, "poison": 1}[what])
			if n < 2 || sum.Failed > 0 || sum.Done < tasks {
				t.Errorf("got %d runs that did %+v, want several that did all", n, sum)
			}
			s.hears(tasks, tasks, "after all runs")
			n, sum = s.runs(in, 1000)
			if n != 1 || sum != (replay.Output{}) {
				t.Errorf("once more: got %d runs that did %+v, want nothing left", n, sum)
			}
			s.hears(tasks, tasks, "once more")
		})
	}
}

func TestAPlaceThatIsNotThereIsNoSilentEnd(t *testing.T) {
	s := begin(t)
	in := s.window()
	in.Place = &replay.Place{Partition: "TEAM#P#gone#ACT"}
	if out, err := s.Replay(in); err == nil {
		t.Errorf("got %+v, want an error: nothing was looked at", out)
	}
	if out, err := s.Replay(replay.Input{Failed: true, Place: &replay.Place{Partition: "elsewhere"}}); err == nil {
		t.Errorf("got %+v, want an error: nothing was looked at", out)
	}
}

// What waits for a digest is left to it, and a digest that did not leave is brought back.
func TestAWindowLeavesWhatWaitsAndBringsBackADigest(t *testing.T) {
	s := begin(t)
	if err := s.RunDue(); err != nil { // so that the next run takes every minute from here on
		t.Fatal(err)
	}
	minute := table.DueMinute(s.Clock.Now(), 3*time.Minute)
	s.Do(s.acme.Carl, "PUT", "/v1/me/notification-settings", map[string]any{"digest": minute.Format("15:04"), "timeZone": "UTC"}, foyertest.Header{Name: "If-Match", Value: "*"}).Must(http.StatusOK)
	s.task()
	s.Drain()
	s.hears(1, 0, "it waits")
	s.Unchanged(func() { s.replays(s.window(), replay.Output{}) })
	s.Clock.Stand(minute.Add(time.Second))
	if err := s.RunDue(); err != nil {
		t.Fatal(err)
	}
	in := s.window()
	s.givenUp(mailID)
	s.LoseFailedBatches()
	s.hears(1, 0, "given up")
	s.replays(in, replay.Output{Done: 1})
	s.hears(1, 1, "brought back")
	s.Unchanged(func() { s.replays(in, replay.Output{}) })
}
