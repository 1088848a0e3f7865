//go:build engine

package clients_test

import (
	"net/http"
	"testing"

	"foyer/shared/foyertest"
	"foyer/shared/table"
)

// byHand makes a contact of a company whom nobody has invited.
func (s scene) byHand(company, name, email string) (contact string) {
	s.t.Helper()
	return s.Do(s.Ann, http.MethodPost, "/v1/workspaces/"+s.Workspace+"/companies/"+company+"/contacts", fields{"name": name, "email": email}).Must(http.StatusCreated).String("id")
}

// A contact whom nobody has invited is who their address leads to: if that is a member of
// the team, no client of the same workspace.
func TestAContactWithAMembersAddressBecomesNoClient(t *testing.T) {
	s := newScene(t)
	company := s.add(s.Project, carl()).Must(http.StatusCreated).String("company.id")
	bob := s.colleague("Bob Builder", "bob@acme.example", false)
	s.byHand(company, "Bob Builder", bob.Email)
	s.Unchanged(func() {
		s.add(s.Project, but(carl(), fields{"email": bob.Email})).Problem(http.StatusConflict, "is-member")
	})
}

// They are in the project at once, as whoever was not known before.
func TestAContactWhoWasNotInvitedYetIsAtOnceInTheProject(t *testing.T) {
	s := newScene(t)
	company := s.add(s.Project, carl()).Must(http.StatusCreated).String("company.id")
	cora := s.byHand(company, "Cora Contact", "cora@globex.example")
	r := s.add(s.Project, but(carl(), fields{"email": "cora@globex.example"})).Must(http.StatusCreated)
	equal(t, "contact", r.String("contact"), cora)
	listed := s.person(s.Project, r.String("person"))
	equal(t, "in the people", []any{listed["name"], listed["label"]}, []any{"Cora Contact", "The Client"})
	in := s.Accept(foyertest.Person{Email: "cora@globex.example", Password: foyertest.Password}, s.Workspace)
	s.Do(in, http.MethodGet, "/v1/portal/projects/"+s.Project, nil).Must(http.StatusOK)
}

// An address that the contact has lost meanwhile is not theirs to be invited by: it is a
// new contact's.
func TestAContactWhoseAddressChangesMeanwhileIsNotInvitedByTheFormerOne(t *testing.T) {
	s := newScene(t)
	company := s.add(s.Project, carl()).Must(http.StatusCreated).String("company.id")
	cora := s.byHand(company, "Cora Contact", "cora@globex.example")
	s.before(writes, func() {
		s.Do(s.Ann, http.MethodPatch, "/v1/workspaces/"+s.Workspace+"/contacts/"+cora, fields{"email": "cora@new.example"}, foyertest.Header{Name: "If-Match", Value: "*"}).Must(http.StatusOK)
	})
	r := s.add(s.Project, but(carl(), fields{"name": "Cora Other", "email": "cora@globex.example"})).Must(http.StatusCreated)
	if r.String("contact") == cora || r.String("name") != "Cora Other" {
		t.Errorf("got %s, want another contact", r.Body)
	}
	row := get[table.ContactRow](s, table.Contact(s.Workspace, cora))
	equal(t, "the contact with another address", []string{row.Email, row.Person, row.InvitationState}, []string{"cora@new.example", "", ""})
	s.Drain()
	equal(t, "mails to either", []int{len(s.Mails("cora@globex.example")), len(s.Mails("cora@new.example"))}, []int{1, 0})
}

// A project that has no company becomes one of the first: of two at once, too.
func TestAProjectIsOfTheCompanyThatCameFirst(t *testing.T) {
	s := newScene(t)
	var first string
	s.before(writes, func() {
		s.Release()
		first = s.add(s.Project, fields{"companyName": "Initech", "name": "Ina", "email": "ina@initech.example"}).Must(http.StatusCreated).String("company.id")
	})
	second := s.add(s.Project, carl()).Must(http.StatusCreated).String("company.id")
	equal(t, "company of the project", get[table.ProjectFactsRow](s, table.ProjectFacts(s.Project)).Company, first)
	if found, err := s.Table.Get(t.Context(), table.CompanyProject(s.Workspace, second, s.Project), &table.PointerRow{}); err != nil || found {
		t.Errorf("it is among the other company's projects too: %t %v", found, err)
	}
}

// A project that is not there any more is the one 404, and nobody is invited to it.
func TestAProjectThatGoesMeanwhileGetsNoClient(t *testing.T) {
	s := newScene(t)
	s.before(writes, func() { s.delete(table.ProjectFacts(s.Project)) })
	s.add(s.Project, carl()).Problem(http.StatusNotFound, "not-found")
	equal(t, "contacts", len(s.contacts()), 0)
}

// Whoever is in the project by then, in whichever of the three rows that say so, is not
// written over.
func TestAPlaceInTheProjectThatIsTakenMeanwhileIsNotWrittenOver(t *testing.T) {
	for what, key := range map[string]func(project, person string) table.Key{
		"the person's own": func(project, person string) table.Key { return table.Project(person, project) },
		"the clients'":     table.Person,
		"the team's":       table.TeamPerson,
	} {
		t.Run(what, func(t *testing.T) {
			s := newScene(t)
			in := s.Client(s.Ann, s.Project, "Globex", "Carl Client", "carl@globex.example")
			second := s.another("Second")
			at := key(second, in.ID)
			s.before(writes, func() {
				s.put(at, map[string]any{"project": second, "person": in.ID, "kind": table.KindMember, "name": "Carl Colleague"})
			})
			s.add(second, carl()).Problem(http.StatusConflict, "write-conflict")
			equal(t, "name in the row", get[map[string]any](s, at)["name"], "Carl Colleague")
			equal(t, "mails put", s.mails(in.ID), []string{"invitation"})
			equal(t, "records", len(s.activities(second, false)), 0)
		})
	}
}

// Whoever has a role in the workspace by then is of its team, whatever else their
// membership says, and no client.
func TestWhoHasARoleMeanwhileIsNoClient(t *testing.T) {
	s := newScene(t)
	in := s.Client(s.Ann, s.Project, "Globex", "Carl Client", "carl@globex.example")
	second := s.another("Second")
	s.before(writes, func() { s.set(table.Membership(in.ID, s.Workspace), "role", table.RoleMember) })
	s.add(second, carl()).Problem(http.StatusConflict, "is-member")
	equal(t, "mails put", s.mails(in.ID), []string{"invitation"})
	equal(t, "person of the second project", s.person(second, in.ID) == nil, true)
}
