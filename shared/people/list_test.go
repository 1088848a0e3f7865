//go:build engine

package people_test

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"foyer/shared/foyertest"
	"foyer/shared/table"
)

// scene is Acme Agency, its project, and Carl of Globex as its client.
type scene struct {
	*foyertest.World
	foyertest.Acme
	t *testing.T
}

func newScene(t *testing.T) scene {
	t.Helper()
	w := foyertest.New(t)
	return scene{World: w, Acme: w.Acme(), t: t}
}

func (s scene) path() string { return "/v1/projects/" + s.Acme.Project + "/people" }

func (s scene) list(who foyertest.Person, query string) foyertest.Response {
	s.t.Helper()
	return s.Do(who, http.MethodGet, s.path()+query, nil)
}

func (s scene) put(key table.Key, row any) {
	s.t.Helper()
	if err := s.Table.PutOne(s.t.Context(), key, row, nil); err != nil {
		s.t.Fatal(err)
	}
}

// shown is one person of the list as Ann sees it.
func (s scene) shown(person string) map[string]any {
	s.t.Helper()
	for _, p := range s.list(s.Ann, "?limit=100").Must(http.StatusOK).List("items") {
		if p["person"] == person {
			return p
		}
	}
	s.t.Fatalf("%s is not in the people", person)
	return nil
}

// colleague makes someone who owns another workspace a member of Acme too, and of
// its project if said.
func (s scene) colleague(name, email string, inProject bool) foyertest.Person {
	s.t.Helper()
	p, _ := s.World.Workspace("Agency of "+name, name, email)
	w, project := s.Acme.Workspace, s.Acme.Project
	s.put(table.Membership(p.ID, w), table.MembershipRow{Workspace: w, Role: table.RoleMember})
	s.put(table.Member(w, p.ID), table.MemberRow{Person: p.ID, Name: name, Email: email, Role: table.RoleMember, InvitationState: table.InvitationAccepted}.In(w))
	if inProject {
		s.put(table.Project(p.ID, project), table.PersonProjectRow{Project: project, Kind: table.KindMember})
		s.put(table.Person(project, p.ID), table.PersonRow{Person: p.ID, Name: name, Kind: table.KindMember})
		s.put(table.TeamPerson(project, p.ID), table.TeamPersonRow{Person: p.ID, Kind: table.KindMember, AddedBy: s.Ann.ID})
	}
	return p
}

func TestThePeopleOfAProjectAreItsMembersAndItsClients(t *testing.T) {
	s := newScene(t)
	other := s.World.Project(s.Ann, s.Acme.Workspace, "Another")
	s.Invited(s.Ann, other, "Globex", "Not Here", "not@globex.example")
	wanda := s.Invited(s.Ann, s.Acme.Project, "Initech", "Wanda Waits", "wanda@initech.example")
	bob := s.colleague("Bob Builder", "bob@acme.example", true)
	r := s.list(s.Ann, "").Must(http.StatusOK)
	got := map[string]string{}
	for _, p := range r.List("items") {
		if _, err := time.Parse(time.RFC3339, p["addedAt"].(string)); err != nil {
			t.Errorf("addedAt: %v", err)
		}
		delete(p, "addedAt")
		if inv, ok := p["invitation"].(map[string]any); ok {
			delete(inv, "expiresAt")
		}
		got[p["name"].(string)] = fmt.Sprint(p)
	}
	want := map[string]string{
		"Ann Archer":  fmt.Sprint(map[string]any{"person": s.Ann.ID, "name": "Ann Archer", "kind": "member", "email": "ann@acme.example", "role": "owner", "invitation": map[string]any{"state": "accepted"}}),
		"Bob Builder": fmt.Sprint(map[string]any{"person": bob.ID, "name": "Bob Builder", "kind": "member", "email": "bob@acme.example", "role": "member", "invitation": map[string]any{"state": "accepted"}}),
		"Carl Client": fmt.Sprint(map[string]any{"person": s.Carl.ID, "name": "Carl Client", "kind": "client", "label": "The Client", "email": "carl@globex.example", "contact": s.Carl.Contact,
			"company": map[string]any{"id": s.Company, "name": "Globex"}, "invitation": map[string]any{"state": "accepted"}}),
		"Wanda Waits": fmt.Sprint(map[string]any{"person": wanda.ID, "name": "Wanda Waits", "kind": "client", "label": "The Client", "email": "wanda@initech.example", "contact": wanda.Contact,
			"company": map[string]any{"id": wanda.Company, "name": "Initech"}, "invitation": map[string]any{"state": "queued"}}),
	}
	for name, p := range want {
		if got[name] != p {
			t.Errorf("%s: got %s, want %s", name, got[name], p)
		}
	}
	if len(got) != len(want) {
		t.Errorf("got %d people, want %d: %s", len(got), len(want), r.Body)
	}
	if n := len(s.list(bob, "").Must(http.StatusOK).List("items")); n != len(want) { // a member of the project sees the same
		t.Errorf("Bob sees %d people, want %d", n, len(want))
	}
}

