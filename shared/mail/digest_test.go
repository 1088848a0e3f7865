//go:build engine

package mail_test

import (
	"strings"
	"testing"
	"time"

	"foyer/shared/foyertest"
	"foyer/shared/table"
)

type object = map[string]any

// digests is Acme with Carl, a client. Nothing has happened yet, and times are told in
// minutes from now on, so that tokens that were made now are good.
type digests struct {
	*foyertest.World
	acme foyertest.Acme
	now  time.Time
}

func beginDigests(t *testing.T) digests {
	t.Helper()
	t.Parallel()
	w := foyertest.New(t)
	s := digests{World: w, acme: w.Acme(), now: w.Clock.Now().UTC().Truncate(time.Minute).Add(time.Minute)}
	w.Drain()
	w.ForgetMails()
	s.Clock.Stand(s.now)
	return s
}

// clock is the time of the day so many minutes from now.
func (s digests) clock(minutes int) string {
	return s.now.Add(time.Duration(minutes) * time.Minute).Format("15:04")
}

// choose lets Carl choose when he gets mail of all that happens.
func (s digests) choose(settings object) {
	s.T.Helper()
	settings["level"], settings["timeZone"] = "all", "UTC"
	s.Do(s.acme.Carl, "PUT", "/v1/me/notification-settings", settings, foyertest.Header{Name: "If-Match", Value: "*"}).Must(200)
}

// share makes a shared message, and lets everything follow that follows from it.
func (s digests) share(title string) (item string) {
	s.T.Helper()
	s.Clock.Stand(s.Clock.Now().Add(time.Second)) // ids of one moment have no order
	item = s.Do(s.acme.Ann, "POST", "/v1/projects/"+s.acme.Project+"/items", object{"kind": "message", "title": title, "clientCanSee": true}).Must(201).String("id")
	s.Drain()
	return item
}

// hear runs due-run so many minutes from now, and gives what Carl has got since he heard
// last.
func (s digests) hear(minutes int) []foyertest.Mail {
	s.T.Helper()
	s.Clock.Stand(s.now.Add(time.Duration(minutes) * time.Minute))
	if err := s.RunDue(); err != nil {
		s.T.Fatal(err)
	}
	s.Drain()
	got := s.Mails(s.acme.Carl.Email)
	s.ForgetMails()
	return got
}

// lines asserts that there is one mail and that it tells of these items, and of no others.
func (s digests) lines(got []foyertest.Mail, subject string, want []string, never ...string) {
	s.T.Helper()
	if len(got) != 1 {
		s.T.Fatalf("got %d mails, want one", len(got))
	}
	if got[0].Subject != subject {
		s.T.Errorf("got the subject %q, want %q", got[0].Subject, subject)
	}
	at := -1
	for _, title := range want {
		next := strings.Index(got[0].Text, title)
		if next <= at || !strings.Contains(got[0].HTML, title) {
			s.T.Errorf("the mail does not tell of %q, in its place: %s", title, got[0].Text)
		}
		at = next
	}
	for _, title := range never {
		if strings.Contains(got[0].Subject+got[0].Text+got[0].HTML, title) {
			s.T.Errorf("the mail tells of %q: %s", title, got[0].Text)
		}
	}
}

func TestADigestTellsOnceADayWhatHappened(t *testing.T) {
	s := beginDigests(t)
	s.choose(object{"digest": s.clock(30)})
	s.share("Opening hours")
	s.share("Holiday plan")
	s.Do(s.acme.Ann, "POST", "/v1/projects/"+s.acme.Project+"/items", object{"kind": "message", "title": "Our margin"}).Must(201)
	s.Drain()
	if got := len(s.Do(s.acme.Carl, "GET", "/v1/portal/notifications", nil).Must(200).List("items")); got != 2 {
		t.Errorf("got %d lines in the feed, want 2 at once", got)
	}
	if got := s.hear(29); len(got) != 0 {
		t.Fatalf("a minute before the digest: got %q", got[0].Subject)
	}
	s.lines(s.hear(30), "2 new in “New website”", []string{"Opening hours", "Holiday plan"}, "Our margin")
	if got := s.hear(31); len(got) != 0 {
		t.Errorf("after the digest: got %q, want nothing: it has told all", got[0].Subject)
	}
	s.share("Parking")
	if got := s.hear(45); len(got) != 0 {
		t.Errorf("after the digest: got %q, want it with tomorrow's", got[0].Subject)
	}
	tomorrow, _, err := table.QueryInto[table.MailRow](t.Context(), s.Table, table.Query{PK: table.HeldPartition(s.acme.Carl.ID, s.now.Add(30*time.Minute+24*time.Hour).Format(time.RFC3339))})
	if err != nil || len(tomorrow) != 1 {
		t.Errorf("got %d lines that wait for tomorrow's digest and %v, want one", len(tomorrow), err)
	}
}

// What waits is asked again when it leaves (rules 6 and 14).
func TestADigestDoesNotTellOfWhatIsNotSharedAnyMore(t *testing.T) {
	s := beginDigests(t)
	s.choose(object{"digest": s.clock(30)})
	s.share("Opening hours")
	back := s.share("Our margin")
	s.Do(s.acme.Ann, "PUT", "/v1/projects/"+s.acme.Project+"/items/"+back+"/visibility", object{"clientCanSee": false}).Must(200)
	s.lines(s.hear(30), "New in “New website”: Opening hours", []string{"Opening hours"}, "Our margin", "2 new")
}

