//go:build engine

package invitations_test

import (
	"testing"

	"foyer/shared/table"
)

func TestAnOpenedInvitationIsShownAsOpenedToTheTeam(t *testing.T) {
	for _, from := range []string{table.InvitationQueued, table.InvitationSent} {
		t.Run(from, func(t *testing.T) {
			w, workspace, link := invited(t)
			ann := w.PersonID(annsAddress)
			update(w, table.Invitation(ann, workspace, ann), table.Set("state", from))
			open(w, link).Must(204)
			if got := get[table.InvitationRow](w, table.Invitation(ann, workspace, ann)).State; got != table.InvitationOpened {
				t.Errorf("the invitation is %q, want opened", got)
			}
			if got := get[table.MemberRow](w, table.Member(workspace, ann)).InvitationState; got != table.InvitationOpened {
				t.Errorf("the team sees %q, want opened", got)
			}
			w.Unchanged(func() { open(w, link).Must(204) })
			accept(w, nobody, link, chosen).Must(200) // opening has not used it up
		})
	}
}

func TestTheTeamSeesAClientsInvitationOpenedAtTheContact(t *testing.T) {
	w, workspace, _ := invited(t)
	link := asClient(w, annsAddress, workspace, contact, globex)
	open(w, link).Must(204)
	if got := get[table.ContactRow](w, table.Contact(workspace, contact)).InvitationState; got != table.InvitationOpened {
		t.Errorf("the team sees %q at the contact, want opened", got)
	}
}

func TestOpeningTakesNoBodyAndNoQuery(t *testing.T) {
	w, _, link := invited(t)
	w.Unchanged(func() {
		w.Do(nobody, "POST", "/v1/invitations/"+link+"/opening?x=1", nil).Problem(422, "invalid")
	})
}
