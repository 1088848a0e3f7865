//go:build engine

package clients_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"foyer/shared/foyertest"
	"foyer/shared/table"
)

type fields = map[string]any

// scene is Acme Agency with its owner Ann and an empty project.
type scene struct {
	*foyertest.World
	Ann                foyertest.Person
	Workspace, Project string
	t                  *testing.T
}

func newScene(t *testing.T) scene {
	t.Helper()
	s := scene{World: foyertest.New(t), t: t}
	s.Ann, s.Workspace = s.World.Workspace("Acme Agency", "Ann Archer", "ann@acme.example")
	s.Project = s.World.Project(s.Ann, s.Workspace, "New website")
	return s
}

// carl is the client whom most tests add.
func carl() fields {
	return fields{"companyName": "Globex", "name": "Carl Client", "email": "carl@globex.example"}
}

// but is a body with some fields other; nil takes one away.
func but(body, other fields) fields {
	out := fields{}
	for k, v := range body {
		out[k] = v
	}
	for k, v := range other {
		if out[k] = v; v == nil {
			delete(out, k)
		}
	}
	return out
}

func clientsOf(project string) string { return "/v1/projects/" + project + "/clients" }

// add asks, as Ann, for a client of a project.
func (s scene) add(project string, body any, headers ...foyertest.Header) foyertest.Response {
	s.t.Helper()
	return s.Do(s.Ann, http.MethodPost, clientsOf(project), body, headers...)
}

// another makes another project of Acme.
func (s scene) another(name string) string {
	s.t.Helper()
	return s.World.Project(s.Ann, s.Workspace, name)
}

func (s scene) put(key table.Key, row any) {
	s.t.Helper()
	if err := s.Table.PutOne(s.t.Context(), key, row, nil); err != nil {
		s.t.Fatal(err)
	}
}

// set changes an attribute of a row past all operations.
func (s scene) set(key table.Key, name string, value any) {
	s.t.Helper()
	if err := s.Table.UpdateOne(s.t.Context(), key, table.Set(name, value), table.Exists()); err != nil {
		s.t.Fatal(err)
	}
}

// get reads the row at key and ends the test if there is none.
func get[R any](s scene, key table.Key) (row R) {
	s.t.Helper()
	found, err := s.Table.Get(s.t.Context(), key, &row)
	if err != nil {
		s.t.Fatal(err)
	}
	if !found {
		s.t.Fatalf("there is no row %s", key)
	}
	return row
}

func query[R any](s scene, pk, prefix string) []R {
	s.t.Helper()
	rows, _, err := table.QueryInto[R](s.t.Context(), s.Table, table.Query{PK: pk, Prefix: prefix})
	if err != nil {
		s.t.Fatal(err)
	}
	return rows
}

func (s scene) contacts() []table.ContactRow {
	return query[table.ContactRow](s, table.Contact(s.Workspace, "").PK, "CONTACT#")
}

func (s scene) companies() []table.CompanyRow {
	return query[table.CompanyRow](s, table.Company(s.Workspace, "").PK, "COMPANY#")
}

// mails are the mails to a person that were put, by kind.
func (s scene) mails(person string) (kinds []string) {
	s.t.Helper()
	for _, m := range query[table.MailRow](s, table.UserPartition(person), table.PrefixMail) {
		kinds = append(kinds, m.Kind)
	}
	return kinds
}

// activities are the records of clients added to a project, in one realm.
func (s scene) activities(project string, shared bool) (out []table.ActivityRow) {
	s.t.Helper()
	key := table.TeamProjectActivity(project, "")
	if shared {
		key = table.ClientProjectActivity(project, "")
	}
	for _, a := range query[table.ActivityRow](s, key.PK, table.PrefixActivity) {
		if a.Type == table.ActivityClientAdded {
			out = append(out, a)
		}
	}
	return out
}

// person is a person of a project as people-list shows them; nil where they are none.
func (s scene) person(project, id string) map[string]any {
	s.t.Helper()
	for _, p := range s.Do(s.Ann, http.MethodGet, "/v1/projects/"+project+"/people?limit=100", nil).Must(http.StatusOK).List("items") {
		if p["person"] == id {
			return p
		}
	}
	return nil
}

// colleague makes someone who owns another workspace a member of Acme too, and of
// its project if said.
func (s scene) colleague(name, email string, inProject bool) foyertest.Person {
	s.t.Helper()
	p, _ := s.World.Workspace("Agency of "+name, name, email)
	s.put(table.Membership(p.ID, s.Workspace), table.MembershipRow{Workspace: s.Workspace, Role: table.RoleMember, CreatedAt: time.Now()})
	s.put(table.Member(s.Workspace, p.ID), table.MemberRow{Person: p.ID, Name: name, Email: email, Role: table.RoleMember, InvitationState: table.InvitationAccepted, CreatedAt: time.Now()}.In(s.Workspace))
	if inProject {
		s.put(table.Project(p.ID, s.Project), table.PersonProjectRow{Project: s.Project, Kind: table.KindMember})
		s.put(table.Person(s.Project, p.ID), table.PersonRow{Person: p.ID, Name: name, Kind: table.KindMember})
		s.put(table.TeamPerson(s.Project, p.ID), table.TeamPersonRow{Person: p.ID, Kind: table.KindMember, AddedBy: s.Ann.ID})
	}
	return p
}

// company makes a company past all operations, which cannot make a second of a name.
func (s scene) company(workspace, id, name, folded string) {
	s.t.Helper()
	s.put(table.Company(workspace, id), table.CompanyRow{Company: id, Name: name, CreatedAt: time.Now()})
	s.put(table.CompanyNamed(workspace, folded, id), table.CompanyNamedRow{Company: id, Name: name})
	s.put(table.CompanyGate(workspace, id), table.CompanyGateRow{})
}

func equal(t *testing.T, what string, got, want any) {
	t.Helper()
	if g, w := show(got), show(want); g != w {
		t.Errorf("%s: got %s, want %s", what, g, w)
	}
}

// invented is an id of the same form that does not exist.
func invented(id string) string { return id[:len(id)-6] + strings.Repeat("Z", 6) }
