//go:build engine

package hostile_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"foyer/shared/api"
	"foyer/shared/catalog"
	"foyer/shared/companies"
	"foyer/shared/foyertest"
	"foyer/shared/web"
)

// noRoute is what the gateway answers where there is no route.
const noRoute = `{"message":"Not Found"}`

// router is the World's, as the gateway stands before it: a request of no
// operation's route does not reach one.
type router struct {
	mux *http.ServeMux

	mu      sync.Mutex
	asked   int
	answers map[string]map[int]int // operation → status → how often
}

func newRouter(w *world) *router {
	s := &router{mux: http.NewServeMux(), answers: map[string]map[int]int{}}
	for _, op := range catalog.Operations() {
		m := op.Meta()
		s.mux.HandleFunc(m.Method+" "+m.Path, func(rw http.ResponseWriter, r *http.Request) {
			r.RemoteAddr = s.from()
			rec := &noted{ResponseWriter: rw, status: http.StatusOK}
			w.ServeHTTP(rec, r)
			s.note(m.ID, rec.status)
			if m.ID == companies.Archive.ID && rec.status < http.StatusMultipleChoices { // else nothing would succeed afterwards
				back := httptest.NewRequestWithContext(w.T.Context(), http.MethodDelete, r.URL.Path, nil) // by whoever it was: of Acme, or of an agency of their own
				back.Header.Set("Authorization", r.Header.Get("Authorization"))
				answer := httptest.NewRecorder()
				if w.ServeHTTP(answer, back); answer.Code != http.StatusOK {
					w.T.Errorf("the company was archived, and is not unarchived: %d %s", answer.Code, answer.Body)
				}
			}
		})
	}
	s.mux.Handle("GET "+api.Prefix+"/", w.Env("web").Guard(web.Handler()))
	s.mux.HandleFunc("/", func(rw http.ResponseWriter, _ *http.Request) { // as the gateway says it
		rw.Header().Set("Content-Type", "application/json")
		rw.WriteHeader(http.StatusNotFound)
		_, _ = rw.Write([]byte(noRoute))
	})
	return s
}

// signInPath gives the token of a new session, for the requests that end one. It is
// no path of Foyer.
const signInPath = "/sign-in-again"

// preparePath + an operation gives what it is to be asked with once more: by whom, of
// what, with what. It is no path of Foyer.
const preparePath = "/prepare/"

// prepared is the operation as somebody asks it who was made for it.
func (w *world) prepared(op api.Endpoint) map[string]any {
	r := w.Prepare(op)
	token := r.Who.Token
	for _, p := range []foyertest.Person{w.Ann, w.Mia, w.Carl} {
		if token == p.Token {
			token = "" // the caller may
		}
	}
	body := r.Body
	if raw, ok := body.(foyertest.Raw); ok {
		body = json.RawMessage(raw)
	}
	return map[string]any{"token": token, "path": r.IDs, "body": body}
}

// from is where the next request comes from: a few come from one place. Else all
// would be refused alike after some hundred wrong ones.
func (s *router) from() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	place := s.asked / 8
	s.asked++
	return fmt.Sprintf("172.%d.%d.%d:1234", 16+place>>16&15, place>>8&255, place&255)
}

// serve puts the router on a port of this machine for as long as the test runs.
func (s *router) serve(t *testing.T, w *world, c caller) (url string) {
	s.mux.HandleFunc("POST "+signInPath, func(rw http.ResponseWriter, _ *http.Request) {
		_, _ = rw.Write([]byte(w.SignIn(c.person).Token))
	})
	for _, op := range catalog.Operations() {
		s.mux.HandleFunc("POST "+preparePath+op.Meta().ID, func(rw http.ResponseWriter, _ *http.Request) {
			if err := json.NewEncoder(rw).Encode(w.prepared(op)); err != nil {
				t.Error(err)
			}
		})
	}
	server := httptest.NewServer(s.mux)
	t.Cleanup(server.Close)
	return server.URL
}

func (s *router) note(operation string, status int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.answers[operation] == nil {
		s.answers[operation] = map[int]int{}
	}
	s.answers[operation][status]++
}

// byStatus is how often each status was answered, over all operations.
func (s *router) byStatus() map[int]int {
	s.mu.Lock()
	defer s.mu.Unlock()
	sum := map[int]int{}
	for _, statuses := range s.answers {
		for status, n := range statuses {
			sum[status] += n
		}
	}
	return sum
}

// reached says whether the operation was carried out at least once.
func (s *router) reached(operation string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for status := range s.answers[operation] {
		if status < http.StatusMultipleChoices {
			return true
		}
	}
	return false
}

// noted is an answer whose status is noted.
type noted struct {
	http.ResponseWriter
	status int
}

func (n *noted) WriteHeader(status int) {
	n.status = status
	n.ResponseWriter.WriteHeader(status)
}
