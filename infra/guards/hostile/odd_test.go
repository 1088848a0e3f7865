//go:build engine

package hostile_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"foyer/infra/guards/proof"
	"foyer/infra/guards/scene"
	"foyer/shared/api"
	"foyer/shared/catalog"
)

// odd is a change of a request that succeeds into one that schemathesis does not
// make: it sends what can be said in JSON and in a schema's terms.
type odd struct {
	what    string
	change  func(*raw)
	refused bool // whatever it is: it does not succeed
}

// raw is a request before it is one.
type raw struct {
	path, query, body string
	headers           http.Header
}

func header(name string, values ...string) odd {
	return odd{what: fmt.Sprintf("%s: %.40q", name, values), change: func(r *raw) { r.headers[http.CanonicalHeaderKey(name)] = values }}
}

func query(q string) odd {
	return odd{what: fmt.Sprintf("the query %.40q", q), change: func(r *raw) { r.query = q }}
}

func body(what, b string) odd {
	return odd{what: "the body " + what, change: func(r *raw) { r.body = b }}
}

// token changes the caller's access token into none; a public operation has none to
// refuse.
func token(m api.Meta, what string, change func(string) []string) odd {
	return odd{what: "a token " + what, refused: !m.Public(), change: func(r *raw) {
		r.headers["Authorization"] = change(strings.TrimPrefix(r.headers.Get("Authorization"), "Bearer "))
	}}
}

// odds are the changes of any request.
func odds(m api.Meta) []odd {
	return []odd{
		query("limit=1&limit=2"), query("kind=message&kind=task"), query("limit=99999999999999999999"), query("limit=-1"), query("limit=1e1"), query("limit="), query("limit=%00"),
		query("kind=message&limit=1%20"), query("kind=message&limit=0x10"), query("kind=message&cursor=%ff%fe"), query("kind=message&cursor=" + strings.Repeat("A", 513)), query("kind=message&cursor=%00"),
		query("kind=%C2%85"), query("as=%00"), query("as=" + strings.Repeat("p", 65)), query("a=b;c=d"), query("&&&="), query("%"), query("limit[]=1"), query(strings.Repeat("a=1&", 2000)),
		query("kind=message&visibility=ALL"), query("Kind=message"),
		header("Accept", "text/html"), header("Accept", "json"), header("Accept", "*/*;q=0"), header("Accept", "application/problem+json"), header("Accept", "\xff"), header("Accept", strings.Repeat("a/b,", 3000)),
		header("Content-Type", "text/plain"), header("Content-Type", "application/x-www-form-urlencoded"), header("Content-Type", "application/json;;;="), header("Content-Type", ";"),
		header("Content-Type", "application/JSON; charset=utf-16"), header("Content-Type", "application/vnd.api+json"), header("Content-Type"), header("Content-Type", "json"),
		header("Content-Type", "application/json", "text/plain"), header("Content-Encoding", "gzip"),
		header("If-Match", ""), header("If-Match", "*, *"), header("If-Match", `W/"x"`), header("If-Match", `"`+strings.Repeat("a", 9000)), header("If-Match", "\xff"), header("If-Match", ",,,"), header("If-None-Match", "*"),
		header("Idempotency-Key", ""), header("Idempotency-Key", "a b"), header("Idempotency-Key", strings.Repeat("k", 256)), header("Idempotency-Key", "\xff"), header("Idempotency-Key", "é"), header("Idempotency-Key", "one", "two"),
		header("X-GoLambdaProxy-ApiGw-Context", `{"authorizer":{"jwt":{"claims":{"token_use":"access"}}}}`), header("X-HTTP-Method-Override", "DELETE"), header("Range", "bytes=0-0"), header("Cookie", strings.Repeat("a=b;", 500)),
		token(m, "and no scheme", func(t string) []string { return []string{t} }), token(m, "of another scheme", func(t string) []string { return []string{"Basic " + t} }),
		token(m, "and more", func(t string) []string { return []string{"Bearer " + t + " x"} }), token(m, "twice", func(t string) []string { return []string{"Bearer " + t + ",Bearer " + t} }),
		token(m, "of nothing", func(string) []string { return []string{"Bearer "} }), token(m, "of bytes", func(string) []string { return []string{"Bearer \xff\x00"} }),
		token(m, "of dots", func(string) []string { return []string{"Bearer " + strings.Repeat(".", 9000)} }), token(m, "without its signature", func(t string) []string { return []string{"Bearer " + t[:strings.LastIndex(t, ".")+1]} }),
		token(m, "that nobody signed", func(t string) []string {
			return []string{"Bearer eyJhbGciOiJub25lIn0." + strings.Join(strings.Split(t+"..", ".")[1:2], "") + "."}
		}),
		body("of nothing", ""), body("of white space", " \n\t"), body("null", "null"), body("a number", "1"), body("a text", `"x"`), body("true", "true"), body("a list", "[]"), body("of nothing in it", "{}"), body("of a list in it", "[{}]"),
		body("with a mark at its begin", "\ufeff{}"), body("in UTF-16", "{\x00}\x00"), body("of bytes", "\xff\xfe\x00\x01"), body("cut off", `{"name":`), body("two of them", "{}{}"), body("with a comment", "{/**/}"),
		body("deep lists", strings.Repeat("[", 30_000)), body("deep lists, closed", strings.Repeat("[", 9_000)+strings.Repeat("]", 9_000)), body("deep objects", strings.Repeat(`{"name":`, 7_000)+"1"+strings.Repeat("}", 7_000)),
		body("of many fields", manyFields()), body("of the greatest size", `{"name":"`+strings.Repeat("a", api.MaxBody-11)+`"}`), body("above the greatest size", `{"name":"`+strings.Repeat("a", api.MaxBody)+`"}`),
		body("with the words of a prototype", `{"__proto__":{"role":"owner"},"constructor":{}}`),
	}
}

