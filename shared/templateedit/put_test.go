//go:build engine

package templateedit_test

import (
	"fmt"
	"net/mail"
	"strings"
	"testing"
	"time"

	"foyer/shared/foyertest"
	"foyer/shared/table"
)

type fields = map[string]any

const body = `<p>Hello {{contactName}} of {{companyName}}, come to {{invitedTo}} until {{expires}}.</p><blockquote>{{note}}</blockquote><p><a href="{{link}}">Accept</a></p>`

// scene is Acme.
type scene struct {
	*foyertest.World
	acme foyertest.Acme
	Ann  foyertest.Person
	path string
}

func begin(t *testing.T) scene {
	t.Helper()
	t.Parallel()
	w := foyertest.New(t)
	w.Config.Reminder = 10 * time.Minute
	s := scene{World: w, acme: w.Acme()}
	s.Ann = s.acme.Ann
	s.path = "/v1/workspaces/" + s.acme.Workspace + "/invitation-template"
	w.Drain()
	w.ForgetMails()
	return s
}

func (s scene) put(tag string, template any) foyertest.Response {
	s.T.Helper()
	return s.Do(s.Ann, "PUT", s.path, template, foyertest.Header{Name: "If-Match", Value: tag})
}

func (s scene) read() (foyertest.Response, string) {
	s.T.Helper()
	r := s.Do(s.Ann, "GET", s.path, nil).Must(200)
	return r, r.Header.Get("ETag")
}

// invite invites somebody new to the project and gives the mail.
func (s scene) invite(name, email, note string) foyertest.Mail {
	s.T.Helper()
	s.Do(s.Ann, "POST", "/v1/projects/"+s.acme.Project+"/clients", fields{"companyName": "Globex", "name": name, "email": email, "note": note}).Must(201)
	s.Drain()
	got := s.Mails(email)
	if len(got) != 1 {
		s.T.Fatalf("got %d mails to %s, want 1", len(got), email)
	}
	return got[0]
}

// recorded asserts how often a change of the template is in the audit.
func (s scene) recorded(activity string, want int) {
	s.T.Helper()
	rows, _, err := table.QueryInto[table.ActivityRow](s.T.Context(), s.Table, table.Query{PK: table.WorkspaceActivity(s.acme.Workspace, "").PK})
	if err != nil {
		s.T.Fatal(err)
	}
	got := 0
	for _, r := range rows {
		if r.Type == activity {
			got++
		}
	}
	if got != want {
		s.T.Errorf("%s is recorded %d times, want %d", activity, got, want)
	}
}

func TestInvitationsAreSentAsTheWorkspacesTemplateHasThem(t *testing.T) {
	s := begin(t)
	_, tag := s.read()
	put := s.put(tag, fields{"senderName": "{{inviterName}} at Äcme, Inc.", "replyTo": "Hello@Acme.example", "subject": "{{workspaceName}}: {{invitedTo}}", "html": body}).Must(200)
	got, now := s.read()
	if got.Body != put.Body || now != put.Header.Get("ETag") || got.String("html") != body || got.String("replyTo") != "hello@acme.example" || got.String("text") != "" {
		t.Errorf("read %s %s, want what put answered: %s", got.Body, now, put.Body)
	}
	s.recorded(table.ActivityTemplateChanged, 1)

	m := s.invite("Nora <b>New</b>", "nora@globex.example", "Welcome {{link}},\nNora & all")
	if m.Subject != "Acme Agency: “New website”" || len(m.ReplyTo) != 1 || m.ReplyTo[0] != "hello@acme.example" {
		t.Errorf("got the subject %q and answers to %v", m.Subject, m.ReplyTo)
	}
	from, err := mail.ParseAddress(m.From)
	if err != nil || from.Name != "Ann Archer at Äcme, Inc." || from.Address != "foyer@example.com" || strings.ContainsFunc(m.From, func(r rune) bool { return r > '~' || r < ' ' }) {
		t.Errorf("got the sender %q (%v)", m.From, err)
	}
	token := m.Token()
	for _, want := range []string{
		"<p>Hello Nora &lt;b&gt;New&lt;/b&gt; of Globex, come to “New website” until ", "<blockquote>Welcome {{link}},<br>Nora &amp; all</blockquote>",
		`<a href="https://portal.example.com/#/invitation/` + token + `">Accept</a>`, "This mail went to nora@globex.example because Ann Archer of Acme Agency invited you.",
	} {
		if token == "" || !strings.Contains(m.HTML, want) {
			t.Errorf("the HTML has no %s: %s", want, m.HTML)
		}
	}
	if want := "Hello Nora <b>New</b> of Globex, come to “New website” until "; !strings.HasPrefix(m.Text, want) || !strings.Contains(m.Text, "\n\nAccept:\nhttps://portal.example.com/#/invitation/"+token+"\n") {
		t.Errorf("got the text %s", m.Text)
	}
	s.Do(foyertest.Person{}, "GET", "/v1/invitations/"+token, nil).Must(200)
}

