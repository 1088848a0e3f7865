//go:build engine

package clients_test

import (
	"encoding/json"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"foyer/shared/foyertest"
	"foyer/shared/table"
)

func show(v any) string {
	raw, err := json.Marshal(v)
	if err != nil {
		panic(err) // plain values
	}
	return string(raw)
}

func TestAClientIsAtOnceInTheProjectAndInvited(t *testing.T) {
	s := newScene(t)
	r := s.add(s.Project, but(carl(), fields{"note": "Glad to have you.", "email": " Carl@Globex.Example "})).Must(http.StatusCreated)
	person, contact, company := r.String("person"), r.String("contact"), r.String("company.id")

	c := get[table.ContactRow](s, table.Contact(s.Workspace, contact))
	equal(t, "answer", r.JSON(), fields{
		"person": person, "contact": contact, "company": fields{"id": company, "name": "Globex"}, "name": "Carl Client", "email": "carl@globex.example",
		"label": "The Client", "invitation": fields{"state": "queued", "expiresAt": c.ExpiresAt.Format("2006-01-02T15:04:05.999Z07:00")},
	})
	equal(t, "contact", []any{c.Contact, c.Company, c.Person, c.Name, c.Email, c.InvitationState, c.Removed}, []any{contact, company, person, "Carl Client", "carl@globex.example", "queued", false})
	equal(t, "company", get[table.CompanyRow](s, table.Company(s.Workspace, company)).Name, "Globex")
	gate := get[table.CompanyGateRow](s, table.CompanyGate(s.Workspace, company))
	equal(t, "gate of the company: licensed, archived", []bool{gate.Licensed, gate.Archived}, []bool{false, false})

	own := get[table.PersonProjectRow](s, table.Project(person, s.Project))
	equal(t, "the person's row of the project", []string{own.Kind, own.Contact, own.Company}, []string{"client", contact, company})
	name := get[map[string]any](s, table.Person(s.Project, person))
	key := table.Person(s.Project, person)
	equal(t, "what clients may know of a client", name, map[string]any{"PK": key.PK, "SK": key.SK, "person": person, "name": "Carl Client", "kind": "client"})
	team := get[table.TeamPersonRow](s, table.TeamPerson(s.Project, person))
	equal(t, "the team's side", []string{team.Kind, team.Contact, team.Company, team.AddedBy}, []string{"client", contact, company, s.Ann.ID})

	equal(t, "company of the project", get[table.ProjectFactsRow](s, table.ProjectFacts(s.Project)).Company, company)
	get[table.PointerRow](s, table.CompanyProject(s.Workspace, company, s.Project))
	acts := s.activities(s.Project, false)
	if len(acts) != 1 || acts[0].Subject != contact || acts[0].Actor != s.Ann.ID || acts[0].Project != s.Project {
		t.Errorf("got records %+v, want one of Ann about the contact", acts)
	}
	if shared := s.activities(s.Project, true); len(shared) != 0 {
		t.Errorf("got %d records where clients may read, want none", len(shared))
	}
	inv := s.Invitations("carl@globex.example", s.Workspace)
	if len(inv) != 1 || inv[0].State != "queued" || inv[0].Generation != 1 || inv[0].Subject != contact || inv[0].Company != company ||
		inv[0].CompanyName != "Globex" || inv[0].Project != s.Project || inv[0].ProjectName != "New website" || inv[0].InviterName != "Ann Archer" || inv[0].Note != "Glad to have you." {
		t.Errorf("got invitations %+v", inv)
	}
	equal(t, "mails put", s.mails(person), []string{"invitation"})
	if !strings.Contains(s.Dump(), "DUE#") {
		t.Error("nothing will remind the client")
	}
	listed := s.person(s.Project, person)
	equal(t, "in the people", []any{listed["label"], listed["invitation"].(map[string]any)["state"]}, []any{"The Client", "queued"})

	s.Drain()
	mails := s.Mails("carl@globex.example")
	if len(mails) != 1 {
		t.Fatalf("got %d mails, want 1", len(mails))
	}
	for _, want := range []string{"Ann Archer", "New website", "Foyer", "Glad to have you."} {
		if !strings.Contains(mails[0].Text, want) {
			t.Errorf("the mail does not say %q: %s", want, mails[0].Text)
		}
	}
	equal(t, "state after the mail", s.person(s.Project, person)["invitation"].(map[string]any)["state"], "sent")
}

