//go:build engine

package erasure_test

import (
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"foyer/infra/guards/invariants"
	"foyer/shared/contacts"
	"foyer/shared/foyertest"
	"foyer/shared/jobs/jobqueue"
	"foyer/shared/table"
)

// scene is an agency that has invited Ivy, and another one beside it.
type scene struct {
	*foyertest.World
	foyertest.Acme
	ivy                foyertest.Person
	olga               foyertest.Person
	theirs, theirsProj string
}

func begin(t *testing.T) *scene {
	t.Helper()
	t.Parallel()
	w := foyertest.New(t)
	s := &scene{World: w, Acme: w.Acme()}
	s.ivy = s.Invited(s.Ann, s.Acme.Project, "Globex", "Ivy Invited", "ivy@globex.example")
	s.olga, s.theirs = w.Workspace("Other Agency", "Olga Other", "olga@other.example")
	s.theirsProj = w.Project(s.olga, s.theirs, "Elsewhere")
	s.Drain()
	return s
}

// invite invites Ivy to the other agency, as a contact of theirs.
func (s *scene) invite() foyertest.Person {
	s.T.Helper()
	return s.Invited(s.olga, s.theirsProj, "Initech", "Ivy Elsewhere", s.ivy.Email)
}

// erase erases the contact; what follows from it is not done yet.
func (s *scene) erase(who foyertest.Person, workspace, contact string) {
	s.T.Helper()
	s.Do(who, "DELETE", "/v1/workspaces/"+workspace+"/contacts/"+contact, nil).Must(http.StatusNoContent)
}

func (s *scene) jobsDone() {
	s.T.Helper()
	for range 2 { // what was started while they ran is done too
		if failed := s.RunJobs(); failed != 0 {
			s.T.Fatalf("%d jobs are left undone", failed)
		}
	}
	s.Drain()
	invariants.Hold(s.World)
}

// traces are the rows that know Ivy's name or address, or lead from it to her.
func (s *scene) traces() (found []string) {
	for key, item := range s.Rows() {
		all := strings.ToLower(fmt.Sprintf("%s %+v", key, item))
		for value := range item {
			all += strings.ToLower(fmt.Sprintf(" %+v", item[value]))
		}
		if strings.Contains(all, "ivy") || key == table.Address(s.ivy.Email) {
			found = append(found, key.String())
		}
	}
	slices.Sort(found)
	return found
}

func (s *scene) wantNoTrace() {
	s.T.Helper()
	if got := s.traces(); len(got) != 0 {
		s.T.Errorf("of who has accepted nothing, and is invited by nobody, there is still %q", got)
	}
}

// opens asks that the invitation of the other agency opens, and lets in.
func (s *scene) opens(p foyertest.Person) {
	s.T.Helper()
	in := s.Accept(p, s.theirs)
	s.Do(in, "GET", "/v1/portal/projects/"+s.theirsProj, nil).Must(http.StatusOK)
	invariants.Hold(s.World)
}

func TestAnAccountThatNobodyAcceptedEndsWithTheLastOfItsInvitations(t *testing.T) {
	s := begin(t)
	elsewhere := s.invite()
	if elsewhere.ID != s.ivy.ID || len(s.traces()) == 0 {
		t.Fatalf("the second invitation is of %s, the first of %s", elsewhere.ID, s.ivy.ID)
	}
	account := table.Account(s.ivy.ID)
	s.erase(s.Ann, s.Acme.Workspace, s.ivy.Contact)
	s.jobsDone()
	if _, there := s.Rows()[account]; !there {
		t.Fatal("the account of who is invited elsewhere has ended")
	}
	s.Do(foyertest.Person{}, "GET", "/v1/invitations/"+s.Link(s.ivy.Email, s.theirs), nil).Must(http.StatusOK)

	s.erase(s.olga, s.theirs, elsewhere.Contact)
	s.jobsDone()
	s.wantNoTrace()
	if _, there := s.Rows()[account]; there {
		t.Error("the account is there still")
	}
	again := s.invite()
	if again.ID == s.ivy.ID {
		t.Error("whoever has the address now is who was erased")
	}
	s.opens(again)
}

// An invitation that was taken back is the other agency's record of them: it stays, and
// can be sent again.
func TestAnInvitationThatEndedElsewhereKeepsTheAccount(t *testing.T) {
	s := begin(t)
	elsewhere := s.invite()
	at := "/v1/workspaces/" + s.theirs + "/contacts/" + elsewhere.Contact + "/invitation"
	s.Do(s.olga, "DELETE", at, nil).Must(http.StatusNoContent)
	s.erase(s.Ann, s.Acme.Workspace, s.ivy.Contact)
	s.jobsDone()
	s.Do(s.olga, "POST", at, nil).Must(http.StatusAccepted)
	s.opens(elsewhere)
}

