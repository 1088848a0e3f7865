//go:build engine

package access_test

import (
	"net/http"
	"strings"
	"sync"
	"testing"

	"foyer/shared/foyertest"
	"foyer/shared/table"
)

// scene is Acme Agency with a project; Carl of Globex is its client and has
// accepted, Wanda was invited and has not.
type scene struct {
	*foyertest.World
	Ann, Carl, Wanda            foyertest.Person
	Workspace, Project, Company string
	t                           *testing.T
}

func newScene(t *testing.T) scene {
	t.Helper()
	w := foyertest.New(t)
	a := w.Acme()
	s := scene{World: w, Ann: a.Ann, Carl: a.Carl, Workspace: a.Workspace, Project: a.Project, Company: a.Company, t: t}
	s.Wanda = s.Invited(s.Ann, s.Project, "Globex", "Wanda Waits", "wanda@globex.example")
	return s
}

func (s scene) path(contact string) string {
	return "/v1/workspaces/" + s.Workspace + "/contacts/" + contact + "/access"
}

func (s scene) remove(contact string) foyertest.Response {
	s.t.Helper()
	return s.Do(s.Ann, http.MethodDelete, s.path(contact), nil)
}

func (s scene) restore(contact string) foyertest.Response {
	s.t.Helper()
	return s.Do(s.Ann, http.MethodPut, s.path(contact), nil)
}

// opens says whether the person can open a project in the portal, with the token
// that they have.
func (s scene) opens(who foyertest.Person, project string) bool {
	s.t.Helper()
	r := s.Do(who, http.MethodGet, "/v1/portal/projects/"+project, nil)
	if r.Status != http.StatusOK {
		r.Problem(http.StatusNotFound, "not-found")
	}
	return r.Status == http.StatusOK
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

func (s scene) contact(id string) table.ContactRow {
	s.t.Helper()
	return get[table.ContactRow](s, table.Contact(s.Workspace, id))
}

func (s scene) invitation(p foyertest.Person) table.InvitationRow {
	s.t.Helper()
	return get[table.InvitationRow](s, table.Invitation(p.ID, s.Workspace, p.Contact))
}

// activities are how often access of the contact was recorded as of that type.
func (s scene) activities(kind, contact string) (n int) {
	s.t.Helper()
	rows, _, err := table.QueryInto[table.ActivityRow](s.t.Context(), s.Table, table.Query{PK: table.WorkspaceActivity(s.Workspace, "").PK})
	if err != nil {
		s.t.Fatal(err)
	}
	for _, a := range rows {
		if a.Type == kind && a.Subject == contact && a.Actor != "" {
			n++
		}
	}
	return n
}

// stateShown is the state that people-list shows of a person; empty where they are
// not in the project's people.
func (s scene) stateShown(person string) string {
	s.t.Helper()
	for _, p := range s.Do(s.Ann, http.MethodGet, "/v1/projects/"+s.Project+"/people", nil).Must(http.StatusOK).List("items") {
		if p["person"] == person {
			return p["invitation"].(map[string]any)["state"].(string)
		}
	}
	return ""
}

// atOnce does several things at the same moment and gives back the answers.
func atOnce(do ...func() foyertest.Response) []foyertest.Response {
	answers := make([]foyertest.Response, len(do))
	start := make(chan struct{})
	var done sync.WaitGroup
	for i, f := range do {
		done.Add(1)
		go func() {
			defer done.Done()
			<-start
			answers[i] = f()
		}()
	}
	close(start)
	done.Wait()
	return answers
}

// invented is an id of the same form that does not exist.
func invented(id string) string { return id[:len(id)-6] + strings.Repeat("Z", 6) }
