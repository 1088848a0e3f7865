//go:build engine

package worlds

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/sesv2"
	"github.com/aws/smithy-go/middleware"

	"foyer/infra/guards/machine"
	"foyer/infra/guards/proof"
	"foyer/shared/table"
)

// leak is a mistake that a handler, a mail or a policy could have, seeded in both
// worlds: it tells of what is private where there is any.
type leak struct {
	operation string // in whose answers it is found; empty: in the mails
	kind      string // as a finding says it
	seed      uint64 // whose runs find it soon: the short form begins with those; 0: 1
	answers   func(s *side, q *http.Request, got *httptest.ResponseRecorder)
	calls     map[string]func(s *side, stack *middleware.Stack) error // function → in its calls of AWS
}

var leaks = map[string]leak{
	"a count of all items": {operation: "portal-items-list", kind: "headers", answers: func(s *side, q *http.Request, got *httptest.ResponseRecorder) {
		got.Header().Set("X-Total-Count", fmt.Sprint(len(s.private(q.URL.Path, ""))))
	}},
	"an entity tag of all rows": {operation: "portal-projects-get", kind: "headers", answers: func(s *side, q *http.Request, got *httptest.ResponseRecorder) {
		got.Header().Set("ETag", fmt.Sprintf(`"%x"`, sha256.Sum256(fmt.Append(got.Body.Bytes(), s.private(q.URL.Path, "")))))
	}},
	"a cursor to a private position": {operation: "portal-items-list", kind: "body", answers: func(s *side, q *http.Request, got *httptest.ResponseRecorder) {
		prefix, _ := table.ItemPrefix(q.URL.Query().Get("kind"))
		if more := s.private(q.URL.Path, prefix); len(more) > 0 && !strings.Contains(got.Body.String(), `"next"`) {
			rewrite(got, func(body map[string]any) { body["next"] = more[0] })
		}
	}},
	"a rank among all items": {operation: "portal-items-list", kind: "body", seed: 7, answers: func(s *side, q *http.Request, got *httptest.ResponseRecorder) {
		rewrite(got, func(body map[string]any) {
			items, _ := body["items"].([]any)
			before := 0
			if len(items) > 0 {
				before = len(s.private(q.URL.Path, ""))
			}
			for n, i := range items {
				i.(map[string]any)["rank"] = n + before
			}
		})
	}},
	"another status for what is hidden": {operation: "portal-items-get", kind: "status", answers: func(s *side, q *http.Request, got *httptest.ResponseRecorder) {
		if got.Code == http.StatusNotFound && s.hides(q.URL.Path) {
			got.Code = http.StatusForbidden
		}
	}},
	"another text for what is hidden": {operation: "portal-items-get", kind: "body", answers: func(s *side, q *http.Request, got *httptest.ResponseRecorder) {
		if got.Code == http.StatusNotFound && s.hides(q.URL.Path) {
			rewrite(got, func(body map[string]any) { body["detail"] = "This item is not shared." })
		}
	}},
	"one more read for what is hidden": {operation: "portal-items-get", kind: "calls of AWS", answers: func(s *side, q *http.Request, got *httptest.ResponseRecorder) {
		if got.Code == http.StatusNotFound && s.hides(q.URL.Path) {
			if _, err := s.Env("portal-items-get").Table.BatchGet(q.Context(), table.ProjectFacts(projectIn(q.URL.Path))); err != nil {
				s.T.Error(err)
			}
		}
	}},
	"whether an address is known": {operation: "sessions-create", kind: "body", seed: 8, answers: func(s *side, q *http.Request, got *httptest.ResponseRecorder) {
		if got.Code == http.StatusUnauthorized && s.knows(q) {
			rewrite(got, func(body map[string]any) { body["detail"] = "The password is wrong." })
		}
	}},
	"a list from the team's realm": {operation: "portal-items-list", kind: "body", calls: map[string]func(*side, *middleware.Stack) error{
		"portal-items-list": func(_ *side, stack *middleware.Stack) error { return each(stack, queryTheTeam) }, // past its policy
	}},
	"a count in the subject of a mail": {kind: "mails", seed: 7, calls: map[string]func(*side, *middleware.Stack) error{
		"stream-mail": func(s *side, stack *middleware.Stack) error {
			return each(stack, func(in any) {
				if send, ok := in.(*sesv2.SendEmailInput); ok {
					m := send.Content.Simple
					if n := len(s.private(projectLink.FindString(*m.Body.Text.Data), "")); n > 0 {
						*m.Subject.Data += fmt.Sprintf(" (and %d more)", n)
					}
				}
			})
		},
	}},
}

// leakRuns is how many runs a leak may take to be found: most show within five, but a
// mail to a client of a project that has something private is seldom.
const leakRuns = 120

