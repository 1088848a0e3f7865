//go:build engine

package invitations_test

import (
	"net/http"
	"testing"

	"foyer/shared/foyertest"
	"foyer/shared/table"
)

// Whoever is given another role while they accept joins with that one, and never with the
// one before.
func TestARoleThatIsGivenDuringTheAcceptanceIsTheOneThatCounts(t *testing.T) {
	o := newOffice(t)
	const address = "mia@acme.example"
	members := "/v1/workspaces/" + o.Acme.Workspace + "/members"
	mia := o.Do(o.Ann, "POST", members, fields{"name": "Mia Member", "email": address, "role": table.RoleAdmin}).Must(http.StatusCreated).String("person")
	link := o.mailed(address)[0].Token()
	o.Before("invitations-accept", "TransactWriteItems", 1, func() {
		o.Do(o.Ann, "PATCH", members+"/"+mia, fields{"role": table.RoleMember}, foyertest.Header{Name: "If-Match", Value: "*"}).Must(http.StatusOK)
	})
	accept(o.World, nobody, link, chosen).Problem(http.StatusConflict, "write-conflict")
	if has(o.World, table.Membership(mia, o.Acme.Workspace)) {
		t.Error("Mia is of the team by the role that was taken from her")
	}
	if got := get[table.MemberRow](o.World, table.Member(o.Acme.Workspace, mia)).InvitationState; got != table.InvitationSent {
		t.Errorf("the team sees %q, want sent", got)
	}
	accept(o.World, nobody, link, chosen).Must(http.StatusOK)
	if got := get[table.MembershipRow](o.World, table.Membership(mia, o.Acme.Workspace)).Role; got != table.RoleMember {
		t.Errorf("Mia is %q of the team, want member", got)
	}
}

// A link that opens nothing any more gives no access either.
func TestALinkThatGoesDuringItsAcceptanceGivesNoAccess(t *testing.T) {
	w, workspace, link := invited(t)
	ann := w.PersonID(annsAddress)
	w.Before("invitations-accept", "TransactWriteItems", 1, func() { remove(w, table.Token(link)) })
	accept(w, nobody, link, chosen).Problem(http.StatusNotFound, "not-found")
	if has(w, table.Membership(ann, workspace)) {
		t.Error("the person has a membership")
	}
	if got := w.Invitations(annsAddress, workspace)[0].State; got != table.InvitationQueued {
		t.Errorf("the invitation is %q, want queued", got)
	}
	if got := get[table.AccountRow](w, table.Account(ann)); got.State != table.AccountInvited || got.LeaseID != "" {
		t.Errorf("the account is %+v, want invited and not leased", got)
	}
}
