//go:build engine

package mail_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sesv2"
	"github.com/aws/smithy-go"

	"foyer/shared/table"
)

func TestAMailOfAnOlderGenerationIsNotSent(t *testing.T) {
	s := begin(t)
	s.change(func(i *table.InvitationRow) { i.Generation = 2 })
	s.Drain()
	s.dropped("invitation-sent-again")
	s.state(table.InvitationQueued)
}

func TestWhatCanNoLongerBeAcceptedIsNotMailed(t *testing.T) {
	for _, state := range []string{table.InvitationAccepted, table.InvitationRevoked, table.InvitationRemoved} {
		t.Run(state, func(t *testing.T) {
			s := begin(t)
			s.change(func(i *table.InvitationRow) { i.State = state })
			s.Drain()
			s.dropped("invitation-" + state)
			if got := s.invitation().State; got != state {
				t.Errorf("got the invitation %s, want it still %s", got, state)
			}
		})
	}
	t.Run("expired", func(t *testing.T) {
		s := begin(t)
		s.change(func(i *table.InvitationRow) { i.ExpiresAt = s.Clock.Now().Add(-time.Second) })
		s.Drain()
		s.dropped("invitation-queued")
	})
	t.Run("access removed", func(t *testing.T) {
		s := begin(t)
		s.Do(s.Ann, "DELETE", "/v1/workspaces/"+s.workspace+"/contacts/"+s.invitation().Subject+"/access", nil).Must(http.StatusNoContent)
		s.Drain()
		s.dropped("invitation-removed")
	})
	t.Run("workspace closed", func(t *testing.T) {
		s := begin(t)
		s.put(table.WorkspaceGate(s.workspace), table.WorkspaceGateRow{Name: "Acme Agency", Closed: true})
		s.Drain()
		s.dropped("workspace-closed")
	})
	for licensed, mails := range map[bool]int{false: 0, true: 1} {
		t.Run(fmt.Sprintf("the portal needs a licence, held %t", licensed), func(t *testing.T) {
			s := begin(t)
			s.put(table.WorkspaceGate(s.workspace), table.WorkspaceGateRow{Name: "Acme Agency", PortalNeedsLicence: true})
			s.put(table.CompanyGate(s.workspace, s.invitation().Company), table.CompanyGateRow{Licensed: licensed})
			s.Drain()
			s.mails(mails, "the portal needs a licence")
			if !licensed {
				s.dropped("company-closed")
			}
		})
	}
	t.Run("company archived", func(t *testing.T) {
		s := begin(t)
		s.put(table.CompanyGate(s.workspace, s.invitation().Company), table.CompanyGateRow{Archived: true})
		s.Drain()
		s.dropped("company-closed")
	})
}

func TestWhatThePersonDidMeanwhileIsNotUndone(t *testing.T) {
	s := begin(t)
	// While SES takes the mail, the person opens the invitation (an earlier mail's link).
	s.failing(func(input any) error {
		if _, sending := input.(*sesv2.SendEmailInput); sending {
			s.change(func(i *table.InvitationRow) { i.State = table.InvitationOpened })
		}
		return nil
	})
	s.Drain()
	s.mails(1, "opened while it was sent")
	if got := s.invitation().State; got != table.InvitationOpened {
		t.Errorf("got the invitation %s, want it still opened", got)
	}
	if marks := s.marks(); len(marks) != 1 || marks[0].SentAt == nil {
		t.Errorf("got %+v, want the mail marked as sent", marks)
	}
	s.Release()
	s.Redeliver(mailID)
	s.mails(1, "delivered again")
}

func TestAMailThatSESRefusesForNowIsSentLaterAndHoldsUpNothing(t *testing.T) {
	s := begin(t)
	other := s.Invited(s.Ann, s.project, "Globex", "Otto Other", "otto@globex.example")
	s.failing(func(input any) error {
		if send, ok := input.(*sesv2.SendEmailInput); ok && send.Destination.ToAddresses[0] == s.Ivy.Email {
			return &smithy.GenericAPIError{Code: "TooManyRequestsException", Message: "injected", Fault: smithy.FaultClient}
		}
		return nil
	})
	s.Drain()
	s.mails(0, "refused for now")
	if got := len(s.Mails(other.Email)); got != 1 {
		t.Errorf("got %d mails to another person, want 1", got)
	}
	if got := len(s.Poisoned()); got != 0 {
		t.Errorf("got %d messages in the poison queue, want none: this passes", got)
	}
	s.Release()
	s.Drain()
	s.mails(1, "SES takes it again")
	if got := len(s.Mails(other.Email)); got != 1 {
		t.Errorf("got %d mails to another person after the retry, want still 1", got)
	}
}

func TestAMailThatCannotBeSentGoesToThePoisonQueueAndHoldsUpNothing(t *testing.T) {
	s := begin(t)
	other := s.Invited(s.Ann, s.project, "Globex", "Otto Other", "otto@globex.example")
	s.put(table.Mail(s.Ivy.ID, "unheard-of"), table.MailRow{Mail: "unheard-of", Kind: "unheard-of", Person: s.Ivy.ID})
	s.failing(func(input any) error {
		if send, ok := input.(*sesv2.SendEmailInput); ok && send.Destination.ToAddresses[0] == s.Ivy.Email {
			return &smithy.GenericAPIError{Code: "MessageRejected", Message: "injected", Fault: smithy.FaultClient}
		}
		return nil
	})
	s.Drain()
	s.mails(0, "refused for good")
	if got := len(s.Mails(other.Email)); got != 1 {
		t.Errorf("got %d mails to another person, want 1", got)
	}
	if got := s.Waiting(mailID); got != 0 {
		t.Errorf("got %d records waiting, want none", got)
	}
	poisoned := map[string]bool{}
	for _, p := range s.Poisoned() {
		poisoned[p.PK+" "+p.SK] = p.Consumer == mailID
	}
	inv := s.invitation()
	for _, sk := range []string{"MAIL#unheard-of", "MAIL#invitation#" + inv.Workspace + "#" + inv.Subject + "#1#0"} {
		if !poisoned[table.UserPartition(s.Ivy.ID)+" "+sk] {
			t.Errorf("%s is not in the poison queue: %v", sk, poisoned)
		}
	}
	s.state(table.InvitationQueued)
}
