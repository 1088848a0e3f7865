//go:build engine

package access_test

import (
	"context"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/smithy-go/middleware"

	"foyer/shared/foyertest"
	"foyer/shared/table"
)

// meanwhile does something, once, after a function has read everything and before it
// writes: what was read no longer holds, and the transaction has to notice.
func (s scene) meanwhile(function string, do func()) {
	var once sync.Once
	s.Intercept(function, func(stack *middleware.Stack) error {
		return stack.Initialize.Add(middleware.InitializeMiddlewareFunc("Meanwhile", func(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
			if _, ok := in.Parameters.(*dynamodb.TransactWriteItemsInput); ok {
				once.Do(do)
			}
			return next.HandleInitialize(ctx, in)
		}), middleware.Before)
	})
}

func (s scene) contactKey(p foyertest.Person) table.Key { return table.Contact(s.Workspace, p.Contact) }

func (s scene) invitationKey(p foyertest.Person) table.Key {
	return table.Invitation(p.ID, s.Workspace, p.Contact)
}

func (s scene) membershipKey(p foyertest.Person) table.Key {
	return table.Membership(p.ID, s.Workspace)
}

// What was before is kept as it was at the moment of the removal, so that restoring
// gives back that and nothing older.
func TestARemovalKeepsTheStateOfItsOwnMoment(t *testing.T) {
	s := newScene(t)
	s.meanwhile("access-remove", func() { s.set(s.contactKey(s.Carl), "invitationState", table.InvitationRevoked) })
	s.remove(s.Carl.Contact).Must(http.StatusNoContent)
	if got := s.contact(s.Carl.Contact); !got.Removed || got.RemovedFrom != table.InvitationRevoked {
		t.Errorf("got %+v, want it removed from revoked", got)
	}
}

// The person whom the contact is at that moment loses access, not whom it was.
func TestARemovalIsOfThePersonOfItsOwnMoment(t *testing.T) {
	s := newScene(t)
	s.meanwhile("access-remove", func() {
		s.put(s.membershipKey(s.Wanda), table.MembershipRow{Workspace: s.Workspace, Contacts: map[string]string{s.Carl.Contact: s.Company}})
		s.set(s.contactKey(s.Carl), "person", s.Wanda.ID)
	})
	s.remove(s.Carl.Contact).Must(http.StatusNoContent)
	if got := get[table.MembershipRow](s, s.membershipKey(s.Wanda)); len(got.Contacts) != 0 {
		t.Errorf("the person of the contact has access still: %+v", got)
	}
}

// What has gone meanwhile need not be taken away.
func TestARemovalOfWhoHasNothingLeftByThenIsOne(t *testing.T) {
	s := newScene(t)
	s.meanwhile("access-remove", func() {
		if err := s.Table.DeleteOne(s.t.Context(), s.membershipKey(s.Carl)); err != nil {
			s.t.Error(err)
		}
	})
	s.remove(s.Carl.Contact).Must(http.StatusNoContent)
	if !s.contact(s.Carl.Contact).Removed || s.opensAs(s.Carl) {
		t.Error("the contact is not removed")
	}
}

func TestWhoWasRemovedMeanwhileIsNotRemovedAgain(t *testing.T) {
	s := newScene(t)
	s.meanwhile("access-remove", func() { s.set(s.contactKey(s.Carl), "removed", true) })
	s.remove(s.Carl.Contact).Must(http.StatusNoContent)
	if got := s.activities(table.ActivityAccessRemoved, s.Carl.Contact); got != 0 {
		t.Errorf("got %d records of a removal that was another's", got)
	}
}

// An invitation's own row decides whether it can be accepted: what became of it
// meanwhile is not undone, by a removal or a restoration.
func TestWhatBecameOfAnInvitationMeanwhileIsNotUndone(t *testing.T) {
	t.Run("removing", func(t *testing.T) {
		s := newScene(t)
		s.meanwhile("access-remove", func() { s.set(s.invitationKey(s.Wanda), "state", table.InvitationAccepted) })
		s.remove(s.Wanda.Contact).Problem(http.StatusConflict, "write-conflict")
		if got := s.invitation(s.Wanda).State; got != table.InvitationAccepted {
			t.Errorf("got the invitation %s, want accepted", got)
		}
	})
	t.Run("restoring", func(t *testing.T) {
		s := newScene(t)
		s.remove(s.Wanda.Contact).Must(http.StatusNoContent)
		s.meanwhile("access-restore", func() { s.set(s.invitationKey(s.Wanda), "state", table.InvitationRevoked) })
		s.restore(s.Wanda.Contact).Problem(http.StatusConflict, "write-conflict")
		if got := s.invitation(s.Wanda).State; got != table.InvitationRevoked {
			t.Errorf("got the invitation %s, want revoked", got)
		}
	})
}