// nothing of a client stands where other clients may read but name and label.
func TestClientsDoNotLearnAddressesAndCompaniesOfOthers(t *testing.T) {
	s := newScene(t)
	r := s.add(s.Project, but(carl(), fields{"note": "Between us"})).Must(http.StatusCreated)
	for line := range strings.SplitSeq(s.Dump(), "\n") {
		if !strings.HasPrefix(line, table.RealmClient) {
			continue
		}
		for _, secret := range []string{"carl@", "Globex", "Between us", r.String("contact")} {
			if strings.Contains(line, secret) {
				t.Errorf("%q stands in a row of the clients' realm: %s", secret, line)
			}
		}
	}
}

var ids = regexp.MustCompile(`\b(per|con|com)_[0-9A-HJKMNP-TV-Z]{26}\b`)

func TestTheAnswerDoesNotTellWhetherFoyerKnewTheAddress(t *testing.T) {
	s := newScene(t)
	other, otherWorkspace := s.World.Workspace("Other Agency", "Olga Other", "olga@other.example")
	project := s.World.Project(other, otherWorkspace, "Elsewhere")
	accepted := s.Client(other, project, "Initech", "Known To Others", "known@initech.example")
	s.Invited(other, project, "Initech", "Invited Elsewhere", "waits@initech.example")
	account := get[table.AccountRow](s, table.Account(accepted.ID))
	membership := get[table.MembershipRow](s, table.Membership(accepted.ID, otherWorkspace))
	invited := []string{"fresh@initech.example", "known@initech.example", "waits@initech.example", "olga@other.example"}
	var answers []foyertest.Response
	for _, email := range invited {
		answers = append(answers, s.add(s.Project, fields{"companyName": "Initech", "name": "Somebody", "email": email}).Must(http.StatusCreated))
	}
	times := regexp.MustCompile(`"expiresAt":"[^"]+"`)
	norm := func(i int) string {
		body := ids.ReplaceAllString(answers[i].Body, "$1")
		return times.ReplaceAllString(strings.ReplaceAll(body, invited[i], "EMAIL"), "TIME")
	}
	for i := range answers {
		if norm(i) != norm(0) || show(answers[i].Header) != show(answers[0].Header) {
			t.Errorf("%s is told apart: %s and %s", invited[i], norm(i), norm(0))
		}
		if n := len(s.Invitations(invited[i], s.Workspace)); n != 1 {
			t.Errorf("%s has %d invitations to Acme, want 1", invited[i], n)
		}
	}
	if got := len(s.Pauses("clients-add")); got < len(answers) {
		t.Errorf("%d answers waited for their floor, want all %d", got, len(answers))
	}
	equal(t, "person of a known address", answers[1].String("person"), accepted.ID)
	equal(t, "the account that was known", get[table.AccountRow](s, table.Account(accepted.ID)), account)
	equal(t, "the membership elsewhere", get[table.MembershipRow](s, table.Membership(accepted.ID, otherWorkspace)), membership)
	// One sign-in, several memberships (rule 4).
	s.Do(accepted, http.MethodGet, "/v1/portal/projects/"+s.Project, nil).Must(http.StatusNotFound)
	again := s.Accept(accepted, s.Workspace)
	for _, p := range []string{project, s.Project} {
		s.Do(again, http.MethodGet, "/v1/portal/projects/"+p, nil).Must(http.StatusOK)
	}
}

