//go:build engine

package items_test

import (
	"net/http"
	"strings"
	"testing"

	"foyer/shared/foyertest"
	"foyer/shared/table"
)

// scene is Acme with its project, and the paths that tests call.
type scene struct {
	*foyertest.World
	Workspace, Project string
	Ann, Carl          foyertest.Person
	t                  *testing.T
}

func newScene(t *testing.T) scene {
	t.Helper()
	w := foyertest.New(t)
	a := w.Acme()
	return scene{World: w, Workspace: a.Workspace, Project: a.Project, Ann: a.Ann, Carl: a.Carl, t: t}
}

func (s scene) items() string { return "/v1/projects/" + s.Project + "/items" }

func (s scene) item(id string) string { return s.items() + "/" + id }

func (s scene) portalItem(id string) string {
	return "/v1/portal/projects/" + s.Project + "/items/" + id
}

type fields = map[string]any

// create makes an item as Ann.
func (s scene) create(body fields) foyertest.Response {
	s.t.Helper()
	return s.Do(s.Ann, http.MethodPost, s.items(), body).Must(http.StatusCreated)
}

// share sets an item's visibility as Ann.
func (s scene) share(id string, clientCanSee bool, headers ...foyertest.Header) foyertest.Response {
	s.t.Helper()
	return s.Do(s.Ann, http.MethodPut, s.item(id)+"/visibility", fields{"clientCanSee": clientCanSee}, headers...)
}

// put writes a row past all operations.
func (s scene) put(key table.Key, row any) {
	s.t.Helper()
	if err := s.Table.PutOne(s.t.Context(), key, row, nil); err != nil {
		s.t.Fatal(err)
	}
}

// has says whether there is a row at key.
func (s scene) has(key table.Key) bool {
	s.t.Helper()
	var row map[string]any
	found, err := s.Table.Get(s.t.Context(), key, &row)
	if err != nil {
		s.t.Fatal(err)
	}
	return found
}

// activities are the changes of an item of that type in one realm.
func (s scene) activities(shared bool, item, kind string) []table.ActivityRow {
	s.t.Helper()
	key := table.TeamProjectActivity(s.Project, "")
	if shared {
		key = table.ClientProjectActivity(s.Project, "")
	}
	rows, _, err := table.QueryInto[table.ActivityRow](s.t.Context(), s.Table, table.Query{PK: key.PK})
	if err != nil {
		s.t.Fatal(err)
	}
	var out []table.ActivityRow
	for _, r := range rows {
		if r.Item == item && r.Type == kind {
			out = append(out, r)
		}
	}
	return out
}

// archive archives the project past all operations.
func (s scene) archive() {
	s.t.Helper()
	if err := s.Table.UpdateOne(s.t.Context(), table.ProjectFacts(s.Project), table.Set("archived", true), table.Exists()); err != nil {
		s.t.Fatal(err)
	}
}

// colleague makes someone who owns another workspace a member of Acme too, and of
// its project if said.
func (s scene) colleague(name, email string, inProject bool) foyertest.Person {
	s.t.Helper()
	p, _ := s.Workspace2(name, email)
	s.put(table.Membership(p.ID, s.Workspace), table.MembershipRow{Workspace: s.Workspace, Role: table.RoleMember})
	if inProject {
		s.put(table.Project(p.ID, s.Project), table.PersonProjectRow{Project: s.Project, Kind: table.KindMember})
		s.put(table.Person(s.Project, p.ID), table.PersonRow{Person: p.ID, Name: name, Kind: table.KindMember})
	}
	return p
}

// Project2 makes another project of Acme.
func (s scene) Project2(name string) string {
	s.t.Helper()
	return s.World.Project(s.Ann, s.Workspace, name)
}

// Workspace2 makes another workspace with an owner of that name.
func (s scene) Workspace2(owner, email string) (foyertest.Person, string) {
	s.t.Helper()
	return s.World.Workspace("Agency of "+owner, owner, email)
}

// invented is an id of the same form that does not exist.
func invented(id string) string { return id[:len(id)-6] + strings.Repeat("Z", 6) }
