//go:build engine

package invitations_test

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"testing"
	"time"

	"foyer/shared/foyertest"
	"foyer/shared/table"
)

// listed are names and states of what the list shows, page by page.
func (o office) listed(state string, limit int) (names []string) {
	o.T.Helper()
	next := ""
	for {
		r := o.Do(o.Ann, "GET", fmt.Sprintf("/v1/workspaces/%s/invitations?state=%s&limit=%d&cursor=%s", o.Acme.Workspace, state, limit, url.QueryEscape(next)), nil).Must(http.StatusOK)
		for _, i := range r.List("items") {
			names = append(names, fmt.Sprint(i["name"], " ", i["invitation"].(fields)["state"]))
		}
		if len(r.List("items")) > limit {
			o.T.Errorf("got %d, want at most %d", len(r.List("items")), limit)
		}
		if next = r.String("next"); next == "" {
			return names
		}
	}
}

func (o office) lists(state string, want ...string) {
	o.T.Helper()
	for _, limit := range []int{1, 2, 100} {
		got := o.listed(state, limit)
		slices.Sort(got)
		if !slices.Equal(got, want) {
			o.T.Errorf("state=%s by %d: got %q, want %q", state, limit, got, want)
		}
	}
}

// one makes a contact whose invitation is in that state.
func (o office) one(state string) foyertest.Person {
	o.T.Helper()
	p := o.contact(state+" one", state+"@globex.example")
	o.send(p).Must(http.StatusAccepted)
	if state == table.InvitationQueued {
		return p
	}
	link := o.mailed(p.Email)[0].Token()
	switch state {
	case table.InvitationOpened:
		open(o.World, link).Must(http.StatusNoContent)
	case table.InvitationAccepted:
		accept(o.World, nobody, link, foyertest.Password).Must(http.StatusOK)
	case table.InvitationRevoked:
		o.revoke(p).Must(http.StatusNoContent)
	case table.InvitationRemoved:
		o.Do(o.Ann, "DELETE", o.path(p.Contact, "access"), nil).Must(http.StatusNoContent)
	}
	return p
}

// Rule 23, for whoever follows up: which invitations wait, and which do not.
func TestInvitationsAreListedByWhereTheyStand(t *testing.T) {
	o := newOffice(t)
	o.Config.InvitationLife = 20 * time.Minute // shorter than access tokens
	o.one(table.InvitationSent)
	o.Clock.Advance(o.Config.InvitationLife) // its time is over, nothing has touched it
	for _, s := range []string{table.InvitationSent, table.InvitationOpened, table.InvitationRevoked, table.InvitationRemoved, table.InvitationAccepted, table.InvitationQueued} {
		if s == table.InvitationSent {
			p := o.contact("late one", "late@globex.example")
			o.send(p).Must(http.StatusAccepted)
			o.mailed(p.Email)
			continue
		}
		o.one(s)
	}
	o.lists("queued", "queued one queued") // the mail to it has not left
	o.lists("sent", "late one sent")
	o.lists("opened", "opened one opened")
	o.lists("expired", "sent one expired")
	o.lists("revoked", "revoked one revoked")
	o.lists("removed", "removed one removed")
	o.lists("bounced")
	o.lists("accepted", "Ann Archer accepted", "Carl Client accepted", "accepted one accepted")
	o.lists("sent,expired", "late one sent", "sent one expired")
	o.lists("expired,queued,revoked", "queued one queued", "revoked one revoked", "sent one expired")
	all := o.listed("", 3)
	if len(all) != 9 {
		t.Errorf("got %q, want each of nine once", all)
	}

	r := o.Do(o.Ann, "GET", "/v1/workspaces/"+o.Acme.Workspace+"/invitations?counts=true&state=bounced", nil).Must(http.StatusOK)
	want := map[string]float64{"queued": 1, "sent": 1, "opened": 1, "accepted": 3, "expired": 1, "revoked": 1, "bounced": 0, "removed": 1}
	counts := r.JSON()["counts"].(fields)
	for state, n := range want {
		if counts[state] != n {
			t.Errorf("counted %v %s, want %v", counts[state], state, n)
		}
	}
	if len(r.List("items")) != 0 {
		t.Errorf("got %s, want the bounced ones alone: none", r.Body)
	}
	o.Unchanged(func() {
		o.Do(o.Ann, "GET", "/v1/workspaces/"+o.Acme.Workspace+"/invitations?state=sent,lost", nil).Problem(http.StatusUnprocessableEntity, "invalid")
		o.Do(o.Carl, "GET", "/v1/workspaces/"+o.Acme.Workspace+"/invitations", nil).Problem(http.StatusNotFound, "not-found")
	})
}

func TestAMovedInvitationIsListedWhereItIs(t *testing.T) {
	o := newOffice(t)
	o.Config.InvitationLife = 20 * time.Minute
	p := o.one(table.InvitationOpened)
	o.send(p).Must(http.StatusAccepted)
	o.lists("opened")
	o.lists("queued", "opened one queued")
	o.mailed(p.Email)
	o.lists("sent", "opened one sent")
	o.Do(o.Ann, "DELETE", o.path(p.Contact, "access"), nil).Must(http.StatusNoContent)
	o.lists("sent")
	o.Do(o.Ann, "PUT", o.path(p.Contact, "access"), nil).Must(http.StatusNoContent)
	o.lists("removed")
	o.lists("sent", "opened one sent")
	o.Clock.Advance(o.Config.InvitationLife)
	o.lists("sent")
	o.lists("expired", "opened one expired")
}

func TestInvitationsOfAnotherAgencyAreNotListed(t *testing.T) {
	o := newOffice(t)
	olga, other := o.World.Workspace("Other Agency", "Olga Other", "olga@other.example")
	o.Invited(olga, o.World.Project(olga, other, "Elsewhere"), "Globex", o.nora.Name, o.nora.Email)
	if got := o.listed("", 100); slices.ContainsFunc(got, func(s string) bool { return s != "Ann Archer accepted" && s != "Carl Client accepted" }) {
		t.Errorf("got %q, want Acme's alone", got)
	}
}
