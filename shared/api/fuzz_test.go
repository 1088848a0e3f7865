package api

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net/http/httptest"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/go-jose/go-jose/v4"
)

// A cursor is taken by the list and the viewer that it was given to, or by nobody.
func FuzzCursor(f *testing.F) {
	mine := &Call{Operation: "items-list", Viewer: testPerson, Workspace: "wks_01JD0000000000000000000000", Project: testProject, list: "message all"}
	others := []*Call{
		{Operation: "portal-items-list", Viewer: mine.Viewer, Workspace: mine.Workspace, Project: mine.Project, list: mine.list},
		{Operation: mine.Operation, Viewer: "per_01JD0000000000000000000001", Workspace: mine.Workspace, Project: mine.Project, list: mine.list},
		{Operation: mine.Operation, Viewer: mine.Viewer, Workspace: mine.Workspace, Project: testProject[:len(testProject)-1] + "2", list: mine.list},
		{Operation: mine.Operation, Viewer: mine.Viewer, Workspace: mine.Workspace, Project: mine.Project, list: "message private"},
		{Operation: mine.Operation, Viewer: mine.Viewer, Project: mine.Project, list: mine.list},
	}
	item := "msg_01JD0000000000000000000000"
	for _, seed := range []string{"", "AAAA", mine.Cursor(item), others[0].Cursor(item), mine.Cursor(item) + "=", mine.Cursor(item) + "\n", strings.ToLower(mine.Cursor(item)), mine.Cursor("act_1"), mine.Cursor("\xff\x00")} {
		f.Add(seed, item)
	}
	f.Fuzz(func(t *testing.T, made, position string) {
		if got, err := mine.Position(made); err == nil && made != "" && (got == "" || mine.Cursor(got) != made) {
			t.Errorf("took %q as %q, whose cursor is %q", made, got, mine.Cursor(got))
		} else if err != nil && !errors.Is(err, Invalid()) {
			t.Errorf("%q: got %v, want an invalid input", made, err)
		}
		if id, err := mine.ItemPosition(made, "msg_"); err == nil && made != "" && (!ValidID("item", id) || !strings.HasPrefix(id, "msg_")) {
			t.Errorf("took %q as the message %q", made, id)
		}
		if position == "" {
			return
		}
		cursor := mine.Cursor(position)
		if got, err := mine.Position(cursor); err != nil || got != position {
			t.Errorf("the cursor of %q leads to %q %v", position, got, err)
		}
		for _, other := range others {
			if got, err := other.Position(cursor); err == nil {
				t.Errorf("%+v takes a cursor of another list or viewer as %q", other, got)
			}
		}
	})
}

// Nobody is let in but by a token that the pool signed, for access to Foyer. What
// says so here is the standard library alone.
func FuzzBearerToken(f *testing.F) {
	s := newStandIn(f)
	env := s.env(io.Discard)
	sign := func(c claims) string { return "Bearer " + sign(f, s.key, jose.RS256, "k1", c) }
	valid := sign(accessClaims())
	parts := strings.Split(valid, ".")
	for _, seed := range []string{
		"", "Bearer", "Bearer ", "Basic a:b", valid, strings.ToLower(valid), valid + " ", valid + "=", valid[:len(valid)-1] + "A", "bearer" + strings.TrimPrefix(valid, "Bearer"), parts[0] + ".e30." + parts[2],
		"Bearer " + base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none"}`)) + "." + parts[1] + ".", "Bearer {\"payload\":\"\",\"signatures\":[{}]}", "Bearer " + strings.Repeat(".", 50),
		sign(accessClaims().with("token_use", "id")), sign(accessClaims().with("client_id", "other")), sign(accessClaims().with("username", testPerson+"\n")), sign(accessClaims().with("origin_jti", nil)),
		sign(accessClaims().with("exp", 1)), sign(accessClaims().with("exp", nil)), sign(accessClaims().with("exp", 1e300)), sign(accessClaims().with("iss", nil)), sign(accessClaims().with("nbf", 4102444800)),
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, header string) {
		r := httptest.NewRequest("GET", "/v1/me", nil)
		r.Header["Authorization"] = []string{header}
		who, err := env.callerOf(r)
		if err != nil {
			if !errors.Is(err, errNoToken) {
				t.Errorf("%q: got %v: a token is none, or it is one", header, err)
			}
			return
		}
		_, token, _ := strings.Cut(header, " ")
		parts := strings.Split(strings.TrimSpace(token), ".")
		if len(parts) != 3 {
			t.Fatalf("%q let %+v in", header, who)
		}
		signature, _ := base64.RawURLEncoding.DecodeString(parts[2]) // if it is none, it is not valid
		sum := sha256.Sum256([]byte(parts[0] + "." + parts[1]))
		if err := rsa.VerifyPKCS1v15(&s.key.PublicKey, crypto.SHA256, sum[:], signature); err != nil {
			t.Fatalf("%q let %+v in: %v", header, who, err)
		}
		var c map[string]any
		payload, _ := base64.RawURLEncoding.DecodeString(parts[1])
		if err := json.Unmarshal(payload, &c); err != nil || c["token_use"] != "access" || c["client_id"] != testClient || c["username"] != who.person || c["origin_jti"] != who.session || !ValidID("person", who.person) {
			t.Fatalf("%s let %+v in: %v", payload, who, err)
		}
	})
}

