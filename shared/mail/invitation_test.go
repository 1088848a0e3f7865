//go:build engine

package mail_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"foyer/shared/foyertest"
	"foyer/shared/table"
)

// A reminder is of an invitation that is sent: it marks that as nothing else.
func TestAReminderMarksNothingButItself(t *testing.T) {
	s := begin(t)
	s.Drain()
	s.state(table.InvitationSent)
	s.ForgetMails()
	inv := s.invitation()
	m := table.MailRow{Mail: "reminder#test", Kind: table.MailReminder, Person: s.Ivy.ID, Workspace: s.workspace, Subject: inv.Subject, Generation: inv.Generation,
		Project: s.project, TTL: s.Clock.Now().Add(time.Hour).Unix()}
	s.put(table.Mail(s.Ivy.ID, m.Mail), m)
	s.Around(mailID, func(c foyertest.AWSCall, next func() (any, error)) (any, error) {
		if tx, ok := c.Input.(*dynamodb.TransactWriteItemsInput); ok && len(tx.TransactItems) != 1 {
			t.Errorf("a reminder writes %d rows, want its mark alone", len(tx.TransactItems))
		}
		return next()
	})
	s.Drain()
	if got := s.mails(1, "reminded")[0].Subject; !strings.HasPrefix(got, "Reminder: ") {
		t.Errorf("got subject %q, want a reminder", got)
	}
	s.state(table.InvitationSent)
}

// Whoever is invited to a team, and has an account already, is told in the language that
// they have chosen for it.
func TestAMemberIsInvitedInTheirOwnLanguage(t *testing.T) {
	s := begin(t)
	olga, _ := s.Workspace("Other Agency", "Olga Other", "olga@other.example")
	s.Do(olga, "PATCH", "/v1/me", map[string]any{"language": "de"}, foyertest.Header{Name: "If-Match", Value: "*"}).Must(http.StatusOK)
	s.Drain()
	s.ForgetMails()
	s.Do(s.Ann, "POST", "/v1/workspaces/"+s.workspace+"/members", map[string]any{"name": olga.Name, "email": olga.Email, "role": "member"}).Must(http.StatusCreated)
	s.Do(s.Ann, "POST", "/v1/workspaces/"+s.workspace+"/members", map[string]any{"name": "Mia Member", "email": "mia@acme.example", "role": "member"}).Must(http.StatusCreated)
	s.Drain()
	for to, want := range map[string]string{olga.Email: "Ann Archer lädt Sie ein: Team von Acme Agency", "mia@acme.example": "Ann Archer invites you to the team of Acme Agency"} {
		if got := s.Mails(to); len(got) != 1 || got[0].Subject != want {
			t.Errorf("%s got %+v, want one mail that says %s", to, got, want)
		}
	}
}

// Who cannot be read is not taken for somebody who has chosen nothing.
func TestAMemberWhoseLanguageCannotBeReadIsNotInvitedInAnother(t *testing.T) {
	s := begin(t)
	olga, _ := s.Workspace("Other Agency", "Olga Other", "olga@other.example")
	s.Drain()
	s.ForgetMails()
	s.Do(s.Ann, "POST", "/v1/workspaces/"+s.workspace+"/members", map[string]any{"name": olga.Name, "email": olga.Email, "role": "member"}).Must(http.StatusCreated)
	s.put(table.Account(olga.ID), map[string]any{"language": []string{"de"}})
	s.Drain()
	if got := s.Mails(olga.Email); len(got) != 0 {
		t.Errorf("got a mail that says %q", got[0].Subject)
	}
	if got := len(s.Poisoned()); got != 1 {
		t.Errorf("got %d messages in the poison queue, want the invitation", got)
	}
}