// Whatever happens elsewhere while the account is about to end: an invitation leads to an
// account, and an account to which none leads does not stay.
func TestTheEndOfAnAccountMeetsOthers(t *testing.T) {
	for _, when := range []string{"Query", "TransactWriteItems"} {
		t.Run("who invites before "+when, func(t *testing.T) {
			s := begin(t)
			s.erase(s.Ann, s.Acme.Workspace, s.ivy.Contact)
			var invited foyertest.Person
			s.before(when, func() { invited = s.invite() })
			s.jobsDone()
			if invited.ID != s.ivy.ID {
				t.Errorf("who is invited meanwhile is %q, not the same as before", invited.ID)
			}
			s.opens(invited)
		})
		t.Run("who invites and erases before "+when, func(t *testing.T) {
			s := begin(t)
			s.erase(s.Ann, s.Acme.Workspace, s.ivy.Contact)
			s.before(when, func() { s.erase(s.olga, s.theirs, s.invite().Contact) })
			s.jobsDone()
			s.wantNoTrace()
		})
	}
	// What somebody has accepted is their own, though no invitation is left of it.
	t.Run("who accepts and is erased there too", func(t *testing.T) {
		s := begin(t)
		elsewhere := s.invite()
		s.erase(s.Ann, s.Acme.Workspace, s.ivy.Contact)
		s.before("Query", func() {
			elsewhere = s.Accept(elsewhere, s.theirs)
			s.erase(s.olga, s.theirs, elsewhere.Contact)
		})
		s.jobsDone()
		s.Do(s.SignIn(elsewhere), "GET", "/v1/me", nil).Must(http.StatusOK)
	})
	// The other way round: whoever invites has found the account, and it ends meanwhile.
	t.Run("who is about to invite", func(t *testing.T) {
		s := begin(t)
		s.erase(s.Ann, s.Acme.Workspace, s.ivy.Contact)
		met := false
		s.Around("clients-add", func(call foyertest.AWSCall, next func() (any, error)) (any, error) {
			if call.Name == "TransactWriteItems" && !met {
				met = true
				s.jobsDone()
				s.wantNoTrace()
			}
			return next()
		})
		invited := s.invite()
		if !met || invited.ID == s.ivy.ID {
			t.Errorf("invited is %q, who was erased %q (met %t)", invited.ID, s.ivy.ID, met)
		}
		s.opens(invited)
	})
}

// before does something when the job is about to make that call for the first time,
// after it has seen the account.
func (s *scene) before(call string, do func()) {
	seen, met := false, false
	s.Around(jobqueue.ID, func(c foyertest.AWSCall, next func() (any, error)) (any, error) {
		if seen && c.Name == call && !met {
			met = true
			do()
		}
		if get, ok := c.Input.(*dynamodb.GetItemInput); ok && reflect.DeepEqual(get.Key["SK"], &types.AttributeValueMemberS{Value: table.Account(s.ivy.ID).SK}) {
			seen = true
		}
		return next()
	})
	s.T.Cleanup(func() {
		if !met {
			s.T.Errorf("the job has made no %s after it saw the account", call)
		}
	})
}

// An acceptance that was cut off after it had made the user leaves nothing either; while
// it is under way the account stays, and the job comes again.
func TestAnAcceptanceThatWasCutOffLeavesNoUser(t *testing.T) {
	s := begin(t)
	accept := "/v1/invitations/" + s.Link(s.ivy.Email, s.Acme.Workspace) + "/acceptance"
	s.Around("invitations-accept", func(c foyertest.AWSCall, next func() (any, error)) (any, error) {
		out, err := next()
		if c.Name == "AdminSetUserPassword" { // whose answer is lost: the lease lasts until that is past
			return nil, foyertest.ErrPasses
		}
		return out, err
	})
	s.Do(foyertest.Person{}, "POST", accept, map[string]any{"password": foyertest.Password}).Must(http.StatusServiceUnavailable)
	s.Release()
	s.erase(s.Ann, s.Acme.Workspace, s.ivy.Contact)
	if failed := s.RunJobs(); failed != 1 {
		t.Fatalf("%d jobs are left undone, want the one that waits for the acceptance", failed)
	}
	if _, there := s.Rows()[table.Account(s.ivy.ID)]; !there {
		t.Fatal("the account has ended under the acceptance")
	}
	s.Clock.Advance(time.Minute)
	s.again()
	s.jobsDone()
	s.wantNoTrace()
}

