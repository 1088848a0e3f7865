//go:build engine

package mail_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/sesv2"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/middleware"

	"foyer/shared/foyertest"
	"foyer/shared/mail"
	"foyer/shared/table"
)

const mailID = "stream-mail"

// scene is Acme with Ivy, whom Ann has invited and whose mail has not left yet.
type scene struct {
	*foyertest.World
	workspace, project string
	Ann, Ivy           foyertest.Person
}

func begin(t *testing.T) scene {
	t.Helper()
	t.Parallel()
	w := foyertest.New(t)
	s := scene{World: w}
	s.Ann, s.workspace = w.Workspace("Acme Agency", "Ann Archer", "ann@acme.example")
	s.project = w.Project(s.Ann, s.workspace, "New website")
	w.Drain()
	w.ForgetMails()
	s.Ivy = w.Invited(s.Ann, s.project, "Globex", "Ivy Invited", "ivy@globex.example")
	s.Ivy.ID = w.PersonID(s.Ivy.Email)
	return s
}

func (s scene) invitation() table.InvitationRow {
	s.T.Helper()
	all := s.Invitations(s.Ivy.Email, s.workspace)
	if len(all) != 1 {
		s.T.Fatalf("got %d invitations, want 1", len(all))
	}
	return all[0]
}

func (s scene) contact() table.ContactRow {
	s.T.Helper()
	var row table.ContactRow
	if _, err := s.Table.Get(s.T.Context(), table.Contact(s.workspace, s.invitation().Subject), &row); err != nil {
		s.T.Fatal(err)
	}
	return row
}

func (s scene) change(change func(*table.InvitationRow)) {
	s.T.Helper()
	inv := s.invitation()
	change(&inv)
	s.put(inv.Key, inv)
}

func (s scene) put(key table.Key, row any) {
	s.T.Helper()
	if err := s.Table.PutOne(s.T.Context(), key, row, nil); err != nil {
		s.T.Fatal(err)
	}
}

// state asserts the state of the invitation in both of its rows.
func (s scene) state(want string) {
	s.T.Helper()
	if got := s.invitation().State; got != want {
		s.T.Errorf("got the invitation %s, want %s", got, want)
	}
	if got := s.contact().InvitationState; got != want {
		s.T.Errorf("got the contact's invitation %s, want %s", got, want)
	}
}

// mails asserts how many went to Ivy, and gives them.
func (s scene) mails(want int, why string) []foyertest.Mail {
	s.T.Helper()
	got := s.Mails(s.Ivy.Email)
	if len(got) != want {
		s.T.Fatalf("%s: got %d mails, want %d", why, len(got), want)
	}
	return got
}

// marks are what became of the mails to Ivy.
func (s scene) marks() []table.MailMarkRow {
	s.T.Helper()
	rows, _, err := table.QueryInto[table.MailMarkRow](s.T.Context(), s.Table, table.Query{PK: table.UserPartition(s.Ivy.ID), Prefix: "MAILED#"})
	if err != nil {
		s.T.Fatal(err)
	}
	return rows
}

func (s scene) dropped(reason string) {
	s.T.Helper()
	s.mails(0, reason)
	if marks := s.marks(); len(marks) != 1 || marks[0].Dropped != reason || marks[0].SentAt != nil {
		s.T.Errorf("got %+v, want one mark that says %s", marks, reason)
	}
	if strings.Contains(s.Dump(), "AUTH#TOKEN#") {
		s.T.Errorf("a token was stored for a mail that was not sent (%s)", reason)
	}
}

// failing makes calls of stream-mail fail while it answers with an error.
func (s scene) failing(fail func(input any) error) {
	s.Intercept(mailID, func(stack *middleware.Stack) error {
		return stack.Initialize.Add(middleware.InitializeMiddlewareFunc("Failing", func(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
			if err := fail(in.Parameters); err != nil {
				return middleware.InitializeOutput{}, middleware.Metadata{}, err
			}
			return next.HandleInitialize(ctx, in)
		}), middleware.Before)
	})
}

func TestAnInvitationIsMailedWithItsLinkAndThenIsSent(t *testing.T) {
	s := begin(t)
	s.state(table.InvitationQueued)
	s.Drain()
	m := s.mails(1, "invited")[0]
	s.state(table.InvitationSent)
	if want := "Ann Archer invites you to “New website”"; m.Subject != want {
		t.Errorf("got subject %q, want %q", m.Subject, want)
	}
	if m.From != "Foyer <foyer@example.com>" || m.Headers["Auto-Submitted"] != "auto-generated" {
		t.Errorf("got from %q and headers %v, want Foyer's address and a mail marked as automatic", m.From, m.Headers)
	}
	token := m.Token()
	if token == "" || !strings.Contains(m.HTML, "https://portal.example.com/#/invitation/"+token) {
		t.Fatalf("no link in text and HTML: %s", m.Text)
	}
	shown := s.Do(foyertest.Person{}, "GET", "/v1/invitations/"+token, nil).Must(http.StatusOK)
	if !strings.Contains(shown.Body, "New website") {
		t.Errorf("the link shows %s, want the invitation to the project", shown.Body)
	}
	dump := s.Dump()
	if strings.Contains(dump, token) {
		t.Error("the token itself stands in the table")
	}
	if !strings.Contains(dump, table.Token(token).PK) {
		t.Error("the token's hash does not stand in the table")
	}
}

