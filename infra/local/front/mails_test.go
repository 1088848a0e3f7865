package front

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
)

// mailsOf is the mail page before an engine that took these mails.
func mailsOf(t *testing.T, messages string) http.Handler {
	t.Helper()
	engine := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, `{"messages":{"000000000000":[`+messages+`]}}`)
	}))
	t.Cleanup(engine.Close)
	return Mails(engine.URL)
}

func get(h http.Handler, target string) *httptest.ResponseRecorder {
	res := httptest.NewRecorder()
	h.ServeHTTP(res, httptest.NewRequest(http.MethodGet, target, nil))
	return res
}

const twoMails = `
{"MessageId":"1","Source":"Foyer <foyer@example.com>","To":["ann@acme.example"],"Subject":"<script>alert(1)</script>","BodyText":"See http://localhost:3000/#a=b.\n<img src=x>","BodyHtml":"<script>bad()</script><a href=\"http://localhost:3000/?x=1&amp;y=2\">x</a><a href=\"javascript:bad()\">y</a>","Timestamp":1795318415},
{"MessageId":"2","Source":"Foyer <foyer@example.com>","To":["Carl <carl@globex.example>"],"Subject":"Second","BodyText":"t","BodyHtml":null,"Timestamp":"2026-11-22T03:33:36Z"}`

func TestMailsAsJSONNewestFirst(t *testing.T) {
	for target, want := range map[string][]string{
		"/messages":                        {"2", "1"},
		"/messages?to=Carl@globex.example": {"2"},
		"/messages?to=ann@acme.example":    {"1"},
		"/messages?to=nobody@acme.example": {},
	} {
		var answer []Mail
		if err := json.Unmarshal(get(mailsOf(t, twoMails), target).Body.Bytes(), &answer); err != nil {
			t.Fatal(err)
		}
		got := []string{}
		for _, m := range answer {
			got = append(got, m.ID)
			if want := []string{"http://localhost:3000/#a=b", "http://localhost:3000/?x=1&y=2"}; m.ID == "1" && !slices.Equal(m.Links, want) {
				t.Errorf("links: got %q, want %q", m.Links, want)
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: got %q, want %q", target, got, want)
		}
	}
}

func TestThePageShowsAMailsMarkupAsText(t *testing.T) {
	res := get(mailsOf(t, twoMails), "/?to=%22%3E%3Cscript%3E")
	if strings.Contains(res.Body.String(), "<script") {
		t.Errorf("the recipient asked for is in the page unescaped:\n%s", res.Body)
	}
	res = get(mailsOf(t, twoMails), "/")
	for _, never := range []string{"<script", "<img", "javascript:"} {
		if strings.Contains(res.Body.String(), never) {
			t.Errorf("%s is in the page:\n%s", never, res.Body)
		}
	}
	for _, want := range []string{"&lt;script&gt;alert(1)", "&lt;img src=x&gt;", `<iframe sandbox="allow-popups allow-popups-to-escape-sandbox" loading="lazy" src="/html?id=1"`} {
		if !strings.Contains(res.Body.String(), want) {
			t.Errorf("%s is not in the page:\n%s", want, res.Body)
		}
	}
	if policy := res.Header().Get("Content-Security-Policy"); !strings.HasPrefix(policy, "default-src 'none'") || strings.Contains(policy, "script-src") {
		t.Errorf("the page's policy lets scripts run: %s", policy)
	}
}

func TestTheHTMLPartCanRunNothing(t *testing.T) {
	res := get(mailsOf(t, twoMails), "/html?id=1")
	policy := res.Header().Get("Content-Security-Policy")
	if !strings.HasPrefix(policy, "sandbox ") || strings.Contains(policy, "allow-scripts") || strings.Contains(policy, "allow-same-origin") || !strings.Contains(policy, "default-src 'none'") {
		t.Errorf("got policy %q", policy)
	}
	for _, id := range []string{"2", "3", ""} {
		if got := get(mailsOf(t, twoMails), "/html?id="+id).Code; got != http.StatusNotFound {
			t.Errorf("mail %q: got %d, want 404", id, got)
		}
	}
}
