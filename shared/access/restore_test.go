//go:build engine

package access_test

import (
	"net/http"
	"reflect"
	"testing"
	"time"

	"foyer/shared/foyertest"
	"foyer/shared/table"
)

func TestRestoringGivesBackWhatWasWithoutAMail(t *testing.T) {
	s := newScene(t)
	s.Drain()
	s.ForgetMails()
	contact, invitation := s.contact(s.Carl.Contact), s.invitation(s.Carl)
	s.remove(s.Carl.Contact).Must(http.StatusNoContent)
	s.restore(s.Carl.Contact).Must(http.StatusNoContent)
	if !s.opens(s.Carl, s.Project) {
		t.Error("the project is not open again to the token of before")
	}
	if got := s.contact(s.Carl.Contact); got != contact {
		t.Errorf("got contact %+v, want it as it was: %+v", got, contact)
	}
	if got := s.invitation(s.Carl); !reflect.DeepEqual(got, invitation) {
		t.Errorf("got invitation %+v, want it as it was: %+v", got, invitation)
	}
	if got := len(s.Invitations(s.Carl.Email, s.Workspace)); got != 1 {
		t.Errorf("got %d invitations, want 1", got)
	}
	if got := s.activities(table.ActivityAccessRestored, s.Carl.Contact); got != 1 {
		t.Errorf("got %d records, want 1", got)
	}
	s.Drain()
	if got := s.Mails(""); len(got) != 0 {
		t.Errorf("got %d mails, want none", len(got))
	}
	s.Unchanged(func() { s.restore(s.Carl.Contact).Must(http.StatusNoContent) })
}

func TestWhereNothingWasTakenRestoringChangesNothing(t *testing.T) {
	s := newScene(t)
	s.Unchanged(func() {
		s.restore(s.Carl.Contact).Must(http.StatusNoContent)
		s.restore(s.Wanda.Contact).Must(http.StatusNoContent)
	})
}

func TestARestoredInvitationWaitsAgainWithTheSameLink(t *testing.T) {
	s := newScene(t)
	s.Drain()
	mails := s.Mails(s.Wanda.Email)
	if len(mails) != 1 {
		t.Fatalf("got %d mails, want the invitation", len(mails))
	}
	before, link := s.invitation(s.Wanda), "/v1/invitations/"+mails[0].Token()
	s.remove(s.Wanda.Contact).Must(http.StatusNoContent)
	s.restore(s.Wanda.Contact).Must(http.StatusNoContent)
	if got := s.invitation(s.Wanda); !reflect.DeepEqual(got, before) || got.State != table.InvitationSent {
		t.Errorf("got invitation %+v, want it as it was: %+v", got, before)
	}
	if got := s.stateShown(s.Wanda.ID); got != table.InvitationSent {
		t.Errorf("the people show %q, want sent", got)
	}
	if s.opensAs(s.Wanda) {
		t.Error("an invitation alone gives access")
	}
	s.Do(foyertest.Person{}, http.MethodPost, link+"/acceptance", map[string]any{"password": foyertest.Password}).Must(http.StatusOK)
	if !s.opens(s.SignIn(s.Wanda), s.Project) {
		t.Error("the accepted client cannot open the project")
	}
}

// opensAs says whether the membership of a person who cannot sign in has the contact.
func (s scene) opensAs(p foyertest.Person) bool {
	s.t.Helper()
	var m table.MembershipRow
	if _, err := s.Table.Get(s.t.Context(), table.Membership(p.ID, s.Workspace), &m); err != nil {
		s.t.Fatal(err)
	}
	_, active := m.Contacts[p.Contact]
	return active
}

func TestAnInvitationWhoseTimeIsOverDoesNotLiveAgain(t *testing.T) {
	s := newScene(t)
	link := "/v1/invitations/" + s.Link(s.Wanda.Email, s.Workspace)
	past := time.Now().Add(-time.Minute)
	s.remove(s.Wanda.Contact).Must(http.StatusNoContent)
	s.set(table.Contact(s.Workspace, s.Wanda.Contact), "expiresAt", past)
	s.set(table.Invitation(s.Wanda.ID, s.Workspace, s.Wanda.Contact), "expiresAt", past)
	s.restore(s.Wanda.Contact).Must(http.StatusNoContent)
	if got := s.stateShown(s.Wanda.ID); got != table.InvitationExpired {
		t.Errorf("the people show %q, want expired", got)
	}
	s.Do(foyertest.Person{}, http.MethodGet, link, nil).Problem(http.StatusNotFound, "not-found")
	s.Do(foyertest.Person{}, http.MethodPost, link+"/acceptance", map[string]any{"password": foyertest.Password}).Problem(http.StatusNotFound, "not-found")
	s.Drain()
	if got := s.Mails(s.Wanda.Email); len(got) != 0 {
		t.Errorf("got %d mails, want none", len(got))
	}
}

func TestWhatWasRevokedOrBouncedIsSoAgain(t *testing.T) {
	for _, state := range []string{table.InvitationRevoked, table.InvitationBounced, table.InvitationExpired} {
		t.Run(state, func(t *testing.T) {
			s := newScene(t)
			s.set(table.Contact(s.Workspace, s.Wanda.Contact), "invitationState", state)
			s.set(table.Invitation(s.Wanda.ID, s.Workspace, s.Wanda.Contact), "state", state)
			s.remove(s.Wanda.Contact).Must(http.StatusNoContent)
			if got := s.stateShown(s.Wanda.ID); got != table.InvitationRemoved {
				t.Errorf("the people show %q, want removed", got)
			}
			s.restore(s.Wanda.Contact).Must(http.StatusNoContent)
			if got := s.stateShown(s.Wanda.ID); got != state {
				t.Errorf("the people show %q, want %q", got, state)
			}
			if got := s.invitation(s.Wanda).State; got != state {
				t.Errorf("got invitation %q, want %q", got, state)
			}
		})
	}
}