func TestAnInvitationThatWaitsIsNotSentAgainForASecondProject(t *testing.T) {
	for _, state := range []string{table.InvitationQueued, table.InvitationSent, table.InvitationOpened} {
		t.Run(state, func(t *testing.T) {
			s := newScene(t)
			first := s.add(s.Project, carl()).Must(http.StatusCreated)
			person, contact := first.String("person"), first.String("contact")
			s.set(table.Contact(s.Workspace, contact), "invitationState", state)
			s.set(table.Invitation(person, s.Workspace, contact), "state", state)
			before := get[table.InvitationRow](s, table.Invitation(person, s.Workspace, contact))
			second := s.another("Second")
			r := s.add(second, but(carl(), fields{"name": "Another Name", "companyName": "  GLOBEX", "note": "unheard"})).Must(http.StatusCreated)
			equal(t, "answer", []string{r.String("person"), r.String("contact"), r.String("name"), r.String("invitation.state")}, []string{person, contact, "Carl Client", state})
			equal(t, "mails put", s.mails(person), []string{"invitation"})
			equal(t, "invitation", get[table.InvitationRow](s, table.Invitation(person, s.Workspace, contact)), before)
			equal(t, "invitations", len(s.Invitations("carl@globex.example", s.Workspace)), 1)
			equal(t, "contacts", len(s.contacts()), 1)
			equal(t, "companies", len(s.companies()), 1)
			equal(t, "name in the second project", s.person(second, person)["name"], "Carl Client")
			equal(t, "records", len(s.activities(second, false)), 1)
			carl := s.Accept(foyertest.Person{Email: "carl@globex.example", Password: foyertest.Password}, s.Workspace)
			for _, p := range []string{s.Project, second} {
				s.Do(carl, http.MethodGet, "/v1/portal/projects/"+p, nil).Must(http.StatusOK)
			}
		})
	}
}

func TestWhoHasAccessIsToldOfTheNextProjectAndNotInvited(t *testing.T) {
	s := newScene(t)
	carlIn := s.Client(s.Ann, s.Project, "Globex", "Carl Client", "carl@globex.example")
	s.Drain()
	s.ForgetMails()
	second := s.another("Second")
	s.Do(carlIn, http.MethodGet, "/v1/portal/projects/"+second, nil).Must(http.StatusNotFound)
	r := s.add(second, carl()).Must(http.StatusCreated)
	equal(t, "answer", []any{r.String("contact"), r.String("invitation.state"), r.JSON()["invitation"]}, []any{carlIn.Contact, "accepted", fields{"state": "accepted"}})
	s.Do(carlIn, http.MethodGet, "/v1/portal/projects/"+second, nil).Must(http.StatusOK)
	kinds := s.mails(carlIn.ID)
	slices.Sort(kinds)
	equal(t, "mails put", kinds, []string{"added", "invitation"})
	equal(t, "invitations", len(s.Invitations("carl@globex.example", s.Workspace)), 1)
	s.Drain()
	mails := s.Mails("carl@globex.example")
	if len(mails) != 1 || mails[0].Token() != "" || !strings.Contains(mails[0].Text, "Second") {
		t.Errorf("got mails %+v, want one that names the project and has no invitation in it", mails)
	}
	s.Unchanged(func() { s.add(second, carl()).Must(http.StatusOK) })
}

func TestARemovedContactIsNotLetInByAddingThem(t *testing.T) {
	s := newScene(t)
	in := s.Client(s.Ann, s.Project, "Globex", "Carl Client", "carl@globex.example")
	waits := s.Invited(s.Ann, s.Project, "Globex", "Wanda Waits", "wanda@globex.example")
	second := s.another("Second")
	for _, p := range []foyertest.Person{in, waits} {
		s.Do(s.Ann, http.MethodDelete, "/v1/workspaces/"+s.Workspace+"/contacts/"+p.Contact+"/access", nil).Must(http.StatusNoContent)
	}
	s.Unchanged(func() {
		for _, p := range []foyertest.Person{in, waits} {
			for _, project := range []string{s.Project, second} {
				s.add(project, but(carl(), fields{"email": p.Email})).Problem(http.StatusConflict, "access-removed")
			}
		}
	})
	s.Do(in, http.MethodGet, "/v1/portal/projects/"+s.Project, nil).Must(http.StatusNotFound)
}

func TestAMemberOfTheTeamDoesNotBecomeItsClient(t *testing.T) {
	s := newScene(t)
	bob := s.colleague("Bob Builder", "bob@acme.example", false)
	// Invited to the team, not accepted yet.
	iris, _ := s.World.Workspace("Agency of Iris", "Iris Invited", "iris@acme.example")
	s.put(table.Member(s.Workspace, iris.ID), table.MemberRow{Person: iris.ID, Name: "Iris Invited", Email: "iris@acme.example", Role: table.RoleMember, InvitationState: table.InvitationSent, CreatedAt: time.Now()}.In(s.Workspace))
	// The membership alone says so too.
	zoe, _ := s.World.Workspace("Agency of Zoe", "Zoe Zander", "zoe@acme.example")
	s.put(table.Membership(zoe.ID, s.Workspace), table.MembershipRow{Workspace: s.Workspace, Role: table.RoleMember, CreatedAt: time.Now()})
	s.Unchanged(func() {
		for _, p := range []foyertest.Person{s.Ann, bob, iris, zoe} {
			s.add(s.Project, but(carl(), fields{"email": strings.ToUpper(p.Email)})).Problem(http.StatusConflict, "is-member")
		}
	})
}