func TestARestorationGivesBackWhatIsKeptAtItsOwnMoment(t *testing.T) {
	s := newScene(t)
	s.remove(s.Carl.Contact).Must(http.StatusNoContent)
	s.meanwhile("access-restore", func() { s.set(s.contactKey(s.Carl), "removedFrom", table.InvitationRevoked) })
	s.restore(s.Carl.Contact).Must(http.StatusNoContent)
	if got := s.contact(s.Carl.Contact).InvitationState; got != table.InvitationRevoked {
		t.Errorf("got %s, want revoked", got)
	}
	if s.opensAs(s.Carl) {
		t.Error("who has not accepted has access")
	}
}

func TestWhoWasRestoredMeanwhileIsNotRestoredAgain(t *testing.T) {
	s := newScene(t)
	s.remove(s.Carl.Contact).Must(http.StatusNoContent)
	s.meanwhile("access-restore", func() { s.set(s.contactKey(s.Carl), "removed", false) })
	s.restore(s.Carl.Contact).Must(http.StatusNoContent)
	if got := s.activities(table.ActivityAccessRestored, s.Carl.Contact); got != 0 {
		t.Errorf("got %d records of a restoration that was another's", got)
	}
}

// Of two who restore a contact that had no invitation, one has done it.
func TestOfTwoRestorationsWithoutAnInvitationOneIsRecorded(t *testing.T) {
	s := newScene(t)
	s.put(s.contactKey(s.Carl), map[string]any{"contact": s.Carl.Contact, "company": s.Company, "name": "Carl Client", "email": s.Carl.Email, "person": s.Carl.ID})
	s.remove(s.Carl.Contact).Must(http.StatusNoContent)
	restored := s.contact(s.Carl.Contact)
	restored.Removed, restored.RemovedFrom = false, ""
	s.meanwhile("access-restore", func() { s.put(s.contactKey(s.Carl), restored) })
	s.restore(s.Carl.Contact).Must(http.StatusNoContent)
	if got := s.activities(table.ActivityAccessRestored, s.Carl.Contact); got != 0 {
		t.Errorf("got %d records of a restoration that was another's", got)
	}
	if got := s.contact(s.Carl.Contact); got != restored {
		t.Errorf("got %+v, want it as the other left it: %+v", got, restored)
	}
}

// One account is a member or a client of a workspace, whatever is left of the
// membership, and whenever the role comes.
func TestWhoJoinsTheTeamMeanwhileDoesNotBecomeItsClientAgain(t *testing.T) {
	role := func(s scene) {
		s.put(s.membershipKey(s.Carl), map[string]any{"workspace": s.Workspace, "role": table.RoleMember, "createdAt": time.Now()})
	}
	for name, c := range map[string]struct {
		left func(s scene) // of the membership, before
		join func(s scene) // meanwhile
	}{
		"invited as a member": {func(scene) {}, func(s scene) {
			s.put(table.Member(s.Workspace, s.Carl.ID), table.MemberRow{Person: s.Carl.ID, Role: table.RoleMember, InvitationState: table.InvitationSent})
		}},
		"a role, where there was a map": {func(scene) {}, role},
		"a role, beside the map": {func(scene) {}, func(s scene) {
			s.put(s.membershipKey(s.Carl), map[string]any{"workspace": s.Workspace, "role": table.RoleMember, "contacts": map[string]string{}})
		}},
		"a role, where there was no map": {func(s scene) { s.put(s.membershipKey(s.Carl), map[string]any{"workspace": s.Workspace}) }, role},
		"a role, where there was no row": {func(s scene) {
			if err := s.Table.DeleteOne(s.t.Context(), s.membershipKey(s.Carl)); err != nil {
				s.t.Fatal(err)
			}
		}, role},
		"a role and no row of a member, from the beginning": {role, func(scene) {}},
	} {
		t.Run(name, func(t *testing.T) {
			s := newScene(t)
			s.remove(s.Carl.Contact).Must(http.StatusNoContent)
			c.left(s)
			s.meanwhile("access-restore", func() { c.join(s) })
			s.restore(s.Carl.Contact).Problem(http.StatusConflict, "is-member")
			if s.opensAs(s.Carl) || !s.contact(s.Carl.Contact).Removed {
				t.Error("somebody of the team is its client")
			}
		})
	}
}

