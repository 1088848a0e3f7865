//go:build engine

package members_test

import (
	"net/http"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"foyer/shared/foyertest"
	"foyer/shared/table"
)

func TestAnotherRoleHoldsFromTheNextRequestOn(t *testing.T) {
	s := newTeam(t)
	mia := s.joined("Mia Member", "mia@acme.example", table.RoleMember)
	settings := "/v1/workspaces/" + s.workspace
	s.Do(mia, "PATCH", settings, fields{"name": "Mine"}, whatever).Problem(http.StatusForbidden, "role")
	changed := s.setRole(s.ann, mia, table.RoleAdmin).Must(http.StatusOK)
	changed.Same(s.Do(s.ann, "GET", s.member(mia), nil))
	if changed.String("role") != table.RoleAdmin {
		t.Errorf("got %s", changed.Body)
	}
	s.Do(mia, "PATCH", settings, fields{"name": "Mine"}, whatever).Must(http.StatusOK)
	s.setRole(s.ann, mia, table.RoleMember).Must(http.StatusOK)
	s.Do(mia, "PATCH", settings, fields{"name": "Mine again"}, whatever).Problem(http.StatusForbidden, "role")
	s.Unchanged(func() {
		s.setRole(s.ann, mia, table.RoleMember).Must(http.StatusOK)
		s.Do(s.ann, "PATCH", s.member(mia), fields{"role": "admin"}).Problem(http.StatusPreconditionRequired, "if-match-required")
		s.Do(s.ann, "PATCH", s.member(mia), fields{"role": "admin"}, foyertest.Header{Name: "If-Match", Value: changed.Header.Get("ETag")}).Problem(http.StatusPreconditionFailed, "changed")
		s.setRole(s.ann, mia, "king").Fault("body.role")
		s.setRole(s.ann, s.carl, "admin").Problem(http.StatusNotFound, "not-found")
	})
	if got := s.recorded(table.ActivityMemberRoleChanged, mia); got != 2 {
		t.Errorf("recorded %d times, want twice", got)
	}
	s.whole()
}

func TestTheRoleOfWhoIsInvitedHoldsFromTheirAcceptanceOn(t *testing.T) {
	s := newTeam(t)
	mia := s.invited("Mia Member", "mia@acme.example", table.RoleMember)
	s.setRole(s.ann, mia, table.RoleAdmin).Must(http.StatusOK)
	mia = s.Accept(mia, s.workspace)
	if got := s.Do(mia, "GET", "/v1/me", nil).Must(http.StatusOK).List("memberships")[0]["role"]; got != table.RoleAdmin {
		t.Errorf("got the role %v, want admin", got)
	}
	s.whole()
}

// An acceptance reads the role, and writes it after it was changed.
func TestARoleThatIsTakenWhileSomebodyAcceptsIsNotGivenToThem(t *testing.T) {
	s := newTeam(t)
	ada := s.invited("Ada Admin", "ada@acme.example", table.RoleAdmin)
	link := "/v1/invitations/" + s.Link(ada.Email, s.workspace) + "/acceptance"
	s.Before("invitations-accept", "TransactWriteItems", 1, func() { s.setRole(s.ann, ada, table.RoleMember).Must(http.StatusOK) })
	s.Do(nobody, "POST", link, fields{"password": ada.Password}).Problem(http.StatusConflict, "write-conflict")
	s.Release()
	s.Do(nobody, "POST", link, fields{"password": ada.Password}).Must(http.StatusOK)
	var place table.MembershipRow
	if !s.find(table.Membership(ada.ID, s.workspace), &place) || place.Role != table.RoleMember {
		t.Errorf("got the membership %+v, want the role that was given last", place)
	}
	s.whole()
}

// A change that met another is made anew only by who may still make it.
func TestWhoIsRemovedWhileTheirChangeMeetsAnotherMakesNone(t *testing.T) {
	s := newTeam(t)
	ada := s.joined("Ada Admin", "ada@acme.example", table.RoleAdmin)
	mia := s.joined("Mia Member", "mia@acme.example", table.RoleMember)
	s.Around("members-update", func(c foyertest.AWSCall, next func() (any, error)) (any, error) {
		if c.Name != "TransactWriteItems" || c.Nth > 1 {
			return next()
		}
		s.remove(s.ann, ada, "").Must(http.StatusAccepted)
		return nil, &types.TransactionCanceledException{CancellationReasons: []types.CancellationReason{{Code: aws.String("ConditionalCheckFailed")}}}
	})
	s.setRole(ada, mia, table.RoleAdmin).Problem(http.StatusNotFound, "not-found")
	var place table.MembershipRow
	if !s.find(table.Membership(mia.ID, s.workspace), &place) || place.Role != table.RoleMember {
		t.Errorf("got the membership %+v, want it as it was", place)
	}
	s.whole()
}

