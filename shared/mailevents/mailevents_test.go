//go:build engine

package mailevents_test

import (
	"encoding/json"
	"net/http"
	"testing"
	"time"

	"foyer/shared/foyertest"
	"foyer/shared/mailevents"
	"foyer/shared/table"
)

// scene is Acme with Ivy, who was invited and has her mail.
type scene struct {
	*foyertest.World
	foyertest.Acme
	ivy foyertest.Person
}

func begin(t *testing.T) scene {
	t.Helper()
	t.Parallel()
	w := foyertest.New(t)
	w.Config.Reminder = 4 * time.Minute
	s := scene{World: w, Acme: w.Acme()}
	s.due()
	s.ivy = w.Invited(s.Ann, s.Acme.Project, "Globex", "Ivy Invited", "ivy@globex.example")
	w.Drain()
	return s
}

func (s scene) due() {
	s.T.Helper()
	if err := s.RunDue(); err != nil {
		s.T.Fatal(err)
	}
}

// tell gives mail-events what SES tells of the last mail to the address.
func (s scene) tell(kind, bounce, to string) {
	s.T.Helper()
	mails := s.Mails(to)
	tags := map[string][]string{"ses:configuration-set": {s.Config.MailEvents}}
	for name, value := range mails[len(mails)-1].Tags {
		tags[name] = []string{value}
	}
	recipients := []map[string]string{{"emailAddress": to}}
	body, err := json.Marshal(map[string]any{"eventType": kind, "mail": map[string]any{"messageId": "m1", "tags": tags},
		"bounce": map[string]any{"bounceType": bounce, "bouncedRecipients": recipients}, "complaint": map[string]any{"complainedRecipients": recipients}})
	if err != nil {
		s.T.Fatal(err)
	}
	if err := mailevents.Run(s.T.Context(), s.Env(mailevents.ID), string(body)); err != nil {
		s.T.Fatal(err)
	}
}

func (s scene) states() (shown, own string) {
	s.T.Helper()
	r := s.Do(s.Ann, "GET", "/v1/workspaces/"+s.Acme.Workspace+"/contacts/"+s.ivy.Contact, nil).Must(http.StatusOK)
	return r.String("invitation.state"), s.Invitations(s.ivy.Email, s.Acme.Workspace)[0].State
}

func TestWhatComesBackEndsItsInvitationAndAllMailToTheAddress(t *testing.T) {
	for name, event := range map[string][2]string{"a bounce": {"Bounce", "Permanent"}, "a complaint": {"Complaint", ""}} {
		t.Run(name, func(t *testing.T) {
			s := begin(t)
			link := s.Mails(s.ivy.Email)[0].Token()
			s.tell(event[0], event[1], s.ivy.Email)
			if shown, own := s.states(); shown != table.InvitationBounced || own != table.InvitationBounced {
				t.Errorf("the team sees %q, the invitation is %q, want both bounced", shown, own)
			}
			s.Do(foyertest.Person{}, "GET", "/v1/invitations/"+link, nil).Problem(http.StatusNotFound, "not-found")
			s.Unchanged(func() { s.tell(event[0], event[1], s.ivy.Email) }) // SES tells at least once
			s.Do(s.Ann, "POST", "/v1/workspaces/"+s.Acme.Workspace+"/contacts/"+s.ivy.Contact+"/invitation", nil).Problem(http.StatusConflict, "address-bounced")
			s.ForgetMails()
			s.Clock.Advance(10 * time.Minute)
			s.due()
			s.Drain()
			if mails := s.Mails(s.ivy.Email); len(mails) != 0 {
				t.Errorf("got %d mails after it, want none", len(mails))
			}
			// Nor from elsewhere: the invitation of another agency ends in the same state.
			olga, theirs := s.World.Workspace("Other Agency", "Olga Other", "olga@other.example")
			s.Invited(olga, s.World.Project(olga, theirs, "Elsewhere"), "Globex", "Ivy", s.ivy.Email)
			s.Drain()
			if mails := s.Mails(s.ivy.Email); len(mails) != 0 {
				t.Errorf("got %d mails of another agency, want none", len(mails))
			}
			if got := s.Invitations(s.ivy.Email, theirs)[0].State; got != table.InvitationBounced {
				t.Errorf("the other agency's invitation is %q, want bounced", got)
			}
		})
	}
}

