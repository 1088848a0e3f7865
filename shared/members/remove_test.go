//go:build engine

package members_test

import (
	"net/http"
	"testing"

	"foyer/shared/foyertest"
	"foyer/shared/table"
)

// task makes a task for the person and gives back its id.
func (s team) task(p foyertest.Person, project string, shared bool) string {
	s.T.Helper()
	return s.Do(s.ann, "POST", "/v1/projects/"+project+"/items", fields{"kind": "task", "title": "Call them", "assignee": p.ID, "clientCanSee": shared}).Must(http.StatusCreated).String("id")
}

func (s team) assignee(project, item string) string {
	s.T.Helper()
	return s.Do(s.ann, "GET", "/v1/projects/"+project+"/items/"+item, nil).Must(http.StatusOK).String("assignee")
}

func (s team) runJobs() {
	s.T.Helper()
	s.Drain()
	if failed := s.RunJobs(); failed != 0 {
		s.T.Errorf("%d jobs failed", failed)
	}
}

// Rule 35.
func TestWhoIsRemovedIsOutAtTheNextRequestAndTheirTasksAreHandedOver(t *testing.T) {
	s := newTeam(t)
	mia := s.joined("Mia Member", "mia@acme.example", table.RoleMember)
	max := s.joined("Max Member", "max@acme.example", table.RoleMember)
	second := s.Project(s.ann, s.workspace, "Second project")
	s.intoProject(mia, s.project)
	s.intoProject(mia, second)
	s.intoProject(max, second)
	private, shared, inSecond := s.task(mia, s.project, false), s.task(mia, s.project, true), s.task(mia, second, false)
	others := s.task(s.carl, s.project, true)
	own := s.Do(mia, "POST", "/v1/projects/"+second+"/items", fields{"kind": "message", "title": "Kick-off"}).Must(http.StatusCreated).String("id")
	before := s.Do(s.carl, "GET", "/v1/portal/projects/"+s.project+"/items/"+others, nil).Must(http.StatusOK)
	if !s.opens(mia) {
		t.Fatal("a member is not let in")
	}
	job := s.remove(s.ann, mia, "?handTo="+max.ID).Must(http.StatusAccepted).String("job")
	if s.opens(mia) {
		t.Error("a removed member is let in")
	}
	s.Do(mia, "GET", "/v1/projects/"+second+"/items?kind=task", nil).Problem(http.StatusNotFound, "not-found")
	for _, p := range s.Do(s.ann, "GET", "/v1/projects/"+second+"/people", nil).Must(http.StatusOK).List("items") {
		if p["person"] == mia.ID && p["invitation"].(map[string]any)["state"] != "removed" {
			t.Errorf("until the job is done they are shown as %v, want removed", p)
		}
	}
	s.runJobs()
	if got := s.Do(s.ann, "GET", "/v1/workspaces/"+s.workspace+"/jobs/"+job, nil).Must(http.StatusOK); got.String("state") != "done" || got.JSON()["done"] != 2.0 {
		t.Errorf("got the job %s, want it done in two projects", got.Body)
	}
	for _, at := range [][2]string{{s.project, private}, {s.project, shared}, {second, inSecond}} {
		if got := s.assignee(at[0], at[1]); got != max.ID {
			t.Errorf("the task %s is %s's, want handed over", at[1], got)
		}
	}
	s.Do(s.carl, "GET", "/v1/portal/projects/"+s.project+"/items/"+others, nil).Same(before)
	s.Do(max, "GET", "/v1/projects/"+s.project+"/items/"+private, nil).Must(http.StatusOK) // in the project for it
	if got := s.Do(s.ann, "GET", "/v1/projects/"+second+"/items/"+own, nil).Must(http.StatusOK).String("author"); got != mia.ID {
		t.Errorf("what they wrote is %s's", got)
	}
	for _, project := range []string{s.project, second} {
		for _, p := range s.Do(s.ann, "GET", "/v1/projects/"+project+"/people", nil).Must(http.StatusOK).List("items") {
			if p["person"] == mia.ID {
				t.Errorf("they are still of the people of %s", project)
			}
		}
	}
	for _, m := range s.Do(s.ann, "GET", s.members(), nil).Must(http.StatusOK).List("items") {
		if m["person"] == mia.ID {
			t.Error("they are still in the list")
		}
	}
	s.Do(s.ann, "GET", s.member(mia), nil).Problem(http.StatusNotFound, "not-found")
	s.remove(s.ann, mia, "").Problem(http.StatusNotFound, "not-found")
	if got := s.recorded(table.ActivityMemberRemoved, mia); got != 1 {
		t.Errorf("recorded %d times, want once", got)
	}
	s.whole()
}