// A membership's map of contacts may be there, empty, absent, or the whole row may
// be gone: access comes back all the same.
func TestAccessComesBackWhateverIsLeftOfTheMembership(t *testing.T) {
	for name, leave := range map[string]func(s scene, key table.Key){
		"the emptied map": func(scene, table.Key) {},
		"no map": func(s scene, key table.Key) {
			s.put(key, map[string]any{"workspace": s.Workspace, "createdAt": time.Now()})
		},
		"another contact": func(s scene, key table.Key) {
			s.put(key, map[string]any{"workspace": s.Workspace, "createdAt": time.Now(), "contacts": map[string]string{"con_01JD0000000000000000000009": "com_01JD0000000000000000000009"}})
		},
		"nothing": func(s scene, key table.Key) {
			if err := s.Table.DeleteOne(s.t.Context(), key); err != nil {
				s.t.Fatal(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := newScene(t)
			key := table.Membership(s.Carl.ID, s.Workspace)
			s.remove(s.Carl.Contact).Must(http.StatusNoContent)
			leave(s, key)
			s.restore(s.Carl.Contact).Must(http.StatusNoContent)
			got := get[table.MembershipRow](s, key)
			if got.Contacts[s.Carl.Contact] != s.Company || got.Workspace != s.Workspace || got.CreatedAt.IsZero() || got.Role != "" {
				t.Errorf("got membership %+v", got)
			}
			if name == "another contact" && len(got.Contacts) != 2 {
				t.Errorf("the other contact was lost: %+v", got.Contacts)
			}
			if !s.opens(s.Carl, s.Project) {
				t.Error("the project is not open again")
			}
		})
	}
}

func TestWhoIsOfTheTeamMeanwhileDoesNotBecomeItsClientAgain(t *testing.T) {
	for name, join := range map[string]func(s scene){
		"a member": func(s scene) {
			s.put(table.Membership(s.Carl.ID, s.Workspace), table.MembershipRow{Workspace: s.Workspace, Role: table.RoleMember, CreatedAt: time.Now()})
			s.put(table.Member(s.Workspace, s.Carl.ID), table.MemberRow{Person: s.Carl.ID, Role: table.RoleMember, CreatedAt: time.Now()})
		},
		"invited as a member": func(s scene) {
			s.put(table.Member(s.Workspace, s.Carl.ID), table.MemberRow{Person: s.Carl.ID, Role: table.RoleMember, InvitationState: table.InvitationSent, CreatedAt: time.Now()})
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := newScene(t)
			s.remove(s.Carl.Contact).Must(http.StatusNoContent)
			join(s)
			s.Unchanged(func() { s.restore(s.Carl.Contact).Problem(http.StatusConflict, "is-member") })
		})
	}
}

// However removal and acceptance fall together, whoever was removed has no access.
func TestRemovalAndAcceptanceAtOnceLeaveNoAccess(t *testing.T) {
	for range 4 {
		s := newScene(t)
		link := "/v1/invitations/" + s.Link(s.Wanda.Email, s.Workspace)
		answers := atOnce(
			func() foyertest.Response { return s.remove(s.Wanda.Contact) },
			func() foyertest.Response {
				return s.Do(foyertest.Person{}, http.MethodPost, link+"/acceptance", map[string]any{"password": foyertest.Password})
			},
		)
		answers[0].Must(http.StatusNoContent)
		contact, want := s.contact(s.Wanda.Contact), table.InvitationQueued
		switch answers[1].Status {
		case http.StatusOK:
			want = table.InvitationAccepted
		case http.StatusNotFound, http.StatusConflict:
		default:
			t.Errorf("the acceptance got %d %s", answers[1].Status, answers[1].Body)
		}
		if !contact.Removed || contact.RemovedFrom != want {
			t.Errorf("the acceptance got %d; contact %+v, want it removed from %s", answers[1].Status, contact, want)
		}
		if s.opensAs(s.Wanda) {
			t.Error("a removed contact has access")
		}
	}
}

func TestRemovingAndRestoringAtOnceEndsInOneOfTheTwo(t *testing.T) {
	s := newScene(t)
	var both []func() foyertest.Response
	for range 3 {
		both = append(both, func() foyertest.Response { return s.remove(s.Carl.Contact) }, func() foyertest.Response { return s.restore(s.Carl.Contact) })
	}
	for _, r := range atOnce(both...) {
		if r.Status != http.StatusNoContent {
			r.Problem(http.StatusConflict, "write-conflict")
		}
	}
	contact := s.contact(s.Carl.Contact)
	if contact.Removed == s.opensAs(s.Carl) {
		t.Errorf("the contact is removed: %t, and has access: %t", contact.Removed, s.opensAs(s.Carl))
	}
	removed, restored := s.activities(table.ActivityAccessRemoved, s.Carl.Contact), s.activities(table.ActivityAccessRestored, s.Carl.Contact)
	if left := removed - restored; left != 0 && left != 1 || (left == 1) != contact.Removed {
		t.Errorf("recorded %d removals and %d restorations; removed: %t", removed, restored, contact.Removed)
	}
	s.restore(s.Carl.Contact).Must(http.StatusNoContent)
	if !s.opens(s.Carl, s.Project) {
		t.Error("access does not come back")
	}
}
