//go:build engine

package mail_test

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"foyer/shared/foyertest"
	"foyer/shared/table"
)

// markKey is the mark of Ivy's mail.
func (s scene) markKey() table.Key {
	s.T.Helper()
	for line := range strings.SplitSeq(s.Dump(), "\n") {
		if rest, ok := strings.CutPrefix(line, table.UserPartition(s.Ivy.ID)+" / "+table.PrefixMail); ok {
			id, _, _ := strings.Cut(rest, " ")
			return table.MailMark(s.Ivy.ID, id)
		}
	}
	s.T.Fatal("Ivy has no mail")
	return table.Key{}
}

// claimed puts another process's claim on Ivy's mail that lasts so long.
func (s scene) claimed(left time.Duration) table.MailMarkRow {
	s.T.Helper()
	row := table.MailMarkRow{ClaimID: "clm_other", ClaimUntil: s.Clock.Now().Add(left).UnixMilli(), TTL: s.Clock.Now().Add(time.Hour).Unix()}
	s.put(s.markKey(), row)
	return row
}

func (s scene) waits(why string) {
	s.T.Helper()
	s.mails(0, why)
	if got := s.Waiting(mailID); got != 1 {
		s.T.Errorf("%s: got %d records waiting, want the mail's", why, got)
	}
	if got := s.Poisoned(); len(got) != 0 {
		s.T.Errorf("%s: got %v poisoned, want none: this passes", why, got)
	}
}

func TestAMailThatAnotherProcessHasIsLeftToIt(t *testing.T) {
	t.Run("until its claim ends", func(t *testing.T) {
		s := begin(t)
		s.Clock.Stand(s.Clock.Now())
		s.claimed(0)
		s.Drain()
		s.waits("in the last moment of another's claim")
		s.Clock.Advance(time.Millisecond)
		s.Drain()
		s.mails(1, "after it")
	})
	t.Run("who took it at the same moment", func(t *testing.T) {
		s := begin(t)
		s.claimed(-time.Hour)
		for nth := range 3 { // Drain tries as often
			s.Before(mailID, "PutItem", 2*(nth+1), func() {
				s.claimed(-time.Minute)
				s.put(s.markKey(), table.MailMarkRow{ClaimID: "clm_" + string(rune('a'+nth))})
			})
		}
		s.Drain()
		s.waits("another was faster")
	})
	t.Run("who may drop it, or not", func(t *testing.T) {
		s := begin(t)
		s.change(func(i *table.InvitationRow) { i.State = table.InvitationRevoked })
		s.Before(mailID, "UpdateItem", 1, func() { s.claimed(time.Minute) })
		s.Drain()
		s.mails(0, "revoked")
		if got := s.marks(); len(got) != 1 || got[0].Dropped != "" || got[0].ClaimID != "clm_other" {
			t.Errorf("got %+v, want the mark that is another's as it was", got)
		}
		if got := s.Poisoned(); len(got) != 0 {
			t.Errorf("got %v poisoned, want none: whoever has the claim decides", got)
		}
	})
	t.Run("who may end what it is about, or not", func(t *testing.T) {
		s := begin(t)
		s.put(table.Suppressed(s.Ivy.Email), table.SuppressedRow{Why: table.SuppressedComplaint, Message: "m", At: s.Clock.Now()})
		s.Before(mailID, "TransactWriteItems", 1, func() { s.claimed(time.Minute) })
		s.Drain()
		s.mails(0, "nobody sends to the address")
		s.state(table.InvitationQueued)
		if got := s.marks(); len(got) != 1 || got[0].Dropped != "" || got[0].ClaimID != "clm_other" {
			t.Errorf("got %+v, want the mark that is another's as it was", got)
		}
	})
	t.Run("and whose claim is not given back by others", func(t *testing.T) {
		s := begin(t)
		s.Around(mailID, func(c foyertest.AWSCall, next func() (any, error)) (any, error) {
			if c.Name == "BatchGetItem" {
				s.claimed(time.Minute)
				return nil, foyertest.ErrPasses
			}
			return next()
		})
		s.Drain()
		if got := s.marks(); len(got) != 1 || got[0].ClaimUntil == 0 {
			t.Errorf("got %+v, want another's claim as it was", got)
		}
		if !strings.Contains(s.Log.String(), "claim not released") {
			t.Error("nothing in the log says that the claim was not released")
		}
	})
}

// A claim whose answer was lost, and which the SDK then asks for again, is this
// process's all the same.
func TestAClaimWhoseAnswerWasLostHolds(t *testing.T) {
	for what, prepare := range map[string]func(s scene){
		"a first claim":                    func(scene) {},
		"a claim after another that ended": func(s scene) { s.claimed(-time.Minute) },
	} {
		t.Run(what, func(t *testing.T) {
			s := begin(t)
			prepare(s)
			s.Around(mailID, func(c foyertest.AWSCall, next func() (any, error)) (any, error) {
				if c.Name == "PutItem" && c.Nth <= 2 {
					_, _ = next() // had its effect, and nobody knows
				}
				return next()
			})
			s.Drain()
			s.mails(1, "claimed once")
		})
	}
}

