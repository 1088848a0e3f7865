//go:build engine

package members_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"foyer/shared/foyertest"
	"foyer/shared/table"
)

func TestWhoIsInvitedIsOfTheTeamOnceTheyAccept(t *testing.T) {
	s := newTeam(t)
	r := s.invite(s.ann, "Mia Member", "Mia@Acme.example", table.RoleMember).Must(http.StatusCreated)
	mia := foyertest.Person{ID: r.String("person"), Name: "Mia Member", Email: "mia@acme.example", Password: foyertest.Password}
	if r.String("role") != "member" || r.String("email") != mia.Email || r.String("invitation.state") != "queued" {
		t.Errorf("got %s", r.Body)
	}
	var membership table.MembershipRow
	if s.find(table.Membership(mia.ID, s.workspace), &membership) {
		t.Error("there is a membership before they accepted")
	}
	s.Drain()
	mails := s.Mails(mia.Email)
	if len(mails) != 1 || !strings.Contains(mails[0].Text, "Ann Archer") || !strings.Contains(mails[0].Text, "Acme Agency") {
		t.Fatalf("got the mails %v, want one that names who invites to what", mails)
	}
	s.Do(nobody, "POST", "/v1/invitations/"+mails[0].Token()+"/acceptance", fields{"password": mia.Password}).Must(http.StatusOK)
	mia = s.SignIn(mia)
	if !s.opens(mia) {
		t.Error("whoever accepted is not let in")
	}
	shown := s.Do(mia, "GET", s.member(mia), nil).Must(http.StatusOK)
	if shown.String("invitation.state") != "accepted" {
		t.Errorf("got %s", shown.Body)
	}
	s.whole()
}

func TestTheListHasEverybodyOnce(t *testing.T) {
	s := newTeam(t)
	want := map[string]string{s.ann.ID: "accepted"}
	want[s.joined("Mia Member", "mia@acme.example", table.RoleMember).ID] = "accepted"
	want[s.invited("Ada Admin", "ada@acme.example", table.RoleAdmin).ID] = "queued"
	late := s.invited("Lea Late", "lea@acme.example", table.RoleMember)
	want[late.ID] = "expired"
	past := table.Set("expiresAt", s.Clock.Now().Add(-time.Second))
	if err := s.Table.UpdateOne(t.Context(), table.Member(s.workspace, late.ID), past, table.Exists()); err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for cursor := ""; ; {
		r := s.Do(s.ann, "GET", s.members()+"?limit=3&cursor="+cursor, nil).Must(http.StatusOK)
		for _, m := range r.List("items") {
			id := m["person"].(string)
			if _, twice := got[id]; twice {
				t.Errorf("%s is listed twice", id)
			}
			got[id] = m["invitation"].(map[string]any)["state"].(string)
		}
		if cursor = r.String("next"); cursor == "" {
			break
		}
	}
	if len(got) != len(want) {
		t.Errorf("got %d members, want %d", len(got), len(want))
	}
	for id, state := range want {
		if got[id] != state {
			t.Errorf("%s is %q, want %q", id, got[id], state)
		}
	}
	s.Do(s.carl, "GET", s.members(), nil).Problem(http.StatusNotFound, "not-found")
}

func TestOnlyAnOwnerMakesOwners(t *testing.T) {
	s := newTeam(t)
	ada := s.joined("Ada Admin", "ada@acme.example", table.RoleAdmin)
	mia := s.joined("Mia Member", "mia@acme.example", table.RoleMember)
	s.Unchanged(func() {
		s.invite(ada, "Olga Owner", "olga@acme.example", table.RoleOwner).Problem(http.StatusForbidden, "role")
		s.invite(mia, "Max Member", "max@acme.example", table.RoleMember).Problem(http.StatusForbidden, "role")
	})
	s.invite(ada, "Max Member", "max@acme.example", table.RoleMember).Must(http.StatusCreated)
	s.invite(s.ann, "Olga Owner", "olga@acme.example", table.RoleOwner).Must(http.StatusCreated)
}

