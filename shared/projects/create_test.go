//go:build engine

package projects_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"foyer/shared/foyertest"
	"foyer/shared/table"
)

type fields = map[string]any

// scene is Acme Agency with its owner Ann, a project of its company Globex, and
// that company's client Carl.
type scene struct {
	*foyertest.World
	foyertest.Acme
	t *testing.T
}

func newScene(t *testing.T) scene {
	t.Helper()
	w := foyertest.New(t)
	return scene{World: w, Acme: w.Acme(), t: t}
}

func (s scene) create(who foyertest.Person, body any, headers ...foyertest.Header) foyertest.Response {
	s.t.Helper()
	return s.Do(who, http.MethodPost, "/v1/workspaces/"+s.Acme.Workspace+"/projects", body, headers...)
}

func (s scene) get(key table.Key, out any) bool {
	s.t.Helper()
	found, err := s.Table.Get(s.t.Context(), key, out)
	if err != nil {
		s.t.Fatal(err)
	}
	return found
}

// member makes someone who owns another workspace a member of Acme too.
func (s scene) member(name, email, role string) foyertest.Person {
	s.t.Helper()
	p, _ := s.World.Workspace("Agency of "+name, name, email)
	w := s.Acme.Workspace
	for key, row := range map[table.Key]any{
		table.Membership(p.ID, w): table.MembershipRow{Workspace: w, Role: role},
		table.Member(w, p.ID):     table.MemberRow{Person: p.ID, Name: name, Email: email, Role: role, InvitationState: table.InvitationAccepted}.In(w),
	} {
		if err := s.Table.PutOne(s.t.Context(), key, row, nil); err != nil {
			s.t.Fatal(err)
		}
	}
	return p
}

func TestAnyMemberMakesAProjectAndIsTheFirstOfItsPeople(t *testing.T) {
	s := newScene(t)
	for _, who := range []foyertest.Person{s.Ann, s.member("Bob Builder", "bob@acme.example", table.RoleMember), s.member("Ada Admin", "ada@acme.example", table.RoleAdmin)} {
		r := s.create(who, fields{"name": "  Relaunch  "}).Must(http.StatusCreated)
		id := r.String("id")
		made := r.JSON()
		if at, err := time.Parse(time.RFC3339, r.String("createdAt")); err != nil || time.Since(at) > time.Minute {
			t.Errorf("createdAt: got %q", r.String("createdAt"))
		}
		delete(made, "createdAt")
		if len(made) != 4 || made["name"] != "Relaunch" || made["workspace"] != s.Acme.Workspace || made["archived"] != false {
			t.Errorf("got %s", r.Body)
		}
		if got, want := r.Header.Get("Location"), "/v1/projects/"+id; got != want || r.Header.Get("ETag") == "" {
			t.Errorf("got Location %q and ETag %q, want %q and one", got, r.Header.Get("ETag"), want)
		}
		if w, ok := table.WorkspaceOf(id); !ok || w != s.Acme.Workspace {
			t.Errorf("id %s does not begin with its workspace's", id)
		}
		var pointer table.PointerRow
		if !s.get(table.WorkspaceProject(s.Acme.Workspace, id), &pointer) || pointer.Project != id {
			t.Error("the workspace does not list it")
		}
		people := s.Do(who, http.MethodGet, "/v1/projects/"+id+"/people", nil).Must(http.StatusOK).List("items")
		if len(people) != 1 || people[0]["person"] != who.ID || people[0]["name"] != who.Name || people[0]["kind"] != "member" || people[0]["label"] != nil {
			t.Errorf("got people %v, want %s alone", people, who.Name)
		}
		acts, _, err := table.QueryInto[table.ActivityRow](t.Context(), s.Table, table.Query{PK: table.TeamProjectActivity(id, "").PK})
		if err != nil || len(acts) != 1 || acts[0].Type != table.ActivityProjectCreated || acts[0].Actor != who.ID || acts[0].Project != id {
			t.Errorf("got records %+v (%v), want one", acts, err)
		}
		shared, _, err := table.QueryInto[table.ActivityRow](t.Context(), s.Table, table.Query{PK: table.ClientProjectActivity(id, "").PK})
		if err != nil || len(shared) != 0 {
			t.Errorf("got %d records where clients may read (%v), want none", len(shared), err)
		}
		s.Do(s.Carl, http.MethodGet, "/v1/portal/projects/"+id, nil).Must(http.StatusNotFound)
	}
}

func TestAProjectMayBeForACompanyFromTheStart(t *testing.T) {
	s := newScene(t)
	r := s.create(s.Ann, fields{"name": "Relaunch", "company": s.Company}).Must(http.StatusCreated)
	id := r.String("id")
	var pointer table.PointerRow
	if r.String("company") != s.Company || !s.get(table.CompanyProject(s.Acme.Workspace, s.Company, id), &pointer) || pointer.Project != id {
		t.Errorf("got %s, and the company lists %q", r.Body, pointer.Project)
	}
	s.Do(s.Carl, http.MethodGet, "/v1/portal/projects/"+id, nil).Must(http.StatusNotFound) // nobody of it is a client yet
	added := s.Do(s.Ann, http.MethodPost, "/v1/projects/"+id+"/clients", fields{"companyName": "Initech", "name": "Ina", "email": "ina@initech.example"}).Must(http.StatusCreated)
	var facts table.ProjectFactsRow
	s.get(table.ProjectFacts(id), &facts)
	if facts.Company != s.Company {
		t.Errorf("a client of %s made the project one of %s, want %s", added.String("company.id"), facts.Company, s.Company)
	}
}