// What was sent stays; a reminder is as the template is when it leaves.
func TestATemplateHoldsForWhatLeavesAfterIt(t *testing.T) {
	s := begin(t)
	before := s.invite("Ivy Invited", "ivy@globex.example", "")
	if before.Subject != "Ann Archer invites you to “New website”" || before.ReplyTo != nil || before.From != "Foyer <foyer@example.com>" {
		t.Errorf("got %q from %s with answers to %v, want the default", before.Subject, before.From, before.ReplyTo)
	}
	s.put("*", fields{"subject": "Willkommen bei {{workspaceName}}", "language": "de"}).Must(200)
	s.ForgetMails()
	s.Drain()
	if got := s.Mails(""); len(got) != 0 {
		t.Fatalf("saving a template sent %+v", got)
	}
	if err := s.RunDue(); err != nil { // as every minute
		t.Fatal(err)
	}
	s.Clock.Advance(s.Config.Reminder + 2*time.Minute)
	if err := s.RunDue(); err != nil {
		t.Fatal(err)
	}
	s.Drain()
	got := s.Mails("ivy@globex.example")
	if len(got) != 1 || got[0].Subject != "Erinnerung: Willkommen bei Acme Agency" || !strings.Contains(got[0].Text, "Ann Archer von Acme Agency hat Sie in das Projekt „New website“ eingeladen") {
		t.Fatalf("got %+v, want a reminder with that subject and the default in German", got)
	}
	if got[0].Token() != before.Token() {
		t.Error("the reminder has another link")
	}
}

func TestATemplateThatCouldNotBeSavedIsNotUsed(t *testing.T) {
	s := begin(t)
	for i, row := range []table.TemplateRow{
		{HTML: "<p>no link</p>", TextMade: "no link", Language: "de"}, {HTML: `<a href="{{link}}">x</a>`, TextMade: "none", Language: "de"}, {Subject: "{{link}}", Language: "de"}, {SenderName: "{{nobody}}", Language: "de"},
	} {
		if err := s.Table.PutOne(t.Context(), table.Template(s.acme.Workspace), row, nil); err != nil {
			t.Fatal(err)
		}
		m := s.invite("Ivy Invited", fmt.Sprintf("ivy-%d@globex.example", i), "")
		if m.Subject != "Ann Archer lädt Sie ein: „New website“" || m.Token() == "" {
			t.Errorf("%+v: got %q, want the default in German, with a link", row, m.Subject)
		}
	}
	if !strings.Contains(s.Log.String(), "the invitation template is broken") {
		t.Error("the log does not say so")
	}
}

func TestMembersAreInvitedByTheDefaultMail(t *testing.T) {
	s := begin(t)
	s.put("*", fields{"subject": "Ours", "html": body}).Must(200)
	s.Do(foyertest.Person{}, "POST", "/v1/workspaces", fields{"name": "New", "ownerName": "Olga", "ownerEmail": "olga@new.example"}).Must(201)
	s.Drain()
	if got := s.Mails("olga@new.example"); len(got) != 1 || got[0].Subject != "Open your workspace on Foyer" {
		t.Errorf("got %+v", got)
	}
	// Whose account has a language is invited in it.
	s.Do(s.acme.Carl, "PATCH", "/v1/me", fields{"language": "de"}, foyertest.Header{Name: "If-Match", Value: "*"}).Must(200)
	s.Do(foyertest.Person{}, "POST", "/v1/workspaces", fields{"name": "Carls", "ownerName": "Carl", "ownerEmail": s.acme.Carl.Email}).Must(201)
	s.Drain()
	if got := s.Mails(s.acme.Carl.Email); len(got) != 1 || got[0].Subject != "Öffnen Sie Ihren Arbeitsbereich bei Foyer" {
		t.Errorf("got %+v", got)
	}
	// Nor is another workspace's contact told by it.
	olga, theirs := s.Workspace("Other Agency", "Otto Other", "otto@other.example")
	project := s.Project(olga, theirs, "Theirs")
	s.Invited(olga, project, "Initech", "Ines", "ines@initech.example")
	s.Drain()
	if got := s.Mails("ines@initech.example"); len(got) != 1 || got[0].Subject != "Otto Other invites you to “Theirs”" {
		t.Errorf("got %+v", got)
	}
}

func TestAChangeOfTheTemplateNamesWhatItChanges(t *testing.T) {
	s := begin(t)
	_, first := s.read()
	s.put(first, fields{"subject": "One"}).Must(200)
	s.Unchanged(func() {
		s.Do(s.Ann, "PUT", s.path, fields{"subject": "Two"}).Problem(428, "if-match-required")
		s.put(first, fields{"subject": "Two"}).Problem(412, "changed")
		s.put("*", fields{"html": body, "text": "none"}).Fault("body.text")
		s.put("*", fields{"replyTo": "nobody"}).Fault("body.replyTo")
		s.put("*", fields{"language": "fr"}).Fault("body.language")
		s.put("*", fields{"subject": "a\r\nBcc: x"}).Fault("body.subject")
		s.put("*", fields{"senderName": "a\nb"}).Fault("body.senderName")
		s.Do(s.acme.Carl, "PUT", s.path, fields{"subject": "Two"}, foyertest.Header{Name: "If-Match", Value: "*"}).Problem(404, "not-found")
	})
	r := s.put("*", fields{"html": "<p>\n<script></script></p>"}).Fault("body.html")
	if e := r.List("errors")[0]; e["line"] != 2.0 || e["column"] != 1.0 {
		t.Errorf("got %s, want the fault in line 2, column 1", r.Body)
	}
	s.recorded(table.ActivityTemplateChanged, 1)
}
