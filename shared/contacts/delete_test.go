//go:build engine

package contacts_test

import (
	"fmt"
	"net/http"
	"reflect"
	"strings"
	"testing"

	"foyer/infra/guards/invariants"
	"foyer/shared/foyertest"
	"foyer/shared/mailevents"
	"foyer/shared/table"
)

func (s scene) at(contact string) string {
	return "/v1/workspaces/" + s.Acme.Workspace + "/contacts/" + contact
}

func (s scene) erase(who foyertest.Person, contact string) foyertest.Response {
	s.T.Helper()
	return s.Do(who, "DELETE", s.at(contact), nil)
}

func (s scene) task(project string, assignee foyertest.Person) (id string) {
	s.T.Helper()
	return s.Do(s.Ann, "POST", "/v1/projects/"+project+"/items", map[string]any{"kind": "task", "title": "Approve it", "ask": "approval", "assignee": assignee.ID}).Must(http.StatusCreated).String("id")
}

// jobsDone does all jobs, and asks that the table agrees with itself.
func (s scene) jobsDone() {
	s.T.Helper()
	if failed := s.RunJobs(); failed != 0 {
		s.T.Fatalf("%d jobs are left undone", failed)
	}
	s.Drain()
	invariants.Hold(s.World)
}

// traces are the rows that have one of the words, other than of the person's own account
// where somebody has accepted it.
func (s scene) traces(words ...string) (found []string) {
	for key, item := range s.Rows() {
		var account table.AccountRow
		if err := table.Unmarshal(item, &account); err != nil {
			s.T.Fatal(err)
		}
		if key.SK == "ACCOUNT" && account.State == table.AccountConfirmed {
			continue
		}
		all := key.String()
		for _, value := range item {
			all += fmt.Sprintf(" %+v", value)
		}
		for _, word := range words {
			if strings.Contains(strings.ToLower(all), word) {
				found = append(found, key.String())
			}
		}
	}
	return found
}

func TestOfAnErasedContactNoRowHasNameOrAddress(t *testing.T) {
	s := begin(t)
	second := s.World.Project(s.Ann, s.Acme.Workspace, "Another project")
	zoe := s.Client(s.Ann, s.Acme.Project, "Globex", "Zoe Zimmermann", "zoe.z@globex.example")
	s.Do(s.Ann, "POST", "/v1/projects/"+second+"/clients", map[string]any{"company": s.Company, "name": zoe.Name, "email": zoe.Email}).Must(http.StatusCreated)
	tasks := map[string]string{s.task(s.Acme.Project, zoe): s.Acme.Project, s.task(second, zoe): second}
	others := s.task(s.Acme.Project, s.Carl)
	olga, theirs := s.World.Workspace("Other Agency", "Olga Other", "olga@other.example")
	s.Drain()
	if len(s.traces("zimmermann")) == 0 || len(s.traces("zoe.z@")) == 0 {
		t.Fatal("there is no trace to begin with")
	}
	account := s.Rows()[table.Account(zoe.ID)]
	s.ForgetMails()

	s.erase(s.Ann, zoe.Contact).Must(http.StatusNoContent)
	s.Do(zoe, "GET", "/v1/portal/projects/"+s.Acme.Project, nil).Problem(http.StatusNotFound, "not-found")
	s.Do(s.Ann, "GET", s.at(zoe.Contact), nil).Problem(http.StatusNotFound, "not-found")
	if got := s.found(""); strings.Contains(got, "Zoe") {
		t.Errorf("the contacts are %s", got)
	}
	if got := s.found("search=zimm"); got != "" {
		t.Errorf("the search finds %s", got)
	}
	people := s.Do(s.Ann, "GET", "/v1/projects/"+s.Acme.Project+"/people", nil).Must(http.StatusOK)
	if !strings.Contains(people.Body, `"removed"`) || strings.Contains(people.Body, zoe.Email) {
		t.Errorf("before the job the people are %s", people.Body)
	}
	s.jobsDone()
	if got := s.traces("zimmermann", "zoe.z@"); len(got) != 0 {
		t.Errorf("name or address still stand in %q", got)
	}
	for task, project := range tasks {
		if got := s.Do(s.Ann, "GET", "/v1/projects/"+project+"/items/"+task, nil).Must(http.StatusOK); strings.Contains(got.Body, `"assignee"`) || strings.Contains(got.Body, `"ask"`) {
			t.Errorf("a task of hers is %s, want it nobody's", got.Body)
		}
	}
	if got := s.Do(s.Ann, "GET", "/v1/projects/"+s.Acme.Project+"/items/"+others, nil).Must(http.StatusOK); got.String("assignee") != s.Carl.ID {
		t.Errorf("another client's task is %s", got.Body)
	}
	for _, project := range []string{s.Acme.Project, second} {
		if got := s.Do(s.Ann, "GET", "/v1/projects/"+project+"/people", nil).Must(http.StatusOK).Body; strings.Contains(got, zoe.ID) {
			t.Errorf("she is among the people %s", got)
		}
	}
	// What was recorded stays, and so does the account, which is hers.
	if got := s.Do(s.Ann, "GET", "/v1/workspaces/"+s.Acme.Workspace+"/audit?subject="+zoe.Contact, nil).Must(http.StatusOK).Body; !strings.Contains(got, "client-added") || !strings.Contains(got, "contact-erased") {
		t.Errorf("the audit is %s", got)
	}
	if got := s.Rows()[table.Account(zoe.ID)]; !reflect.DeepEqual(got, account) {
		t.Errorf("her account is %v, was %v", got, account)
	}
	s.SignIn(zoe)
	if got := s.Mails(zoe.Email); len(got) != 0 {
		t.Errorf("she got the mail %q", got[0].Subject)
	}
	s.Do(olga, "GET", "/v1/workspaces/"+theirs, nil).Must(http.StatusOK)
}