// Rule 24: no workspace can do anything to a person's account beyond itself.
func TestSessionsEndOnlyWithTheLastPlace(t *testing.T) {
	s := newTeam(t)
	mia := s.joined("Mia Member", "mia@acme.example", table.RoleMember)
	olga, _ := s.Workspace("Other Agency", "Olga Other", "olga@other.example")
	s.invite(s.ann, olga.Name, olga.Email, table.RoleMember).Must(http.StatusCreated)
	olga = s.Accept(olga, s.workspace)
	for _, p := range []foyertest.Person{mia, olga} {
		s.remove(s.ann, p, "").Must(http.StatusAccepted)
		s.Do(p, "GET", "/v1/me", nil).Must(http.StatusOK)
	}
	s.runJobs()
	s.Do(mia, "GET", "/v1/me", nil).Problem(http.StatusUnauthorized, "unauthorized")
	if got := s.Do(olga, "GET", "/v1/me", nil).Must(http.StatusOK).List("memberships"); len(got) != 1 {
		t.Errorf("got the memberships %v, want that of the other workspace", got)
	}
}

// A place is a role or a contact: who is a client elsewhere stays signed in, and a
// membership of which nothing is left is no place.
func TestAMembershipOfWhichNothingIsLeftIsNoPlace(t *testing.T) {
	for what, contacts := range map[string]map[string]string{"a client elsewhere": {"con_01JD0000000000000000000000": "com_01JD0000000000000000000000"}, "nothing elsewhere": {}} {
		t.Run(what, func(t *testing.T) {
			s := newTeam(t)
			mia := s.joined("Mia Member", "mia@acme.example", table.RoleMember)
			const other = "wks_01JD0000000000000000000000"
			s.put(table.Membership(mia.ID, other), table.MembershipRow{Workspace: other, Contacts: contacts})
			s.remove(s.ann, mia, "").Must(http.StatusAccepted)
			s.runJobs()
			if got, want := s.Do(mia, "GET", "/v1/me/notification-settings", nil).Status == http.StatusOK, len(contacts) > 0; got != want {
				t.Errorf("signed in still: %v, want %v", got, want)
			}
		})
	}
}

func TestWhoWasRemovedCanBeInvitedAgain(t *testing.T) {
	s := newTeam(t)
	mia := s.joined("Mia Member", "mia@acme.example", table.RoleAdmin)
	s.intoProject(mia, s.project)
	s.remove(s.ann, mia, "").Must(http.StatusAccepted)
	s.invite(s.ann, "Mia Again", mia.Email, table.RoleMember).Must(http.StatusCreated)
	mia.Name = "Mia Again"
	mia = s.Accept(mia, s.workspace) // by the token, whose session has not ended yet
	s.intoProject(mia, s.project)
	s.runJobs()
	if !s.opens(mia) {
		t.Error("the removal of before ended what came after")
	}
	if !s.find(table.Project(mia.ID, s.project), &table.PersonProjectRow{}) {
		t.Error("the removal of before took them out of a project that they came back to")
	}
	shown := s.Do(s.ann, "GET", s.member(mia), nil).Must(http.StatusOK)
	if shown.String("role") != table.RoleMember || shown.String("name") != "Mia Again" {
		t.Errorf("got %s, want who was invited the second time", shown.Body)
	}
	s.whole()
}

