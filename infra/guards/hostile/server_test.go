//go:build engine

package hostile_test

import (
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"foyer/shared/api"
	"foyer/shared/catalog"
	"foyer/shared/web"
)

// noRoute is what the gateway answers where there is no route.
const noRoute = `{"message":"Not Found"}`

// router is the World's, as the gateway stands before it: a request of no
// operation's route does not reach one.
type router struct {
	mux *http.ServeMux

	mu      sync.Mutex
	answers map[string]map[int]int // operation → status → how often
}

func newRouter(w *world) *router {
	s := &router{mux: http.NewServeMux(), answers: map[string]map[int]int{}}
	for _, op := range catalog.Operations() {
		m := op.Meta()
		s.mux.HandleFunc(m.Method+" "+m.Path, func(rw http.ResponseWriter, r *http.Request) {
			rec := &noted{ResponseWriter: rw, status: http.StatusOK}
			w.ServeHTTP(rec, r)
			s.note(m.ID, rec.status)
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

// serve puts the router on a port of this machine for as long as the test runs.
func (s *router) serve(t *testing.T, w *world, c caller) (url string) {
	s.mux.HandleFunc("POST "+signInPath, func(rw http.ResponseWriter, _ *http.Request) {
		_, _ = rw.Write([]byte(w.SignIn(c.person).Token))
	})
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
