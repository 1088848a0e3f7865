//go:build engine

package invitationtemplate_test

import (
	"math"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"foyer/shared/foyertest"
	"foyer/shared/table"
)

type fields = map[string]any

type scene struct {
	*foyertest.World
	acme foyertest.Acme
	path string
}

func begin(t *testing.T) scene {
	t.Helper()
	t.Parallel()
	w := foyertest.New(t)
	s := scene{World: w, acme: w.Acme()}
	s.path = "/v1/workspaces/" + s.acme.Workspace + "/invitation-template"
	w.Drain()
	w.ForgetMails()
	return s
}

func (s scene) put(template any) {
	s.T.Helper()
	s.Do(s.acme.Ann, "PUT", s.path, template, foyertest.Header{Name: "If-Match", Value: "*"}).Must(200)
}

func TestATemplateThatWasNeverSetIsEmptyAndHasATag(t *testing.T) {
	s := begin(t)
	s.Unchanged(func() {
		r := s.Do(s.acme.Ann, "GET", s.path, nil).Must(200)
		if strings.TrimSpace(r.Body) != "{}" || r.Header.Get("ETag") == "" {
			t.Errorf("got %s with the tag %q, want {} with one", r.Body, r.Header.Get("ETag"))
		}
	})
}

func TestAResetBringsTheDefaultBackAndIsRecordedOnce(t *testing.T) {
	s := begin(t)
	s.put(fields{"subject": "Ours", "language": "de"})
	s.Do(s.acme.Ann, "DELETE", s.path, nil).Must(204)
	s.Unchanged(func() { s.Do(s.acme.Ann, "DELETE", s.path, nil).Must(204) })
	if r := s.Do(s.acme.Ann, "GET", s.path, nil).Must(200); strings.TrimSpace(r.Body) != "{}" {
		t.Errorf("got %s, want the default", r.Body)
	}
	rows, _, err := table.QueryInto[table.ActivityRow](t.Context(), s.Table, table.Query{PK: table.WorkspaceActivity(s.acme.Workspace, "").PK})
	if err != nil {
		t.Fatal(err)
	}
	resets := 0
	for _, r := range rows {
		if r.Type == table.ActivityTemplateReset {
			resets++
		}
	}
	if resets != 1 {
		t.Errorf("recorded %d times, want once", resets)
	}
	s.Invited(s.acme.Ann, s.acme.Project, "Globex", "Ivy", "ivy@globex.example")
	s.Drain()
	if got := s.Mails("ivy@globex.example"); len(got) != 1 || got[0].Subject != "Ann Archer invites you to “New website”" {
		t.Errorf("got %+v, want the default mail", got)
	}
}

func TestATestGoesToWhoAsksAndToNobodyElse(t *testing.T) {
	s := begin(t)
	s.put(fields{"senderName": "Acme", "replyTo": "hello@acme.example", "subject": "Hi {{contactName}}", "html": `<p>{{note}}</p><a href="{{link}}">Go</a>`})
	s.Do(s.acme.Ann, "POST", s.path+"/test", nil, foyertest.Header{Name: "Idempotency-Key", Value: "1"}).Must(202)
	s.Do(s.acme.Ann, "POST", s.path+"/test", nil, foyertest.Header{Name: "Idempotency-Key", Value: "1"}).Must(202)
	s.Drain()
	s.Redeliver("stream-mail")
	all := s.Mails("")
	if len(all) != 1 {
		t.Fatalf("got %d mails, want one", len(all))
	}
	m := all[0]
	if m.To != "ann@acme.example" || m.Subject != "Hi Robin Reader" || m.From != `"Acme" <foyer@example.com>` || len(m.ReplyTo) != 1 || m.Token() != "" {
		t.Errorf("got %+v", m)
	}
	if !strings.Contains(m.HTML, `<a href="https://portal.example.com/#/invitation/sample">Go</a>`) || strings.Contains(s.Dump(), "AUTH#TOKEN#"+table.Hash("sample")) {
		t.Errorf("its link is not a sample: %s", m.HTML)
	}
}