// What cannot be done is a failure of the job, which is left for those who look after it
// and not begun anew without end.
func TestAnErasureThatCannotBeDoneIsLeftUndone(t *testing.T) {
	s := begin(t)
	s.erase(s.Ann, s.Acme.Workspace, s.ivy.Contact)
	s.Around(jobqueue.ID, func(c foyertest.AWSCall, next func() (any, error)) (any, error) {
		if c.Name == "Query" { // of the projects, the first thing that it asks
			return nil, foyertest.ErrPasses
		}
		return next()
	})
	if failed := s.RunJobs(); failed != 1 {
		t.Errorf("%d jobs are left undone, want the erasure", failed)
	}
	s.Release()
	s.again()
	s.jobsDone()
	s.wantNoTrace()
}

// An address that was corrected has an invitation still, which nobody can open: it goes
// too, though that fails at first, and its account with it.
func TestTheInvitationOfAFormerAddressGoesWhateverFails(t *testing.T) {
	s := begin(t)
	const former, email = "per_01JD0000000000000000FORMER", "ivy@wrong.example"
	invitation := table.Invitation(former, s.Acme.Workspace, s.ivy.Contact)
	for key, row := range map[table.Key]any{
		table.Account(former): table.AccountRow{Person: former, Email: email, State: table.AccountInvited},
		table.Address(email):  table.AddressRow{Person: former},
		invitation:            table.InvitationRow{Person: former, Workspace: s.Acme.Workspace, Subject: s.ivy.Contact, Email: email},
	} {
		if err := s.Table.PutOne(t.Context(), key, row, nil); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Table.UpdateOne(t.Context(), table.Contact(s.Acme.Workspace, s.ivy.Contact), table.Set("formerly", former), table.Exists()); err != nil {
		t.Fatal(err)
	}
	s.erase(s.Ann, s.Acme.Workspace, s.ivy.Contact)
	s.Failing(jobqueue.ID, "DeleteItem", 1, foyertest.ErrPasses)
	s.jobsDone()
	for _, key := range []table.Key{invitation, table.Account(former), table.Address(email)} {
		if _, there := s.Rows()[key]; there {
			t.Errorf("%s is there still", key)
		}
	}
	s.wantNoTrace()
}

// again gives jobs-run the erasure once more, as its queue would.
func (s *scene) again() {
	s.T.Helper()
	for _, item := range s.Rows() {
		var row table.JobRow
		if err := table.Unmarshal(item, &row); err != nil {
			s.T.Fatal(err)
		}
		if row.Kind == contacts.EraseJob && !row.Ended() {
			s.RunJob(fmt.Sprintf(`{"workspace":%q,"job":%q}`, row.Workspace, row.Job))
			return
		}
	}
	s.T.Fatal("there is no erasure that waits")
}

// Whoever has come into a project again meanwhile, as another contact, stays in it with
// what is theirs: a run that was slow takes nothing of that.
func TestWhoIsInTheProjectAsAnotherContactMeanwhileStays(t *testing.T) {
	for what, c := range map[string]struct{ call, row string }{"before they are taken out": {"TransactWriteItems", "place"}, "before their task is taken": {"TransactWriteItems", "person"}} {
		t.Run(what, func(t *testing.T) {
			s := begin(t)
			task := s.Do(s.Ann, "POST", "/v1/projects/"+s.Acme.Project+"/items", map[string]any{"kind": "task", "title": "Ask them", "assignee": s.ivy.ID}).Must(http.StatusCreated).String("id")
			s.erase(s.Ann, s.Acme.Workspace, s.ivy.Contact)
			place, person := table.Project(s.ivy.ID, s.Acme.Project), table.Person(s.Acme.Project, s.ivy.ID)
			nth := 0
			s.Around(jobqueue.ID, func(call foyertest.AWSCall, next func() (any, error)) (any, error) {
				if call.Name == "TransactWriteItems" {
					nth++
				}
				if call.Name == c.call && nth == map[string]int{"place": 1, "person": 2}[c.row] {
					s.put(place, table.PersonProjectRow{Project: s.Acme.Project, Kind: table.KindClient, Contact: "con_01JD0000000000000000000000", Company: s.Company})
					s.put(person, table.PersonRow{Person: s.ivy.ID, Name: "Ida Anew", Kind: table.KindClient})
				}
				return next()
			})
			s.RunJobs()
			rows := s.Rows()
			if rows[place] == nil || rows[person] == nil {
				t.Errorf("there is %v and %v, want them in the project", rows[place], rows[person])
			}
			if got := s.Do(s.Ann, "GET", "/v1/projects/"+s.Acme.Project+"/items/"+task, nil).Must(http.StatusOK); got.String("assignee") != s.ivy.ID {
				t.Errorf("the task is %s, want it theirs", got.Body)
			}
		})
	}
}

func (s *scene) put(key table.Key, row any) {
	s.T.Helper()
	if err := s.Table.PutOne(s.T.Context(), key, row, nil); err != nil {
		s.T.Fatal(err)
	}
}
