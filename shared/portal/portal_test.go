//go:build engine

package portal_test

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"foyer/shared/foyertest"
	"foyer/shared/table"
)

func TestAClientSeesExactlyWhatWasShared(t *testing.T) {
	s := newScene(t)
	bodies := map[string]fields{
		"message": {"kind": "message", "title": "Hello", "text": "World"},
		"file":    {"kind": "file", "title": "Draft.pdf"},
		"task":    {"kind": "task", "title": "Do", "due": "2027-01-02T10:00:00Z"},
		"event":   {"kind": "event", "title": "Meet", "start": "2027-01-02T10:00:00Z", "end": "2027-01-02T11:00:00Z"},
	}
	for kind, body := range bodies {
		private := s.create(body)
		shared := s.create(maps.Collect(with(body, "clientCanSee", true)))
		if got := s.ids(s.Carl, s.list(kind)); !slices.Equal(got, []string{shared}) {
			t.Errorf("%s: got %v, want only %s", kind, got, shared)
		}
		s.get(s.Carl, s.item(private)).Problem(http.StatusNotFound, "not-found")
		one := s.get(s.Carl, s.item(shared)).Must(http.StatusOK)
		if one.Header.Get("ETag") == "" {
			t.Errorf("%s: got no ETag", kind)
		}
		for name, want := range body {
			if got := one.JSON()[name]; got != want {
				t.Errorf("%s: got %s %v, want %v", kind, name, got, want)
			}
		}
		for name := range one.JSON() {
			if !slices.Contains([]string{"id", "kind", "title", "text", "author", "assignee", "ask", "due", "start", "end", "createdAt", "updatedAt"}, name) {
				t.Errorf("%s: the client is told %q", kind, name)
			}
		}
		var listed []json.RawMessage
		var page struct{ Items []json.RawMessage }
		if err := json.Unmarshal([]byte(s.get(s.Carl, s.list(kind)).Body), &page); err != nil {
			t.Fatal(err)
		}
		if listed = page.Items; len(listed) != 1 || string(listed[0]) != strings.TrimSpace(one.Body) {
			t.Errorf("%s: listed as %s, read as %s", kind, listed, one.Body)
		}
	}
	if strings.Contains(s.get(s.Carl, s.project()).Must(http.StatusOK).Body, "ersion") {
		t.Error("the project tells its version")
	}
}

// with is a map's entries and one more.
func with(m fields, name string, value any) func(func(string, any) bool) {
	return func(yield func(string, any) bool) {
		for k, v := range m {
			if !yield(k, v) {
				return
			}
		}
		yield(name, value)
	}
}

func TestAClientSeesTheNamesOfTheProjectsPeopleAndNoOthers(t *testing.T) {
	s := newScene(t)
	s.Invited(s.Ann, s.Project, "Globex", "Cora Client", "cora@globex.example")
	other := s.World.Project(s.Ann, s.Workspace, "Other project")
	s.Invited(s.Ann, other, "Initech", "Dora Other", "dora@initech.example")
	r := s.get(s.Carl, s.project()).Must(http.StatusOK)
	got := map[string]any{}
	for _, p := range r.List("people") {
		got[p["name"].(string)] = p["label"]
	}
	want := map[string]any{"Ann Archer": nil, "Carl Client": "The Client", "Cora Client": "The Client"}
	if !maps.Equal(got, want) {
		t.Errorf("got people %v, want %v", got, want)
	}
	if r.String("name") != "New website" || r.String("workspaceName") != "Acme Agency" || r.JSON()["morePeople"] != false {
		t.Errorf("got %s", r.Body)
	}
	for _, secret := range []string{"@", "Globex", s.Company, "con_", "invitation"} {
		if strings.Contains(r.Body, secret) {
			t.Errorf("the client is told %q: %s", secret, r.Body)
		}
	}
}

func TestAProjectOfVeryManyPeopleSaysThatThereAreMore(t *testing.T) {
	s := newScene(t)
	for i := range 250 {
		id := "per_01JD" + strings.Repeat("0", 19) + string(rune('0'+i/100)) + string(rune('0'+i/10%10)) + string(rune('0'+i%10))
		s.put(table.Person(s.Project, id), table.PersonRow{Person: id, Name: "Person", Kind: table.KindMember})
	}
	r := s.get(s.Carl, s.project()).Must(http.StatusOK)
	if n := len(r.List("people")); n != 200 || r.JSON()["morePeople"] != true {
		t.Errorf("got %d people, morePeople %v; want 200 and true", n, r.JSON()["morePeople"])
	}
}