// Were one of these leaks there, the guard would find it: within some runs of the
// same state machine, and where it is.
func TestEverySeededLeakIsFound(t *testing.T) {
	g := newTwins(t, proof.Seed(t))
	for name, l := range leaks {
		t.Run(name, func(t *testing.T) {
			shortRuns(t, leakRuns)
			if !proof.Deep() {
				machine.Set(t, "rapid.seed", fmt.Sprint(max(l.seed, 1)))
			}
			steps := g.stats.steps
			g.spring(l)
			defer g.mend()
			said := g.try(name)
			place := "mails to clients"
			if l.operation != "" {
				place = ": " + l.operation + " "
			}
			if !strings.Contains(said, place) || !strings.Contains(said, "the "+l.kind+" tell the two worlds apart") {
				t.Fatalf("not found in %d steps as a difference of the %s at %q; the guard said: %s", g.stats.steps-steps, l.kind, place, said)
			}
			t.Logf("found within %d steps", g.stats.steps-steps)
		})
	}
}

// Without a leak the same runs find nothing, or the test above would prove nothing.
func TestWithoutALeakNothingIsFound(t *testing.T) {
	shortRuns(t, 3)
	g := newTwins(t, proof.Seed(t))
	if said := g.try("nothing"); said != "" {
		t.Fatalf("the guard said: %s", said)
	}
}

func shortRuns(t *testing.T, runs int) {
	t.Helper()
	machine.Set(t, "rapid.steps", fmt.Sprint(stepsOfOneRun/2))
	machine.Set(t, "rapid.checks", fmt.Sprint(runs))
	machine.Set(t, "rapid.nofailfile", "true")
	machine.Set(t, "rapid.shrinktime", "0s") // what is looked for is known
	machine.Set(t, "rapid.seed", fmt.Sprint(proof.Seed(t)|1))
}

// spring seeds the leak in both worlds.
func (g *twins) spring(l leak) {
	for _, s := range g.sides {
		s.leak = func(q request, r *http.Request, got *httptest.ResponseRecorder) {
			if l.answers != nil && q.op == l.operation {
				l.answers(s, r, got)
			}
		}
		for function, option := range l.calls {
			s.Intercept(function, func(stack *middleware.Stack) error { return option(s, stack) })
		}
	}
	g.warm()
}

func (g *twins) mend() {
	for _, s := range g.sides {
		s.leak = nil
		s.memory.Look(false)
		s.Release()
		s.Intercept("", s.countCalls)
		s.Intercept("", s.memory.Option)
	}
	g.warm()
}

// try lets the state machine run, and gives what it says if it fails.
func (g *twins) try(name string) string {
	g.told = false
	return machine.Heard(name, g.oneRun)
}

// private are the ids of a project's private items, of a prefix.
func (s *side) private(path, prefix string) []string {
	rows, _, err := table.QueryInto[table.ItemRow](s.T.Context(), s.Table, table.Query{PK: table.TeamProjectPartition(projectIn(path)), Prefix: table.PrefixItem + prefix})
	if err != nil {
		s.T.Error(err)
	}
	ids := make([]string, 0, len(rows))
	for _, r := range rows {
		ids = append(ids, r.Item)
	}
	return ids
}

// hides says whether what a path names is private.
func (s *side) hides(path string) bool {
	return slices.Contains(s.private(path, ""), path[strings.LastIndex(path, "/")+1:])
}

// knows says whether the address of a sign-in leads to an account.
func (s *side) knows(r *http.Request) bool {
	var credentials struct{ Email string }
	if body, err := r.GetBody(); err != nil || json.NewDecoder(body).Decode(&credentials) != nil {
		return false
	}
	found, err := s.Table.Get(s.T.Context(), table.Address(credentials.Email), &table.AddressRow{})
	if err != nil {
		s.T.Error(err)
	}
	return found
}

// rewrite changes the body of an answer.
func rewrite(got *httptest.ResponseRecorder, change func(map[string]any)) {
	body := map[string]any{}
	if json.Unmarshal(got.Body.Bytes(), &body) != nil {
		return
	}
	change(body)
	raw, err := json.Marshal(body)
	if err != nil {
		panic(err) // it was JSON before
	}
	got.Body = bytes.NewBuffer(raw)
}

// each changes the input of each call, after the function's policy has seen it.
func each(stack *middleware.Stack, change func(in any)) error {
	return stack.Initialize.Add(middleware.InitializeMiddlewareFunc("Leak", func(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
		change(in.Parameters)
		return next.HandleInitialize(ctx, in)
	}), middleware.After)
}

// queryTheTeam turns a query of a project's client realm into one of its team's.
func queryTheTeam(in any) {
	query, ok := in.(*dynamodb.QueryInput)
	if !ok {
		return
	}
	for _, values := range []map[string]types.AttributeValue{query.ExpressionAttributeValues, query.ExclusiveStartKey} {
		for _, v := range values {
			if s, ok := v.(*types.AttributeValueMemberS); ok {
				s.Value = strings.Replace(s.Value, table.RealmClient+"P#", table.RealmTeam+"P#", 1)
			}
		}
	}
}

var projectLink = regexp.MustCompile(`/projects/prj_[0-9A-Z]+`)