func TestADigestIsNotSentToWhoMaySeeNothingOfIt(t *testing.T) {
	s := beginDigests(t)
	s.choose(object{"digest": s.clock(30)})
	s.share("Opening hours")
	s.Do(s.acme.Ann, "DELETE", "/v1/workspaces/"+s.acme.Workspace+"/contacts/"+s.acme.Carl.Contact+"/access", nil).Must(204)
	if got := s.hear(30); len(got) != 0 {
		t.Errorf("got %q, want nothing: his access was removed", got[0].Subject)
	}
	var mark table.MailMarkRow
	minute := s.Clock.Now().Format(time.RFC3339)
	if _, err := s.Table.Get(t.Context(), table.MailMark(s.acme.Carl.ID, table.MailDigest+"#"+minute), &mark); err != nil || mark.Dropped != "nothing-left" {
		t.Errorf("got the mark %+v and %v, want it dropped as nothing-left", mark, err)
	}
}

func TestWhatHappensInQuietHoursIsToldWhenTheyAreOver(t *testing.T) {
	s := beginDigests(t)
	s.choose(object{"quietHours": object{"from": s.clock(-60), "to": s.clock(30)}})
	s.share("Opening hours")
	s.share("Holiday plan")
	if got := s.hear(29); len(got) != 0 {
		t.Fatalf("in quiet hours: got %q", got[0].Subject)
	}
	s.lines(s.hear(30), "2 new in “New website”", []string{"Opening hours", "Holiday plan"})
	s.share("Parking")
	if got := s.Mails(s.acme.Carl.Email); len(got) != 1 || got[0].Subject != "New in “New website”: Parking" {
		t.Errorf("after quiet hours: got %d mails, want that of the message, at once", len(got))
	}
}

// Who changes their mind hears of everything once: what waits goes when it was to, and
// what went at once does not wait as well, even if the stream delivers it again (rule 16).
func TestAChangeOfMindLosesAndDoublesNothing(t *testing.T) {
	s := beginDigests(t)
	s.choose(object{})
	s.share("At once")
	s.choose(object{"digest": s.clock(30)})
	s.Redeliver("stream-notify")
	s.share("With the digest")
	s.choose(object{})
	s.Redeliver("stream-notify")
	s.Redeliver("stream-mail")
	s.Drain()
	s.share("At once again")
	got := s.Mails(s.acme.Carl.Email)
	if len(got) != 2 || !strings.Contains(got[0].Subject, "At once") || !strings.Contains(got[1].Subject, "At once again") {
		t.Errorf("got %d mails, want those of the two that were told at once", len(got))
	}
	s.ForgetMails()
	s.lines(s.hear(30), "New in “New website”: With the digest", []string{"With the digest"}, "At once")
}

// An invitation, and what concerns the account, does not wait.
func TestMailThatIsNoNotificationDoesNotWait(t *testing.T) {
	s := beginDigests(t)
	s.choose(object{"quietHours": object{"from": s.clock(-60), "to": s.clock(30)}})
	s.Do(s.acme.Carl, "POST", "/v1/password-resets", object{"email": s.acme.Carl.Email}).Must(202)
	s.Drain()
	if got := s.Mails(s.acme.Carl.Email); len(got) != 1 || got[0].Subject != "Choose a new password" {
		t.Errorf("got %d mails, want that to choose a new password", len(got))
	}
}

// A digest of one who is a client here and a member there tells of both, each with its
// own address.
func TestADigestIsOfAllProjectsOfAPerson(t *testing.T) {
	s := beginDigests(t)
	bea, beta := s.Workspace("Beta Builders", "Bea Builder", "bea@beta.example")
	other := s.Project(bea, beta, "Second shop")
	s.Do(bea, "POST", "/v1/projects/"+other+"/clients", object{"companyName": "Globex", "name": "Carl Client", "email": s.acme.Carl.Email}).Must(201)
	s.Drain()
	s.Accept(s.acme.Carl, beta)
	s.Drain()
	s.ForgetMails()
	s.choose(object{"digest": s.clock(30)})
	s.share("Opening hours")
	s.Clock.Stand(s.Clock.Now().Add(time.Second))
	s.Do(bea, "POST", "/v1/projects/"+other+"/items", object{"kind": "message", "title": "Paint", "clientCanSee": true}).Must(201)
	s.Drain()
	s.lines(s.hear(30), "2 new in 2 projects", []string{"New website", "Acme Agency", "Opening hours", "Second shop", "Beta Builders", "Paint"})
}

// What waits and could not be read is not nothing: neither the lines, nor what they tell of.
func TestADigestThatCouldNotBeReadIsSentLater(t *testing.T) {
	for _, read := range []string{"Query", "BatchGetItem"} {
		t.Run(read, func(t *testing.T) {
			s := beginDigests(t)
			s.choose(object{"digest": s.clock(30)})
			s.share("Opening hours")
			s.Around("stream-mail", func(c foyertest.AWSCall, next func() (any, error)) (any, error) {
				if c.Name == read {
					return nil, foyertest.ErrPasses
				}
				return next()
			})
			if got := s.hear(30); len(got) != 0 || s.Waiting("stream-mail") == 0 {
				t.Errorf("got %d mails, want none, and the digest waiting for another try", len(got))
			}
			s.Release()
			s.lines(s.hear(32), "New in “New website”: Opening hours", []string{"Opening hours"})
		})
	}
}