// Another contact of the same person, who gets access meanwhile, keeps it.
func TestARestorationLosesNoOtherContact(t *testing.T) {
	const other = "con_01JD0000000000000000000009"
	for name, left := range map[string]func(s scene){
		"no map": func(s scene) { s.put(s.membershipKey(s.Carl), map[string]any{"workspace": s.Workspace}) },
		"no row": func(s scene) {
			if err := s.Table.DeleteOne(s.t.Context(), s.membershipKey(s.Carl)); err != nil {
				s.t.Fatal(err)
			}
		},
		"a map": func(scene) {},
	} {
		t.Run(name, func(t *testing.T) {
			s := newScene(t)
			s.remove(s.Carl.Contact).Must(http.StatusNoContent)
			left(s)
			s.meanwhile("access-restore", func() {
				s.put(s.membershipKey(s.Carl), map[string]any{"workspace": s.Workspace, "contacts": map[string]string{other: s.Company}})
			})
			s.restore(s.Carl.Contact).Must(http.StatusNoContent)
			got := get[table.MembershipRow](s, s.membershipKey(s.Carl))
			if got.Contacts[other] != s.Company || got.Contacts[s.Carl.Contact] != s.Company {
				t.Errorf("got %+v, want both contacts", got.Contacts)
			}
		})
	}
}

// A membership that goes meanwhile is made anew, whole.
func TestARestorationLeavesNoHalfAMembership(t *testing.T) {
	for name, left := range map[string]any{
		"with no map": map[string]any{"workspace": ""}, "with a map": map[string]any{"workspace": "", "contacts": map[string]string{}},
	} {
		t.Run(name, func(t *testing.T) {
			s := newScene(t)
			s.remove(s.Carl.Contact).Must(http.StatusNoContent)
			s.put(s.membershipKey(s.Carl), left)
			s.meanwhile("access-restore", func() {
				if err := s.Table.DeleteOne(s.t.Context(), s.membershipKey(s.Carl)); err != nil {
					s.t.Error(err)
				}
			})
			s.restore(s.Carl.Contact).Must(http.StatusNoContent)
			if got := get[table.MembershipRow](s, s.membershipKey(s.Carl)); got.Workspace != s.Workspace || got.Contacts[s.Carl.Contact] != s.Company {
				t.Errorf("got %+v, want a membership of the workspace with the contact", got)
			}
		})
	}
}

// A contact who has access and never had an invitation (who came by a partner's
// portal) is as before after a removal and a restoration.
func TestAContactWithoutAnInvitationIsRestoredWithoutOne(t *testing.T) {
	s := newScene(t)
	s.put(s.contactKey(s.Carl), map[string]any{"contact": s.Carl.Contact, "company": s.Company, "name": "Carl Client", "email": s.Carl.Email, "person": s.Carl.ID})
	before := s.contact(s.Carl.Contact)
	s.remove(s.Carl.Contact).Must(http.StatusNoContent)
	if s.opens(s.Carl, s.Project) {
		t.Error("a removed contact can open the project")
	}
	if got := s.contact(s.Carl.Contact); got.RemovedFrom != "" {
		t.Errorf("got removed from %q, want nothing: there was no invitation", got.RemovedFrom)
	}
	s.restore(s.Carl.Contact).Must(http.StatusNoContent)
	if got := s.contact(s.Carl.Contact); got != before {
		t.Errorf("got %+v, want it as it was: %+v", got, before)
	}
	s.remove(s.Carl.Contact).Must(http.StatusNoContent) // and again
}

// Where nobody was given access, none is taken and none comes back.
func TestAContactWhoWasNeverInvitedHasNothingToTake(t *testing.T) {
	s := newScene(t)
	s.put(s.contactKey(s.Carl), map[string]any{"contact": s.Carl.Contact, "company": s.Company, "name": "Carl Client", "email": s.Carl.Email})
	s.Unchanged(func() {
		s.remove(s.Carl.Contact).Must(http.StatusNoContent)
		s.restore(s.Carl.Contact).Must(http.StatusNoContent)
	})
}
