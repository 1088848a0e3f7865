//go:build engine

package invitations_test

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

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
			if company, _ := i["company"].(fields); (i["kind"] == table.KindClient) != (company["name"] == "Globex") {
				o.T.Errorf("got %v, want a client's with the name of their company, and no other", i)
			}
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

// Each range of the index is read once for a page, and nothing else of it: whatever waits
// beside what has expired.
func TestAListReadsWhatItIsAskedForAndNoMore(t *testing.T) {
	o := newOffice(t)
	o.Config.InvitationLife = 20 * time.Minute
	for _, s := range []string{table.InvitationSent, table.InvitationOpened, table.InvitationRevoked} {
		o.one(s)
	}
	o.Clock.Advance(o.Config.InvitationLife)
	for n := range 3 {
		o.send(o.contact(fmt.Sprintf("waiting %d", n), fmt.Sprintf("waiting-%d@globex.example", n))).Must(http.StatusAccepted)
	}
	o.mailed("")
	var counting sync.Mutex // the ranges are read at once
	queries, entries := 0, 0
	o.Around("invitations-list", func(c foyertest.AWSCall, next func() (any, error)) (any, error) {
		out, err := next()
		if got, ok := out.(*dynamodb.QueryOutput); ok {
			counting.Lock()
			queries, entries = queries+1, entries+len(got.Items)
			counting.Unlock()
		}
		return out, err
	})
	for state, want := range map[string]int{"revoked": 1, "sent": 1, "revoked,bounced": 2, "expired": 3, "expired,revoked": 4, "expired,sent,queued": 3} {
		queries = 0
		o.Do(o.Ann, "GET", "/v1/workspaces/"+o.Acme.Workspace+"/invitations?limit=1&state="+state, nil).Must(http.StatusOK)
		if queries != want {
			t.Errorf("state=%s: %d queries, want %d", state, queries, want)
		}
	}
	entries = 0
	o.Do(o.Ann, "GET", "/v1/workspaces/"+o.Acme.Workspace+"/invitations?state=opened", nil).Must(http.StatusOK)
	if entries != 0 {
		t.Errorf("state=opened: %d entries were read, want none: what was opened has expired", entries)
	}
}

// What the index has and the row does not is passed over, and nothing that stands behind
// it in one state is left out for what comes from another.
func TestNothingIsLeftOutBehindWhatIsNotShown(t *testing.T) {
	o := newOffice(t)
	people := map[string]foyertest.Person{}
	for n := range 5 {
		name := fmt.Sprint("number ", n)
		people[name] = o.contact(name, fmt.Sprintf("number-%d@globex.example", n))
		o.send(people[name]).Must(http.StatusAccepted)
		o.mailed("")
		if n < 2 {
			o.revoke(people[name]).Must(http.StatusNoContent)
		}
	}
	for _, name := range []string{"number 3", "number 4"} { // the newest
		update(o.World, table.Contact(o.Acme.Workspace, people[name].Contact), table.Set("invitationState", table.InvitationBounced))
	}
	o.lists("sent,revoked", "number 0 revoked", "number 1 revoked", "number 2 sent")
}

// The index that a page is found by may be behind: a row is shown by what it says itself.
func TestWhatIsInAnotherStateByThenIsNotListed(t *testing.T) {
	o := newOffice(t)
	p := o.one(table.InvitationSent)
	o.Around("invitations-list", func(c foyertest.AWSCall, next func() (any, error)) (any, error) {
		if c.Name == "Query" {
			defer o.revoke(p).Must(http.StatusNoContent)
		}
		return next()
	})
	if got := o.listed("sent", 100); len(got) != 0 {
		t.Errorf("got %q, which is revoked", got)
	}
}

// An empty number or flag is none, and not one that was left out.
func TestAnEmptyNumberOrFlagOfAListIsRefusedInItsPlace(t *testing.T) {
	o := newOffice(t)
	path := "/v1/workspaces/" + o.Acme.Workspace + "/invitations"
	for query, place := range map[string]string{"?limit=": "query.limit", "?counts=": "query.counts"} {
		r := o.Do(o.Ann, "GET", path+query, nil).Fault(place)
		if got := strings.Count(r.Body, place); got != 1 {
			t.Errorf("%s is named %d times, want once: %s", place, got, r.Body)
		}
	}
	o.Do(o.Ann, "GET", path+"?limit=1&cursor=", nil).Must(http.StatusOK) // no cursor: the beginning
}
