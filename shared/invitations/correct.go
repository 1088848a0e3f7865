package invitations

import (
	"context"
	"errors"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"

	"foyer/shared/activity"
	"foyer/shared/api"
	"foyer/shared/companies"
	"foyer/shared/contacts"
	"foyer/shared/jobs/work"
	"foyer/shared/table"
)

// CorrectInput is the address of a contact whose mail came back.
type CorrectInput struct {
	Workspace string `path:"workspace"`
	Contact   string `path:"contact"`
	Body      Correction
}

// Correction is where the contact is reached.
type Correction struct {
	Email api.Email `json:"email" minLength:"3" maxLength:"254" doc:"The right address; the one before where mail arrives there again" example:"carl@globex.example"`
}

// Correct opens the way of a contact's invitation again whose mail came back.
var Correct = api.Operation[CorrectInput, SendOutput]{
	ID: "address-corrected", Method: http.MethodPost, Path: "/workspaces/{workspace}/contacts/{contact}/address-correction", Access: api.Staff, Status: http.StatusAccepted,
	Summary: "Correct the address of a contact whose invitation bounced",
	Doc: "For the staff of the workspace. The invitation is sent again, with a new link for the whole time, its note and its project. With another address the contact is whoever that address leads to, " +
		"as it would be had they been invited with it: their projects and tasks follow a moment later (a job), and nothing changes for the account that the wrong address leads to. " +
		"With the same address mail goes there again. The answer is the same whether or not Foyer knows the address. " +
		"409 `address-not-bounced` unless the invitation is bounced now (contacts-update changes the address of who was not invited); `invitation-accepted` of whoever has access; `access-removed` of a removed contact; " +
		"`address-complained` where somebody complained of mail to this very address; `contact-exists`, with the contact in matches, where the company has one of that address; " +
		"`company-archived`; `company-not-licensed` where the workspace's portal needs a licence; `is-member` where the address belongs to (somebody invited as) a member of the team.",
	Floor: Floor,
	Reads: func(c *api.Call, path func(string) string) []table.Key {
		return append(contacts.Named(c, path), table.Member(c.Workspace, c.Person))
	},
	Handle: correct,
	Replay: func(ctx context.Context, c *api.Call, _ *CorrectInput, id string) (*SendOutput, error) {
		return sentBefore(ctx, c, nil, id)
	},
}

