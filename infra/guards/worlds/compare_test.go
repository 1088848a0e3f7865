//go:build engine

package worlds

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"foyer/shared/foyertest"
)

// answer is what somebody got, and what it cost.
type answer struct {
	request
	status       int
	header, body string
	calls        string
}

// value is a value of the answer's body; path goes into objects by dots.
func (a answer) value(path string) any {
	var v any
	if json.Unmarshal([]byte(a.body), &v) != nil {
		return nil
	}
	for part := range strings.SplitSeq(path, ".") {
		m, _ := v.(map[string]any)
		v = m[part]
	}
	return v
}

func (a answer) get(path string) string {
	s, _ := a.value(path).(string)
	return s
}

func (a answer) flag(path string) bool {
	b, _ := a.value(path).(bool)
	return b
}

// headerOf is one header of an answer; empty where it has none.
func headerOf(a answer, name string) string {
	for line := range strings.SplitSeq(a.header, "\r\n") {
		if value, ok := strings.CutPrefix(line, name+": "); ok {
			return value
		}
	}
	return ""
}

// projectIn is the project that a path names.
func projectIn(target string) string {
	for part := range strings.SplitSeq(target, "/") {
		if strings.HasPrefix(part, "prj_") {
			return part
		}
	}
	return ""
}

// finding is a difference between the worlds that somebody outside the team can
// see, or measure.
type finding struct {
	kind  string // what differs
	where string // whose request of what
	got   [2]string
}

// difference compares the answers of the two worlds byte by byte.
func difference(a, b answer) *finding {
	for _, f := range []finding{
		{kind: "request", got: [2]string{a.line(), b.line()}}, // a page that only one of them has
		{kind: "status", got: [2]string{fmt.Sprint(a.status, " ", a.body), fmt.Sprint(b.status, " ", b.body)}},
		{kind: "headers", got: [2]string{a.header, b.header}},
		{kind: "body", got: [2]string{a.body, b.body}},
		{kind: "calls of AWS", got: [2]string{a.calls, b.calls}},
	} {
		if f.kind == "status" && a.status == b.status {
			continue // the body has its own line
		}
		if f.got[plain] != f.got[secret] {
			f.where = a.line()
			return &f
		}
	}
	if a.status >= 500 {
		return &finding{kind: "failure", where: a.line(), got: [2]string{a.body, b.body}}
	}
	return nil
}

// differences compares two courses of questions, and says how many answers there were.
func differences(a, b []answer) *finding {
	for i := range min(len(a), len(b)) {
		if f := difference(a[i], b[i]); f != nil {
			return f
		}
	}
	if len(a) == len(b) {
		return nil
	}
	more := a
	if len(b) > len(a) {
		more = b
	}
	return &finding{kind: "number of pages", where: more[min(len(a), len(b))].line(), got: [2]string{fmt.Sprint(len(a)), fmt.Sprint(len(b))}}
}

// mailsDiffer compares what went to the clients' addresses: text, HTML, subject,
// headers, order.
func mailsDiffer(a, b []foyertest.Mail) *finding {
	for i := range max(len(a), len(b)) {
		var got [2]string
		for which, all := range [2][]foyertest.Mail{a, b} {
			if got[which] = "none"; i < len(all) {
				got[which] = fmt.Sprintf("%+v", all[i]) // maps are printed in order
			}
		}
		if got[plain] != got[secret] {
			return &finding{kind: "mails", where: "the mails to clients", got: got}
		}
	}
	return nil
}

// line is the request in one line.
func (q request) line() string {
	who := "anonymous"
	if q.who != nil {
		who = q.who.name
	}
	line := fmt.Sprintf("%s: %s %s %s", who, q.op, q.method, q.target)
	for _, name := range []string{"If-None-Match", "If-Match"} {
		if v, ok := q.headers[name]; ok {
			line += " " + name + ": " + v
		}
	}
	return line + " " + q.body
}

// ofCognito are the operations whose answers have values that Cognito makes, which
// differ each time.
var ofCognito = map[string]bool{"sessions-create": true, "sessions-answer": true, "sessions-refresh": true, "totp-start": true}

// keep notes what Cognito has made for the person in that world.
func (p *person) keep(which int, a answer) {
	if p.own[which] == nil {
		p.own[which] = map[string]string{}
	}
	for _, name := range cognitos {
		if value := a.get(name); value != "" {
			p.own[which][name] = value
		}
	}
	if token := a.get("accessToken"); token != "" {
		p.session[which] = originOf(token)
	}
}

// withoutTokens takes those values out of an answer, and nothing else: not the
// account's id, which stands before some of them, nor the rest of a link.
func withoutTokens(a answer) answer {
	for _, name := range cognitos {
		value := a.get(name)
		if _, own, ok := strings.Cut(value, "."); ok && name != "accessToken" {
			value = own
		}
		if name == "link" || value == "" {
			continue // the secret stands in it
		}
		a.body = strings.ReplaceAll(a.body, value, "<"+name+">")
	}
	return a
}

// names are the names of ids, for people and so that a failure reads the same when
// its run is repeated with other ids.
type names struct {
	pairs []string
	count map[string]int
}

// call names an id after its kind; the same kind is numbered.
func (n *names) call(id, kind string) string {
	if n.count == nil {
		n.count = map[string]int{}
	}
	if id != "" && !slices.Contains(n.pairs, id) {
		n.count[kind]++
		n.pairs = append(n.pairs, id, fmt.Sprintf("<%s %d>", kind, n.count[kind]))
	}
	return id
}

func (n *names) in(s string) string { return strings.NewReplacer(n.pairs...).Replace(s) }
