//go:build engine

package clients_test

import (
	"net/http"
	"testing"

	"foyer/shared/foyertest"
	"foyer/shared/table"
)

func TestACompanyIsUsedHoweverItsNameIsWrittenAndMadeWhereThereIsNone(t *testing.T) {
	s := newScene(t)
	first := s.add(s.Project, but(carl(), fields{"companyName": "Straße  & Co"})).Must(http.StatusCreated)
	company := first.String("company.id")
	for i, name := range []string{"STRASSE & CO", "  straße\u00a0&\u3000co ", "Straße & Co"} {
		email := string(rune('a'+i)) + "@strasse.example"
		r := s.add(s.Project, but(carl(), fields{"companyName": name, "email": email})).Must(http.StatusCreated)
		equal(t, "company of "+name, []string{r.String("company.id"), r.String("company.name")}, []string{company, "Straße  & Co"})
	}
	equal(t, "companies", len(s.companies()), 1)
	other := s.add(s.Project, but(carl(), fields{"companyName": "Strase & Co", "email": "d@strasse.example"})).Must(http.StatusCreated)
	if other.String("company.id") == company {
		t.Error("another name is the same company")
	}
	equal(t, "companies", len(s.companies()), 2)
	// The project stays the first company's.
	equal(t, "company of the project", get[table.ProjectFactsRow](s, table.ProjectFacts(s.Project)).Company, company)
}

// The same address in two companies is two contacts of one person (rule 4).
func TestOnePersonMayBeAClientOfSeveralCompanies(t *testing.T) {
	s := newScene(t)
	in := s.Client(s.Ann, s.Project, "Globex", "Carl Client", "carl@globex.example")
	second := s.another("Second")
	r := s.add(second, but(carl(), fields{"companyName": "Initech", "name": "Carl at Initech"})).Must(http.StatusCreated)
	equal(t, "person", r.String("person"), in.ID)
	if r.String("contact") == in.Contact {
		t.Error("got the contact of the other company")
	}
	equal(t, "state", r.String("invitation.state"), "queued") // of this company he has no access yet
	s.Do(in, http.MethodGet, "/v1/portal/projects/"+second, nil).Must(http.StatusNotFound)
	again := s.Accept(in, s.Workspace)
	for _, p := range []string{s.Project, second} {
		s.Do(again, http.MethodGet, "/v1/portal/projects/"+p, nil).Must(http.StatusOK)
	}
	equal(t, "name in each project", []any{s.person(s.Project, in.ID)["name"], s.person(second, in.ID)["name"]}, []any{"Carl Client", "Carl at Initech"})
}

func TestOfSeveralCompaniesOfANameTheMemberSaysWhich(t *testing.T) {
	s := newScene(t)
	one, two := "com_01JD0000000000000000000001", "com_01JD0000000000000000000002"
	s.company(s.Workspace, one, "Globex", "globex")
	s.company(s.Workspace, two, "GLOBEX", "globex")
	other, otherWorkspace := s.World.Workspace("Other Agency", "Olga Other", "olga@other.example")
	s.Invited(other, s.World.Project(other, otherWorkspace, "Elsewhere"), "Globex", "Gil", "gil@globex.example")
	s.Unchanged(func() {
		p := s.add(s.Project, carl()).Problem(http.StatusConflict, "company-ambiguous")
		equal(t, "matches", p.JSON()["matches"], []fields{{"id": one, "name": "Globex"}, {"id": two, "name": "GLOBEX"}})
	})
	r := s.add(s.Project, but(carl(), fields{"companyName": nil, "company": two})).Must(http.StatusCreated)
	equal(t, "company", r.JSON()["company"], fields{"id": two, "name": "GLOBEX"})
	equal(t, "companies", len(s.companies()), 2)
}

// A company is named in one way: also where both would lead to the same.
func TestACompanyIsNotNamedInTwoWays(t *testing.T) {
	s := newScene(t)
	company := s.add(s.Project, carl()).Must(http.StatusCreated).String("company.id")
	s.Unchanged(func() {
		s.add(s.Project, but(carl(), fields{"company": company, "email": "cora@globex.example"})).Fault("body.company")
	})
}

func TestACompanyOfAnotherWorkspaceIsUnknown(t *testing.T) {
	s := newScene(t)
	other, otherWorkspace := s.World.Workspace("Other Agency", "Olga Other", "olga@other.example")
	theirs := s.Invited(other, s.World.Project(other, otherWorkspace, "Elsewhere"), "Globex", "Gil", "gil@globex.example")
	s.Unchanged(func() {
		var last foyertest.Response
		for i, id := range []string{theirs.Company, invented(theirs.Company), theirs.Contact, "Globex", "com_", otherWorkspace, theirs.Company + "/x", "%2e%2e"} {
			r := s.add(s.Project, but(carl(), fields{"companyName": nil, "company": id})).Fault("body.company")
			if i > 0 {
				r.Same(last)
			}
			last = r
		}
	})
	// Of a name, those of other workspaces do not count.
	r := s.add(s.Project, carl()).Must(http.StatusCreated)
	if r.String("company.id") == theirs.Company {
		t.Error("got the company of another workspace")
	}
}

func TestNobodyIsInvitedWhoWouldHaveNoAccess(t *testing.T) {
	s := newScene(t)
	first := s.add(s.Project, carl()).Must(http.StatusCreated)
	gate := table.CompanyGate(s.Workspace, first.String("company.id"))
	second := s.another("Second")
	cora := but(carl(), fields{"email": "cora@globex.example"})
	fresh := but(carl(), fields{"companyName": "Initech", "email": "ina@initech.example"})

	s.set(gate, "archived", true)
	s.Unchanged(func() {
		s.add(s.Project, cora).Problem(http.StatusConflict, "company-archived")
		s.add(second, carl()).Problem(http.StatusConflict, "company-archived")
	})
	s.set(gate, "archived", false)

	s.set(table.WorkspaceGate(s.Workspace), "portalNeedsLicence", true)
	s.Unchanged(func() {
		for _, body := range []fields{cora, fresh} { // a company that would be made has no licence either
			s.add(second, body).Problem(http.StatusConflict, "company-not-licensed")
		}
	})
	s.set(gate, "licensed", true)
	s.add(second, cora).Must(http.StatusCreated)
	s.set(table.WorkspaceGate(s.Workspace), "portalNeedsLicence", false)

	s.set(table.ProjectFacts(s.Project), "archived", true)
	s.Unchanged(func() {
		for _, body := range []fields{carl(), cora, fresh, but(carl(), fields{"companyName": nil})} { // whatever is wrong with it besides
			s.add(s.Project, body).Problem(http.StatusConflict, "project-archived")
		}
	})
}