func TestTheStateOfAnInvitationIsShownAsItStands(t *testing.T) {
	s := newScene(t)
	wanda := s.Invited(s.Ann, s.Acme.Project, "Globex", "Wanda Waits", "wanda@globex.example")
	key := table.Contact(s.Acme.Workspace, wanda.Contact)
	set := func(name string, value any) {
		t.Helper()
		if err := s.Table.UpdateOne(t.Context(), key, table.Set(name, value), table.Exists()); err != nil {
			t.Fatal(err)
		}
	}
	for _, ended := range []bool{false, true} {
		if ended {
			set("expiresAt", time.Now().Add(-time.Second))
		}
		for _, state := range []string{"queued", "sent", "opened", "accepted", "revoked", "bounced"} {
			set("invitationState", state)
			want := state
			if ended && slices.Contains([]string{"queued", "sent", "opened"}, state) {
				want = "expired" // by the clock, whatever the row says
			}
			if got := s.shown(wanda.ID)["invitation"].(map[string]any)["state"]; got != want {
				t.Errorf("%s, its time over: %t: got %v, want %s", state, ended, got, want)
			}
		}
	}
}

// The job that withdraws a removed client takes the name out of the project; the
// team still sees who it was.
func TestAClientWhoseNameWasTakenOutIsStillKnownToTheTeam(t *testing.T) {
	s := newScene(t)
	s.Do(s.Ann, http.MethodDelete, "/v1/workspaces/"+s.Acme.Workspace+"/contacts/"+s.Carl.Contact+"/access", nil).Must(http.StatusNoContent)
	if err := s.Table.DeleteOne(t.Context(), table.Person(s.Acme.Project, s.Carl.ID)); err != nil {
		t.Fatal(err)
	}
	got := s.shown(s.Carl.ID)
	if got["name"] != "Carl Client" || got["label"] != "The Client" || got["invitation"].(map[string]any)["state"] != "removed" {
		t.Errorf("got %v, want Carl, removed", got)
	}
}

// 2 × 130 rows are more than one BatchGet takes.
func TestEveryoneIsListedOnceHoweverLongThePages(t *testing.T) {
	s := newScene(t)
	want := map[string]bool{s.Ann.ID: true, s.Carl.ID: true}
	for i := range 130 {
		person, contact := fmt.Sprintf("per_%026d", i), fmt.Sprintf("con_%026d", i)
		s.put(table.TeamPerson(s.Acme.Project, person), table.TeamPersonRow{Person: person, Kind: table.KindClient, Contact: contact, Company: s.Company, AddedBy: s.Ann.ID})
		s.put(table.Person(s.Acme.Project, person), table.PersonRow{Person: person, Kind: table.KindClient, Name: fmt.Sprint("Client ", i)})
		s.put(table.Contact(s.Acme.Workspace, contact), table.ContactRow{Contact: contact, Company: s.Company, Name: fmt.Sprint("Client ", i), InvitationState: table.InvitationAccepted})
		want[person] = true
	}
	for _, limit := range []int{1, 7, 20, 100} {
		seen, query, pages := map[string]bool{}, fmt.Sprintf("?limit=%d", limit), 0
		for {
			page := s.list(s.Ann, query).Must(http.StatusOK)
			pages++
			items := page.List("items")
			for _, p := range items {
				id := p["person"].(string)
				if seen[id] || !want[id] || p["name"] == "" || p["invitation"] == nil {
					t.Fatalf("limit %d: %v is there twice, wrongly or without what belongs to it", limit, p)
				}
				seen[id] = true
			}
			next := page.String("next")
			if next == "" {
				break
			}
			if len(items) != limit {
				t.Fatalf("limit %d: a page of %d with more to come", limit, len(items))
			}
			query = fmt.Sprintf("?limit=%d&cursor=%s", limit, url.QueryEscape(next))
		}
		if len(seen) != len(want) || pages != (len(want)+limit-1)/limit {
			t.Errorf("limit %d: got %d people on %d pages, want %d", limit, len(seen), pages, len(want))
		}
	}
}