func TestATestOfTheDefaultMail(t *testing.T) {
	s := begin(t)
	asked := s.Clock.Now()
	s.Clock.Stand(asked)
	s.Do(s.acme.Ann, "POST", s.path+"/test", nil).Must(202)
	s.Clock.Advance(time.Hour) // the mail says the same whenever it is sent
	s.Drain()
	got := s.Mails("ann@acme.example")
	if len(got) != 1 || got[0].Subject != "Ann Archer invites you to “New website”" || got[0].From != "Foyer <foyer@example.com>" {
		t.Fatalf("got %+v", got)
	}
	if until := asked.Add(7 * 24 * time.Hour).UTC().Format("15:04 UTC"); !strings.Contains(got[0].Text, until) {
		t.Errorf("got %s, want it until %s", got[0].Text, until)
	}
}

// Asked again at the moment of sending, like every mail.
func TestATestIsNotSentToWhoIsNoAdminAnyMore(t *testing.T) {
	for reason, change := range map[string]func(s scene){
		"no-access": func(s scene) {
			s.keep(table.Membership(s.acme.Ann.ID, s.acme.Workspace), table.MembershipRow{Workspace: s.acme.Workspace, Role: table.RoleMember})
		},
		"account-gone":    func(s scene) { s.keep(table.Account(s.acme.Ann.ID), table.AccountRow{Person: s.acme.Ann.ID}) },
		"template-broken": func(s scene) { s.keep(table.Template(s.acme.Workspace), table.TemplateRow{Subject: "{{link}}"}) },
	} {
		t.Run(reason, func(t *testing.T) {
			s := begin(t)
			s.Do(s.acme.Ann, "POST", s.path+"/test", nil).Must(202)
			change(s)
			s.Drain()
			if got := s.Mails(""); len(got) != 0 {
				t.Errorf("got %+v, want no mail", got)
			}
			rows, _, err := table.QueryInto[table.MailMarkRow](t.Context(), s.Table, table.Query{PK: table.UserPartition(s.acme.Ann.ID), Prefix: "MAILED#" + table.MailTemplateTest})
			if err != nil || len(rows) != 1 || rows[0].Dropped != reason {
				t.Errorf("got %+v (%v), want it dropped: %s", rows, err, reason)
			}
		})
	}
}

func (s scene) keep(key table.Key, row any) {
	s.T.Helper()
	if err := s.Table.PutOne(s.T.Context(), key, row, nil); err != nil {
		s.T.Fatal(err)
	}
}

func TestTestsAreLimitedForEachPerson(t *testing.T) {
	s := begin(t)
	now := s.Clock.Now()
	end := now.Truncate(time.Hour).Add(time.Hour) // of the window; Ann's access token lives longer
	if last := end.Add(-time.Minute); last.After(now) {
		now = last
	}
	s.Clock.Stand(now)
	for range 10 {
		s.Do(s.acme.Ann, "POST", s.path+"/test", nil).Must(202)
	}
	s.Unchanged(func() {
		r := s.Do(s.acme.Ann, "POST", s.path+"/test", nil).Problem(429, "too-many-attempts")
		if seconds, err := strconv.Atoi(r.Header.Get("Retry-After")); err != nil || seconds != int(math.Ceil(end.Sub(now.Truncate(time.Millisecond)).Seconds())) {
			t.Errorf("got Retry-After %q, want until the hour's end: %v", r.Header.Get("Retry-After"), end.Sub(now))
		}
	})
	s.Clock.Stand(end)
	s.Do(s.acme.Ann, "POST", s.path+"/test", nil).Must(202)
}

// The same request many times at once is one test: its limit does not refuse those whose
// answer another of them is.
func TestOneKeyIsOneTestHoweverOftenItIsAskedWithAtOnce(t *testing.T) {
	s := begin(t)
	s.Clock.Stand(s.Clock.Now())
	key := foyertest.Header{Name: "Idempotency-Key", Value: "once"}
	var all sync.WaitGroup
	for range 16 {
		all.Go(func() {
			if r := s.Do(s.acme.Ann, "POST", s.path+"/test", nil, key); r.Status != 202 && r.Status != 409 { // 409: not now, others were at it
				t.Errorf("got %d %s, want 202", r.Status, r.Body)
			}
		})
	}
	all.Wait()
	for range 9 {
		s.Do(s.acme.Ann, "POST", s.path+"/test", nil).Must(202)
	}
	s.Unchanged(func() {
		s.Do(s.acme.Ann, "POST", s.path+"/test", nil).Problem(429, "too-many-attempts")
		s.Do(s.acme.Ann, "POST", s.path+"/test", nil, key).Must(202)
	})
}