// Rule 6: from the moment of taking back no request of a client returns it.
func TestFromTheMomentAnItemIsTakenBackEveryReadOfAClientMissesIt(t *testing.T) {
	s := newScene(t)
	stays := s.create(fields{"kind": "message", "title": "Stays", "clientCanSee": true})
	before := s.snapshot(s.Carl)
	goes := s.create(fields{"kind": "message", "title": "Goes", "clientCanSee": true})
	s.line(s.Carl, 1, s.Project, goes)
	during := s.snapshot(s.Carl, goes)
	if s.get(s.Carl, s.item(goes)).Status != http.StatusOK || len(s.ids(s.Carl, "/v1/portal/notifications")) != 1 {
		t.Fatal("the shared item is not seen")
	}

	s.share(goes, false)
	s.get(s.Carl, s.item(goes)).Same(s.get(s.Carl, s.item(invented(goes))).Problem(http.StatusNotFound, "not-found"))
	if got := s.ids(s.Carl, s.list("message")); !slices.Equal(got, []string{stays}) {
		t.Errorf("got %v, want only what is shared still, %s", got, stays)
	}
	if got := s.ids(s.Carl, "/v1/portal/notifications"); len(got) != 0 {
		t.Errorf("got notifications %v of what was taken back", got)
	}
	same(t, before, s.snapshot(s.Carl)) // as if it had never been

	s.share(goes, true)
	same(t, during, s.snapshot(s.Carl, goes)) // as if it had never been away
}

// Rule 10: absent is absent, whatever the reason.
func TestWhatAClientMayNotSeeIsTheSame404AsWhatDoesNotExist(t *testing.T) {
	s := newScene(t)
	private := s.create(fields{"kind": "task", "title": "Secret"})
	shared := s.create(fields{"kind": "message", "title": "Open", "clientCanSee": true})
	other := s.World.Project(s.Ann, s.Workspace, "Other project")
	theirs := s.Do(s.Ann, http.MethodPost, "/v1/projects/"+other+"/items", fields{"kind": "message", "title": "Theirs", "clientCanSee": true}).Must(http.StatusCreated).String("id")
	absent := s.get(s.Carl, s.item(invented(private))).Problem(http.StatusNotFound, "not-found")
	for name, target := range map[string]string{
		"a private item":                     s.item(private),
		"an invented item":                   s.item(invented(shared)),
		"a shared item of another project":   s.item(theirs),
		"an id of another kind":              s.item("tsk_" + shared[4:]),
		"an id of no form":                   s.item("x"),
		"an id of another type":              s.item(s.Carl.ID),
		"an escaped path":                    s.item("msg_..%2F" + shared[7:]),
		"a project that it is no client of":  projects + "/" + other + "/items/" + theirs,
		"its people":                         projects + "/" + other,
		"its list":                           projects + "/" + other + "/items?kind=message",
		"a project that does not exist":      projects + "/" + invented(s.Project) + "/items/" + shared,
		"a project whose id has no form":     projects + "/prj_1/items/" + shared,
		"the team's way to a private item":   "/v1/projects/" + s.Project + "/items/" + private,
		"the team's way to a shared item":    "/v1/projects/" + s.Project + "/items/" + shared,
		"the team's list":                    "/v1/projects/" + s.Project + "/items?kind=message",
		"the team's feed":                    "/v1/workspaces/" + s.Workspace + "/notifications",
		"the team's feed of another one":     "/v1/workspaces/" + invented(s.Workspace) + "/notifications",
		"a private item by way of a preview": s.item(private) + "?as=" + s.Carl.ID,
	} {
		t.Run(name, func(t *testing.T) { s.get(s.Carl, target).Same(absent) })
	}
	s.Do(s.Carl, http.MethodGet, s.item(shared), nil, foyertest.Header{Name: "If-None-Match", Value: "*"})
	s.get(foyertest.Person{}, s.item(shared)).Problem(http.StatusUnauthorized, "unauthorized")
	s.get(s.Ann, s.item(shared)).Same(absent) // a member is no client: only with ?as=
}

// snapshot is everything that a client can read of the project: bytes, tags,
// cursors of pages of several sizes.
func (s scene) snapshot(who foyertest.Person, items ...string) map[string]foyertest.Response {
	s.t.Helper()
	out := map[string]foyertest.Response{}
	keep := func(target string) {
		for i, page := range s.pages(who, target) {
			out[target+" page "+string(rune('a'+i))] = page
		}
	}
	for _, kind := range []string{"message", "file", "task", "event"} {
		keep(s.list(kind))
		keep(s.list(kind) + "&limit=2")
	}
	keep(projects)
	keep("/v1/portal/notifications")
	keep("/v1/portal/notifications?limit=1")
	out["project"] = s.get(who, s.project()).Must(http.StatusOK)
	for _, id := range items {
		out[id] = s.get(who, s.item(id)).Must(http.StatusOK)
	}
	return out
}

