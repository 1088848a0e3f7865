//go:build engine

package access_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"foyer/shared/foyertest"
	"foyer/shared/table"
)

func TestRemovedAccessEndsWithTheNextRequestThoughTheTokenIsValid(t *testing.T) {
	s := newScene(t)
	olga, theirs := s.World.Workspace("Other Agency", "Olga Other", "olga@other.example")
	elsewhere := s.World.Project(olga, theirs, "Elsewhere")
	s.Invited(olga, elsewhere, "Globex", "Carl Client", s.Carl.Email)
	carl := s.Accept(s.Carl, theirs)
	if !s.opens(carl, s.Project) || !s.opens(carl, elsewhere) {
		t.Fatal("Carl has no access to begin with")
	}
	before := s.contact(carl.Contact)

	s.remove(carl.Contact).Must(http.StatusNoContent)
	if s.opens(carl, s.Project) {
		t.Error("the project is still open")
	}
	for _, target := range []string{"/items?kind=message", "/items/msg_01JD0000000000000000000000"} {
		s.Do(carl, http.MethodGet, "/v1/portal/projects/"+s.Project+target, nil).Problem(http.StatusNotFound, "not-found")
	}
	if listed := s.Do(carl, http.MethodGet, "/v1/portal/projects", nil).Must(http.StatusOK); strings.Contains(listed.Body, s.Project) || !strings.Contains(listed.Body, elsewhere) {
		t.Errorf("got projects %s, want only that of the other workspace", listed.Body)
	}
	if me := s.Do(carl, http.MethodGet, "/v1/me", nil).Must(http.StatusOK); strings.Contains(me.Body, s.Workspace) || !strings.Contains(me.Body, theirs) {
		t.Errorf("got memberships %s, want only that of the other workspace", me.Body)
	}
	if !s.opens(carl, elsewhere) {
		t.Error("the other workspace's project is closed too")
	}
	after := s.contact(carl.Contact)
	if !after.Removed || after.RemovedFrom != table.InvitationAccepted || after.InvitationState != table.InvitationRemoved {
		t.Errorf("got contact %+v, want it removed from accepted", after)
	}
	after.Removed, after.RemovedFrom, after.InvitationState, after.Stated = false, "", before.InvitationState, before.Stated
	if after != before {
		t.Errorf("more of the contact changed: got %+v, want %+v", after, before)
	}
	if got := s.invitation(carl).State; got != table.InvitationAccepted {
		t.Errorf("got invitation %s, want it accepted as it was", got)
	}
	if got := s.stateShown(carl.ID); got != table.InvitationRemoved {
		t.Errorf("the people show %q, want removed", got)
	}
	if got := s.activities(table.ActivityAccessRemoved, carl.Contact); got != 1 {
		t.Errorf("got %d records, want 1", got)
	}
	s.SignIn(carl) // the account is nobody's to close
}

func TestRemovalTakesTheLinkOfAnInvitationThatWaits(t *testing.T) {
	for _, state := range []string{table.InvitationQueued, table.InvitationSent, table.InvitationOpened} {
		t.Run(state, func(t *testing.T) {
			s := newScene(t)
			s.set(table.Contact(s.Workspace, s.Wanda.Contact), "invitationState", state)
			s.set(table.Invitation(s.Wanda.ID, s.Workspace, s.Wanda.Contact), "state", state)
			link := "/v1/invitations/" + s.Link(s.Wanda.Email, s.Workspace)
			s.Do(foyertest.Person{}, http.MethodGet, link, nil).Must(http.StatusOK)
			s.remove(s.Wanda.Contact).Must(http.StatusNoContent)
			never := s.Do(foyertest.Person{}, http.MethodGet, "/v1/invitations/"+strings.Repeat("A", 43), nil).Problem(http.StatusNotFound, "not-found")
			s.Unchanged(func() {
				s.Do(foyertest.Person{}, http.MethodGet, link, nil).Same(never)
				s.Do(foyertest.Person{}, http.MethodPost, link+"/opening", nil).Same(never)
				s.Do(foyertest.Person{}, http.MethodPost, link+"/acceptance", map[string]any{"password": foyertest.Password}).Same(never)
			})
			if got := s.invitation(s.Wanda).State; got != table.InvitationRemoved {
				t.Errorf("got invitation %s, want removed", got)
			}
			if got := s.contact(s.Wanda.Contact).RemovedFrom; got != state {
				t.Errorf("got removed from %q, want %q", got, state)
			}
			if got := s.stateShown(s.Wanda.ID); got != table.InvitationRemoved {
				t.Errorf("the people show %q, want removed", got)
			}
		})
	}
}

