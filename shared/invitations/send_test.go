//go:build engine

package invitations_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"foyer/shared/foyertest"
	"foyer/shared/table"
)

func TestAContactIsInvitedToThePortal(t *testing.T) {
	o := newOffice(t)
	sent := o.send(o.nora).Must(http.StatusAccepted)
	if sent.String("access") != "invited" || sent.String("invitation.state") != table.InvitationQueued || sent.String("company.name") != "Globex" {
		t.Errorf("got %s", sent.Body)
	}
	mails := o.mailed("")
	if len(mails) != 1 || mails[0].To != o.nora.Email {
		t.Fatalf("got mails %+v, want one to Nora", mails)
	}
	for _, says := range []string{"Ann Archer", "Acme Agency", "Welcome."} {
		if !strings.Contains(mails[0].Text, says) {
			t.Errorf("the mail does not say %q: %s", says, mails[0].Text)
		}
	}
	o.stateIs(o.nora, table.InvitationSent)
	seen := view(o.World, mails[0].Token()).Must(http.StatusOK)
	if seen.String("company") != "Globex" || seen.String("inviterName") != "Ann Archer" {
		t.Errorf("got %s", seen.Body)
	}
	accept(o.World, nobody, mails[0].Token(), foyertest.Password).Must(http.StatusOK)
	nora := o.SignIn(o.nora)
	if me := o.Do(nora, "GET", "/v1/me", nil).Must(http.StatusOK); !strings.Contains(me.Body, o.Acme.Workspace) {
		t.Errorf("Nora is not of the workspace: %s", me.Body)
	}
	o.stateIs(o.nora, table.InvitationAccepted)
}

// Rule 23: resend makes a new link, and the old one stops working.
func TestSendingAgainMakesANewLinkAndTheOldOneIsDead(t *testing.T) {
	for name, become := range map[string]func(o office, link string){
		"sent":   func(office, string) {},
		"opened": func(o office, link string) { open(o.World, link).Must(http.StatusNoContent) },
		"expired": func(o office, _ string) {
			past := table.Set("expiresAt", o.Clock.Now().Add(-time.Second))
			update(o.World, table.Contact(o.Acme.Workspace, o.nora.Contact), past)
			update(o.World, table.Invitation(o.PersonID(o.nora.Email), o.Acme.Workspace, o.nora.Contact), past)
		},
		"revoked": func(o office, _ string) { o.revoke(o.nora).Must(http.StatusNoContent) },
	} {
		t.Run(name, func(t *testing.T) {
			o := newOffice(t)
			o.send(o.nora).Must(http.StatusAccepted)
			old := o.mailed(o.nora.Email)[0].Token()
			become(o, old)
			if shown, _ := o.state(o.nora); shown != name {
				t.Fatalf("got the state %q, want %q", shown, name)
			}
			o.send(o.nora).Must(http.StatusAccepted)
			view(o.World, old).Problem(http.StatusNotFound, "not-found")
			o.stateIs(o.nora, table.InvitationQueued)
			mails := o.mailed("")
			if len(mails) != 1 || mails[0].To != o.nora.Email || mails[0].Token() == old {
				t.Fatalf("got mails %+v, want one with another link", mails)
			}
			view(o.World, old).Problem(http.StatusNotFound, "not-found")
			accept(o.World, nobody, old, foyertest.Password).Problem(http.StatusNotFound, "not-found")
			accept(o.World, nobody, mails[0].Token(), foyertest.Password).Must(http.StatusOK)
			o.stateIs(o.nora, table.InvitationAccepted)
		})
	}
}

// A mail that has not left yet when the invitation is sent again does not leave: its
// link would be dead.
func TestOfTwoSendingsBeforeTheMailOneMailLeaves(t *testing.T) {
	o := newOffice(t)
	o.send(o.nora).Must(http.StatusAccepted)
	o.send(o.nora).Must(http.StatusAccepted)
	mails := o.mailed("")
	if len(mails) != 1 {
		t.Fatalf("got %d mails, want one", len(mails))
	}
	view(o.World, mails[0].Token()).Must(http.StatusOK)
}

func TestAnInvitationSentAgainIsRemindedOfAsIfItWereNew(t *testing.T) {
	o := newOffice(t)
	o.send(o.nora).Must(http.StatusAccepted)
	o.mailed("")
	o.Clock.Advance(reminder - time.Minute)
	o.send(o.nora).Must(http.StatusAccepted)
	link := o.mailed("")[0].Token()
	o.Clock.Advance(2 * time.Minute)
	o.runDue()
	if mails := o.mailed(o.nora.Email); len(mails) != 0 {
		t.Errorf("got %d reminders of the first sending, want none", len(mails))
	}
	o.Clock.Advance(reminder)
	o.runDue()
	if mails := o.mailed(o.nora.Email); len(mails) != 1 || mails[0].Token() != link {
		t.Errorf("got %+v, want one reminder with the link of the second sending", mails)
	}
}

