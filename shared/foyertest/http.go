//go:build engine

package foyertest

import (
	"bytes"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// Person is someone who calls: their address, password, account and access token.
// The zero Person is anonymous.
type Person struct {
	Name, Email, Password, ID, Token, Refresh string
	Contact, Company                          string // of a client
	Source                                    string // the address that they call from; empty: the same for all
}

// Response is an answer.
type Response struct {
	t      *testing.T
	what   string
	Status int
	Header http.Header
	Body   string
}

// Header is one header of a request, for Do.
type Header struct{ Name, Value string }

// Raw is a body that is sent as it is, for Do.
type Raw string

// Do sends a request of that person and gives back the answer. body is marshalled
// as JSON; nil sends none, Raw is sent as it is.
func (w *World) Do(who Person, method, target string, body any, headers ...Header) Response {
	w.T.Helper()
	var reader io.Reader
	switch b := body.(type) {
	case nil:
	case Raw:
		reader = strings.NewReader(string(b))
	default:
		raw, err := json.Marshal(b)
		w.must(err)
		reader = bytes.NewReader(raw)
	}
	r := httptest.NewRequestWithContext(w.T.Context(), method, target, reader)
	if reader != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	if who.Token != "" {
		r.Header.Set("Authorization", "Bearer "+who.Token)
	}
	if who.Source != "" {
		r.RemoteAddr = net.JoinHostPort(who.Source, "1234")
	}
	for _, h := range headers {
		r.Header.Set(h.Name, h.Value)
	}
	rec := httptest.NewRecorder()
	w.mux.ServeHTTP(rec, r)
	return Response{t: w.T, what: method + " " + target, Status: rec.Code, Header: rec.Header(), Body: rec.Body.String()}
}

// ServeHTTP serves a request as the deployed API would: by the function of its route.
func (w *World) ServeHTTP(rw http.ResponseWriter, r *http.Request) { w.mux.ServeHTTP(rw, r) }

// Must ends the test unless the answer has that status.
func (r Response) Must(status int) Response {
	r.t.Helper()
	if r.Status != status {
		r.t.Fatalf("%s: got status %d, want %d; body: %s", r.what, r.Status, status, r.Body)
	}
	return r
}

// Problem ends the test unless the answer is a problem of that status and code
// that tells nothing of the inside.
func (r Response) Problem(status int, code string) Response {
	r.t.Helper()
	r.Must(status)
	if got := r.Header.Get("Content-Type"); got != "application/problem+json" {
		r.t.Fatalf("%s: got content type %q, want application/problem+json", r.what, got)
	}
	if got := r.String("code"); got != code {
		r.t.Fatalf("%s: got code %q, want %q; body: %s", r.what, got, code, r.Body)
	}
	return r
}

// Fault ends the test unless the answer is a 422 that names that place.
func (r Response) Fault(location string) Response {
	r.t.Helper()
	r.Problem(http.StatusUnprocessableEntity, "invalid")
	for _, e := range r.List("errors") {
		if e["location"] == location {
			return r
		}
	}
	r.t.Fatalf("%s: no fault at %s; body: %s", r.what, location, r.Body)
	return r
}

// JSON is the body as a map.
func (r Response) JSON() map[string]any {
	r.t.Helper()
	var m map[string]any
	if err := json.Unmarshal([]byte(r.Body), &m); err != nil {
		r.t.Fatalf("%s: body is not a JSON object: %v: %s", r.what, err, r.Body)
	}
	return m
}

// String is a string of the body; path goes into objects by dots.
func (r Response) String(path string) string {
	r.t.Helper()
	s, _ := r.value(path).(string)
	return s
}

// List is a list of objects of the body ("items" of a list).
func (r Response) List(path string) []map[string]any {
	r.t.Helper()
	list, _ := r.value(path).([]any)
	out := make([]map[string]any, 0, len(list))
	for _, e := range list {
		if m, ok := e.(map[string]any); ok {
			out = append(out, m)
		}
	}
	return out
}

func (r Response) value(path string) any {
	r.t.Helper()
	var v any = r.JSON()
	for part := range strings.SplitSeq(path, ".") {
		m, ok := v.(map[string]any)
		if !ok {
			return nil
		}
		v = m[part]
	}
	return v
}

// Same ends the test unless two answers are the same bytes: status, headers, body.
func (r Response) Same(other Response) {
	r.t.Helper()
	if r.Status != other.Status || r.Body != other.Body {
		r.t.Fatalf("%s and %s differ: %d %s and %d %s", r.what, other.what, r.Status, r.Body, other.Status, other.Body)
	}
	var a, b bytes.Buffer
	_ = r.Header.Write(&a) // to memory
	_ = other.Header.Write(&b)
	if a.String() != b.String() {
		r.t.Fatalf("%s and %s differ in their headers: %s and %s", r.what, other.what, a.String(), b.String())
	}
}
