//go:build engine

package hostile_test

import (
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"foyer/shared/api"
	"foyer/shared/catalog"
	"foyer/shared/foyertest"
	"foyer/shared/web"
)

// server is the World's router on a port of this machine, as the gateway stands
// before it on AWS, and counts what each operation answered.
type server struct {
	url string

	mu      sync.Mutex
	answers map[string]map[int]int // operation → status → how often
}

// signInPath gives a token of a new session of the caller, for the requests that
// end it. It is no path of Foyer.
const signInPath = "/sign-in-again"

func serve(t *testing.T, w *foyertest.World, c caller) *server {
	t.Helper()
	s := &server{answers: map[string]map[int]int{}}
	mux := http.NewServeMux()
	for _, op := range catalog.Operations() {
		m := op.Meta()
		mux.HandleFunc(m.Method+" "+m.Path, func(rw http.ResponseWriter, r *http.Request) {
			rec := &counted{ResponseWriter: rw, status: http.StatusOK}
			w.ServeHTTP(rec, r)
			s.count(m.ID, rec.status)
		})
	}
	page := w.Env("web").Guard(web.Handler())
	mux.Handle("GET "+api.Prefix+"/", page)
	mux.HandleFunc("/", func(rw http.ResponseWriter, _ *http.Request) { // as the gateway
		rw.Header().Set("Content-Type", "application/json")
		rw.WriteHeader(http.StatusNotFound)
		_, _ = rw.Write([]byte(`{"message":"Not Found"}`))
	})
	mux.HandleFunc("POST "+signInPath, func(rw http.ResponseWriter, _ *http.Request) {
		_, _ = rw.Write([]byte(w.SignIn(c.person).Token))
	})
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	h := &httptest.Server{Listener: listener, Config: &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second}}
	h.Start()
	t.Cleanup(h.Close)
	s.url = h.URL
	return s
}

func (s *server) count(operation string, status int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.answers[operation] == nil {
		s.answers[operation] = map[int]int{}
	}
	s.answers[operation][status]++
}

// counted is an answer whose status is noted.
type counted struct {
	http.ResponseWriter
	status int
}

func (c *counted) WriteHeader(status int) {
	c.status = status
	c.ResponseWriter.WriteHeader(status)
}
