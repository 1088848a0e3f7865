//go:build engine

package reads

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/smithy-go/middleware"

	"foyer/infra/guards/scene"
	"foyer/shared/due"
	"foyer/shared/mail"
	"foyer/shared/table"
)

const (
	notifyID = "stream-notify"
	mailID   = "stream-mail"
)

// later is what happens after a request: something that is to be told, and how
// many mails say so.
type later struct {
	name string
	// cause brings it about, and says whom it is mailed to.
	cause func(s *scene.Scene, t *told)
	// by is the function that is broken, run to its turn and then run.
	by   string
	turn func(s *scene.Scene)
	run  func(s *scene.Scene) error
}

// told is who has to hear of something.
type told struct {
	mailed []string // addresses
	lines  []table.Key
}

// unheededLater are the rows that what is told later does not depend on, with the
// reason: there it is told as always.
var unheededLater = map[string]string{}

var drained = func(only ...string) func(s *scene.Scene) error {
	return func(s *scene.Scene) error { s.Drain(only...); return nil }
}

func task(s *scene.Scene, t *told) {
	item := s.Do(s.Mia, "POST", "/v1/projects/"+s.ProjectID+"/items", map[string]any{"kind": "task", "title": "Approve", "assignee": s.Carl.ID}).Must(http.StatusCreated).String("id")
	activity := ""
	for line := range strings.SplitSeq(s.Dump(), "\n") {
		if strings.HasPrefix(line, table.RealmClient+"P#"+s.ProjectID+"#ACT / ") && strings.Contains(line, item) {
			activity = strings.Fields(line)[2]
		}
	}
	t.mailed = []string{s.Ann.Email, s.Carl.Email}
	t.lines = []table.Key{table.TeamFeed(s.Ann.ID, s.WorkspaceID, activity), table.PortalFeed(s.Carl.ID, activity)}
}

func invitation(s *scene.Scene, t *told) { t.mailed = []string{s.Invitee().Email} }

func ownInvitation(s *scene.Scene, t *told) {
	s.Template(`<a href="{{link}}">Accept</a>`)
	invitation(s, t)
}

func added(s *scene.Scene, t *told) {
	project := s.Project(s.Ann, s.WorkspaceID, "Another project")
	s.Do(s.Ann, "POST", "/v1/projects/"+project+"/clients", map[string]any{"companyName": "Globex", "name": s.Carl.Name, "email": s.Carl.Email}).Must(http.StatusCreated)
	t.mailed = []string{s.Carl.Email}
}

var all = []later{
	{"a change is told", task, notifyID, func(*scene.Scene) {}, drained(notifyID)},
	{"a notification is mailed", task, mailID, func(s *scene.Scene) { s.Drain(notifyID) }, drained(mailID)},
	{"an invitation is mailed", invitation, mailID, func(*scene.Scene) {}, drained(mailID)},
	{"an invitation as the workspace has it is mailed", ownInvitation, mailID, func(*scene.Scene) {}, drained(mailID)},
	{"being added is mailed", added, mailID, func(*scene.Scene) {}, drained(mailID)},
	{"a reminder falls due", invitation, due.ID, func(s *scene.Scene) {
		s.Drain()
		s.ForgetMails()
		s.Clock.Advance(reminder + time.Minute)
	}, func(s *scene.Scene) error { return s.RunDue() }},
}

// reminder is the time from an invitation to its reminder here.
const reminder = 5 * time.Minute

// However a function that works later is broken, once: afterwards all is told, or
// what could not be processed stands on the poison queue. Nothing is dropped in
// silence, and nothing is told twice: except a mail that SES has taken and whose
// mark failed.
func TestWhatCouldNotBeReadLaterIsNotDropped(t *testing.T) {
	t.Parallel()
	for _, l := range all {
		t.Run(l.name, func(t *testing.T) {
			broken := breaks
			if l.by == due.ID { // what it does for each shard and minute has tests of its own
				broken = map[string]breaker{
					"the call": func(n int) (*breaking, func(*middleware.Stack) error) { return call(n, "PutItem", "Query") },
					"the row":  func(n int) (*breaking, func(*middleware.Stack) error) { return row(n, "DUE#WATERMARK") },
				}
			}
			var s *scene.Scene
			for kind, broken := range broken {
				for n := 1; ; n++ {
					if n == most {
						t.Fatalf("no end after %d", n)
					}
					if s == nil || time.Until(s.Clock.Now()) > tokensFor {
						s = begin(t)
					}
					if !l.broken(s, kind, broken, n) {
						break
					}
				}
			}
		})
	}
}

// tokensFor is how far the time may be moved on: an access token lives an hour.
const tokensFor = 45 * time.Minute

func begin(t *testing.T) *scene.Scene {
	t.Helper()
	s := scene.New(t)
	s.Config.Reminder = reminder
	s.Release()                        // functions made so far know another one
	if err := s.RunDue(); err != nil { // the first run of all looks back two minutes, each later one to the run before
		t.Fatal(err)
	}
	s.Drain()
	return s
}

// broken brings it about and breaks the nth; false where there is no such.
func (l later) broken(s *scene.Scene, kind string, broken breaker, n int) bool {
	t := s.T
	t.Helper()
	var who told
	l.cause(s, &who)
	l.turn(s)
	s.ForgetMails()
	b, option := broken(n)
	s.Intercept(l.by, option)
	err := l.run(s)
	s.Release()
	if err != nil && !b.hit() {
		t.Fatal(err)
	}
	if s.Clock.Advance(mail.Lease); l.by == due.ID { // whoever failed while having a lease
		s.Clock.Advance(due.Lease)
		if err := l.run(s); err != nil {
			t.Fatal(err)
		}
	}
	s.Drain()
	for range 3 {
		if s.Waiting(mailID) == 0 {
			break
		}
		s.Clock.Advance(mail.Lease) // SES's answer was lost on the way: the claim stands
		s.Drain()
	}
	what := kind + " " + named(b.What)
	if kind == "the row" && b.hit() {
		if len(s.Poisoned()) > 0 {
			return true
		}
		if unheededLater[l.name+", "+what] == "" {
			t.Errorf("%s: it is told all the same, or dropped, and not on the poison queue", what)
		}
	}
	atMost := 1
	if b.What == "UpdateItem" || b.What == "TransactWriteItems" {
		atMost = 2 // the mark, after SES took the mail
	}
	for _, address := range who.mailed {
		if got := len(s.Mails(address)); got < 1 || got > atMost {
			t.Errorf("%s: %s got %d mails, want 1", what, address, got)
		}
	}
	for _, line := range who.lines {
		var row table.FeedRow
		if found, err := s.Table.Get(s.T.Context(), line, &row); err != nil || !found {
			t.Errorf("%s: the line %s: found %v, %v", what, line, found, err)
		}
	}
	return b.hit()
}
