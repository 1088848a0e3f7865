//go:build engine

package mail_test

import (
	"strings"
	"testing"
	"time"

	"foyer/shared/foyertest"
	"foyer/shared/table"
)

const another = "Another-Horse-8"

var nobody foyertest.Person

// account is Acme with Carl, whom Foyer sends mails about his account.
type account struct {
	*foyertest.World
	foyertest.Acme
}

func withCarl(t *testing.T) account {
	t.Helper()
	t.Parallel()
	w := foyertest.New(t)
	a := account{w, w.Acme()}
	w.Drain()
	w.ForgetMails()
	return a
}

func (a account) forgot(address string) {
	a.T.Helper()
	a.Do(nobody, "POST", "/v1/password-resets", map[string]any{"email": address}).Must(202)
}

// one asserts that one mail went to the address, and nothing to anybody else.
func (a account) one(address, subject string) foyertest.Mail {
	a.T.Helper()
	all := a.Mails("")
	if len(all) != 1 || len(a.Mails(address)) != 1 || all[0].Subject != subject {
		a.T.Fatalf("got %+v, want one mail to %s: %s", all, address, subject)
	}
	a.ForgetMails()
	return all[0]
}

// none asserts that no mail left, and why that of the person was dropped.
func (a account) none(person, reason string) {
	a.T.Helper()
	if got := a.Mails(""); len(got) != 0 {
		a.T.Errorf("got %+v, want no mail", got)
	}
	rows, _, err := table.QueryInto[table.MailMarkRow](a.T.Context(), a.Table, table.Query{PK: table.UserPartition(person), Prefix: "MAILED#password-reset#"})
	if err != nil {
		a.T.Fatal(err)
	}
	for _, row := range rows {
		if row.SentAt == nil && row.Dropped == reason {
			return
		}
	}
	a.T.Errorf("got %+v, want a mail that was dropped: %s", rows, reason)
}

func (a account) language(language string) {
	a.T.Helper()
	a.Do(a.Carl, "PATCH", "/v1/me", map[string]any{"language": language}, foyertest.Header{Name: "If-Match", Value: "*"}).Must(200)
}

func TestTheLinkOfAForgottenPasswordIsMailedAndWorks(t *testing.T) {
	a := withCarl(t)
	a.forgot(a.Carl.Email)
	a.Drain()
	a.Redeliver(mailID)
	m := a.one(a.Carl.Email, "Choose a new password")
	token := m.Token()
	if token == "" || !strings.Contains(m.HTML, "https://portal.example.com/#/password-reset/"+token) {
		t.Fatalf("no link in text and HTML: %s", m.Text)
	}
	if strings.Contains(a.Dump(), token) {
		t.Error("the token itself stands in the table")
	}
	a.Do(nobody, "POST", "/v1/password-resets/"+token, map[string]any{"password": another}).Must(204)
	a.Drain()
	a.Redeliver(mailID)
	if told := a.one(a.Carl.Email, "Your password was changed"); told.Token() != "" {
		t.Errorf("a notice carries a token: %s", told.Text)
	}
}

func TestMailsOfAnAccountAreInItsPersonsLanguage(t *testing.T) {
	a := withCarl(t)
	a.language("de")
	a.forgot(a.Carl.Email)
	a.Drain()
	if m := a.one(a.Carl.Email, "Neues Passwort wählen"); m.Token() == "" || !strings.Contains(m.Text, "Guten Tag Carl Client,") {
		t.Errorf("got %s", m.Text)
	}
}

func TestNobodyGetsAMailForAResetThatIsNotTheirs(t *testing.T) {
	a := withCarl(t)
	ivy := a.Invited(a.Ann, a.Acme.Project, "Globex", "Ivy Invited", "ivy@globex.example")
	a.Drain()
	a.ForgetMails()
	a.forgot("nobody@globex.example")
	a.forgot(ivy.Email)
	a.Drain()
	a.none(a.PersonID(ivy.Email), "not-accepted")
	if tokens := strings.Count(a.Dump(), "password-reset person:"); tokens != 0 {
		t.Errorf("there are %d tokens of mails that were not sent", tokens)
	}
	if got := len(a.Poisoned()); got != 0 {
		t.Errorf("got %d messages in the poison queue, want none", got)
	}
}

func TestOnlyTheNewestResetIsMailedAndOnlyInItsTime(t *testing.T) {
	a := withCarl(t)
	a.forgot(a.Carl.Email)
	a.forgot(a.Carl.Email)
	a.Drain()
	m := a.one(a.Carl.Email, "Choose a new password")
	a.none(a.Carl.ID, "reset-replaced")
	a.Do(nobody, "POST", "/v1/password-resets/"+m.Token(), map[string]any{"password": another}).Must(204)
	a.Drain()
	a.ForgetMails()
	a.forgot(a.Carl.Email)
	a.Clock.Advance(61 * time.Minute)
	a.Drain()
	a.none(a.Carl.ID, "reset-expired")
}

// Whoever has the new address is not known yet: they hear no word that somebody else
// has chosen, and whoever has the old one does not hear the new.
func TestAChangeOfAddressIsConfirmedFromTheNewOneAndToldToTheOld(t *testing.T) {
	a := withCarl(t)
	change := func(address string) {
		a.Do(a.Carl, "POST", "/v1/me/address", map[string]any{"email": address, "password": foyertest.Password}).Must(202)
	}
	change("older@new.example")
	change("carl@new.example")
	a.Drain()
	a.Redeliver(mailID)
	m := a.one("carl@new.example", "Confirm your new e-mail address")
	for _, word := range []string{a.Carl.Name, a.Carl.Email, "Acme"} {
		if strings.Contains(m.Subject+m.Text+m.HTML, word) {
			t.Errorf("the mail to an address that nobody has confirmed says %q", word)
		}
	}
	a.Do(nobody, "POST", "/v1/address-changes/"+m.Token(), nil).Must(204)
	a.Drain()
	a.Redeliver(mailID)
	told := a.one(a.Carl.Email, "Your e-mail address was changed")
	if strings.Contains(told.Text+told.HTML, "carl@new.example") || told.Token() != "" {
		t.Errorf("the notice to the old address tells the new one, or has a link that does something: %s", told.Text)
	}
	a.forgot(a.Carl.Email)
	a.forgot("carl@new.example")
	a.Drain()
	a.one("carl@new.example", "Choose a new password")
}

func TestAPersonHearsThatTheirSecondFactorWasTurnedOff(t *testing.T) {
	a := withCarl(t)
	a.SecondFactor(a.Carl)
	a.Do(a.Ann, "POST", "/v1/workspaces/"+a.Acme.Workspace+"/people/"+a.Carl.ID+"/mfa-reset", nil).Must(204)
	a.Drain()
	a.Redeliver(mailID)
	m := a.one(a.Carl.Email, "Your second factor was turned off")
	if !strings.Contains(m.Text, "An administrator of Acme Agency") || strings.Contains(m.Text, a.Ann.Name) {
		t.Errorf("got %s, want the workspace named, and nobody", m.Text)
	}
}