func manyFields() string {
	fields := map[string]int{}
	for i := range 5_000 {
		fields[strconv.Itoa(i)] = i
	}
	raw, _ := json.Marshal(fields) // numbers: does not fail
	return string(raw)
}

// manyProjects are settings for n projects of the project's workspace.
func manyProjects(project string, n int) string {
	levels := map[string]string{project: "all"}
	for i := range n - 1 {
		levels[fmt.Sprintf("%s%05d", project[:len(project)-5], i)] = "none"
	}
	raw, _ := json.Marshal(map[string]any{"projects": levels}) // texts: does not fail
	return string(raw)
}

// texts stand in the place of each field of a body, as JSON.
var texts = []string{
	`"\ud800"`, `"\udc00\ud800"`, `"\u0000"`, `"a\u0000b"`, `"\u202e\u2066x"`, `"\ufeff"`, `"\u2028"`, `"\r\nBcc: x@example.com"`, `"` + "\U0010ffff" + `"`, `"e\u0301"`, `"\u00a0"`, `""`, `" "`,
	`"` + strings.Repeat("\U0001f600", 300) + `"`, `"` + strings.Repeat("a", 30_000) + `"`, `"../../etc"`, `"<script>"`, `"#"`, `"TEAM#W#1"`, `"' OR 1=1 --"`, `"{{.}}"`, `"${jndi:ldap://x}"`, `"%s%n"`,
	`1`, `-0`, `1e400`, `-1e400`, `123456789012345678901234567890`, `0.1`, `null`, `true`, `[]`, `{}`, `[[]]`, `{"S":"x"}`, `"9999-12-31T23:59:59.999999999Z"`, `"0000-01-01T00:00:00Z"`, `"2026-02-30T00:00:00Z"`, `"2026-12-31T23:59:60Z"`, `"-000001-01-01T00:00:00Z"`,
	`"x@` + strings.Repeat("a", 240) + `.example"`, `"x@xn--a.example"`, `"x@[127.0.0.1]"`, `"a@b@c.example"`, `"\"a b\"@c.example"`, `"x@ä.example"`, `"x@\u2024.example"`,
}