func TestOnlyOwnersTouchOwners(t *testing.T) {
	s := newTeam(t)
	ada := s.joined("Ada Admin", "ada@acme.example", table.RoleAdmin)
	mia := s.joined("Mia Member", "mia@acme.example", table.RoleMember)
	s.Unchanged(func() {
		for _, by := range []foyertest.Person{ada, mia} {
			s.setRole(by, s.ann, table.RoleMember).Problem(http.StatusForbidden, "role")
			s.setRole(by, mia, table.RoleOwner).Problem(http.StatusForbidden, "role")
			s.remove(by, s.ann, "").Problem(http.StatusForbidden, "role")
		}
	})
	s.setRole(ada, mia, table.RoleAdmin).Must(http.StatusOK)
}

func TestTheLastOwnerIsNeitherDemotedNorRemoved(t *testing.T) {
	s := newTeam(t)
	olga := s.invited("Olga Owner", "olga@acme.example", table.RoleOwner) // has not accepted: does not count
	ada := s.joined("Ada Admin", "ada@acme.example", table.RoleAdmin)
	s.Unchanged(func() {
		s.setRole(s.ann, s.ann, table.RoleAdmin).Problem(http.StatusConflict, "last-owner")
		s.remove(s.ann, s.ann, "").Problem(http.StatusConflict, "last-owner")
		s.remove(s.ann, s.ann, "?handTo="+ada.ID).Problem(http.StatusConflict, "last-owner")
	})
	olga = s.Accept(olga, s.workspace)
	s.setRole(s.ann, s.ann, table.RoleMember).Must(http.StatusOK)
	s.Unchanged(func() {
		s.setRole(olga, olga, table.RoleMember).Problem(http.StatusConflict, "last-owner")
		s.remove(olga, olga, "?handTo="+ada.ID).Problem(http.StatusConflict, "last-owner")
	})
	s.whole()
}

// Where it could not be read whether there is another owner, nobody is said to be the last.
func TestAnOwnerWhoCannotBeLookedForIsAFailure(t *testing.T) {
	s := newTeam(t)
	s.joined("Olga Owner", "olga@acme.example", table.RoleOwner)
	s.Failing("members-update", "Query", 1, foyertest.ErrPasses)
	s.Unchanged(func() { s.setRole(s.ann, s.ann, table.RoleAdmin).Problem(http.StatusServiceUnavailable, "unavailable") })
	s.Release()
	s.setRole(s.ann, s.ann, table.RoleAdmin).Must(http.StatusOK)
}

// Two owners, 16 at once: each demotes or removes the other, or steps back.
func TestHoweverManyDemoteEachOtherOneOwnerStays(t *testing.T) {
	s := newTeam(t)
	olga := s.joined("Olga Owner", "olga@acme.example", table.RoleOwner)
	var all []func() foyertest.Response
	for n := range 16 {
		by, of := s.ann, olga
		if n%2 == 1 {
			by, of = olga, s.ann
		}
		switch n / 2 % 4 {
		case 0, 1:
			all = append(all, func() foyertest.Response { return s.setRole(by, of, table.RoleMember) })
		case 2:
			all = append(all, func() foyertest.Response { return s.remove(by, of, "") })
		case 3:
			all = append(all, func() foyertest.Response { return s.setRole(by, by, table.RoleAdmin) })
		}
	}
	for _, r := range atOnce(all...) {
		switch r.Status {
		case http.StatusOK, http.StatusAccepted, http.StatusForbidden, http.StatusNotFound, http.StatusConflict:
		default:
			t.Errorf("got %d %s", r.Status, r.Body)
		}
	}
	s.runJobs()
	owners := 0
	for _, p := range []foyertest.Person{s.ann, olga} {
		var place table.MembershipRow
		if s.find(table.Membership(p.ID, s.workspace), &place) && place.Role == table.RoleOwner {
			owners++
		}
	}
	if owners != 1 {
		t.Errorf("%d owners are left, want 1", owners)
	}
	s.whole()
}