func TestAnIdempotencyKeyMakesOneProject(t *testing.T) {
	s := newScene(t)
	key := foyertest.Header{Name: "Idempotency-Key", Value: "relaunch-1"}
	first := s.create(s.Ann, fields{"name": "Relaunch"}, key).Must(http.StatusCreated)
	s.Unchanged(func() {
		s.create(s.Ann, fields{"name": "Relaunch"}, key).Same(first)
		s.create(s.Ann, fields{"name": "Another"}, key).Problem(http.StatusUnprocessableEntity, "idempotency-key-reused")
	})
	if second := s.create(s.Ann, fields{"name": "Relaunch"}).Must(http.StatusCreated); second.String("id") == first.String("id") {
		t.Error("without a key the same project was answered")
	}
	bob := s.member("Bob Builder", "bob@acme.example", table.RoleMember)
	if his := s.create(bob, fields{"name": "Relaunch"}, key).Must(http.StatusCreated); his.String("id") == first.String("id") {
		t.Error("somebody else's key gave the project of Ann's")
	}
}

func TestAProjectThatIsNotRightIsRefusedWithThePlaceAndNothingIsWritten(t *testing.T) {
	s := newScene(t)
	olga, theirs := s.World.Workspace("Other Agency", "Olga Other", "olga@other.example")
	foreign := s.Invited(olga, s.World.Project(olga, theirs, "Elsewhere"), "Globex", "Gil", "gil@globex.example").Company
	archived := s.Invited(s.Ann, s.Acme.Project, "Initech", "Ina", "ina@initech.example").Company
	if err := s.Table.UpdateOne(t.Context(), table.CompanyGate(s.Acme.Workspace, archived), table.Set("archived", true), table.Exists()); err != nil {
		t.Fatal(err)
	}
	s.Unchanged(func() {
		for name, test := range map[string]struct {
			body fields
			at   string
		}{
			"no name":                         {fields{}, "body"},
			"an empty name":                   {fields{"name": ""}, "body.name"},
			"a blank name":                    {fields{"name": " \u00a0"}, "body.name"},
			"a name of two lines":             {fields{"name": "a\nb"}, "body.name"},
			"a name too long":                 {fields{"name": strings.Repeat("ä", 101)}, "body.name"},
			"a name that is a list":           {fields{"name": []int{1}}, "body.name"},
			"an unknown field":                {fields{"name": "x", "archived": true}, "body.archived"},
			"another workspace's company":     {fields{"name": "x", "company": foreign}, "body.company"},
			"a company that does not exist":   {fields{"name": "x", "company": foreign[:24] + "ZZZZZZ"}, "body.company"},
			"a contact's id for the company":  {fields{"name": "x", "company": s.Carl.Contact}, "body.company"},
			"a company's name instead of id":  {fields{"name": "x", "company": "Globex"}, "body.company"},
			"a company's id that is too long": {fields{"name": "x", "company": strings.Repeat("c", 65)}, "body.company"},
		} {
			t.Run(name, func(*testing.T) { s.create(s.Ann, test.body).Fault(test.at) })
		}
		s.create(s.Ann, fields{"name": "x", "company": archived}).Problem(http.StatusConflict, "company-archived")
		s.create(s.Ann, foyertest.Raw("{\"name\":\"\xff\"}")).Problem(http.StatusBadRequest, "malformed")
		s.create(s.Ann, foyertest.Raw("name=x")).Must(http.StatusBadRequest)
	})
}

func TestOnlyTheStaffOfTheWorkspaceMakeProjects(t *testing.T) {
	s := newScene(t)
	olga, theirs := s.World.Workspace("Other Agency", "Olga Other", "olga@other.example")
	s.Unchanged(func() {
		body := fields{"name": "Mine"}
		at := func(workspace string) string { return "/v1/workspaces/" + workspace + "/projects" }
		absent := s.Do(s.Ann, http.MethodPost, at(theirs[:24]+"ZZZZZZ"), body).Problem(http.StatusNotFound, "not-found")
		s.create(foyertest.Person{}, body).Problem(http.StatusUnauthorized, "unauthorized")
		for _, who := range []foyertest.Person{s.Carl, olga} {
			s.create(who, body).Same(absent)
			s.create(who, fields{"x": 1}).Same(absent)
		}
		for _, id := range []string{theirs, s.Acme.Project, s.Ann.ID, s.Acme.Workspace + "%2Fprojects", "%2F" + s.Acme.Workspace, strings.ToLower(s.Acme.Workspace)} {
			s.Do(s.Ann, http.MethodPost, at(id), body).Same(absent)
		}
	})
}