func correct(ctx context.Context, c *api.Call, in *CorrectInput) (*SendOutput, error) {
	sender, err := NameOfCaller(ctx, c)
	if err != nil {
		return nil, err
	}
	email := in.Body.Email.Canonical()
	var out *SendOutput
	bounced := false // at an attempt before
	err = table.Retry(ctx, attempts, func() error {
		contact, err := contacts.Load(ctx, c, in.Contact)
		if err != nil {
			return err
		}
		k, err := correctionOf(ctx, c, contact, email)
		if err != nil {
			return err
		}
		if bounced && contact.Email == email && contacts.Pending(contact.InvitationState) {
			// Somebody did the same between two attempts of this request: that mail does for both.
			out = &SendOutput{Body: contacts.Of(contact, k.company, c.Now())}
			return k.onlyRemember(ctx, c)
		}
		if err := k.mayCorrect(c); err != nil {
			return err
		}
		bounced = true
		tx, contact := k.correcting(c, sender)
		out = &SendOutput{Body: contacts.Of(contact, k.company, c.Now())}
		err = c.Table.Write(ctx, tx)
		if errors.Is(err, contacts.ErrAddress) {
			return contacts.Taken(ctx, c, contact.Company, email, table.ErrConflict)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// correction is a contact, and everything that a correction of its address depends on.
// Its standing is the one that the contact would have with the right address.
type correction struct {
	*standing
	was       table.ContactRow
	last      table.InvitationRow  // the one that bounced
	before    *table.InvitationRow // of the person by the right address as this contact, if there was one
	complaint bool                 // of mail to the right address, which is the same
	lift      bool                 // mail to it came back, which does not count any more
}

// correctionOf reads it, and the same rows for an address that Foyer knows and for one
// that it does not.
func correctionOf(ctx context.Context, c *api.Call, contact table.ContactRow, email string) (*correction, error) {
	k := &correction{was: contact}
	last, suppressed := table.Invitation(contact.Person, c.Workspace, contact.Contact), table.Suppressed(email)
	if contact.Email == email {
		all, rows, err := standingsOf(ctx, c, besides{first: []table.Key{suppressed}}, contact)
		if err != nil {
			return nil, err
		}
		var no table.SuppressedRow
		if _, err := rows.Into(suppressed, &no); err != nil {
			return nil, err
		}
		k.standing, k.last, k.before = all[0], all[0].invitation, &all[0].invitation
		k.complaint, k.lift = no.Why == table.SuppressedComplaint, no.Why == table.SuppressedBounce
		return k, nil
	}
	to := contact
	to.Email, to.Person, to.InvitationState = email, "", ""
	ofPerson := func(person string) table.Key { return table.Invitation(person, c.Workspace, contact.Contact) }
	also := besides{ofPerson: func(person string) []table.Key { return []table.Key{ofPerson(person)} }}
	if contact.Person != "" {
		also.first = []table.Key{last}
	}
	all, rows, err := standingsOf(ctx, c, also, to)
	if err != nil {
		return nil, err
	}
	k.standing = all[0]
	var before table.InvitationRow
	_, e1 := rows.Into(last, &k.last)
	had, e2 := rows.Into(ofPerson(k.account.Person), &before)
	if had {
		k.before = &before
	}
	return k, errors.Join(e1, e2)
}

// mayCorrect says whether the address may be corrected.
func (k *correction) mayCorrect(c *api.Call) error {
	switch {
	case k.was.Removed:
		return contacts.AccessRemoved()
	case k.active, k.was.InvitationState == table.InvitationAccepted:
		return accepted()
	case k.was.InvitationState != table.InvitationBounced:
		return api.Conflict("address-not-bounced", "Mail to this contact's address has not come back: there is nothing to correct.")
	case k.complaint:
		return api.Conflict("address-complained", "Somebody complained of mail to this address: Foyer sends none there any more. Use another address.")
	case k.member:
		return contacts.IsMember()
	}
	return companies.MayInvite(c, k.gate)
}

// correcting is the one transaction that makes the contact the person of the right
// address and sends them the invitation; it leaves the one of the wrong address bounced,
// which nothing opens again. Of everything that it was decided on it asks whether it
// still holds: else table.ErrConflict. It gives back the contact as it will be.
func (k *correction) correcting(c *api.Call, sender string) (*table.Tx, table.ContactRow) {
	tx, contact, last := &table.Tx{}, k.was, k.last
	c.Remember(tx, contact.Contact) // first: of two requests with one key, the second is answered like the first
	companies.CheckOpen(c, tx, contact.Company)
	k.checkNotOfTheTeam(c, tx)
	inv := anew(c, tx, k.account, Invitee{
		Email: k.contact.Email, Name: contact.Name, Workspace: c.Workspace, WorkspaceName: c.Gate.Name, Contact: contact.Contact, Company: contact.Company, CompanyName: k.company.Name,
		Project: last.Project, ProjectName: last.ProjectName, InviterName: sender, Note: last.Note,
	}, k.before, last.Generation)
	contact.Email, contact.Person, contact.InvitationState, contact.ExpiresAt = inv.Email, inv.Person, inv.State, inv.ExpiresAt
	mark := table.InvitedAs(c.Workspace, inv.State, inv.ExpiresAt, contact.Contact).
		Set(expression.Name("person"), expression.Value(contact.Person)).Set(expression.Name("email"), expression.Value(contact.Email))
	if contact.Person != k.was.Person {
		mark = mark.Set(expression.Name("formerly"), expression.Value(contacts.Formerly(k.was, k.was.Person)))
	}
	tx.Update(table.Contact(c.Workspace, contact.Contact), mark).If(contacts.As(k.was)).Else(table.ErrConflict)
	if contact.Email != k.was.Email {
		contacts.Readdress(c, tx, k.was, contact.Email)
	}
	if k.lift {
		tx.Delete(table.Suppressed(contact.Email)).If(table.Is("why", table.SuppressedBounce)).Else(table.ErrConflict)
	}
	if contact.Person != k.was.Person {
		work.Start(c, tx, moveKind, map[string]string{aboutContact: contact.Contact, aboutPerson: k.was.Person})
	}
	activity.InWorkspace(c, tx, c.Workspace, table.ActivityRow{Type: table.ActivityAddressCorrected, Subject: contact.Contact})
	return tx, contact
}
