package invitations

import (
	"context"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"

	"foyer/shared/activity"
	"foyer/shared/api"
	"foyer/shared/companies"
	"foyer/shared/contacts"
	"foyer/shared/table"
)

// SendInput names a contact.
type SendInput struct {
	Workspace string `path:"workspace"`
	Contact   string `path:"contact"`
	Body      *SendNote
}

// SendNote is what the mail may say beside the invitation.
type SendNote struct {
	Note api.Text `json:"note,omitempty" maxLength:"1000" doc:"A personal note, for this mail and its reminders"`
}

// SendOutput is the contact, with the invitation queued.
type SendOutput struct{ Body contacts.Contact }

// Send invites a contact to the portal, or sends the invitation again with a new link
// (rules 22 and 23).
var Send = api.Operation[SendInput, SendOutput]{
	ID: "invitations-send", Method: http.MethodPost, Path: "/workspaces/{workspace}/contacts/{contact}/invitation", Access: api.Staff, Status: http.StatusAccepted,
	Summary: "Invite a contact, or send the invitation again",
	Doc: "For the staff of the workspace. Who was not invited yet is invited; who was gets a new link for the whole time again, and the old link is dead from that moment. " +
		"One mail leaves, a moment later: of two requests at once the second is answered with the first's. The answer is the same whether or not Foyer knows the address. " +
		"409 `invitation-accepted` of whoever has access; `access-removed` of a removed contact: restore it; `address-bounced` until the address is corrected; " +
		"`company-archived`; `company-not-licensed` where the workspace's portal needs a licence; `is-member` where the address belongs to (somebody invited as) a member of the team.",
	Floor: Floor,
	Reads: func(c *api.Call, path func(string) string) []table.Key {
		return append(contacts.Named(c, path), table.Member(c.Workspace, c.Person))
	},
	Handle: send, Replay: sentBefore,
}

// attempts at a change of an invitation while others change it: its mail, its
// reminder, whoever opens it.
const attempts = 4

func send(ctx context.Context, c *api.Call, in *SendInput) (*SendOutput, error) {
	sender, err := NameOfCaller(ctx, c)
	if err != nil {
		return nil, err
	}
	note := ""
	if in.Body != nil {
		note = string(in.Body.Note)
	}
	var out *SendOutput
	first := -1 // the generation before this request
	err = table.Retry(ctx, attempts, func() error {
		s, err := standingOf(ctx, c, in.Contact)
		if err != nil {
			return err
		}
		if first < 0 {
			first = s.invitation.Generation
		}
		if s.invitation.Generation > first && s.invitation.Pending(c.Now()) {
			// Somebody sent it between two attempts of this request: that mail does for both.
			out = &SendOutput{Body: contacts.Of(s.contact, s.company, c.Now())}
			return s.onlyRemember(ctx, c)
		}
		if err := s.maySend(c); err != nil {
			return err
		}
		tx, contact := s.sending(c, Invitee{WorkspaceName: c.Gate.Name, InviterName: sender, Note: note})
		out = &SendOutput{Body: contacts.Of(contact, s.company, c.Now())}
		return c.Table.Write(ctx, tx)
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// sentBefore answers a repeated request with the contact as it is now.
func sentBefore(ctx context.Context, c *api.Call, _ *SendInput, id string) (*SendOutput, error) {
	contact, company, err := contacts.WithCompany(ctx, c, id)
	if err != nil {
		return nil, err
	}
	return &SendOutput{Body: contacts.Of(contact, company, c.Now())}, nil
}

// NameOfCaller is the caller's name as the team has it, for a mail. Whoever was removed
// since the call was let in has none, and hears what they hear at the next request.
func NameOfCaller(ctx context.Context, c *api.Call) (string, error) {
	var me table.MemberRow
	err := c.Need(ctx, table.Member(c.Workspace, c.Person), &me)
	return me.Name, err
}

// maySend says whether the contact may be invited, or sent the invitation again.
func (s *standing) maySend(c *api.Call) error {
	if err := s.mayBeSent(); err != nil {
		return err
	}
	return companies.MayInvite(c, s.gate)
}

// mayBeSent says it of the contact itself, whatever holds of the company.
func (s *standing) mayBeSent() error {
	switch {
	case s.contact.Removed:
		return contacts.AccessRemoved()
	case s.active, s.contact.InvitationState == table.InvitationAccepted:
		return accepted()
	case s.contact.InvitationState == table.InvitationBounced:
		return api.Conflict("address-bounced", "Mail to this address came back. Correct the address first.")
	case s.member:
		return contacts.IsMember()
	}
	return nil
}

func accepted() *api.Problem {
	return api.Conflict("invitation-accepted", "This contact has accepted the invitation and has access.")
}

// sending is the one transaction that invites the contact, or sends the invitation
// again. Of everything that it was decided on it asks whether it still holds; where it
// does not, table.ErrConflict: look again. It gives back the contact as it will be.
func (s *standing) sending(c *api.Call, i Invitee) (*table.Tx, table.ContactRow) {
	tx, contact := &table.Tx{}, s.contact
	c.Remember(tx, contact.Contact) // first: of two requests with one key, the second is answered like the first
	companies.CheckOpen(c, tx, contact.Company)
	s.checkNotOfTheTeam(c, tx)
	i.Email, i.Name, i.Workspace, i.Contact, i.Company, i.CompanyName = contact.Email, contact.Name, c.Workspace, contact.Contact, contact.Company, s.company.Name
	var inv table.InvitationRow
	if contact.InvitationState == "" {
		inv = Invite(c, tx, s.account, i)
	} else {
		inv = Again(c, tx, s.invitation, i)
	}
	contact.Person, contact.InvitationState, contact.ExpiresAt = inv.Person, inv.State, inv.ExpiresAt
	mark := table.InvitedAs(c.Workspace, inv.State, inv.ExpiresAt, contact.Contact).Set(expression.Name("person"), expression.Value(contact.Person))
	if i.Job != "" {
		mark = mark.Set(expression.Name("invitedBy"), expression.Value(i.Job))
	}
	tx.Update(table.Contact(c.Workspace, contact.Contact), mark).If(contacts.As(s.contact)).Else(table.ErrConflict)
	activity.InWorkspace(c, tx, c.Workspace, table.ActivityRow{Type: table.ActivityInvitationSent, Subject: contact.Contact})
	return tx, contact
}

// checkNotOfTheTeam asks whether the person is still no member of the workspace: one
// account is either member or client of it. Under an id that was minted just now no
// row can stand.
func (s *standing) checkNotOfTheTeam(c *api.Call, tx *table.Tx) {
	if s.account.New {
		return
	}
	tx.Check(table.Member(c.Workspace, s.account.Person), table.Absent()).Else(table.ErrConflict)
	client := table.Absent()
	if s.here {
		client = table.Exists().And(expression.Name("role").AttributeNotExists())
	}
	tx.Check(table.Membership(s.account.Person, c.Workspace), client).Else(table.ErrConflict)
}

// onlyRemember records a request that another one has served.
func (s *standing) onlyRemember(ctx context.Context, c *api.Call) error {
	tx := &table.Tx{}
	c.Remember(tx, s.contact.Contact)
	return c.Table.Write(ctx, tx)
}