func TestAMarkThatCannotBeReadSendsNothing(t *testing.T) {
	s := begin(t)
	s.claimed(-time.Minute)
	s.Failing(mailID, "GetItem", 1, foyertest.ErrStays)
	s.Drain()
	s.mails(0, "its mark cannot be read")
	if got := s.Poisoned(); len(got) != 1 {
		t.Errorf("got %v poisoned, want the mail: no retry mends that", got)
	}
}

// The link goes out only after the row that it opens is there, and is the same as that
// of an earlier try.
func TestALinkThatWouldOpenNothingIsNotSent(t *testing.T) {
	t.Run("the token's row cannot be put", func(t *testing.T) {
		s := begin(t)
		s.Failing(mailID, "PutItem", 2, foyertest.ErrStays)
		s.Drain()
		s.mails(0, "no row for its token")
	})
	t.Run("the key of an earlier try cannot be read", func(t *testing.T) {
		s := begin(t)
		row := s.claimed(-time.Minute)
		row.KeyVersion = "00000000-0000-4000-8000-000000000000"
		s.put(s.markKey(), row)
		s.failing(func(input any) error {
			if in, ok := input.(*secretsmanager.GetSecretValueInput); ok && in.VersionId != nil {
				return foyertest.ErrPasses
			}
			return nil
		})
		s.Drain()
		s.mails(0, "no key for its token")
	})
}

func TestAnInvitationIntoWhatIsGoneIsDropped(t *testing.T) {
	t.Run("the workspace", func(t *testing.T) {
		s := begin(t)
		s.delete(table.WorkspaceGate(s.workspace))
		s.Drain()
		s.dropped("workspace-closed")
	})
	t.Run("the invitation", func(t *testing.T) {
		s := begin(t)
		s.delete(s.invitation().Key)
		s.Drain()
		s.dropped("invitation-gone")
	})
	t.Run("the access, in the contact's row", func(t *testing.T) {
		s := begin(t)
		row := s.contact()
		row.Removed = true
		s.put(row.Key, row)
		s.Drain()
		s.dropped("access-removed")
	})
}

func (s scene) delete(key table.Key) {
	s.T.Helper()
	if err := s.Table.DeleteOne(s.T.Context(), key); err != nil {
		s.T.Fatal(err)
	}
}

// A mail marks as sent the invitation that it was made for, and only where that waits
// for its mail.
func TestAMailMarksTheInvitationThatItWasMadeFor(t *testing.T) {
	for what, c := range map[string]struct {
		meanwhile           func(s scene)
		invitation, contact string
	}{
		"sent again": {func(s scene) { s.change(func(i *table.InvitationRow) { i.Generation = 2 }) }, table.InvitationQueued, table.InvitationQueued},
		"another state in the contact's row": {func(s scene) {
			row := s.contact()
			row.InvitationState = table.InvitationBounced
			s.put(row.Key, row)
		}, table.InvitationQueued, table.InvitationBounced},
	} {
		t.Run(what, func(t *testing.T) {
			s := begin(t)
			s.Before(mailID, "SendEmail", 1, func() { c.meanwhile(s) })
			s.Drain()
			s.mails(1, what)
			if got := s.invitation().State; got != c.invitation {
				t.Errorf("got the invitation %s, want %s", got, c.invitation)
			}
			if got := s.contact().InvitationState; got != c.contact {
				t.Errorf("got the contact's invitation %s, want %s", got, c.contact)
			}
			if marks := s.marks(); len(marks) != 1 || marks[0].SentAt == nil {
				t.Errorf("got %+v, want the mail marked as sent", marks)
			}
		})
	}
}

// notified puts the mail of a line of the feed, as stream-notify does, and sends it.
// It gives back why it was dropped; empty: it was sent.
func (s scene) notified(to foyertest.Person, change func(m *table.MailRow)) (dropped string) {
	s.T.Helper()
	item := s.Do(s.Ann, "POST", "/v1/projects/"+s.project+"/items", map[string]any{"kind": "message", "title": "Kick-off", "clientCanSee": true}).Must(201).String("id")
	s.Drain()
	s.ForgetMails()
	m := table.MailRow{Mail: "notification#test", Kind: table.MailNotification, Person: to.ID, Workspace: s.workspace, Project: s.project, Item: item,
		Type: table.ActivityItemCreated, Actor: s.Ann.ID, Audience: table.KindClient, Reason: "activity", TTL: s.Clock.Now().Add(time.Hour).Unix()}
	change(&m)
	s.put(table.Mail(to.ID, m.Mail), m)
	s.Drain()
	var mark table.MailMarkRow
	if _, err := s.Table.Get(s.T.Context(), table.MailMark(to.ID, m.Mail), &mark); err != nil {
		s.T.Fatal(err)
	}
	for _, m := range s.Mails(to.Email) {
		if !strings.Contains(m.Text, "/#/portal/projects/"+s.project) {
			s.T.Errorf("the mail does not lead a client into the portal: %s", m.Text)
		}
	}
	if got := len(s.Mails(to.Email)); (got == 1) != (mark.SentAt != nil && mark.Dropped == "") {
		s.T.Errorf("got %d mails, and the mark %+v", got, mark)
	}
	return mark.Dropped
}