func TestNoMailGoesToARemovedContact(t *testing.T) {
	s := newScene(t)
	s.Do(s.Ann, http.MethodPost, "/v1/projects/"+s.Project+"/items", map[string]any{"kind": "task", "title": "Look", "assignee": s.Carl.ID}).Must(http.StatusCreated)
	for _, p := range []foyertest.Person{s.Carl, s.Wanda} {
		s.remove(p.Contact).Must(http.StatusNoContent)
	}
	s.Drain() // Wanda's invitation and Carl's task were waiting
	for _, p := range []foyertest.Person{s.Carl, s.Wanda} {
		if got := s.Mails(p.Email); len(got) != 0 {
			t.Errorf("%s got %d mails, want none: %q", p.Name, len(got), got[0].Subject)
		}
	}
	if got := s.contact(s.Wanda.Contact).InvitationState; got != table.InvitationRemoved {
		t.Errorf("got state %q, want removed", got)
	}
}

func TestRemovingAgainChangesNothing(t *testing.T) {
	s := newScene(t)
	for _, p := range []foyertest.Person{s.Carl, s.Wanda} {
		s.remove(p.Contact).Must(http.StatusNoContent)
	}
	s.Unchanged(func() {
		for _, p := range []foyertest.Person{s.Carl, s.Wanda, s.Carl} {
			s.remove(p.Contact).Must(http.StatusNoContent)
		}
	})
}

func TestOfAContactWhoWasNeverInvitedThereIsNothingToTake(t *testing.T) {
	s := newScene(t)
	id := "con_01JD0000000000000000000001"
	s.put(table.Contact(s.Workspace, id), map[string]any{"contact": id, "company": s.Company, "name": "Nobody Yet", "email": "n@globex.example", "createdAt": time.Now()})
	s.Unchanged(func() {
		s.remove(id).Must(http.StatusNoContent)
		s.restore(id).Must(http.StatusNoContent)
	})
}

// Of two contacts of one person, in two companies, only the one is taken away.
func TestThePersonsOtherContactKeepsItsAccess(t *testing.T) {
	s := newScene(t)
	second := s.World.Project(s.Ann, s.Workspace, "Second")
	other := s.Invited(s.Ann, second, "Initech", "Carl at Initech", s.Carl.Email)
	carl := s.Accept(s.Carl, s.Workspace)
	if other.Contact == carl.Contact || !s.opens(carl, second) {
		t.Fatal("Carl is not the client of two companies")
	}
	s.remove(carl.Contact).Must(http.StatusNoContent)
	if s.opens(carl, s.Project) || !s.opens(carl, second) {
		t.Error("want the one project closed and the other open")
	}
	s.remove(other.Contact).Must(http.StatusNoContent)
	s.restore(carl.Contact).Must(http.StatusNoContent)
	if !s.opens(carl, s.Project) || s.opens(carl, second) {
		t.Error("want it the other way round")
	}
}

func TestOnlyTheStaffOfTheContactsWorkspaceTakeAndGiveAccess(t *testing.T) {
	s := newScene(t)
	olga, theirs := s.World.Workspace("Other Agency", "Olga Other", "olga@other.example")
	elsewhere := s.World.Project(olga, theirs, "Elsewhere")
	contact := s.Invited(olga, elsewhere, "Globex", "Gil", "gil@globex.example").Contact
	bob, _ := s.World.Workspace("Agency of Bob", "Bob Builder", "bob@acme.example")
	s.put(table.Membership(bob.ID, s.Workspace), table.MembershipRow{Workspace: s.Workspace, Role: table.RoleMember, CreatedAt: time.Now()})
	s.remove(s.Wanda.Contact).Must(http.StatusNoContent)
	absent := s.remove(invented(contact)).Problem(http.StatusNotFound, "not-found")
	s.Unchanged(func() {
		for _, method := range []string{http.MethodDelete, http.MethodPut} {
			for _, target := range []string{
				s.path(contact), // another workspace's contact, in one's own workspace
				"/v1/workspaces/" + theirs + "/contacts/" + contact + "/access",
				"/v1/workspaces/" + theirs + "/contacts/" + s.Carl.Contact + "/access",
				s.path(s.Carl.ID), s.path(s.Company), s.path("x"), s.path(strings.ToLower(s.Carl.Contact)), s.path(s.Carl.Contact + "%2Faccess"), s.path("%2F" + s.Carl.Contact),
				"/v1/workspaces/" + s.Project + "/contacts/" + s.Carl.Contact + "/access",
			} {
				s.Do(s.Ann, method, target, nil).Same(absent)
			}
			for _, p := range []foyertest.Person{s.Carl, s.Wanda} {
				s.Do(s.Carl, method, s.path(p.Contact), nil).Same(absent) // a client, of himself and of another
				s.Do(olga, method, s.path(p.Contact), nil).Same(absent)
				s.Do(foyertest.Person{}, method, s.path(p.Contact), nil).Problem(http.StatusUnauthorized, "unauthorized")
			}
		}
	})
	for _, method := range []string{http.MethodDelete, http.MethodPut} { // any member may
		s.Do(bob, method, s.path(s.Carl.Contact), nil).Must(http.StatusNoContent)
	}
	if !s.opens(s.Carl, s.Project) {
		t.Error("Carl's access was not given back")
	}
}
