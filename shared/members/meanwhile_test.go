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

// Only owners touch owners, and what somebody is counts at the moment of the change.
func TestAnAdminTouchesNobodyWhoIsMadeAnOwnerMeanwhile(t *testing.T) {
	s := newTeam(t)
	ada := s.joined("Ada Admin", "ada@acme.example", table.RoleAdmin)
	mia := s.invited("Mia Member", "mia@acme.example", table.RoleMember)
	at := s.member(mia) + "/invitation"
	for function, change := range map[string]func() foyertest.Response{
		"members-remove":            func() foyertest.Response { return s.remove(ada, mia, "") },
		"members-update":            func() foyertest.Response { return s.setRole(ada, mia, table.RoleAdmin) },
		"member-invitations-send":   func() foyertest.Response { return s.Do(ada, "POST", at, nil) },
		"member-invitations-revoke": func() foyertest.Response { return s.Do(ada, "DELETE", at, nil) },
	} {
		s.setRole(s.ann, mia, table.RoleMember).Must(http.StatusOK)
		as := func() {
			if got := s.Do(s.ann, "GET", s.member(mia), nil); got.Status != http.StatusOK || got.String("role") != table.RoleOwner || got.String("invitation.state") != "queued" {
				t.Errorf("%s: got %s, want an owner who is invited", function, got.Body)
			}
		}
		s.Before(function, "TransactWriteItems", 1, func() {
			s.Release() // the next ones are Ann's
			s.setRole(s.ann, mia, table.RoleOwner).Must(http.StatusOK)
		})
		change().Problem(http.StatusForbidden, "role")
		as()
	}
	if got := s.Invitations(mia.Email, s.workspace); len(got) != 1 || got[0].Generation != 1 || got[0].Role != table.RoleOwner {
		t.Errorf("got the invitations %+v, want the one that was sent, of an owner", got)
	}
	s.whole()
}

// An invitation that was taken back counts again where somebody sends it at the moment
// when its member is removed, and ends with them all the same.
func TestAnInvitationThatIsSentAgainMeanwhileEndsWithItsMember(t *testing.T) {
	s := newTeam(t)
	mia := s.invited("Mia Member", "mia@acme.example", table.RoleMember)
	at := s.member(mia) + "/invitation"
	s.Do(s.ann, "DELETE", at, nil).Must(http.StatusNoContent)
	s.Drain()
	s.ForgetMails()
	s.Before("members-remove", "TransactWriteItems", 1, func() { s.Do(s.ann, "POST", at, nil).Must(http.StatusAccepted) })
	s.remove(s.ann, mia, "").Must(http.StatusAccepted)
	s.Do(nobody, "GET", "/v1/invitations/"+s.Link(mia.Email, s.workspace), nil).Problem(http.StatusNotFound, "not-found")
	if got := s.Invitations(mia.Email, s.workspace); len(got) != 1 || got[0].State != table.InvitationRemoved {
		t.Errorf("got the invitations %+v, want the one that ended with the member", got)
	}
	s.Drain()
	if got := s.Mails(mia.Email); len(got) != 0 {
		t.Errorf("got the mails %+v, want none to who was removed", got)
	}
	s.whole()
}

// What another has sent meanwhile does for both only while it opens something.
func TestAnInvitationThatWasSentAndTakenBackMeanwhileIsSentAnew(t *testing.T) {
	s := newTeam(t)
	mia := s.invited("Mia Member", "mia@acme.example", table.RoleMember)
	at := s.member(mia) + "/invitation"
	s.Before("member-invitations-send", "TransactWriteItems", 1, func() {
		s.Release()
		s.Do(s.ann, "POST", at, nil).Must(http.StatusAccepted)
		s.Do(s.ann, "DELETE", at, nil).Must(http.StatusNoContent)
	})
	if got := s.Do(s.ann, "POST", at, nil).Must(http.StatusAccepted).String("invitation.state"); got != "queued" {
		t.Errorf("answered with an invitation that is %s, want it sent", got)
	}
	if got := s.Invitations(mia.Email, s.workspace)[0].Generation; got != 3 {
		t.Errorf("got the generation %d, want 3", got)
	}
	if mia = s.Accept(mia, s.workspace); !s.opens(mia) {
		t.Error("the link lets nobody in")
	}
	s.whole()
}

// A change that met another reads again; where that fails, nobody is told that the member
// is gone, nor is anything changed.
func TestAFailureWhileAChangeIsMadeAnewIsNoAbsence(t *testing.T) {
	s := newTeam(t)
	mia := s.invited("Mia Member", "mia@acme.example", table.RoleMember)
	for _, nth := range []int{2, 3} { // the first is of the access; then the member, then the invitation
		s.Release()
		s.Around("member-invitations-send", func(c foyertest.AWSCall, next func() (any, error)) (any, error) {
			switch {
			case c.Name == "TransactWriteItems" && c.Nth == 1:
				return nil, &types.TransactionCanceledException{CancellationReasons: []types.CancellationReason{{Code: aws.String("ConditionalCheckFailed")}}}
			case c.Name == "BatchGetItem" && c.Nth == nth:
				return nil, foyertest.ErrPasses
			}
			return next()
		})
		s.Unchanged(func() {
			s.Do(s.ann, "POST", s.member(mia)+"/invitation", nil).Problem(http.StatusServiceUnavailable, "unavailable")
		})
	}
}

// Of two owners one steps back while the other goes: a workspace keeps one.
func TestTheOwnerWhoStaysIsOneToTheLastMoment(t *testing.T) {
	s := newTeam(t)
	olga := s.joined("Olga Owner", "olga@acme.example", table.RoleOwner)
	max := s.joined("Max Member", "max@acme.example", table.RoleMember)
	s.Before("members-remove", "TransactWriteItems", 1, func() { s.setRole(olga, olga, table.RoleMember).Must(http.StatusOK) })
	s.remove(s.ann, s.ann, "?handTo="+max.ID).Problem(http.StatusConflict, "last-owner")
	var place table.MembershipRow
	if !s.find(table.Membership(s.ann.ID, s.workspace), &place) || place.Role != table.RoleOwner {
		t.Errorf("got the membership %+v, want the last owner", place)
	}
	s.whole()
}

// Two invite the same person at the same moment, and the second sees the invitation of the
// first, but not yet that they are of the team for it.
func TestWhoIsInvitedMeanwhileIsNotInvitedTwice(t *testing.T) {
	s := newTeam(t)
	olga, _ := s.Workspace("Other Agency", "Olga Other", "olga@other.example")
	asked := make(chan struct{})
	s.Around("members-invite", func(c foyertest.AWSCall, next func() (any, error)) (any, error) {
		switch {
		case c.Name == "BatchGetItem" && c.Nth == 2: // the first is of the access
			defer close(asked)
		case c.Name == "Query" && c.Nth == 1:
			<-asked
			s.invite(s.ann, "Olga Other", olga.Email, table.RoleMember).Must(http.StatusCreated)
		}
		return next()
	})
	s.invite(s.ann, "Olga Again", olga.Email, table.RoleOwner).Problem(http.StatusConflict, "member-exists")
	if got := s.Invitations(olga.Email, s.workspace); len(got) != 1 || got[0].Generation != 1 || got[0].Role != table.RoleMember {
		t.Errorf("got the invitations %+v, want the first", got)
	}
	if got := s.Do(s.ann, "GET", s.member(olga), nil).Must(http.StatusOK); got.String("role") != table.RoleMember || got.String("name") != "Olga Other" {
		t.Errorf("got %s, want who was invited first", got.Body)
	}
	s.whole()
}
