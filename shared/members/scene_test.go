//go:build engine

package members_test

import (
	"net/http"
	"sync"
	"testing"

	"foyer/infra/guards/invariants"
	"foyer/shared/foyertest"
	"foyer/shared/table"
)

type fields = map[string]any

var (
	nobody   foyertest.Person
	whatever = foyertest.Header{Name: "If-Match", Value: "*"}
)

// team is Acme with its owner Ann, and Carl who is a client.
type team struct {
	*foyertest.World
	ann, carl          foyertest.Person
	workspace, project string
}

func newTeam(t *testing.T) team {
	t.Helper()
	t.Parallel()
	w := foyertest.New(t)
	a := w.Acme()
	return team{w, a.Ann, a.Carl, a.Workspace, a.Project}
}

func (s team) members() string { return "/v1/workspaces/" + s.workspace + "/members" }

func (s team) member(p foyertest.Person) string { return s.members() + "/" + p.ID }

func (s team) invite(by foyertest.Person, name, email, role string) foyertest.Response {
	s.T.Helper()
	return s.Do(by, "POST", s.members(), fields{"name": name, "email": email, "role": role})
}

// invited is somebody new whom Ann invites.
func (s team) invited(name, email, role string) foyertest.Person {
	s.T.Helper()
	r := s.invite(s.ann, name, email, role).Must(http.StatusCreated)
	return foyertest.Person{ID: r.String("person"), Name: name, Email: email, Password: foyertest.Password}
}

// joined is somebody new who is of the team.
func (s team) joined(name, email, role string) foyertest.Person {
	s.T.Helper()
	return s.Accept(s.invited(name, email, role), s.workspace)
}

func (s team) setRole(by, of foyertest.Person, role string) foyertest.Response {
	s.T.Helper()
	return s.Do(by, "PATCH", s.member(of), fields{"role": role}, whatever)
}

func (s team) remove(by, whom foyertest.Person, query string) foyertest.Response {
	s.T.Helper()
	return s.Do(by, "DELETE", s.member(whom)+query, nil)
}

// opens says whether the person is let in to the workspace, with the token that they have.
func (s team) opens(p foyertest.Person) bool {
	s.T.Helper()
	r := s.Do(p, "GET", "/v1/workspaces/"+s.workspace, nil)
	if r.Status != http.StatusOK {
		r.Problem(http.StatusNotFound, "not-found")
	}
	return r.Status == http.StatusOK
}

func (s team) put(key table.Key, row any) {
	s.T.Helper()
	if err := s.Table.PutOne(s.T.Context(), key, row, nil); err != nil {
		s.T.Fatal(err)
	}
}

// intoProject makes a member one of a project's people, past the operations.
func (s team) intoProject(p foyertest.Person, project string) {
	s.T.Helper()
	now := s.Clock.Now()
	s.put(table.Project(p.ID, project), table.PersonProjectRow{Project: project, Kind: table.KindMember, CreatedAt: now})
	s.put(table.Person(project, p.ID), table.PersonRow{Person: p.ID, Name: p.Name, Kind: table.KindMember})
	s.put(table.TeamPerson(project, p.ID), table.TeamPersonRow{Person: p.ID, Kind: table.KindMember, AddedBy: s.ann.ID, AddedAt: now})
}

// recorded are how often that kind of change of the person was recorded.
func (s team) recorded(kind string, of foyertest.Person) (n int) {
	s.T.Helper()
	rows, _, err := table.QueryInto[table.ActivityRow](s.T.Context(), s.Table, table.Query{PK: table.WorkspaceActivity(s.workspace, "").PK})
	if err != nil {
		s.T.Fatal(err)
	}
	for _, a := range rows {
		if a.Type == kind && a.Subject == of.ID {
			n++
		}
	}
	return n
}

func (s team) find(key table.Key, row any) bool {
	s.T.Helper()
	found, err := s.Table.Get(s.T.Context(), key, row)
	if err != nil {
		s.T.Fatal(err)
	}
	return found
}

// whole asserts that the table agrees with itself.
func (s team) whole() { s.T.Helper(); invariants.Hold(s.World) }

// atOnce does several things at the same moment and gives back the answers.
func atOnce(do ...func() foyertest.Response) []foyertest.Response {
	answers, start := make([]foyertest.Response, len(do)), make(chan struct{})
	var wg sync.WaitGroup
	for i, f := range do {
		wg.Go(func() {
			<-start
			answers[i] = f()
		})
	}
	close(start)
	wg.Wait()
	return answers
}