// What has the form of an id is safe in a key, a path and a log: letters, digits, a
// hyphen or underline, of one length for its kind.
func FuzzID(f *testing.F) {
	for _, seed := range []string{testPerson, testProject, testProject + "\n", "wks_01JD0000000000000000000000", "tsk_01JD0000000000000000000000", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "TEAM#W#1", "../x", "per_\xff"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, id string) {
		for kind := range pathForms {
			if kind == "proxy..." || !ValidID(kind, id) {
				continue
			}
			length := 30
			switch kind {
			case "project":
				length = 56 // begins with its workspace's
			case "token":
				length = 43
			}
			if len(id) != length || strings.Trim(id, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-") != "" {
				t.Errorf("%q is the id of a %s", id, kind)
			}
		}
	})
}

// A body is taken as the schema says, or refused as a problem: no other answer.
func FuzzBody(f *testing.F) {
	s := newStandIn(f)
	s.signedIn()
	h, token := Handler(s.env(io.Discard), trySignedIn), sign(f, s.key, jose.RS256, "k1", accessClaims())
	for _, seed := range []string{
		`{"name":"Ann"}`, `{"name":"Ann","email":"ann@acme.example","password":"x"}`, `{"name":"Ann","NAME":"Ann"}`, `{"name":null}`, `{"name":"Ann","email":null}`, `{"name":"\ud800"}`, `{"name":"\u0000"}`, `{"name":1e400}`,
		`[`, `{`, `"`, `null`, ``, ` `, "\ufeff{}", `{"name":"Ann"}{}`, strings.Repeat("[", 11_000), `{"$schema":"x","name":"Ann"}`, `{"name":{"name":"Ann"}}`, `{"name":"Ann","password":"123456"}`,
	} {
		f.Add([]byte(seed), "application/json")
	}
	f.Add([]byte(`{"name":"Ann"}`), "application/json; charset=latin1")
	f.Add([]byte(`{"name":"Ann"}`), "text/plain")
	f.Fuzz(func(t *testing.T, body []byte, contentType string) {
		r := httptest.NewRequest("POST", "/v1/try", strings.NewReader(string(body)))
		r.Header["Authorization"], r.Header["Content-Type"] = []string{"Bearer " + token}, []string{contentType}
		rec := httptest.NewRecorder()
		h.ServeHTTP(rec, r)
		var out struct{ Code, Name string }
		if err := json.Unmarshal(rec.Body.Bytes(), &out); err != nil {
			t.Fatalf("%q: got %d %q: %v", body, rec.Code, rec.Body, err)
		}
		switch rec.Code {
		case 200:
			if n := utf8.RuneCountInString(out.Name); n < 1 || n > 20 || strings.ContainsAny(out.Name, "\r\n\x00") {
				t.Errorf("%q was taken, as %q", body, out.Name)
			}
		case 400, 413, 415, 422:
			if want := statusCodes[rec.Code]; out.Code != want {
				t.Errorf("%q: got %d with code %q, want %q", body, rec.Code, out.Code, want)
			}
		default:
			t.Errorf("%q: got %d %s", body, rec.Code, rec.Body)
		}
	})
}