func TestAClientOfTheWorkspaceIsNotInvitedToItsTeam(t *testing.T) {
	s := newTeam(t)
	waiting := s.Invited(s.ann, s.project, "Globex", "Wanda Waits", "wanda@globex.example")
	s.Unchanged(func() {
		s.invite(s.ann, "Carl Client", s.carl.Email, table.RoleMember).Problem(http.StatusConflict, "is-client")
		s.invite(s.ann, "Wanda Waits", waiting.Email, table.RoleMember).Problem(http.StatusConflict, "is-client")
		s.invite(s.ann, "Ann Archer", s.ann.Email, table.RoleMember).Problem(http.StatusConflict, "member-exists")
	})
	s.Do(s.ann, "DELETE", "/v1/workspaces/"+s.workspace+"/contacts/"+s.carl.Contact+"/access", nil).Must(http.StatusNoContent)
	s.invite(s.ann, "Carl Client", s.carl.Email, table.RoleMember).Must(http.StatusCreated)
	carl := s.Accept(s.carl, s.workspace)
	if !s.opens(carl) {
		t.Error("who was a client and accepted to be of the team is not let in")
	}
}

// One account is of the team or a client, to the last moment.
func TestWhoBecomesAClientMeanwhileIsNotInvitedToTheTeam(t *testing.T) {
	s := newTeam(t)
	olga, _ := s.Workspace("Other Agency", "Olga Other", "olga@other.example")
	s.Before("members-invite", "TransactWriteItems", 1, func() {
		s.put(table.Membership(olga.ID, s.workspace), table.MembershipRow{Workspace: s.workspace, Contacts: map[string]string{"con_01JD0000000000000000000000": "com_01JD0000000000000000000000"}})
	})
	s.invite(s.ann, "Olga Other", olga.Email, table.RoleMember).Problem(http.StatusConflict, "is-client")
	if s.find(table.Member(s.workspace, olga.ID), &table.MemberRow{}) {
		t.Error("a client is of the team")
	}
}

func TestAnInvitedMemberIsNotInvitedTwice(t *testing.T) {
	s := newTeam(t)
	s.invited("Mia Member", "mia@acme.example", table.RoleMember)
	s.Unchanged(func() {
		s.invite(s.ann, "Mia Member", "mia@acme.example", table.RoleAdmin).Problem(http.StatusConflict, "member-exists")
	})
	s.Drain()
	if got := len(s.Mails("mia@acme.example")); got != 1 {
		t.Errorf("got %d mails, want 1", got)
	}
}

// Rule 4: one sign-in, several memberships.
func TestAMemberElsewhereIsInvitedWithTheSameAnswer(t *testing.T) {
	s := newTeam(t)
	olga, _ := s.Workspace("Other Agency", "Olga Other", "olga@other.example")
	known := s.invite(s.ann, "Olga Other", olga.Email, table.RoleMember).Must(http.StatusCreated)
	unknown := s.invite(s.ann, "Olga Other", "olga@unknown.example", table.RoleMember).Must(http.StatusCreated)
	if known.String("person") != olga.ID {
		t.Errorf("got %s, want the account of the address", known.Body)
	}
	blank := func(r foyertest.Response) string {
		body := r.Body
		for _, name := range []string{"person", "email", "createdAt", "invitation.expiresAt"} {
			body = strings.ReplaceAll(body, r.String(name), "")
		}
		return body
	}
	if a, b := blank(known), blank(unknown); a != b {
		t.Errorf("the answers differ: %s and %s", a, b)
	}
	if got := len(s.Pauses("members-invite")); got != 2 {
		t.Errorf("%d answers waited for their floor, want both", got)
	}
	olga = s.Accept(olga, s.workspace)
	if got := s.Do(olga, "GET", "/v1/me", nil).Must(http.StatusOK).List("memberships"); len(got) != 2 {
		t.Errorf("got the memberships %v, want both", got)
	}
}

func TestInvitingTwiceWithOneKeyInvitesOnce(t *testing.T) {
	s := newTeam(t)
	key := foyertest.Header{Name: "Idempotency-Key", Value: "mia-1"}
	body := fields{"name": "Mia Member", "email": "mia@acme.example", "role": "member"}
	first := s.Do(s.ann, "POST", s.members(), body, key).Must(http.StatusCreated)
	s.Unchanged(func() { s.Do(s.ann, "POST", s.members(), body, key).Must(http.StatusCreated).Same(first) })
	var both []func() foyertest.Response
	for range 4 {
		both = append(both, func() foyertest.Response { return s.invite(s.ann, "Max Member", "max@acme.example", "member") })
	}
	made := 0
	for _, r := range atOnce(both...) {
		if r.Status == http.StatusCreated {
			made++
		}
	}
	if made != 1 || len(s.Invitations("max@acme.example", s.workspace)) != 1 {
		t.Errorf("of four at once %d invited, want one", made)
	}
	s.whole()
}

