//go:build engine

package clients_test

import (
	"fmt"
	"net/http"
	"sync"
	"testing"

	"foyer/shared/foyertest"
	"foyer/shared/table"
)

// atOnce does several things at the same moment and gives back the answers.
func atOnce(n int, do func(i int) foyertest.Response) []foyertest.Response {
	answers := make([]foyertest.Response, n)
	start := make(chan struct{})
	var done sync.WaitGroup
	for i := range n {
		done.Add(1)
		go func() {
			defer done.Done()
			<-start
			answers[i] = do(i)
		}()
	}
	close(start)
	done.Wait()
	return answers
}

// kept are the answers that had or found the effect; the others may only say that
// it is safe to try again. How many of each status.
func kept(t *testing.T, answers []foyertest.Response) (out []foyertest.Response, statuses map[int]int) {
	t.Helper()
	statuses = map[int]int{}
	for _, r := range answers {
		statuses[r.Status]++
		switch r.Status {
		case http.StatusCreated, http.StatusOK:
			out = append(out, r)
		case http.StatusConflict:
			r.Problem(http.StatusConflict, "write-conflict")
			if r.Header.Get("Retry-After") == "" {
				t.Error("a conflict that passes does not say when to try again")
			}
		default:
			t.Errorf("got %d %s", r.Status, r.Body)
		}
	}
	return out, statuses
}

func TestEightAtOnceMakeOneContactAndOneMail(t *testing.T) {
	s := newScene(t)
	answers, statuses := kept(t, atOnce(8, func(i int) foyertest.Response {
		return s.add(s.Project, but(carl(), fields{"name": fmt.Sprint("Carl ", i)}))
	}))
	if statuses[http.StatusCreated] != 1 {
		t.Errorf("got statuses %v, want one 201", statuses)
	}
	for _, r := range answers {
		equal(t, "what each hears", []string{r.String("person"), r.String("contact"), r.String("name")}, []string{answers[0].String("person"), answers[0].String("contact"), answers[0].String("name")})
	}
	equal(t, "contacts", len(s.contacts()), 1)
	equal(t, "companies", len(s.companies()), 1)
	equal(t, "invitations", len(s.Invitations("carl@globex.example", s.Workspace)), 1)
	equal(t, "mails put", s.mails(answers[0].String("person")), []string{"invitation"})
	equal(t, "records", len(s.activities(s.Project, false)), 1)
	s.Drain()
	equal(t, "mails sent", len(s.Mails("carl@globex.example")), 1)
}

func TestEightColleaguesOfANewCompanyAddedAtOnceMakeOneCompany(t *testing.T) {
	s := newScene(t)
	answers, _ := kept(t, atOnce(8, func(i int) foyertest.Response {
		return s.add(s.Project, but(carl(), fields{"email": fmt.Sprintf("c%d@globex.example", i)}))
	}))
	equal(t, "companies", len(s.companies()), 1)
	equal(t, "contacts", len(s.contacts()), len(answers))
	company := s.companies()[0].Company
	for _, r := range answers {
		equal(t, "company", r.String("company.id"), company)
		equal(t, "mails put", s.mails(r.String("person")), []string{"invitation"})
	}
	equal(t, "company of the project", get[table.ProjectFactsRow](s, table.ProjectFacts(s.Project)).Company, company)
	if len(answers) == 0 {
		t.Error("nobody was added")
	}
}

// Company and account exist: nothing but the address within the company keeps two
// contacts from being made.
func TestSomebodyAddedToTwoProjectsAtOnceIsOneContact(t *testing.T) {
	s := newScene(t)
	olga, theirs := s.World.Workspace("Other Agency", "Olga Other", "olga@other.example")
	s.Client(olga, s.World.Project(olga, theirs, "Elsewhere"), "Globex", "Carl Client", "carl@globex.example")
	s.add(s.Project, but(carl(), fields{"email": "cora@globex.example"})).Must(http.StatusCreated)
	projects := []string{s.Project, s.another("Second")}
	answers, _ := kept(t, atOnce(8, func(i int) foyertest.Response { return s.add(projects[i%2], carl()) }))
	equal(t, "contacts", len(s.contacts()), 2) // with Cora
	equal(t, "invitations", len(s.Invitations("carl@globex.example", s.Workspace)), 1)
	equal(t, "mails put by both workspaces", s.mails(s.PersonID("carl@globex.example")), []string{"invitation", "invitation"})
	for _, r := range answers {
		equal(t, "contact", r.String("contact"), answers[0].String("contact"))
	}
}

// The address is one account, however many workspaces invite it at once.
func TestTwoWorkspacesInviteOneNewAddressAtOnce(t *testing.T) {
	s := newScene(t)
	olga, theirs := s.World.Workspace("Other Agency", "Olga Other", "olga@other.example")
	project := s.World.Project(olga, theirs, "Elsewhere")
	answers, _ := kept(t, atOnce(2, func(i int) foyertest.Response {
		if i == 0 {
			return s.add(s.Project, carl())
		}
		return s.Do(olga, http.MethodPost, clientsOf(project), carl())
	}))
	person := s.PersonID("carl@globex.example")
	for _, r := range answers {
		equal(t, "person", r.String("person"), person)
	}
	equal(t, "invitations", len(s.Invitations("carl@globex.example", s.Workspace))+len(s.Invitations("carl@globex.example", theirs)), len(answers))
}

func TestAnIdempotencyKeyHasOneEffect(t *testing.T) {
	s := newScene(t)
	key := foyertest.Header{Name: "Idempotency-Key", Value: "add-carl-1"}
	first := s.add(s.Project, carl(), key).Must(http.StatusCreated)
	s.Unchanged(func() {
		s.add(s.Project, carl(), key).Same(first)
		s.add(s.Project, but(carl(), fields{"email": "cora@globex.example"}), key).Problem(http.StatusUnprocessableEntity, "idempotency-key-reused")
		s.add(s.Project, carl()).Must(http.StatusOK) // without the key it is a second request
		s.add(s.Project, carl(), foyertest.Header{Name: "Idempotency-Key", Value: "not visible"}).Fault("header.Idempotency-Key")
	})
	// The key is the caller's and the project's: elsewhere it is another.
	bob := s.colleague("Bob Builder", "bob@acme.example", true)
	s.Do(bob, http.MethodPost, clientsOf(s.Project), but(carl(), fields{"email": "cora@globex.example"}), key).Must(http.StatusCreated)
	s.add(s.another("Second"), carl(), key).Must(http.StatusCreated)
	equal(t, "contacts", len(s.contacts()), 2)
}

func TestOneIdempotencyKeySentFourTimesAtOnceHasOneEffect(t *testing.T) {
	s := newScene(t)
	key := foyertest.Header{Name: "Idempotency-Key", Value: "add-carl-2"}
	answers, statuses := kept(t, atOnce(4, func(int) foyertest.Response { return s.add(s.Project, carl(), key) }))
	if statuses[http.StatusOK] != 0 || statuses[http.StatusCreated] == 0 {
		t.Errorf("got statuses %v, want 201: all are the one request", statuses)
	}
	for _, r := range answers {
		r.Same(answers[0])
	}
	equal(t, "contacts", len(s.contacts()), 1)
	equal(t, "mails put", s.mails(answers[0].String("person")), []string{"invitation"})
}