func TestACursorOfSomeoneElseOrMadeUpIsRefused(t *testing.T) {
	s := newScene(t)
	bob := s.colleague("Bob Builder", "bob@acme.example", true)
	other := s.World.Project(s.Ann, s.Acme.Workspace, "Another")
	s.Invited(s.Ann, other, "Globex", "Cora", "cora@globex.example")
	mine := s.list(s.Ann, "?limit=1").Must(http.StatusOK).String("next")
	elsewhere := s.Do(s.Ann, http.MethodGet, "/v1/projects/"+other+"/people?limit=1", nil).Must(http.StatusOK).String("next")
	if mine == "" || elsewhere == "" {
		t.Fatal("there is no cursor to try")
	}
	s.list(s.Ann, "?cursor="+mine).Must(http.StatusOK)
	changed := "A" + mine[1:]
	if changed == mine {
		changed = "B" + mine[1:]
	}
	for name, cursor := range map[string]string{
		"of another project": elsewhere, "changed": changed, "cut": mine[:len(mine)-4], "an id": s.Carl.ID, "made up": "bm90aGluZw", "no base64": "%25%25", "too long": strings.Repeat("A", 513),
	} {
		t.Run(name, func(*testing.T) { s.list(s.Ann, "?cursor="+cursor).Fault("query.cursor") })
	}
	s.list(bob, "?cursor="+mine).Fault("query.cursor")
	for _, query := range []string{"?limit=0", "?limit=101", "?limit=-1", "?limit=x", "?state=sent", "?as=" + s.Carl.ID} {
		s.list(s.Ann, query).Problem(http.StatusUnprocessableEntity, "invalid")
	}
	for _, query := range []string{"?limit=1&limit=2", "?cursor=%ff", "?cursor=%zz"} {
		s.list(s.Ann, query).Problem(http.StatusBadRequest, "malformed")
	}
}

func TestOnlyTheStaffOfTheProjectSeeItsPeople(t *testing.T) {
	s := newScene(t)
	olga, theirs := s.World.Workspace("Other Agency", "Olga Other", "olga@other.example")
	elsewhere := s.World.Project(olga, theirs, "Elsewhere")
	outside := s.colleague("Bea Beside", "bea@acme.example", false)
	s.Unchanged(func() {
		project := s.Acme.Project
		absent := s.Do(s.Ann, http.MethodGet, "/v1/projects/"+project[:50]+"ZZZZZZ/people", nil).Problem(http.StatusNotFound, "not-found")
		s.list(foyertest.Person{}, "").Problem(http.StatusUnauthorized, "unauthorized")
		for _, who := range []foyertest.Person{s.Carl, olga, outside} {
			s.list(who, "").Same(absent)
			s.list(who, "?limit=0").Same(absent)
		}
		for _, id := range []string{elsewhere, s.Acme.Workspace, s.Ann.ID, project + "%2Fpeople", "%2F" + project, strings.ToLower(project), project[:30] + elsewhere[30:], elsewhere[:30] + project[30:]} {
			s.Do(s.Ann, http.MethodGet, "/v1/projects/"+id+"/people", nil).Same(absent)
		}
	})
}
