//go:build engine

package worlds

import (
	"cmp"
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/smithy-go/middleware"
	"github.com/awslabs/aws-lambda-go-api-proxy/core"

	"foyer/infra/guards/memory"
	"foyer/shared/foyertest"
)

// The two worlds, as indexes of what there is of each.
const (
	plain  = 0
	secret = 1
)

// twins are the two worlds, and where their common time has got to. Each run of the
// state machine has a workspace of its own in both; nothing crosses from one to another.
type twins struct {
	t     *testing.T
	sides [2]*side
	seed  uint64
	now   time.Time
	steps int // requests so far: each draws its ids from a source of its own
	runs  int
	stats stats
	told  bool // the first finding
}

// reminder is how soon an invitation is reminded of here, so that due-run has
// something to do within a run.
const reminder = 3 * time.Minute

func newTwins(t *testing.T, seed uint64) *twins {
	t.Helper()
	debug.SetGCPercent(400) // much is made, and little of it stays
	g := &twins{t: t, seed: seed, now: time.Now().UTC().Truncate(time.Minute), stats: newStats()}
	g.atOnce(func(which int) { g.sides[which] = newSide(t) })
	g.warm()
	return g
}

// warm makes what a function reads once in the life of its process be read in both
// worlds: the secret of the pool's client.
func (g *twins) warm() {
	g.tick(time.Second)
	q := request{op: "sessions-create", method: http.MethodPost, target: "/v1/sessions", body: body(fields{"email": fmt.Sprintf("nobody-%d@acme.example", g.steps), "password": "Wrong-Horse-7"})}
	g.atOnce(func(which int) {
		if got := g.sides[which].ask(which, q); got.status != http.StatusUnauthorized { // a refusal for too many attempts reads nothing
			g.t.Errorf("%s: got %d %s, want 401", q.line(), got.status, got.body)
		}
	})
}

// atOnce does something in both worlds side by side.
func (g *twins) atOnce(do func(which int)) {
	var group sync.WaitGroup
	var done [2]bool
	for which := range g.sides {
		group.Go(func() {
			do(which)
			done[which] = true
		})
	}
	group.Wait()
	if done != [2]bool{true, true} {
		g.t.FailNow() // the test has failed there: the engine, not Foyer
	}
}

// tick moves the time of both worlds on, and gives their functions the same new
// source of ids.
func (g *twins) tick(d time.Duration) {
	g.now = g.now.Add(d)
	g.steps++
	for _, s := range g.sides {
		s.Clock.Stand(g.now)
		s.draw(fmt.Sprintf("%d public %d", g.seed, g.steps))
	}
}

// aside gives the world with secrets a source of ids for one secret request. Its
// time stands.
func (g *twins) aside() {
	g.steps++
	g.sides[secret].draw(fmt.Sprintf("%d secret %d", g.seed, g.steps))
}

// side is one of the two worlds.
type side struct {
	*foyertest.World
	// leak changes an answer, to show that it is found.
	leak func(q request, r *http.Request, got *httptest.ResponseRecorder)

	mu      sync.Mutex
	salt    string
	sources map[string]io.Reader
	asking  bool
	calls   []string
	queued  bool // something was put on a queue
	memory  *memory.Memory
}

func newSide(t *testing.T) *side {
	s := &side{World: foyertest.New(t, foyertest.Lasting, foyertest.WithTokenKey(strings.Repeat("two worlds", 4)))}
	s.Config.Reminder = reminder
	s.Intercept("", s.countCalls)
	s.memory = memory.Of(s.World) // and makes the functions anew, with that setting
	s.Randomly(s.source)
	return s
}

func (s *side) draw(salt string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.salt, s.sources = salt, map[string]io.Reader{}
}

// source is what a function draws ids from in this step: the same in both worlds,
// whatever other functions and other steps have drawn.
func (s *side) source(function string) io.Reader {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.sources[function] == nil {
		s.sources[function] = rand.NewChaCha8(sha256.Sum256([]byte(s.salt + "\x00" + function)))
	}
	return s.sources[function]
}