func TestAMembersInvitationIsSentAgainWithANewLinkAndTakenBack(t *testing.T) {
	s := newTeam(t)
	ada := s.joined("Ada Admin", "ada@acme.example", table.RoleAdmin)
	mia := s.invited("Mia Member", "mia@acme.example", table.RoleMember)
	at := s.member(mia) + "/invitation"
	s.Drain()
	old := s.Mails(mia.Email)[0].Token()
	if r := s.Do(ada, "POST", at, nil).Must(http.StatusAccepted); r.String("invitation.state") != "queued" {
		t.Errorf("got %s", r.Body)
	}
	s.Drain()
	fresh := s.Mails(mia.Email)[1].Token()
	s.Do(nobody, "GET", "/v1/invitations/"+old, nil).Problem(http.StatusNotFound, "not-found")
	s.Do(nobody, "GET", "/v1/invitations/"+fresh, nil).Must(http.StatusOK)
	s.Do(ada, "DELETE", at, nil).Must(http.StatusNoContent)
	s.Do(nobody, "GET", "/v1/invitations/"+fresh, nil).Problem(http.StatusNotFound, "not-found")
	s.Unchanged(func() { s.Do(ada, "DELETE", at, nil).Must(http.StatusNoContent) })
	s.Do(ada, "POST", at, nil).Must(http.StatusAccepted)
	mia = s.Accept(mia, s.workspace)
	s.Unchanged(func() {
		s.Do(ada, "POST", at, nil).Problem(http.StatusConflict, "invitation-accepted")
		s.Do(ada, "DELETE", at, nil).Problem(http.StatusConflict, "invitation-accepted")
		s.Do(ada, "POST", s.member(s.carl)+"/invitation", nil).Problem(http.StatusNotFound, "not-found")
	})
	if !s.opens(mia) {
		t.Error("the last link did not let in")
	}
	s.whole()
}

func TestOnlyOwnersTouchTheInvitationOfAnOwner(t *testing.T) {
	s := newTeam(t)
	ada := s.joined("Ada Admin", "ada@acme.example", table.RoleAdmin)
	olga := s.invited("Olga Owner", "olga@acme.example", table.RoleOwner)
	s.Unchanged(func() {
		s.Do(ada, "POST", s.member(olga)+"/invitation", nil).Problem(http.StatusForbidden, "role")
		s.Do(ada, "DELETE", s.member(olga)+"/invitation", nil).Problem(http.StatusForbidden, "role")
	})
	s.Do(s.ann, "POST", s.member(olga)+"/invitation", nil).Must(http.StatusAccepted)
}

func TestMailOfAMemberThatCameBackIsNotSentAgain(t *testing.T) {
	s := newTeam(t)
	mia := s.invited("Mia Member", "mia@acme.example", table.RoleMember)
	for key, name := range map[table.Key]string{table.Member(s.workspace, mia.ID): "invitationState", table.Invitation(mia.ID, s.workspace, mia.ID): "state"} {
		if err := s.Table.UpdateOne(t.Context(), key, table.Set(name, table.InvitationBounced), table.Exists()); err != nil {
			t.Fatal(err)
		}
	}
	s.Unchanged(func() {
		s.Do(s.ann, "POST", s.member(mia)+"/invitation", nil).Problem(http.StatusConflict, "address-bounced")
	})
}

func TestSendingAgainAtOnceOrWithOneKeySendsOneMail(t *testing.T) {
	s := newTeam(t)
	mia := s.invited("Mia Member", "mia@acme.example", table.RoleMember)
	s.Drain()
	s.ForgetMails()
	key := foyertest.Header{Name: "Idempotency-Key", Value: "again-1"}
	at := s.member(mia) + "/invitation"
	first := s.Do(s.ann, "POST", at, nil, key).Must(http.StatusAccepted)
	s.Unchanged(func() { s.Do(s.ann, "POST", at, nil, key).Must(http.StatusAccepted).Same(first) })
	s.Drain()
	if got := len(s.Mails(mia.Email)); got != 1 {
		t.Errorf("got %d mails, want 1", got)
	}
	// Another sends it between what this request read and what it writes.
	s.Before("member-invitations-send", "TransactWriteItems", 1, func() {
		s.Release()
		s.Do(s.ann, "POST", at, nil).Must(http.StatusAccepted)
	})
	s.Do(s.ann, "POST", at, nil, foyertest.Header{Name: "Idempotency-Key", Value: "again-2"}).Must(http.StatusAccepted)
	s.Drain()
	if got := len(s.Mails(mia.Email)); got != 2 {
		t.Errorf("got %d mails, want one more for the two requests", got)
	}
	if got := s.Invitations(mia.Email, s.workspace)[0].Generation; got != 3 {
		t.Errorf("got the generation %d, want 3", got)
	}
	s.whole()
}