func TestAnErasedContactKeepsWhatTheyAreElsewhere(t *testing.T) {
	s := begin(t)
	olga, theirs := s.World.Workspace("Other Agency", "Olga Other", "olga@other.example")
	elsewhere := s.World.Project(olga, theirs, "Elsewhere")
	s.Invited(olga, elsewhere, "Globex", "Carl Client", s.Carl.Email)
	carl := s.Accept(s.Carl, theirs)
	initech := s.World.Project(s.Ann, s.Acme.Workspace, "For Initech")
	s.Invited(s.Ann, initech, "Initech", "Carl Client", s.Carl.Email)
	s.Accept(carl, s.Acme.Workspace)
	task := s.task(initech, s.Carl)

	s.erase(s.Ann, s.Carl.Contact).Must(http.StatusNoContent)
	s.jobsDone()
	s.Do(carl, "GET", "/v1/portal/projects/"+s.Acme.Project, nil).Problem(http.StatusNotFound, "not-found")
	for _, project := range []string{elsewhere, initech} {
		s.Do(carl, "GET", "/v1/portal/projects/"+project, nil).Must(http.StatusOK)
	}
	if got := s.Do(s.Ann, "GET", "/v1/projects/"+initech+"/items/"+task, nil).Must(http.StatusOK); got.String("assignee") != s.Carl.ID {
		t.Errorf("his task as another contact is %s", got.Body)
	}
}

func TestAnErasedInvitationOpensNothingAndSendsNothing(t *testing.T) {
	s := begin(t)
	ivy := s.Invited(s.Ann, s.Acme.Project, "Globex", "Ivy Invited", "ivy@globex.example")
	link := "/v1/invitations/" + s.Link(ivy.Email, s.Acme.Workspace)
	wanda := s.Invited(s.Ann, s.Acme.Project, "Globex", "Wanda Waits", "wanda@globex.example") // her mail has not left
	s.ForgetMails()
	s.erase(s.Ann, ivy.Contact).Must(http.StatusNoContent)
	s.erase(s.Ann, wanda.Contact).Must(http.StatusNoContent)
	never := s.Do(foyertest.Person{}, "GET", "/v1/invitations/"+strings.Repeat("A", 43), nil).Problem(http.StatusNotFound, "not-found")
	s.Unchanged(func() {
		s.Do(foyertest.Person{}, "GET", link, nil).Same(never)
		s.Do(foyertest.Person{}, "POST", link+"/opening", nil).Same(never)
		s.Do(foyertest.Person{}, "POST", link+"/acceptance", map[string]any{"password": foyertest.Password}).Same(never)
	})
	s.jobsDone()
	s.DaysPass(8)
	s.Drain()
	for _, p := range []foyertest.Person{ivy, wanda} {
		if got := s.Mails(p.Email); len(got) != 0 {
			t.Errorf("%s got %d mails, want none: %q", p.Name, len(got), got[0].Subject)
		}
	}
	invariants.Hold(s.World)
}