// countCalls notes each call of AWS that a request makes, with the number of keys
// where one call reads several: what they are is what an answer costs in time.
func (s *side) countCalls(stack *middleware.Stack) error {
	return stack.Initialize.Add(middleware.InitializeMiddlewareFunc("CountCalls", func(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
		call := awsmiddleware.GetServiceID(ctx) + "." + awsmiddleware.GetOperationName(ctx)
		if batch, ok := in.Parameters.(*dynamodb.BatchGetItemInput); ok {
			for _, table := range batch.RequestItems {
				call += fmt.Sprintf("(%d)", len(table.Keys))
			}
		}
		s.mu.Lock()
		if s.asking {
			s.calls = append(s.calls, call)
		}
		s.queued = s.queued || call == "SQS.SendMessage"
		s.mu.Unlock()
		return next.HandleInitialize(ctx, in)
	}), middleware.After)
}

// jobsWait says whether a job may have been started since it was asked last.
func (s *side) jobsWait() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	queued := s.queued
	s.queued = false
	return queued
}

// person is somebody of both worlds: the same id and address, and a session in each.
type person struct {
	name, email, id string
	session         [2]string            // origin_jti; empty: not signed in
	own             [2]map[string]string // what Cognito made for them: other in each world
}

// cognitos are the values of a person that Cognito makes, by their names in answers.
var cognitos = []string{"accessToken", "refresh", "challenge", "secret", "link"}

// request is what is asked of both worlds.
type request struct {
	op      string
	who     *person // nil: anonymous
	method  string
	target  string
	headers map[string]string
	body    string
	each    func(which int) string // instead of body: with a value that Cognito made in that world
	source  string                 // where it comes from; empty: where all public ones do
}

// ask asks one world, as the gateway does: the caller is in the invocation's
// claims, so that no token's own time matters.
func (s *side) ask(which int, q request) answer {
	event := events.APIGatewayV2HTTPRequest{Headers: map[string]string{}, Body: q.body}
	if q.each != nil {
		event.Body = q.each(which)
	}
	event.RequestContext.HTTP.SourceIP = cmp.Or(q.source, "192.0.2.1")
	for name, value := range q.headers {
		event.Headers[name] = value
	}
	if event.Body != "" {
		event.Headers["Content-Type"] = "application/json"
	}
	event.RawPath, event.RawQueryString, _ = strings.Cut(q.target, "?")
	event.RequestContext.DomainName = "portal.example.com"
	event.RequestContext.HTTP.Method = q.method
	if q.who != nil && q.who.session[which] != "" {
		event.RequestContext.Authorizer = &events.APIGatewayV2HTTPRequestContextAuthorizerDescription{JWT: &events.APIGatewayV2HTTPRequestContextAuthorizerJWTDescription{
			Claims: map[string]string{"token_use": "access", "username": q.who.id, "client_id": s.Config.UserPoolClientID, "origin_jti": q.who.session[which]},
		}}
	}
	r, err := (&core.RequestAccessorV2{}).EventToRequestWithContext(s.T.Context(), event)
	if err != nil {
		s.T.Errorf("%s %s is no request: %v", q.method, q.target, err)
		return answer{request: q}
	}
	s.mu.Lock()
	s.asking, s.calls = true, nil
	s.mu.Unlock()
	rec := httptest.NewRecorder()
	s.ServeHTTP(rec, r)
	if s.leak != nil {
		s.leak(q, r, rec)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asking = false
	calls := slices.Clone(s.calls)
	slices.Sort(calls) // some run at once
	var header strings.Builder
	_ = rec.Header().Write(&header) // to memory
	return answer{request: q, status: rec.Code, header: header.String(), body: rec.Body.String(), calls: strings.Join(calls, " ")}
}