func TestWhoCannotBeInvited(t *testing.T) {
	o := newOffice(t)
	rita := o.Client(o.Ann, o.Acme.Project, "Globex", "Rita Removed", "rita@globex.example")
	o.Do(o.Ann, "DELETE", o.path(rita.Contact, "access"), nil).Must(http.StatusNoContent)
	self := o.contact("Ann Archer", o.Ann.Email)
	bert := o.Invited(o.Ann, o.Acme.Project, "Globex", "Bert Bounced", "bert@globex.example")
	update(o.World, table.Contact(o.Acme.Workspace, bert.Contact), table.Set("invitationState", table.InvitationBounced))
	update(o.World, table.Invitation(bert.ID, o.Acme.Workspace, bert.Contact), table.Set("state", table.InvitationBounced))
	o.mailed("")
	o.Unchanged(func() {
		o.send(o.Carl).Problem(http.StatusConflict, "invitation-accepted")
		o.send(rita).Problem(http.StatusConflict, "access-removed")
		o.send(bert).Problem(http.StatusConflict, "address-bounced")
		o.send(self).Problem(http.StatusConflict, "is-member")
		o.send(foyertest.Person{Contact: "con_01JD0000000000000000000000"}).Problem(http.StatusNotFound, "not-found")
		o.Do(o.Carl, "POST", o.path(o.nora.Contact, "invitation"), nil).Problem(http.StatusNotFound, "not-found")
	})
	olga, _ := o.World.Workspace("Other Agency", "Olga Other", "olga@other.example")
	o.Unchanged(func() {
		o.Do(olga, "POST", o.path(o.nora.Contact, "invitation"), nil).Problem(http.StatusNotFound, "not-found")
	})
	gate := table.CompanyGate(o.Acme.Workspace, o.Company)
	update(o.World, table.WorkspaceGate(o.Acme.Workspace), table.Set("portalNeedsLicence", true))
	o.Unchanged(func() { o.send(o.nora).Problem(http.StatusConflict, "company-not-licensed") })
	update(o.World, gate, table.Set("licensed", true))
	o.send(o.nora).Must(http.StatusAccepted)
	update(o.World, gate, table.Set("archived", true))
	o.Unchanged(func() { o.send(o.nora).Problem(http.StatusConflict, "company-archived") })
	o.Drain()
	if mails := o.Mails(o.nora.Email); len(mails) != 0 {
		t.Errorf("got %d mails to a client of an archived company, want none", len(mails))
	}
}

// An address that Foyer knows is answered as one that it does not, and joins with the
// account that it has.
func TestAKnownAddressIsInvitedLikeAnUnknownOne(t *testing.T) {
	o := newOffice(t)
	olga, theirs := o.World.Workspace("Other Agency", "Olga Other", "olga@other.example")
	contact := o.contact("Olga Other", olga.Email)
	known, unknown := o.send(contact).Must(http.StatusAccepted), o.send(o.nora).Must(http.StatusAccepted)
	for name := range unknown.JSON() {
		if _, ok := known.JSON()[name]; !ok || len(known.JSON()) != len(unknown.JSON()) {
			t.Errorf("got %s for a known address, %s for an unknown one", known.Body, unknown.Body)
		}
	}
	link := o.mailed(olga.Email)[0].Token()
	accept(o.World, nobody, link, foyertest.Password).Problem(http.StatusConflict, "sign-in-first")
	accept(o.World, olga, link, "").Must(http.StatusOK)
	if me := o.Do(olga, "GET", "/v1/me", nil).Must(http.StatusOK); !strings.Contains(me.Body, o.Acme.Workspace) || !strings.Contains(me.Body, theirs) {
		t.Errorf("got %s, want both workspaces", me.Body)
	}
}

func TestARepeatedSendingIsOneMail(t *testing.T) {
	o := newOffice(t)
	key := foyertest.Header{Name: "Idempotency-Key", Value: "once"}
	o.send(o.nora, key).Must(http.StatusAccepted)
	o.Unchanged(func() { o.send(o.nora, key).Must(http.StatusAccepted) })
	first := o.mailed("")
	o.Unchanged(func() { o.send(o.nora, key).Must(http.StatusAccepted) })
	if again := o.mailed(""); len(first) != 1 || len(again) != 0 {
		t.Errorf("got %d mails and %d more, want one", len(first), len(again))
	}
}