// An invitation that came to an end is not sent again by the way: the client is in
// the people with that state, and the member sends it again who wants to.
func TestAnInvitationThatEndedIsShownAndNotSentAgain(t *testing.T) {
	for _, c := range []struct{ stored, shown string }{
		{table.InvitationSent, table.InvitationExpired}, {table.InvitationExpired, table.InvitationExpired},
		{table.InvitationRevoked, table.InvitationRevoked}, {table.InvitationBounced, table.InvitationBounced},
	} {
		t.Run(c.stored+" is shown as "+c.shown, func(t *testing.T) {
			s := newScene(t)
			first := s.add(s.Project, carl()).Must(http.StatusCreated)
			person, contact := first.String("person"), first.String("contact")
			past := time.Now().Add(-time.Minute)
			s.set(table.Contact(s.Workspace, contact), "invitationState", c.stored)
			s.set(table.Contact(s.Workspace, contact), "expiresAt", past)
			s.set(table.Invitation(person, s.Workspace, contact), "state", c.stored)
			s.set(table.Invitation(person, s.Workspace, contact), "expiresAt", past)
			before := get[table.InvitationRow](s, table.Invitation(person, s.Workspace, contact))
			second := s.another("Second")
			r := s.add(second, carl()).Must(http.StatusCreated)
			equal(t, "state", r.String("invitation.state"), c.shown)
			equal(t, "state in the people", s.person(second, person)["invitation"].(map[string]any)["state"], c.shown)
			equal(t, "mails put", s.mails(person), []string{"invitation"})
			equal(t, "invitation", get[table.InvitationRow](s, table.Invitation(person, s.Workspace, contact)), before)
		})
	}
}

func TestAContactWhoWasNotInvitedYetIsInvitedAsTheyAre(t *testing.T) {
	s := newScene(t)
	company, contact := "com_01JD0000000000000000000001", "con_01JD0000000000000000000001"
	s.company(s.Workspace, company, "Globex", "globex")
	s.put(table.Contact(s.Workspace, contact), map[string]any{"contact": contact, "company": company, "companyName": "Globex", "name": "Carl of the CSV", "email": "carl@globex.example", "createdAt": time.Now()})
	s.put(table.ContactAddress(s.Workspace, company, "carl@globex.example"), table.ContactAddressRow{Contact: contact})
	r := s.add(s.Project, carl()).Must(http.StatusCreated)
	equal(t, "answer", []string{r.String("contact"), r.String("name"), r.String("invitation.state")}, []string{contact, "Carl of the CSV", "queued"})
	row := get[table.ContactRow](s, table.Contact(s.Workspace, contact))
	equal(t, "contact", []string{row.Person, row.InvitationState, row.Name}, []string{r.String("person"), "queued", "Carl of the CSV"})
	equal(t, "mails put", s.mails(row.Person), []string{"invitation"})
	equal(t, "contacts", len(s.contacts()), 1)
	s.Accept(foyertest.Person{Email: "carl@globex.example", Password: foyertest.Password}, s.Workspace)
}

func TestASecondTimeChangesNothing(t *testing.T) {
	s := newScene(t)
	first := s.add(s.Project, carl()).Must(http.StatusCreated)
	s.add(s.Project, fields{"companyName": "Initech", "name": "Ina", "email": "ina@initech.example"}).Must(http.StatusCreated)
	s.Unchanged(func() {
		for name, body := range map[string]fields{
			"the same":                carl(),
			"written otherwise":       {"companyName": " GLOBEX ", "name": "C. Client", "email": "CARL@globex.EXAMPLE"},
			"by the company's id":     {"company": first.String("company.id"), "name": "Carl", "email": "carl@globex.example"},
			"of another company":      but(carl(), fields{"companyName": "Initech"}),
			"of a company to be made": but(carl(), fields{"companyName": "Never Made"}),
		} {
			if r := s.add(s.Project, body).Must(http.StatusOK); r.Body != first.Body {
				t.Errorf("%s: got %s, want %s", name, r.Body, first.Body)
			}
		}
	})
}