func TestWhoCannotBeErasedAndByWhom(t *testing.T) {
	s := begin(t)
	nora := s.contact("Nora New", "nora@globex.example").Must(http.StatusCreated).String("id")
	mia := s.Do(s.Ann, "POST", "/v1/workspaces/"+s.Acme.Workspace+"/members", map[string]any{"name": "Mia Member", "email": "mia@acme.example", "role": "member"}).Must(http.StatusCreated)
	member := s.Accept(foyertest.Person{ID: mia.String("person"), Name: "Mia Member", Email: "mia@acme.example", Password: foyertest.Password}, s.Acme.Workspace)
	olga, theirs := s.World.Workspace("Other Agency", "Olga Other", "olga@other.example")
	s.Unchanged(func() {
		s.erase(foyertest.Person{}, nora).Must(http.StatusUnauthorized)
		s.erase(member, nora).Problem(http.StatusForbidden, "role")
		s.erase(s.Carl, nora).Problem(http.StatusNotFound, "not-found")
		s.erase(olga, nora).Problem(http.StatusNotFound, "not-found")
		s.Do(olga, "DELETE", "/v1/workspaces/"+theirs+"/contacts/"+nora, nil).Problem(http.StatusNotFound, "not-found")
		s.erase(s.Ann, nora[:len(nora)-6]+"ZZZZZZ").Problem(http.StatusNotFound, "not-found")
	})
	s.erase(s.Ann, nora).Must(http.StatusNoContent)
	s.Unchanged(func() { s.erase(s.Ann, nora).Problem(http.StatusNotFound, "not-found") })
	s.jobsDone()
}

// The address is free at once; into the project it comes when the job has been there.
func TestAnErasedAddressComesAgainAsSomebodyNew(t *testing.T) {
	s := begin(t)
	add := func() foyertest.Response {
		return s.Do(s.Ann, "POST", "/v1/projects/"+s.Acme.Project+"/clients", map[string]any{"company": s.Company, "name": "Carl Anew", "email": s.Carl.Email})
	}
	s.erase(s.Ann, s.Carl.Contact).Must(http.StatusNoContent)
	s.Unchanged(func() { add().Problem(http.StatusConflict, "erasure-under-way") })
	s.jobsDone()
	again := add().Must(http.StatusCreated)
	if again.String("contact") == s.Carl.Contact || again.String("name") != "Carl Anew" || again.String("person") != s.Carl.ID {
		t.Errorf("got %s, want a new contact of the same person", again.Body)
	}
	s.Do(s.Carl, "GET", "/v1/portal/projects/"+s.Acme.Project, nil).Problem(http.StatusNotFound, "not-found") // until it is accepted
	s.Accept(s.Carl, s.Acme.Workspace)
	s.Do(s.SignIn(s.Carl), "GET", "/v1/portal/projects/"+s.Acme.Project, nil).Must(http.StatusOK)
	s.jobsDone()
}