func TestWhatMayArriveYetChangesNothing(t *testing.T) {
	s := begin(t)
	s.Unchanged(func() {
		s.tell("Bounce", "Transient", s.ivy.Email)
		s.tell("Bounce", "Undetermined", s.ivy.Email)
		s.tell("Delivery", "", s.ivy.Email)
	})
}

// A mail of an older link says nothing of the newer one's, but of the address.
func TestABounceOfAnOlderLinkEndsNotTheNewerInvitation(t *testing.T) {
	s := begin(t)
	s.Do(s.Ann, "POST", "/v1/workspaces/"+s.Acme.Workspace+"/contacts/"+s.ivy.Contact+"/invitation", nil).Must(http.StatusAccepted)
	s.tell("Bounce", "Permanent", s.ivy.Email)
	if shown, _ := s.states(); shown != table.InvitationQueued {
		t.Errorf("got %q, want queued still", shown)
	}
	s.ForgetMails()
	s.Drain() // its own mail finds the address suppressed
	if shown, _ := s.states(); shown != table.InvitationBounced || len(s.Mails(s.ivy.Email)) != 0 {
		t.Errorf("got %q and %d mails, want bounced and none", shown, len(s.Mails(s.ivy.Email)))
	}
}

func TestABounceTakesNoAccessAway(t *testing.T) {
	s := begin(t)
	ivy := s.Accept(s.ivy, s.Acme.Workspace)
	s.tell("Bounce", "Permanent", s.ivy.Email)
	if shown, own := s.states(); shown != table.InvitationAccepted || own != table.InvitationAccepted {
		t.Errorf("got %q and %q, want accepted still", shown, own)
	}
	s.Do(ivy, "GET", "/v1/portal/projects/"+s.Acme.Project, nil).Must(http.StatusOK)
}

// Whatever mail it is, and whosever: none goes where a mail was complained of. A later
// bounce does not make it less.
func TestNoMailOfAnyKindGoesToASuppressedAddress(t *testing.T) {
	s := begin(t)
	forgot := func() int {
		s.ForgetMails()
		s.Do(foyertest.Person{Source: "198.51.100.1"}, "POST", "/v1/password-resets", map[string]any{"email": s.Carl.Email}).Must(http.StatusAccepted)
		s.Drain()
		return len(s.Mails(s.Carl.Email))
	}
	if got := forgot(); got != 1 {
		t.Fatalf("got %d mails before, want one", got)
	}
	s.tell("Complaint", "", s.Carl.Email)
	s.tell("Bounce", "Permanent", s.Carl.Email)
	if got := forgot(); got != 0 {
		t.Errorf("got %d mails to an address that complained, want none", got)
	}
	var row table.SuppressedRow
	if found, err := s.Table.Get(t.Context(), table.Suppressed(s.Carl.Email), &row); err != nil || !found || row.Why != table.SuppressedComplaint {
		t.Errorf("got %+v (%v), want a complaint still", row, err)
	}
}

func TestWhatIsNoEventIsNotTakenAsOne(t *testing.T) {
	s := begin(t)
	env := s.Env(mailevents.ID)
	s.Unchanged(func() {
		if err := mailevents.Run(t.Context(), env, "no JSON"); err == nil {
			t.Error("got no error for what cannot be read: it would be lost")
		}
		for _, body := range []string{`{}`, `{"eventType":"Bounce"}`,
			`{"eventType":"Bounce","bounce":{"bounceType":"Permanent","bouncedRecipients":[{"emailAddress":"nobody"}]},"mail":{"tags":{"person":["x"],"mail":["!"]}}}`} {
			if err := mailevents.Run(t.Context(), env, body); err != nil {
				t.Errorf("%s: %v", body, err)
			}
		}
	})
}
