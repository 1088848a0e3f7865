package seed

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
)

// fakeAPI takes the calls of the seeding and refuses one of them until it is
// mended.
type fakeAPI struct {
	calls  map[string]int
	refuse string            // method and path
	let    map[string]string // address → password
}

func (f *fakeAPI) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var body map[string]string
	_ = json.NewDecoder(r.Body).Decode(&body)
	call := r.Method + " " + r.URL.Path
	f.calls[call]++
	switch {
	case call == f.refuse:
		w.WriteHeader(http.StatusInternalServerError)
	case call == "GET /messages":
		token := strings.Repeat("x", 43-3) + r.URL.Query().Get("to")[:3]
		_ = json.NewEncoder(w).Encode([]map[string]string{{"text": "http://localhost/#/invitation/" + token}})
	case strings.HasSuffix(call, "/acceptance"):
		f.let[r.URL.Path[len("/v1/invitations/")+40:][:3]] = body["password"]
	case call == "POST /v1/sessions" && f.let[body["email"][:3]] != body["password"]:
		w.WriteHeader(http.StatusUnauthorized)
	default:
		_, _ = fmt.Fprintf(w, `{"id":"id%d","accessToken":"t","person":"p","contact":"c","company":{"id":"g"}}`, f.calls[call])
	}
}

func TestAnInterruptedSeedingIsGoneOnWith(t *testing.T) {
	for _, refused := range []string{"POST /v1/workspaces", "POST /v1/workspaces/id1/projects", "POST /v1/projects/id1/clients", "POST /v1/projects/id1/items"} {
		t.Run(refused, func(t *testing.T) {
			api := &fakeAPI{calls: map[string]int{}, let: map[string]string{}, refuse: refused}
			server := httptest.NewServer(api)
			defer server.Close()
			o := Options{API: server.URL, Mails: server.URL + "/messages", File: filepath.Join(t.TempDir(), "demo.json"), Run: "1"}
			if _, _, err := Ensure(t.Context(), o); err == nil {
				t.Fatal("a refused call was no error")
			}
			api.refuse, api.calls[refused] = "", 0
			d, made, err := Ensure(t.Context(), o)
			if err != nil || !made {
				t.Fatalf("gone on: got %t, %v", made, err)
			}
			again, made, err := Ensure(t.Context(), o)
			if err != nil || made || again.Owner != d.Owner {
				t.Errorf("a third time: got %t, %v, owner %v; want %v and nothing made", made, err, again.Owner, d.Owner)
			}
			for call, want := range map[string]int{"POST /v1/workspaces": 1, "POST /v1/workspaces/id1/projects": 1, "POST /v1/projects/id1/items": 6} {
				if got := api.calls[call]; got != want {
					t.Errorf("%s: %d calls, want %d", call, got, want)
				}
			}
			for who, password := range map[string]string{"ann": d.Owner.Password, "car": d.Client.Password} {
				if api.let[who] != password {
					t.Errorf("%s has the password %q, and %q is printed", who, api.let[who], password)
				}
			}
		})
	}
}

func TestANewEngineIsSeededAnew(t *testing.T) {
	api := &fakeAPI{calls: map[string]int{}, let: map[string]string{}}
	server := httptest.NewServer(api)
	defer server.Close()
	o := Options{API: server.URL, Mails: server.URL + "/messages", File: filepath.Join(t.TempDir(), "demo.json"), Run: "1"}
	if _, _, err := Ensure(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	api.let, o.Run = map[string]string{}, "2"
	if _, made, err := Ensure(t.Context(), o); err != nil || !made {
		t.Errorf("got %t, %v; want the demo data made", made, err)
	}
	if got := api.calls["POST /v1/workspaces"]; got != 2 {
		t.Errorf("%d workspaces, want one in each engine", got)
	}
}