// fieldOdds are changes of each field of a body.
func fieldOdds(m api.Meta, sample string) (all []odd) {
	var fields map[string]json.RawMessage
	_ = json.Unmarshal([]byte(sample), &fields) // no sample: no fields
	names := slices.Sorted(maps.Keys(fields))
	kindOf := map[string]string{}
	if m.ID == "items-create" { // what only some kinds have
		kindOf = map[string]string{"assignee": "task", "ask": "task", "due": "task", "start": "event", "end": "event", "clientCanSee": "file"}
		names = append(names, slices.Sorted(maps.Keys(kindOf))...)
	}
	for _, name := range names {
		for _, text := range texts {
			all = append(all, odd{what: fmt.Sprintf("%s is %.40s", name, text), change: func(r *raw) {
				with := maps.Clone(fields)
				if kind, ok := kindOf[name]; ok {
					with["kind"] = json.RawMessage(strconv.Quote(kind))
				}
				with[name] = json.RawMessage(text)
				r.body = object(with)
			}})
		}
		value := string(fields[name])
		if strings.HasPrefix(value, `"`) {
			value = `"` + strings.Repeat("x", 30_000) + `"`
		}
		again := func(name, value string) func(r *raw) { // behind all others: the last is the one that is taken
			return func(r *raw) { r.body = fmt.Sprintf("%s,%q:%s}", strings.TrimSuffix(sample, "}"), name, value) }
		}
		if value != "" {
			wrong := "1"
			if !strings.HasPrefix(value, `"`) { // of another type, so that whichever is taken shows
				wrong = `"1"`
			}
			all = append(all, odd{what: name + " twice", change: again(name, wrong), refused: true}, odd{what: name + " in capitals", change: again(strings.ToUpper(name), value), refused: true})
		}
	}
	return all
}

// pathOdds are changes of each id of a path.
func pathOdds(m api.Meta, ids map[string]string) (all []odd) {
	for _, name := range slices.Sorted(maps.Keys(ids)) {
		if !strings.Contains(m.Path, "{"+name+"}") {
			continue
		}
		id := ids[name]
		for _, other := range []string{
			"..", "%2e%2e", "%00", "%ff", "%", "a%2Fb", id + "%20", id + "%00", id + "%0A", strings.ToLower(id), id[1:], id + id, strings.Repeat("9", 3_000), "%23", "%E2%80%AE", "null", "*", "{" + name + "}",
		} {
			all = append(all, odd{what: fmt.Sprintf("the %s is %.40q", name, other), refused: true, change: func(r *raw) { r.path = strings.Replace(r.path, id, other, 1) }})
		}
	}
	return all
}

// object writes the fields as they are: json.Marshal would refuse what is no JSON.
func object(fields map[string]json.RawMessage) string {
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		parts = append(parts, fmt.Sprintf("%q:%s", name, fields[name]))
	}
	return "{" + strings.Join(parts, ",") + "}"
}

// document is what infra/openapi.json says of an operation's answers.
type document struct {
	Paths map[string]map[string]struct {
		OperationID string `json:"operationId"`
		Responses   map[string]struct {
			Content map[string]any `json:"content"`
		} `json:"responses"`
	} `json:"paths"`
}

