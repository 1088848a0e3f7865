//go:build engine

package invitations_test

import (
	"net/http"
	"strings"
	"testing"

	"foyer/shared/foyertest"
	"foyer/shared/table"
)

// What changes between the reading and the writing is noticed.
func TestWhatChangesMeanwhileCounts(t *testing.T) {
	for name, c := range map[string]struct {
		invited bool
		do      func(o office)
		status  int
		code    string
	}{
		"the company is archived": {false, func(o office) {
			update(o.World, table.CompanyGate(o.Acme.Workspace, o.Company), table.Set("archived", true))
		}, http.StatusConflict, "company-archived"},
		"the address joins the team": {true, func(o office) {
			id := o.PersonID(o.nora.Email)
			put(o.World, table.Member(o.Acme.Workspace, id), table.MemberRow{Person: id, Role: table.RoleMember, InvitationState: table.InvitationQueued})
		}, http.StatusConflict, "is-member"},
		"the person has a role": {true, func(o office) {
			put(o.World, table.Membership(o.PersonID(o.nora.Email), o.Acme.Workspace), table.MembershipRow{Workspace: o.Acme.Workspace, Role: table.RoleMember})
		}, http.StatusConflict, "is-member"},
		"who was a client once has a role": {true, func(o office) {
			key := table.Membership(o.PersonID(o.nora.Email), o.Acme.Workspace)
			if has(o.World, key) { // as it was read before
				update(o.World, key, table.Set("role", table.RoleMember))
			}
		}, http.StatusConflict, "is-member"},
		"access is removed": {true, func(o office) {
			o.Do(o.Ann, "DELETE", o.path(o.nora.Contact, "access"), nil).Must(http.StatusNoContent)
		}, http.StatusConflict, "access-removed"},
		"it is accepted": {true, func(o office) { o.Accept(o.nora, o.Acme.Workspace) }, http.StatusConflict, "invitation-accepted"},
		"it is revoked":  {true, func(o office) { o.revoke(o.nora).Must(http.StatusNoContent) }, http.StatusAccepted, ""},
		"it is opened":   {true, func(o office) { open(o.World, o.Link(o.nora.Email, o.Acme.Workspace)).Must(http.StatusNoContent) }, http.StatusAccepted, ""},
		"the contact has another name": {false, func(o office) {
			o.Do(o.Ann, "PATCH", strings.TrimSuffix(o.path(o.nora.Contact, ""), "/"), fields{"name": "Nora Newer"}, foyertest.Header{Name: "If-Match", Value: "*"}).Must(http.StatusOK)
		}, http.StatusAccepted, ""},
		"the contact has another address": {false, func(o office) {
			o.Do(o.Ann, "PATCH", strings.TrimSuffix(o.path(o.nora.Contact, ""), "/"), fields{"email": "nora@new.example"}, foyertest.Header{Name: "If-Match", Value: "*"}).Must(http.StatusOK)
		}, http.StatusAccepted, ""},
	} {
		t.Run(name, func(t *testing.T) {
			o := newOffice(t)
			if c.invited {
				o.send(o.nora).Must(http.StatusAccepted)
				o.mailed("")
			}
			if name == "who was a client once has a role" {
				put(o.World, table.Membership(o.PersonID(o.nora.Email), o.Acme.Workspace), table.MembershipRow{Workspace: o.Acme.Workspace})
			}
			o.meanwhile("invitations-send", func() { c.do(o) })
			r := o.send(o.nora)
			mails := o.mailed("")
			if c.code != "" {
				r.Problem(c.status, c.code)
				if len(mails) != 0 {
					t.Errorf("got %d mails, want none", len(mails))
				}
				return
			}
			r.Must(c.status)
			if len(mails) != 1 || mails[0].To != r.String("email") || !strings.Contains(mails[0].Text, r.String("name")) {
				t.Fatalf("got mails %+v, want one to %s", mails, r.Body)
			}
			if seen := view(o.World, mails[0].Token()).Must(http.StatusOK); seen.String("name") != r.String("name") || seen.String("email") != r.String("email") {
				t.Errorf("got the invitation %s of %s", seen.Body, r.Body)
			}
		})
	}
}

// Of two requests at once one mail leaves and one sending is recorded, also where the
// mail of the one before has not left yet.
func TestASecondSendingMeanwhileIsTheSame(t *testing.T) {
	o := newOffice(t)
	o.send(o.nora).Must(http.StatusAccepted)
	o.meanwhile("invitations-send", func() { o.send(o.nora).Must(http.StatusAccepted) })
	o.send(o.nora).Must(http.StatusAccepted)
	sent := 0
	for _, item := range o.Rows() {
		var a table.ActivityRow
		if err := table.Unmarshal(item, &a); err != nil {
			t.Fatal(err)
		}
		if a.Type == table.ActivityInvitationSent && a.Subject == o.nora.Contact {
			sent++
		}
	}
	if mails := o.mailed(o.nora.Email); sent != 2 || len(mails) != 1 {
		t.Errorf("%d sendings are recorded and %d mails left, want two and one", sent, len(mails))
	}
}

func TestWhatWasSentAndAcceptedMeanwhileIsNotSentAgain(t *testing.T) {
	o := newOffice(t)
	o.meanwhile("invitations-send", func() {
		o.send(o.nora).Must(http.StatusAccepted)
		accept(o.World, nobody, o.mailed(o.nora.Email)[0].Token(), foyertest.Password).Must(http.StatusOK)
	})
	o.send(o.nora).Problem(http.StatusConflict, "invitation-accepted")
	if mails := o.mailed(o.nora.Email); len(mails) != 0 {
		t.Errorf("%d mails left, want none", len(mails))
	}
}

// A contact who was invited has an invitation: where it is not there, that is a failure
// of ours, and nobody is invited as if for the first time.
func TestAnInvitationThatIsMissingIsAFailure(t *testing.T) {
	o := newOffice(t)
	o.send(o.nora).Must(http.StatusAccepted)
	o.mailed("")
	if err := o.Table.DeleteOne(t.Context(), o.Invitations(o.nora.Email, o.Acme.Workspace)[0].Key); err != nil {
		t.Fatal(err)
	}
	o.Unchanged(func() { o.send(o.nora).Problem(http.StatusInternalServerError, "internal") })
}