func same(t *testing.T, want, got map[string]foyertest.Response) {
	t.Helper()
	if !slices.Equal(slices.Sorted(maps.Keys(want)), slices.Sorted(maps.Keys(got))) {
		t.Fatalf("got pages %v, want %v", slices.Sorted(maps.Keys(got)), slices.Sorted(maps.Keys(want)))
	}
	for name := range want {
		got[name].Same(want[name])
	}
}

// Two states of a project that differ only in what is private are the same to its
// client: bodies, headers, entity tags, cursors, numbers of pages.
func TestAClientCannotTellWhetherThereIsAnythingPrivate(t *testing.T) {
	s := newScene(t)
	var shared []string
	for i := range 5 {
		id := s.message(10*i, true)
		shared = append(shared, id)
		s.line(s.Carl, 10*i, s.Project, id)
	}
	s.create(fields{"kind": "task", "title": "For Carl", "assignee": s.Carl.ID})
	before := s.snapshot(s.Carl, shared...)
	for i := range 45 {
		if i%10 != 0 {
			private := s.message(i, false) // before, between and after the shared ones
			s.line(s.Carl, i, s.Project, private)
		}
	}
	s.create(fields{"kind": "task", "title": "Internal", "assignee": s.Ann.ID})
	s.create(fields{"kind": "event", "title": "Internal", "start": "2027-01-02T10:00:00Z"})
	same(t, before, s.snapshot(s.Carl, shared...))
}

func TestASharedListIsPagedWithEveryItemOnceNewestFirst(t *testing.T) {
	s := newScene(t)
	var want []string
	for i := range 90 {
		id := s.message(i, i%2 == 0)
		if i%2 == 0 {
			want = append([]string{id}, want...)
		}
	}
	for limit, pages := range map[string]int{"": 3, "&limit=1": 45, "&limit=7": 7, "&limit=44": 2, "&limit=45": 1, "&limit=100": 1} {
		if got := s.ids(s.Carl, s.list("message")+limit); !slices.Equal(got, want) {
			t.Errorf("limit %q: got %v, want %v", limit, got, want)
		}
		if got := len(s.pages(s.Carl, s.list("message")+limit)); got != pages {
			t.Errorf("limit %q: got %d pages, want %d", limit, got, pages)
		}
	}
}

func TestAPortalListThatIsNotAskedForRightIsRefused(t *testing.T) {
	s := newScene(t)
	for i := range 5 {
		s.line(s.Carl, i, s.Project, s.message(i, true))
	}
	list := func(query string) foyertest.Response { return s.get(s.Carl, s.project()+"/items"+query) }
	list("").Fault("query.kind")
	list("?kind=note").Fault("query.kind")
	list("?kind=message&visibility=all").Fault("query.visibility")
	list("?kind=message&limit=0").Fault("query.limit")
	list("?kind=message&limit=101").Fault("query.limit")
	list("?kind=message&limit=2&limit=3").Problem(http.StatusBadRequest, "malformed")
	list("?kind=message&cursor=made-up").Fault("query.cursor")
	cursor := list("?kind=message&limit=2").Must(http.StatusOK).String("next")
	list("?kind=message&cursor=" + cursor).Must(http.StatusOK)
	list("?kind=task&cursor=" + cursor).Fault("query.cursor")
	list("?kind=message&cursor=" + cursor[:len(cursor)-2] + "AA").Fault("query.cursor")
	cora := s.Client(s.Ann, s.Project, "Globex", "Cora Client", "cora@globex.example")
	s.get(cora, s.list("message")+"&cursor="+cursor).Fault("query.cursor")
	theirs := s.get(s.Ann, "/v1/projects/"+s.Project+"/items?kind=message&limit=2").Must(http.StatusOK).String("next")
	list("?kind=message&cursor=" + theirs).Fault("query.cursor")
	s.get(s.Carl, projects+"?cursor="+cursor).Fault("query.cursor")
	s.get(s.Carl, "/v1/portal/notifications?cursor="+cursor).Fault("query.cursor")
	s.get(s.Carl, "/v1/portal/notifications?unread=true").Fault("query.unread")
	s.get(s.Carl, s.project()+"?people=all").Fault("query.people")
	line := s.get(s.Carl, "/v1/portal/notifications?limit=2").Must(http.StatusOK).String("next")
	s.get(s.Carl, "/v1/portal/notifications?cursor="+line).Must(http.StatusOK)
	s.get(cora, "/v1/portal/notifications?cursor="+line).Fault("query.cursor")
}