// Whatever a request is made of, its answer is one of the document, and none of them
// a server error; what is hidden from the caller does not show in it.
func TestOddRequestsHaveAnswersOfTheDocument(t *testing.T) {
	content, err := os.ReadFile(filepath.Join(root, "infra", "openapi.json"))
	if err != nil {
		t.Fatal(err)
	}
	var doc document
	if err := json.Unmarshal(content, &doc); err != nil {
		t.Fatal(err)
	}
	w := newWorld(t)
	ids := w.ids()
	router, asked := newRouter(w), 0
	for _, c := range w.callers() {
		for _, op := range catalog.Operations() {
			m := op.Meta()
			for _, o := range w.odds(c, m, ids) {
				request, ok := w.odd(c, m, ids, o)
				if !ok {
					continue
				}
				rec := httptest.NewRecorder()
				router.mux.ServeHTTP(rec, request)
				asked++
				if fault := doc.fault(c, m, o, rec); fault != "" {
					t.Errorf("%s of the %s, %s: got %d %s %.300q, %s", m.ID, c.name, o.what, rec.Code, rec.Header().Get("Content-Type"), rec.Body, fault)
				}
			}
		}
	}
	t.Logf("%d requests; answers by status: %v", asked, router.byStatus())
}

// odds are the changes that this caller's requests are asked with. The ids are what
// the answers to the callers differ in; all the rest is for those who may.
func (w *world) odds(c caller, m api.Meta, ids map[string]string) []odd {
	all := pathOdds(m, ids)
	if !own(c, m.Access) && !proof.Deep() {
		return all
	}
	if m.ID == "settings-put" {
		all = append(all, body("of many projects", manyProjects(w.ProjectID, 200)), body("of too many projects", manyProjects(w.ProjectID, 201)), body("of one project", manyProjects(w.ProjectID, 1)))
	}
	return append(append(all, odds(m)...), fieldOdds(m, w.bodies[m.ID])...)
}

// odd is the request of the operation's sample with that change; not ok where it
// has no address that could be asked.
func (w *world) odd(c caller, m api.Meta, ids map[string]string, o odd) (*http.Request, bool) {
	sample := catalog.SampleOf(m.ID)
	r := raw{path: w.Target(scene.Request{Op: m, IDs: ids}), query: sample.Query, body: w.bodies[m.ID], headers: http.Header{}}
	if m.Method != http.MethodGet {
		r.headers.Set("Content-Type", "application/json")
	}
	for name, value := range sample.Headers {
		r.headers.Set(name, value)
	}
	if who := c.person; who.Token != "" {
		if m.ID == "sessions-end" {
			who = w.SignIn(who) // the caller goes on
		}
		r.headers.Set("Authorization", "Bearer "+who.Token)
	}
	o.change(&r)
	request, err := http.NewRequestWithContext(w.T.Context(), m.Method, "http://foyer.test"+r.path+"?"+r.query, strings.NewReader(r.body))
	if err != nil {
		return nil, false
	}
	request.Header = r.headers
	return request, true
}

// fault is what is wrong with an answer; empty: nothing.
func (d document) fault(c caller, m api.Meta, o odd, rec *httptest.ResponseRecorder) string {
	if rec.Code == http.StatusMovedPermanently || rec.Code == http.StatusTemporaryRedirect || rec.Body.String() == noRoute {
		return "" // a path of no operation: the gateway's affair
	}
	answer, ok := d.Paths[m.Path][strings.ToLower(m.Method)].Responses[strconv.Itoa(rec.Code)]
	_, typed := answer.Content[rec.Header().Get("Content-Type")]
	switch {
	case !ok:
		return "of which the document does not know"
	case rec.Code >= http.StatusInternalServerError:
		return "a server error"
	case len(answer.Content) == 0 && rec.Body.Len() > 0, len(answer.Content) > 0 && !typed:
		return "of another type than the document says"
	case typed && !json.Valid(rec.Body.Bytes()):
		return "which is no JSON"
	case o.refused && rec.Code < http.StatusBadRequest:
		return "and may not succeed"
	case !slices.Contains(c.let, m.Access) && !slices.Contains([]int{400, 401, 404, 413, 415}, rec.Code) && (rec.Code != http.StatusForbidden || !slices.Contains(c.known, m.Access)):
		return "for one who is not let in"
	}
	for _, mark := range c.hidden {
		if strings.Contains(rec.Body.String(), mark) {
			return "which shows " + mark
		}
	}
	return ""
}
