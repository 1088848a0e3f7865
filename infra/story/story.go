// Package story is the main job of Foyer, end to end: invite a client, who then
// sees exactly what was shared. The same steps are played in process, every
// function under its own policy of template.yaml (tag engine), and through HTTP
// against the deployed stack with nothing mocked (tag story).
package story

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"
)

// Mail is a mail that was sent.
type Mail struct {
	To, Subject, HTML, Text string
}

// Stage is where the story is played.
type Stage interface {
	// Send sends a request to the API.
	Send(r *http.Request) (*http.Response, error)
	// Mails are the mails sent to the address so far, the oldest first.
	Mails(to string) []Mail
	// Settle is called after a change: where nothing runs by itself, it runs what
	// the change has set off.
	Settle()
	// CheckToken looks at an access token as this stage makes them.
	CheckToken(token string) error
	// ReminderFallsDue lets the time to the reminder pass, or waits for it.
	ReminderFallsDue()
}

// patience is how long a step waits for what another function does: on the local
// engine a function starts anew when it was long unused, and due-run comes by
// every minute for minutes that lie at least two ahead.
const patience = 5 * time.Minute

// story is the state of one performance.
type story struct {
	t     *testing.T
	stage Stage
	base  string
	run   string // distinguishes the addresses of this performance

	workspace, project string
	owner, client      person
	lena, nora         person // invited too: one accepts at once, one only after the reminder
	clientID, contact  string
	shared, private    string // items
	task               string
}

type person struct{ email, password, token string }

// Play plays the whole story; each step is a subtest and needs those before it.
// base is the address of the API (http://localhost:3000), run any word that makes
// addresses of this performance different from those of others.
func Play(t *testing.T, stage Stage, base, run string) {
	s := &story{t: t, stage: stage, base: strings.TrimRight(base, "/"), run: run}
	s.owner = person{email: "ann." + run + "@acme.example", password: "Correct-Horse-7"}
	s.client = person{email: "carl." + run + "@globex.example", password: "Blue-Bicycle-22"}
	s.lena = person{email: "lena." + run + "@globex.example", password: "Green-Garden-31"}
	s.nora = person{email: "nora." + run + "@globex.example", password: "Quiet-Quarter-46"}
	for _, step := range []struct {
		name string
		play func()
	}{
		{"1 a workspace is made and its owner comes in by invitation", s.ownerComesIn},
		{"2 a client is added to a project and is among its people at once", s.clientIsAdded},
		{"3 the mail has the link, which makes the account once", s.clientAccepts},
		{"4 staff create items, private by default, and share one", s.itemsAreShared},
		{"5 the client sees the shared item and nothing else", s.clientSeesTheSharedItem},
		{"6 the client is told of a task for them, and not of a merely shared message", s.clientIsTold},
		{"7 access is removed and restored", s.accessIsRemoved},
		{"8 who has not accepted is reminded until they do", s.reminderComes},
		{"the session ends at once", s.signOut},
	} {
		if !t.Run(step.name, func(t *testing.T) { s.t = t; step.play() }) {
			t.Fatal("the story goes no further")
		}
	}
}

// answer is what the API answered.
type answer struct {
	s      *story
	what   string
	status int
	header http.Header
	body   string
}

func (s *story) do(who person, method, path, body string, headers ...string) answer {
	s.t.Helper()
	var reader io.Reader
	if body != "" {
		reader = strings.NewReader(body)
	}
	r, err := http.NewRequestWithContext(s.t.Context(), method, s.base+path, reader)
	if err != nil {
		s.t.Fatal(err)
	}
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	if who.token != "" {
		r.Header.Set("Authorization", "Bearer "+who.token)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	res, err := s.stage.Send(r)
	if err != nil {
		s.t.Fatalf("%s %s: %v", method, path, err)
	}
	defer res.Body.Close() //nolint:errcheck // read only
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		s.t.Fatalf("%s %s: %v", method, path, err)
	}
	if method != http.MethodGet {
		s.stage.Settle()
	}
	return answer{s: s, what: method + " " + path, status: res.StatusCode, header: res.Header, body: string(raw)}
}

func (a answer) must(status int) answer {
	a.s.t.Helper()
	if a.status != status {
		a.s.t.Fatalf("%s: got status %d, want %d; body: %s", a.what, a.status, status, a.body)
	}
	return a
}

func (a answer) get(path string) any {
	a.s.t.Helper()
	var v any
	if err := json.Unmarshal([]byte(a.body), &v); err != nil {
		a.s.t.Fatalf("%s: not JSON: %v: %s", a.what, err, a.body)
	}
	for part := range strings.SplitSeq(path, ".") {
		m, ok := v.(map[string]any)
		if !ok {
			return nil
		}
		v = m[part]
	}
	return v
}

func (a answer) str(path string) string {
	a.s.t.Helper()
	v, _ := a.get(path).(string)
	return v
}

// items are the entries of a list, by what picks one out of each.
func (a answer) items(pick func(map[string]any) string) []string {
	a.s.t.Helper()
	list, _ := a.must(http.StatusOK).get("items").([]any)
	out := make([]string, 0, len(list))
	for _, e := range list {
		m, _ := e.(map[string]any)
		out = append(out, pick(m))
	}
	return out
}

func field(path ...string) func(map[string]any) string {
	return func(m map[string]any) string {
		var v any = m
		for _, p := range path {
			o, _ := v.(map[string]any)
			v = o[p]
		}
		s, _ := v.(string)
		return s
	}
}

func (s *story) want(what string, got, want any) {
	s.t.Helper()
	if fmt.Sprint(got) != fmt.Sprint(want) {
		s.t.Fatalf("%s: got %v, want %v", what, got, want)
	}
}

// eventually waits until look gives "" (it says what is missing otherwise).
func (s *story) eventually(look func() string) {
	s.t.Helper()
	deadline := time.Now().Add(patience)
	for {
		missing := look()
		if missing == "" {
			return
		}
		if time.Now().After(deadline) {
			s.t.Fatalf("waited %v in vain: %s", patience, missing)
		}
		s.stage.Settle()                   // the stream may tell of a change late
		time.Sleep(250 * time.Millisecond) // between two looks
	}
}

// mail waits for the how manieth mail to the address (from 1).
func (s *story) mail(to string, number int) Mail {
	s.t.Helper()
	var mails []Mail
	s.eventually(func() string {
		if mails = s.stage.Mails(to); len(mails) >= number {
			return ""
		}
		return fmt.Sprintf("mail %d to %s; there are %d", number, to, len(mails))
	})
	return mails[number-1]
}

var linkForm = regexp.MustCompile(`/#/invitation/([A-Za-z0-9_-]{43})`)

// link is the token of the invitation link in a mail.
func (s *story) link(m Mail) string {
	s.t.Helper()
	for _, part := range []string{m.Text, m.HTML} {
		if !linkForm.MatchString(part) {
			s.t.Fatalf("no link in a part of the mail %q: %s", m.Subject, part)
		}
	}
	return linkForm.FindStringSubmatch(m.Text)[1]
}

func (s *story) signIn(p *person) {
	s.t.Helper()
	a := s.do(person{}, "POST", "/v1/sessions", fmt.Sprintf(`{"email":%q,"password":%q}`, p.email, p.password)).must(http.StatusCreated)
	p.token = a.str("accessToken")
	if err := s.stage.CheckToken(p.token); err != nil {
		s.t.Fatal(err)
	}
}
