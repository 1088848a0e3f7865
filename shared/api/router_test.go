package api

import (
	"bytes"
	"io"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"foyer/shared/table"
)

func TestBadInputIsRefusedWithItsPlace(t *testing.T) {
	s := newStandIn(t)
	s.signedIn()
	h := Handler(s.env(io.Discard), trySignedIn)
	token := s.token(t)
	for _, c := range []struct {
		what, body, location string
		status               int
		code                 string
	}{
		{"an unknown field", `{"name":"Ann","role":"owner"}`, "body.role", 422, "invalid"},
		{"a wrong type", `{"name":7}`, "body.name", 422, "invalid"},
		{"too long", `{"name":"` + strings.Repeat("a", 21) + `"}`, "body.name", 422, "invalid"},
		{"a missing field", `{}`, "body", 422, "invalid"},
		{"a blank line", `{"name":"  "}`, "body.name", 422, "invalid"},
		{"a line break in a line", `{"name":"a\r\nBcc: x"}`, "body.name", 422, "invalid"},
		{"not an e-mail", `{"name":"Ann","email":"ann at acme"}`, "body.email", 422, "invalid"},
		{"an e-mail with a name", `{"name":"Ann","email":"Ann <ann@acme.example>"}`, "body.email", 422, "invalid"},
		{"not JSON", `{"name"`, "body", 400, "malformed"},
		{"more after the JSON", `{"name":"Ann"} {}`, "body", 400, "malformed"},
		{"an array", `[]`, "body", 422, "invalid"},
		{"no body", ``, "", 400, "malformed"},
		{"invalid UTF-8", "{\"name\":\"\xff\"}", "", 400, "malformed"},
		{"too large", `{"name":"` + strings.Repeat("a", MaxBody) + `"}`, "", 413, "too-large"},
	} {
		t.Run(c.what, func(t *testing.T) {
			p := problem(t, call(h, "POST", "/v1/try", token, c.body, "Content-Type", "application/json"), c.status, c.code)
			if c.location == "" {
				return
			}
			for _, e := range p.Errors {
				if e.Location == c.location {
					return
				}
			}
			t.Errorf("no fault at %s: %+v", c.location, p.Errors)
		})
	}
}

func TestAWrongValueIsNeverRepeated(t *testing.T) {
	s := newStandIn(t)
	s.signedIn()
	rec := call(Handler(s.env(io.Discard), trySignedIn), "POST", "/v1/try", s.token(t), `{"name":"Ann","password":"Hunter2-Hunter2"}`)
	problem(t, rec, 422, "invalid")
	if strings.Contains(rec.Body.String(), "Hunter2") {
		t.Errorf("the answer repeats the password: %s", rec.Body)
	}
}

func TestOddRequestsAreRefused(t *testing.T) {
	s := newStandIn(t)
	s.signedIn()
	h := Handler(s.env(io.Discard), trySignedIn, tryStaff)
	token := s.token(t)
	problem(t, call(h, "POST", "/v1/try", token, `<a/>`, "Content-Type", "text/xml"), 415, "unsupported-media-type")
	problem(t, call(h, "POST", "/v1/try?debug=1", token, `{"name":"Ann"}`), 422, "invalid")
	problem(t, call(h, "POST", "/v1/try?as="+testPerson, token, `{"name":"Ann"}`), 422, "invalid")
	problem(t, call(h, "POST", "/v1/try?a=%zz", token, `{"name":"Ann"}`), 400, "malformed")
	problem(t, call(h, "POST", "/v1//try", token, `{"name":"Ann"}`), 404, "not-found")
	problem(t, call(h, "POST", "/v1/x/../try", token, `{"name":"Ann"}`), 404, "not-found")
	problem(t, call(h, "PUT", "/v1/try", token, `{"name":"Ann"}`), 404, "not-found")
	problem(t, call(h, "GET", "/v1/nothing", token, ""), 404, "not-found")
}

func TestWhatHasNotTheFormOfAnIDIsAbsent(t *testing.T) {
	s := newStandIn(t)
	s.signedIn()
	h := Handler(s.env(io.Discard), tryStaff)
	token := s.token(t)
	absent := call(h, "GET", "/v1/projects/"+testProject+"/try", token, "")
	problem(t, absent, 404, "not-found")
	for _, id := range []string{"prj_1", testPerson, "wks_01JD0000000000000000000000", testProject + "%2Fx", "..%2F" + testProject, testProject + "%00", strings.ToLower(testProject), "%ff", testProject + "%0A", strings.Repeat("9", 3000)} {
		rec := call(h, "GET", "/v1/projects/"+id+"/try", token, "")
		if rec.Code != 404 || rec.Body.String() != absent.Body.String() {
			t.Errorf("%s: got %d %s, want the 404 of an absent project", id, rec.Code, rec.Body)
		}
		if !strings.HasPrefix(id, "..") { // not a path at all
			problem(t, call(h, "GET", "/v1/projects/"+id+"/try", "", ""), 401, "unauthorized") // who is not signed in hears so first
		}
	}
}