func TestTheMailOfASignUpGoesToItsOwnerAndSaysNothingOfTheCaller(t *testing.T) {
	t.Parallel()
	w := foyertest.New(t)
	w.Do(foyertest.Person{}, "POST", "/v1/workspaces", map[string]any{"name": "BUY NOW", "ownerName": "CLICK HERE", "ownerEmail": "victim@example.com"}).Must(http.StatusCreated)
	w.Drain()
	m := w.Mails("victim@example.com")
	if len(m) != 1 || m[0].Token() == "" {
		t.Fatalf("got %+v, want one mail with a link", m)
	}
	for _, word := range []string{"BUY NOW", "CLICK HERE"} {
		if strings.Contains(m[0].Subject+m[0].Text+m[0].HTML, word) {
			t.Errorf("the mail carries the caller's %q", word)
		}
	}
}

func TestAMailIsSentOnceHoweverOftenItIsDelivered(t *testing.T) {
	s := begin(t)
	s.Drain()
	s.Unchanged(func() {
		s.Redeliver(mailID)
		s.Redeliver(mailID)
	})
	s.mails(1, "delivered three times")
}

// serverFault is an error that passes: the service failed.
func serverFault() error {
	return &smithy.GenericAPIError{Code: "InternalServerError", Message: "injected", Fault: smithy.FaultServer}
}

func TestACrashBetweenSendingAndMarkSendsTheSameLinkOnceMore(t *testing.T) {
	s := begin(t)
	s.failing(func(input any) error {
		if _, marking := input.(*dynamodb.TransactWriteItemsInput); marking {
			return serverFault()
		}
		return nil
	})
	s.Drain()
	s.mails(1, "the mark failed")
	s.state(table.InvitationQueued)
	s.Release()
	s.Drain()
	s.mails(1, "while the claim stands")
	if got := s.Waiting(mailID); got != 1 {
		t.Fatalf("got %d records waiting, want the one whose claim stands", got)
	}
	s.Clock.Advance(mail.Lease + time.Second)
	s.Drain()
	both := s.mails(2, "after the lease")
	if both[0].Token() != both[1].Token() || both[0].Token() == "" {
		t.Errorf("got the links %q and %q, want the same one", both[0].Token(), both[1].Token())
	}
	s.state(table.InvitationSent)
	s.Redeliver(mailID)
	s.mails(2, "marked at last")
}

func TestAMailWhoseAnswerWasLostIsNotSentAgainAtOnce(t *testing.T) {
	s := begin(t)
	var links []string
	s.Intercept(mailID, func(stack *middleware.Stack) error {
		return stack.Initialize.Add(middleware.InitializeMiddlewareFunc("AnswerLost", func(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
			out, meta, err := next.HandleInitialize(ctx, in)
			if send, ok := in.Parameters.(*sesv2.SendEmailInput); ok && err == nil {
				links = append(links, foyertest.Mail{Text: *send.Content.Simple.Body.Text.Data}.Token())
				err = serverFault()
			}
			return out, meta, err
		}), middleware.Before)
	})
	s.Drain()
	s.Drain()
	if len(links) != 1 {
		t.Fatalf("got %d mails while SES may have taken the first, want 1", len(links))
	}
	if got := s.Waiting(mailID); got != 1 {
		t.Errorf("got %d records waiting, want the one whose answer was lost", got)
	}
	s.Release()
	s.Clock.Advance(mail.Lease + time.Second)
	s.Drain()
	if again := s.mails(1, "after the lease")[0].Token(); again != links[0] {
		t.Errorf("got the link %q after the lease, want the first one's %q", again, links[0])
	}
	s.state(table.InvitationSent)
}

func TestSomebodyWithAccessIsToldThatTheyWereAdded(t *testing.T) {
	s := begin(t)
	carl := s.Client(s.Ann, s.project, "Globex", "Carl Client", "carl@globex.example")
	s.Drain()
	s.ForgetMails()
	second := s.Project(s.Ann, s.workspace, "Second shop")
	s.Do(s.Ann, "POST", "/v1/projects/"+second+"/clients", map[string]any{"companyName": "Globex", "name": carl.Name, "email": carl.Email}).Must(http.StatusCreated)
	s.Drain()
	m := s.Mails(carl.Email)
	if len(m) != 1 || m[0].Subject != "You were added to “Second shop”" || m[0].Token() != "" {
		t.Fatalf("got %+v, want one mail that says so, without a token", m)
	}
	third := s.Project(s.Ann, s.workspace, "Third")
	s.Do(s.Ann, "POST", "/v1/projects/"+third+"/clients", map[string]any{"companyName": "Globex", "name": carl.Name, "email": carl.Email}).Must(http.StatusCreated)
	s.Do(s.Ann, "DELETE", "/v1/workspaces/"+s.workspace+"/contacts/"+carl.Contact+"/access", nil).Must(http.StatusNoContent)
	s.Drain()
	if got := len(s.Mails(carl.Email)); got != 1 {
		t.Errorf("got %d mails, want no further one after the removal", got)
	}
}
