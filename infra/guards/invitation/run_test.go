//go:build engine

package invitation

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/awslabs/aws-lambda-go-api-proxy/core"
	"github.com/oklog/ulid/v2"
	"pgregory.net/rapid"

	"foyer/infra/guards/invariants"
	"foyer/infra/guards/memory"
	"foyer/shared/foyertest"
	"foyer/shared/table"
)

// run is one run of the state machine: workspaces and people of its own, in a World
// that it shares with the runs before it.
type run struct {
	*guard
	*model
	number, made, asked int
	hidden              answer            // to a token that nobody made
	took                map[string]string // token → whose link it is
}

// begin makes Acme Agency and Other Agency with their owners, a project and two
// companies each, and Cleo, a client
// of Other Agency who has accepted, and whom Acme has invited by the same address.
func (g *guard) begin(rt *rapid.T) *run {
	rt.Helper()
	g.runs++
	g.memory.Forget()
	r := &run{guard: g, model: &model{now: g.clock}, number: g.runs, took: map[string]string{}}
	for _, name := range []string{"Acme Agency", "Other Agency"} {
		owner := r.somebody("Ann Archer")
		r.accounts = r.accounts[:len(r.accounts)-1] // no client
		r.withAccount(owner)
		a := &agency{name: name, owner: owner.person, ownerEmail: owner.email}
		a.workspace = r.must(rt, r.ask("", "POST", "/v1/workspaces", fields{"name": name, "ownerName": owner.name, "ownerEmail": owner.email})).text("id")
		r.must(rt, r.ask(owner.person, "POST", "/v1/invitations/"+r.Link(owner.email, a.workspace)+"/acceptance", fields{}))
		a.project = r.must(rt, r.ask(owner.person, "POST", "/v1/workspaces/"+a.workspace+"/projects", fields{"name": "New website"})).text("id")
		for _, called := range []string{"Globex", "Initech"} {
			made := r.must(rt, r.ask(owner.person, "POST", "/v1/workspaces/"+a.workspace+"/companies", fields{"name": called}))
			a.companies = append(a.companies, &company{of: a, name: called, id: made.text("id")})
		}
		r.agencies = append(r.agencies, a)
	}
	r.runDue(rt)
	r.Drain()
	r.ForgetMails()
	r.hidden = r.ask("", "GET", "/v1/invitations/"+strings.Repeat("x", 43), nil)
	if r.hidden.status != http.StatusNotFound {
		rt.Fatalf("an invented link: got %s, want 404", r.hidden)
	}
	r.adds(rt, r.agencies[1].companies[0], "Cleo Client", r.somebody("Cleo Client"))
	r.settle(rt)
	r.mails(rt)
	r.contact(rt, r.contacts[0]) // says who she is
	password := r.password()
	r.must(rt, r.acceptsOnce("", r.links[0], password))
	r.taken(rt, r.links[0], password)
	r.adds(rt, r.agencies[0].companies[0], "Cleo Client", r.contacts[0].who)
	r.settle(rt)
	return r
}

// somebody is an address that nobody has invited yet.
func (r *run) somebody(name string) *account {
	r.made++
	who := &account{name: name, email: fmt.Sprintf("%s%d@globex.example", r.addresses(), r.made)}
	r.accounts = append(r.accounts, who)
	return who
}

// addresses is how all addresses of the run begin.
func (r *run) addresses() string { return fmt.Sprintf("person-%d-", r.number) }

// withAccount gives somebody an account with a session, past the operations.
func (r *run) withAccount(who *account) {
	sum := sha256.Sum256([]byte(who.email))
	var id ulid.ULID
	copy(id[:], sum[:])
	who.person = "per_" + id.String()
	r.rows(
		table.Rowed{Key: table.Account(who.person), Row: table.AccountRow{Person: who.person, Email: who.email, Name: who.name, State: table.AccountConfirmed, CreatedAt: r.now}},
		table.Rowed{Key: table.Address(who.email), Row: table.AddressRow{Person: who.person}},
	)
	r.signedIn(who)
}

// signedIn gives somebody a session that outlasts the run.
func (r *run) signedIn(who *account) {
	r.rows(table.Rowed{Key: table.Session(who.person, sessionOf(who.person)), Row: table.SessionRow{CreatedAt: r.now, TTL: r.now.Add(365 * 24 * time.Hour).Unix()}})
}

func sessionOf(person string) string { return "session-of-" + person }

func (r *run) rows(rows ...table.Rowed) {
	if err := r.Table.BatchPut(context.Background(), rows...); err != nil {
		r.T.Fatal(err)
	}
}

type fields = map[string]any

// answer is what came back, whole.
type answer struct {
	what         string
	status       int
	header, body string
}

func (a answer) String() string { return fmt.Sprintf("%s → %d %s", a.what, a.status, a.body) }

func (a answer) ok() bool { return a.status < http.StatusMultipleChoices }

func (a answer) json() fields {
	out := fields{}
	_ = json.Unmarshal([]byte(a.body), &out) // no JSON: nothing in it, and what is looked for is missed
	return out
}

func (a answer) text(path ...string) string {
	in := a.json()
	for _, p := range path[:len(path)-1] {
		in, _ = in[p].(fields)
	}
	s, _ := in[path[len(path)-1]].(string)
	return s
}

// ask asks as the gateway does: the caller is in the invocation's claims, so that no
// token's own time matters. Each request comes from another address.
func (r *run) ask(person, method, target string, body any) answer {
	r.asked++
	return r.askFrom(r.asked, person, method, target, body)
}