func TestAnInvitationOfWhoIsRemovedOpensNothing(t *testing.T) {
	s := newTeam(t)
	mia := s.invited("Mia Member", "mia@acme.example", table.RoleMember)
	s.Drain()
	link := "/v1/invitations/" + s.Mails(mia.Email)[0].Token()
	if got := s.remove(s.ann, mia, "").Must(http.StatusAccepted); got.String("job") != "" {
		t.Errorf("got %s, want no job for who had nothing", got.Body)
	}
	s.Do(nobody, "GET", link, nil).Problem(http.StatusNotFound, "not-found")
	s.Do(nobody, "POST", link+"/acceptance", fields{"password": mia.Password}).Problem(http.StatusNotFound, "not-found")
	s.ForgetMails()
	s.invite(s.ann, "Mia Member", mia.Email, table.RoleMember).Must(http.StatusCreated)
	s.Drain()
	if got := len(s.Mails(mia.Email)); got != 1 {
		t.Errorf("got %d mails of the second invitation, want 1", got)
	}
	s.Do(nobody, "GET", link, nil).Problem(http.StatusNotFound, "not-found")
	s.Accept(mia, s.workspace)
	s.whole()
}

func TestTasksAreHandedToSomebodyWhoStays(t *testing.T) {
	s := newTeam(t)
	ada := s.joined("Ada Admin", "ada@acme.example", table.RoleAdmin)
	mia := s.joined("Mia Member", "mia@acme.example", table.RoleMember)
	waiting := s.invited("Wim Waits", "wim@acme.example", table.RoleMember)
	s.Unchanged(func() {
		for _, query := range []string{"?handTo=" + mia.ID, "?handTo=" + waiting.ID, "?handTo=" + s.carl.ID, "?handTo=nobody"} {
			s.remove(ada, mia, query).Fault("query.handTo")
		}
		s.remove(ada, ada, "").Fault("query.handTo") // to oneself, who goes
	})
	// DynamoDB takes no transaction that has a row twice, and what is no id is no part of a key.
	s.Around("members-remove", func(c foyertest.AWSCall, next func() (any, error)) (any, error) {
		if c.Name == "TransactWriteItems" {
			return nil, foyertest.ErrStays
		}
		return next()
	})
	s.remove(ada, ada, "").Fault("query.handTo")
	s.remove(ada, mia, "?handTo=nobody").Fault("query.handTo")
	s.Release()
	s.remove(ada, ada, "?handTo="+mia.ID).Must(http.StatusAccepted)
}

// Whoever was to get the tasks is removed before they do.
func TestTasksAreNotHandedToWhoIsRemovedMeanwhile(t *testing.T) {
	s := newTeam(t)
	mia := s.joined("Mia Member", "mia@acme.example", table.RoleMember)
	max := s.joined("Max Member", "max@acme.example", table.RoleMember)
	s.intoProject(mia, s.project)
	first := s.task(mia, s.project, true)
	s.remove(s.ann, mia, "?handTo="+max.ID).Must(http.StatusAccepted)
	s.remove(s.ann, max, "").Must(http.StatusAccepted)
	s.runJobs()
	if got := s.assignee(s.project, first); got != s.ann.ID {
		t.Errorf("the task is %s's, want an owner's", got)
	}
	if s.find(table.Project(max.ID, s.project), &table.PersonProjectRow{}) {
		t.Error("whoever was removed is in the project")
	}
	s.whole()
}

// A task that moves from one realm to the other while the job looks is not forgotten.
func TestATaskThatIsSharedOrTakenBackMeanwhileIsHandedOver(t *testing.T) {
	s := newTeam(t)
	mia := s.joined("Mia Member", "mia@acme.example", table.RoleMember)
	s.intoProject(mia, s.project)
	item := s.task(mia, s.project, true)
	s.remove(s.ann, mia, "").Must(http.StatusAccepted)
	s.Drain()
	seen := 0
	s.Around("jobs-run", func(c foyertest.AWSCall, next func() (any, error)) (any, error) {
		out, err := next()
		if c.Name == "Query" {
			if seen++; seen == 2 { // the first asks for a project, the second for private tasks
				s.Do(s.ann, "PUT", "/v1/projects/"+s.project+"/items/"+item+"/visibility", fields{"clientCanSee": false}).Must(http.StatusOK)
			}
		}
		return out, err
	})
	s.runJobs()
	if got := s.assignee(s.project, item); got != s.ann.ID {
		t.Errorf("the task is %s's, want handed over", got)
	}
	s.whole()
}