// A double click is one sending, with a key for each click or without.
func TestADoubleClickSendsOneMail(t *testing.T) {
	for name, invited := range map[string]bool{"to who was not invited": false, "to who was": true} {
		t.Run(name, func(t *testing.T) {
			o := newOffice(t)
			if invited {
				o.send(o.nora).Must(http.StatusAccepted)
				o.mailed("")
			}
			o.meanwhile("invitations-send", func() { o.send(o.nora).Must(http.StatusAccepted) })
			key := foyertest.Header{Name: "Idempotency-Key", Value: "second"}
			o.send(o.nora, key).Must(http.StatusAccepted)
			if mails := o.mailed(""); len(mails) != 1 {
				t.Errorf("got %d mails, want one", len(mails))
			}
			o.Unchanged(func() { o.send(o.nora, key).Must(http.StatusAccepted) })
			want := 1
			if invited {
				want = 2
			}
			if got := o.Invitations(o.nora.Email, o.Acme.Workspace)[0].Generation; got != want {
				t.Errorf("got the generation %d, want %d", got, want)
			}
		})
	}
}

// Access is access whichever of its two rows tells of it, and is not asked for again.
func TestWhoHasAccessIsNotInvitedAgain(t *testing.T) {
	for what, do := range map[string]func(o office){
		"by the contact's row": func(o office) {
			update(o.World, table.Contact(o.Acme.Workspace, o.nora.Contact), table.Set("invitationState", table.InvitationAccepted))
		},
		"by the membership": func(o office) {
			put(o.World, table.Membership(o.PersonID(o.nora.Email), o.Acme.Workspace), table.MembershipRow{Workspace: o.Acme.Workspace, Contacts: map[string]string{o.nora.Contact: o.Company}})
		},
	} {
		t.Run(what, func(t *testing.T) {
			o := newOffice(t)
			o.send(o.nora).Must(http.StatusAccepted)
			o.mailed("")
			do(o)
			o.Unchanged(func() { o.send(o.nora).Problem(http.StatusConflict, "invitation-accepted") })
		})
	}
}

// The mail says who invites: whoever is not of the team any more, by the time that their
// name is read, invites nobody, and a name that cannot be read is a failure.
func TestAnInvitationIsInTheNameOfWhoIsThere(t *testing.T) {
	o := newOffice(t)
	me := table.Member(o.Acme.Workspace, o.Ann.ID)
	row := get[fields](o.World, me)
	row["name"] = []string{"Ann"}
	put(o.World, me, row)
	o.Unchanged(func() { o.send(o.nora).Problem(http.StatusInternalServerError, "internal") })
	if err := o.Table.DeleteOne(t.Context(), me); err != nil {
		t.Fatal(err)
	}
	o.Unchanged(func() { o.send(o.nora).Problem(http.StatusNotFound, "not-found") })
}

// Nobody is reminded of what has ended, nor of what ends at that very moment.
func TestAnInvitationIsRemindedOfWhileItLasts(t *testing.T) {
	o := newOffice(t)
	o.Config.InvitationLife = 2 * reminder
	o.send(o.nora).Must(http.StatusAccepted)
	if got := o.Invitations(o.nora.Email, o.Acme.Workspace)[0]; len(got.RemindAt) != 1 || !got.RemindAt[0].Before(got.ExpiresAt) {
		t.Errorf("it is reminded of at %v and ends at %s, want it once before", got.RemindAt, got.ExpiresAt)
	}
}

// A reminder is due at a whole minute: where that is past the end there is none.
func TestNoReminderIsDueAfterTheEnd(t *testing.T) {
	o := newOffice(t)
	o.Clock.Stand(o.Clock.Now().Truncate(time.Minute).Add(time.Minute + time.Second))
	o.Config.InvitationLife = reminder + 30*time.Second
	o.send(o.nora).Must(http.StatusAccepted)
	for key, item := range o.Rows() {
		if strings.HasPrefix(key.PK, table.RealmDue) && strings.Contains(key.SK, o.nora.Contact) {
			t.Errorf("there is %v", item)
		}
	}
}

// Nor before its time: of a time within a minute it is due with the next one.
func TestNoReminderIsDueBeforeItsTime(t *testing.T) {
	o := newOffice(t)
	o.Clock.Stand(o.Clock.Now().Truncate(time.Minute).Add(time.Minute + 30*time.Second))
	o.send(o.nora).Must(http.StatusAccepted)
	first, due := o.Invitations(o.nora.Email, o.Acme.Workspace)[0].RemindAt[0], 0
	for key := range o.Rows() {
		at, ok := strings.CutPrefix(key.PK, table.RealmDue)
		if !ok || !strings.Contains(key.SK, o.nora.Contact) {
			continue
		}
		due++
		minute, _, _ := strings.Cut(at, "#")
		if got, err := time.Parse("2006-01-02T15:04", minute); err != nil || got.Before(first) || got.Sub(first) > time.Minute {
			t.Errorf("the reminder of %s is due at %s (%v)", first, minute, err)
		}
	}
	if due != 1 {
		t.Errorf("%d reminders are due, want one", due)
	}
}