func (r *run) askFrom(number int, person, method, target string, body any) answer {
	a := answer{what: method + " " + target}
	e := events.APIGatewayV2HTTPRequest{Headers: map[string]string{}}
	if body != nil {
		raw, err := json.Marshal(body)
		if err != nil {
			panic(err) // strings
		}
		e.Body, e.Headers["Content-Type"] = string(raw), "application/json"
		a.what += " " + e.Body
	}
	for name, value := range headersOf(body) {
		e.Headers[name] = value
	}
	e.RawPath, e.RawQueryString, _ = strings.Cut(target, "?")
	e.RequestContext.DomainName, e.RequestContext.HTTP.Method = "portal.example.com", method
	e.RequestContext.HTTP.SourceIP = fmt.Sprintf("10.%d.%d.%d", number>>16&255, number>>8&255, number&255)
	if person != "" {
		e.RequestContext.Authorizer = &events.APIGatewayV2HTTPRequestContextAuthorizerDescription{JWT: &events.APIGatewayV2HTTPRequestContextAuthorizerJWTDescription{
			Claims: map[string]string{"token_use": "access", "username": person, "client_id": r.Config.UserPoolClientID, "origin_jti": sessionOf(person)},
		}}
	}
	req, err := (&core.RequestAccessorV2{}).EventToRequestWithContext(r.T.Context(), e)
	if err != nil {
		r.T.Errorf("%s is no request: %v", a.what, err)
		return a
	}
	rec := httptest.NewRecorder()
	r.ServeHTTP(rec, req)
	var header strings.Builder
	_ = rec.Header().Write(&header) // to memory
	a.status, a.header, a.body = rec.Code, header.String(), rec.Body.String()
	return a
}

// tagged is a body that is sent with the entity tag of what it changes.
type tagged struct {
	fields
	tag string
}

// MarshalJSON is the body alone.
func (t tagged) MarshalJSON() ([]byte, error) { return json.Marshal(t.fields) }

func headersOf(body any) map[string]string {
	if t, ok := body.(tagged); ok {
		return map[string]string{"If-Match": t.tag}
	}
	return nil
}

// atOnce asks several times at the same moment.
func (r *run) atOnce(ask ...func(number int) answer) []answer {
	out, start := make([]answer, len(ask)), make(chan struct{})
	var all sync.WaitGroup
	for i, one := range ask {
		r.asked++
		number := r.asked
		all.Go(func() {
			<-start
			out[i] = one(number)
		})
	}
	close(start)
	all.Wait()
	return out
}

// must ends the run unless the answer is a success.
func (r *run) must(rt *rapid.T, a answer) answer {
	rt.Helper()
	if !a.ok() {
		rt.Fatalf("got %s, want success", a)
	}
	return a
}

// refused ends the run unless the answer is that refusal.
func (r *run) refused(rt *rapid.T, a answer, status int, code string) {
	rt.Helper()
	if a.status != status || a.text("code") != code {
		rt.Fatalf("got %s, want %d %s", a, status, code)
	}
}

// absent ends the run unless the answer is, byte by byte, that to an invented link.
func (r *run) absent(rt *rapid.T, what string, a answer) {
	rt.Helper()
	if a.status != r.hidden.status || a.header != r.hidden.header || a.body != r.hidden.body {
		rt.Fatalf("%s: got %s with %s, want the 404 of an invented one: %s with %s", what, a, a.header, r.hidden, r.hidden.header)
	}
}

// unchanged ends the run if a row changed meanwhile. The counts of attempts are no part
// of what Foyer knows: whoever asks is counted.
func (r *run) unchanged(rt *rapid.T, what string, do func()) {
	rt.Helper()
	before := invariants.Read(r.World)
	do()
	changes := invariants.Changes(before, invariants.Read(r.World))
	changes = slices.DeleteFunc(changes, func(c string) bool { return strings.HasSuffix(c, "Attempts") })
	if len(changes) > 0 {
		rt.Fatalf("%s changed rows: %v", what, changes)
	}
}

// runDue runs due-run once, at the time that it is.
func (r *run) runDue(rt *rapid.T) {
	rt.Helper()
	if err := r.RunDue(); err != nil {
		rt.Fatalf("due-run: %v", err)
	}
}

// pass moves the time of the World and of the model.
func (r *run) pass(d time.Duration) {
	r.clock = r.clock.Add(d)
	r.now = r.clock
	r.Clock.Stand(r.clock)
}

// settle lets the mails leave, and then does the jobs that were started.
func (r *run) settle(rt *rapid.T) {
	rt.Helper()
	if failed := r.RunJobs(); failed > 0 {
		rt.Fatalf("%d jobs failed", failed)
	}
	r.leave()
	r.inviteAll()
	for _, c := range r.contacts {
		c.moving = false
	}
}

// guard is what all runs of a World share.
type guard struct {
	*foyertest.World
	clock  time.Time
	memory *memory.Memory
	runs   int
	stats  *stats
	only   []string // the steps that are taken; none: all
}

// newGuard makes a World whose batches of the stream are delivered twice each.
func newGuard(w *foyertest.World, s *stats) *guard {
	g := &guard{World: w, clock: time.Now().UTC().Truncate(time.Hour), stats: s}
	g.Config.Reminder, g.Config.InvitationLife = interval, life
	g.memory = memory.Of(g.World) // and the functions are made with these settings
	g.DeliverEachBatch(2)
	g.Clock.Stand(g.clock)
	return g
}