func TestANotificationIsMailedWhileItHolds(t *testing.T) {
	gone := func(key func(m *table.MailRow) table.Key) func(s scene, m *table.MailRow) {
		return func(s scene, m *table.MailRow) { s.delete(key(m)) }
	}
	for what, c := range map[string]struct {
		level   string
		change  func(s scene, m *table.MailRow)
		dropped string
	}{
		"at level all":                  {"all", func(scene, *table.MailRow) {}, ""},
		"at level limited":              {"limited", func(scene, *table.MailRow) {}, "not-told"},
		"at level limited, being named": {"limited", func(_ scene, m *table.MailRow) { m.Reason = "mentioned" }, ""},
		"a line of the team":            {"all", func(_ scene, m *table.MailRow) { m.Audience = table.KindMember }, "no-access"},
		"of what was taken back": {"all", func(s scene, m *table.MailRow) {
			s.Do(s.Ann, "PUT", "/v1/projects/"+m.Project+"/items/"+m.Item+"/visibility", map[string]any{"clientCanSee": false}).Must(200)
		}, "not-told"},
		"of what they did themselves":      {"all", func(_ scene, m *table.MailRow) { m.Actor = m.Person }, "not-told"},
		"of what was deleted":              {"all", gone(func(m *table.MailRow) table.Key { return table.SharedItem(m.Project, m.Item) }), "item-gone"},
		"to an account that is gone":       {"all", gone(func(m *table.MailRow) table.Key { return table.Account(m.Person) }), "account-gone"},
		"of being added, the account gone": {"all", func(s scene, m *table.MailRow) { m.Kind = table.MailAdded; s.delete(table.Account(m.Person)) }, "account-gone"},
		"of being added":                   {"none", func(_ scene, m *table.MailRow) { m.Kind = table.MailAdded }, ""},
	} {
		t.Run(what, func(t *testing.T) {
			s := begin(t)
			carl := s.Client(s.Ann, s.project, "Globex", "Carl Client", "carl@globex.example")
			s.put(table.Settings(carl.ID), table.SettingsRow{Level: c.level, Version: 1})
			if got := s.notified(carl, func(m *table.MailRow) { c.change(s, m) }); got != c.dropped {
				t.Errorf("got it dropped for %q, want %q", got, c.dropped)
			}
		})
	}
}

// Whoever acted is said to be of the agency only if they are.
func TestAMailSaysOfTheTeamThatTheyAreOfTheAgency(t *testing.T) {
	for what, c := range map[string]struct {
		actor func(s scene) string
		says  bool
	}{"a member": {func(s scene) string { return s.Ann.ID }, true}, "another client": {func(s scene) string { return s.Ivy.ID }, false}} {
		t.Run(what, func(t *testing.T) {
			s := begin(t)
			carl := s.Client(s.Ann, s.project, "Globex", "Carl Client", "carl@globex.example")
			s.put(table.Settings(carl.ID), table.SettingsRow{Level: "all", Version: 1})
			if dropped := s.notified(carl, func(m *table.MailRow) { m.Actor = c.actor(s) }); dropped != "" {
				t.Fatalf("dropped: %s", dropped)
			}
			if got := s.Mails(carl.Email)[0].Text; strings.Contains(got, " of Acme Agency") != c.says {
				t.Errorf("got %s", got)
			}
		})
	}
}

// A mail that names what cannot be is no mail to drop in silence.
func TestAMailOfNoProjectIsPoison(t *testing.T) {
	s := begin(t)
	s.put(table.Mail(s.Ivy.ID, "added#test"), table.MailRow{Mail: "added#test", Kind: table.MailAdded, Person: s.Ivy.ID, Project: "no-project"})
	s.Drain()
	if got := s.Poisoned(); len(got) != 1 {
		t.Errorf("got %v poisoned, want the mail", got)
	}
}

// What a mail is about may change while it is found that nobody is reached by it: then
// that counts, at once and not only when the claim has ended.
func TestAMailThatReachesNobodyIsAskedAnewWhereItsInvitationChanged(t *testing.T) {
	s := begin(t)
	s.put(table.Suppressed(s.Ivy.Email), table.SuppressedRow{Why: table.SuppressedComplaint, Message: "m", At: s.Clock.Now()})
	s.Before(mailID, "TransactWriteItems", 1, func() {
		s.Do(s.Ann, "DELETE", "/v1/workspaces/"+s.workspace+"/contacts/"+s.contact().Contact+"/invitation", nil).Must(204)
	})
	s.Drain()
	s.mails(0, "revoked meanwhile")
	if got := s.marks(); len(got) != 1 || got[0].Dropped != "invitation-revoked" {
		t.Errorf("got %+v, want the mail dropped since the invitation is revoked", got)
	}
	s.state(table.InvitationRevoked)
}
