//go:build engine

package invitations_test

import (
	"net/http"
	"testing"

	"foyer/shared/foyertest"
	"foyer/shared/table"
)

// Rule 23: a revoked invitation's link is dead at once, and nothing more is sent.
func TestARevokedInvitationIsDeadAtOnce(t *testing.T) {
	o := newOffice(t)
	o.send(o.nora).Must(http.StatusAccepted)
	link := o.mailed(o.nora.Email)[0].Token()
	open(o.World, link).Must(http.StatusNoContent)
	o.revoke(o.nora).Must(http.StatusNoContent)
	never := view(o.World, "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA").Problem(http.StatusNotFound, "not-found")
	for what, r := range map[string]foyertest.Response{
		"view": view(o.World, link), "open": open(o.World, link), "accept": accept(o.World, nobody, link, foyertest.Password),
	} {
		r.Problem(http.StatusNotFound, "not-found")
		if what == "view" && r.String("detail") != never.String("detail") {
			t.Errorf("got %s, for an invented one %s", r.Body, never.Body)
		}
	}
	o.stateIs(o.nora, table.InvitationRevoked)
	o.Unchanged(func() { o.revoke(o.nora).Must(http.StatusNoContent) })
	o.Clock.Advance(2 * reminder)
	o.runDue()
	if mails := o.mailed(""); len(mails) != 0 {
		t.Errorf("got mails %+v after it was revoked, want none", mails)
	}
}

func TestAMailThatHasNotLeftWhenItsInvitationIsRevokedDoesNotLeave(t *testing.T) {
	o := newOffice(t)
	o.send(o.nora).Must(http.StatusAccepted)
	o.revoke(o.nora).Must(http.StatusNoContent)
	if mails := o.mailed(""); len(mails) != 0 {
		t.Errorf("got %d mails, want none", len(mails))
	}
}

func TestOnlyWhatWaitsIsRevoked(t *testing.T) {
	o := newOffice(t)
	rita := o.Client(o.Ann, o.Acme.Project, "Globex", "Rita Removed", "rita@globex.example")
	o.Do(o.Ann, "DELETE", o.path(rita.Contact, "access"), nil).Must(http.StatusNoContent)
	o.Unchanged(func() {
		o.revoke(o.nora).Must(http.StatusNoContent) // nobody has invited her
		o.revoke(o.Carl).Problem(http.StatusConflict, "invitation-accepted")
		o.revoke(rita).Problem(http.StatusConflict, "access-removed")
		o.revoke(foyertest.Person{Contact: "con_01JD0000000000000000000000"}).Problem(http.StatusNotFound, "not-found")
		o.Do(o.Carl, "DELETE", o.path(o.Carl.Contact, "invitation"), nil).Problem(http.StatusNotFound, "not-found")
	})
	if me := o.Do(o.Carl, "GET", "/v1/portal/projects/"+o.Acme.Project, nil); me.Status != http.StatusOK {
		t.Errorf("Carl lost access: %d", me.Status)
	}
}

// An acceptance that comes first stands.
func TestWhatIsAcceptedMeanwhileIsNotRevoked(t *testing.T) {
	o := newOffice(t)
	o.send(o.nora).Must(http.StatusAccepted)
	o.meanwhile("invitations-revoke", func() { o.Accept(o.nora, o.Acme.Workspace) })
	o.revoke(o.nora).Problem(http.StatusConflict, "invitation-accepted")
	o.stateIs(o.nora, table.InvitationAccepted)
}

// What is sent again meanwhile is revoked, with its new link.
func TestARevocationEndsTheLinkThatIsTheLast(t *testing.T) {
	o := newOffice(t)
	o.send(o.nora).Must(http.StatusAccepted)
	o.mailed("")
	o.meanwhile("invitations-revoke", func() { o.send(o.nora).Must(http.StatusAccepted) })
	o.revoke(o.nora).Must(http.StatusNoContent)
	o.stateIs(o.nora, table.InvitationRevoked)
	if mails := o.mailed(""); len(mails) != 0 {
		t.Errorf("got %d mails, want none", len(mails))
	}
}