func TestAContactWithoutAccessIsErasedToo(t *testing.T) {
	s := begin(t)
	nora := s.contact("Nora New", "nora@globex.example").Must(http.StatusCreated).String("id")
	s.Do(s.Ann, "DELETE", s.at(s.Carl.Contact)+"/access", nil).Must(http.StatusNoContent)
	s.erase(s.Ann, s.Carl.Contact).Must(http.StatusNoContent)
	s.erase(s.Ann, nora).Must(http.StatusNoContent)
	s.Do(s.Ann, "PUT", s.at(s.Carl.Contact)+"/access", nil).Problem(http.StatusNotFound, "not-found")
	s.jobsDone()
	if got := s.found(""); got != "" {
		t.Errorf("the contacts are %s, want none", got)
	}
	if got := s.traces("nora@", "nora new"); len(got) != 0 {
		t.Errorf("there is still %q", got)
	}
	s.contact("Nora New", "nora@globex.example").Must(http.StatusCreated)
}

// A corrected address leaves traces at the wrong one, also where its job has not run.
func TestTheWrongAddressOfBeforeIsErasedToo(t *testing.T) {
	for name, between := range map[string]func(s scene){"done in between": func(s scene) { s.RunJobs() }, "all at the end": func(scene) {}} {
		t.Run(name, func(t *testing.T) {
			s := begin(t)
			bert := s.Invited(s.Ann, s.Acme.Project, "Globex", "Bert Bounced", "bert@wrong.example")
			task := s.task(s.Acme.Project, bert)
			s.Drain()
			mails := s.Mails(bert.Email)
			if err := mailevents.Run(t.Context(), s.Env(mailevents.ID), mailevents.Permanent(bert.Email, mails[len(mails)-1].Tags)); err != nil {
				t.Fatal(err)
			}
			s.Do(s.Ann, "POST", s.at(bert.Contact)+"/address-correction", map[string]any{"email": "bert@globex.example"}).Must(http.StatusAccepted)
			between(s)
			s.erase(s.Ann, bert.Contact).Must(http.StatusNoContent)
			s.jobsDone()
			if got := s.traces("bert@", "bounced bert", "bert bounced"); len(got) != 0 {
				t.Errorf("there is still %q", got)
			}
			if got := s.Do(s.Ann, "GET", "/v1/projects/"+s.Acme.Project+"/items/"+task, nil).Must(http.StatusOK); strings.Contains(got.Body, `"assignee"`) {
				t.Errorf("the task is %s, want it nobody's", got.Body)
			}
		})
	}
}

// Whatever happens between what erasing reads and what it writes, nothing is left of the
// contact, and nothing of it comes back.
func TestErasingMeetsOthers(t *testing.T) {
	for name, other := range map[string]func(s scene, p foyertest.Person){
		"who accepts": func(s scene, p foyertest.Person) { s.Accept(p, s.Acme.Workspace) },
		"who renames": func(s scene, p foyertest.Person) {
			s.Do(s.Ann, "PATCH", s.at(p.Contact), map[string]any{"name": "Ines Invited"}, foyertest.Header{Name: "If-Match", Value: "*"}).Must(http.StatusOK)
		},
		"who takes access away": func(s scene, p foyertest.Person) {
			s.Do(s.Ann, "DELETE", s.at(p.Contact)+"/access", nil).Must(http.StatusNoContent)
		},
		"who takes it back": func(s scene, p foyertest.Person) {
			s.Do(s.Ann, "DELETE", s.at(p.Contact)+"/invitation", nil).Must(http.StatusNoContent)
		},
		"who sends it once more": func(s scene, p foyertest.Person) {
			s.Do(s.Ann, "POST", s.at(p.Contact)+"/invitation", nil).Must(http.StatusAccepted)
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := begin(t)
			ivy := s.Invited(s.Ann, s.Acme.Project, "Globex", "Ivy Invited", "ivy@globex.example")
			s.Drain()
			met := false
			s.Around("contacts-delete", func(call foyertest.AWSCall, next func() (any, error)) (any, error) {
				if call.Name == "TransactWriteItems" && !met {
					met = true
					other(s, ivy)
				}
				return next()
			})
			s.erase(s.Ann, ivy.Contact).Must(http.StatusNoContent)
			s.jobsDone()
			if got := s.traces("ivy@", "ivy invited", "ines invited"); !met || len(got) != 0 {
				t.Errorf("there is still %q (met %t)", got, met)
			}
		})
	}
}