func TestWhoIsNotLetInLearnsNothingFromValidation(t *testing.T) {
	s := newStandIn(t)
	h := Handler(s.env(io.Discard), trySignedIn, tryStaff)
	problem(t, call(h, "POST", "/v1/try", "", `{"role":1}`), 401, "unauthorized")
	s.signedIn()
	problem(t, call(h, "GET", "/v1/projects/"+testProject+"/try?limit=0&x=1", s.token(t), ""), 404, "not-found")
}

func TestAPanicIsA500ThatTellsNothing(t *testing.T) {
	s := newStandIn(t)
	s.signedIn()
	var log bytes.Buffer
	rec := call(Handler(s.env(&log), trySignedIn), "POST", "/v1/try", s.token(t), `{"name":"panic"}`)
	problem(t, rec, 500, "internal")
	if strings.Contains(rec.Body.String(), "secret of the inside") || !strings.Contains(log.String(), "secret of the inside") {
		t.Errorf("the answer is %s; the log is %s", rec.Body, &log)
	}
}

func TestAFailingDependencyIsA503ThatIsSafeToRetry(t *testing.T) {
	s := newStandIn(t)
	token := s.token(t)
	env := s.env(io.Discard)
	s.Close() // connection refused, for the key set too
	rec := call(Handler(env, trySignedIn), "POST", "/v1/try", token, `{"name":"Ann"}`)
	problem(t, rec, 503, "unavailable")
	if rec.Header().Get("Retry-After") == "" {
		t.Error("no Retry-After")
	}
}

func TestACursorIsOfOneListAndOneViewer(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		word := rapid.StringMatching(`[a-zA-Z0-9_#]{0,40}`)
		mine := &Call{Operation: word.Draw(t, "operation"), Viewer: word.Draw(t, "viewer"), Project: word.Draw(t, "project")}
		position := rapid.StringMatching(`[a-zA-Z0-9_#]{1,60}`).Draw(t, "position")
		cursor := mine.Cursor(position)
		if got, err := mine.Position(cursor); err != nil || got != position {
			t.Fatalf("got %q %v, want %q", got, err, position)
		}
		for _, other := range []*Call{
			{Operation: mine.Operation + "x", Viewer: mine.Viewer, Project: mine.Project},
			{Operation: mine.Operation, Viewer: mine.Viewer + "x", Project: mine.Project},
			{Operation: mine.Operation, Viewer: mine.Viewer, Project: mine.Project + "x"},
			{Operation: mine.Operation, Viewer: mine.Viewer, Project: mine.Project, list: "message"},
		} {
			if _, err := other.Position(cursor); err == nil {
				t.Fatalf("%+v takes a cursor of %+v", other, mine)
			}
		}
		if made := rapid.String().Draw(t, "made up"); made != "" && made != cursor {
			if got, err := mine.Position(made); err == nil {
				t.Fatalf("took the made-up cursor %q as %q", made, got)
			}
		}
	})
}

func TestAMadeUpCursorIsRefusedWithItsPlace(t *testing.T) {
	s := newStandIn(t)
	s.signedIn()
	w := "wks_" + testProject[4:30]
	s.put(table.WorkspaceGate(w), map[string]any{"name": map[string]any{"S": "Acme"}})
	s.put(table.ProjectFacts(testProject), map[string]any{"name": map[string]any{"S": "Website"}})
	s.put(table.Membership(testPerson, w), map[string]any{"role": map[string]any{"S": "owner"}})
	p := problem(t, call(Handler(s.env(io.Discard), tryStaff), "GET", "/v1/projects/"+testProject+"/try?cursor=bXNnXzAxSkQ", s.token(t), ""), 422, "invalid")
	if len(p.Errors) != 1 || p.Errors[0].Location != "query.cursor" {
		t.Errorf("got %+v, want a fault at query.cursor", p.Errors)
	}
	if got := s.calls.Load(); got != 1 {
		t.Errorf("access took %d calls, want one BatchGet", got)
	}
}

func TestIfMatch(t *testing.T) {
	tag := TagOf(map[string]int{"a": 1})
	for header, want := range map[string]int{"": 428, tag: 0, "*": 0, `"x", ` + tag: 0, `"x"`: 412, strings.Trim(tag, `"`): 412} {
		got := 0
		if err := (IfMatch{header}).Require(tag); err != nil {
			p, _ := problemOf(err)
			got = p.Status
		}
		if got != want {
			t.Errorf("If-Match %s: got %d, want %d", header, got, want)
		}
	}
	if err := (IfMatch{}).Respect(tag); err != nil {
		t.Errorf("an update that needs no If-Match: %v", err)
	}
}
