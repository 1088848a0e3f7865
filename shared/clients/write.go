package clients

import (
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"

	"foyer/shared/activity"
	"foyer/shared/api"
	"foyer/shared/companies"
	"foyer/shared/contacts"
	"foyer/shared/invitations"
	"foyer/shared/table"
)

// adding is the one transaction that makes the person a client of the project. Of
// everything that the scene decided on, it asks whether it still holds; where it
// does not, table.ErrConflict: look again. It gives back the contact as it will be.
func (s *scene) adding(c *api.Call, n NewClient) (*table.Tx, table.ContactRow, table.CompanyRow) {
	tx := &table.Tx{}
	company := s.company
	contact, invite := s.contact, s.contact.Person == ""
	isNew := contact.Contact == ""
	if isNew {
		contact = table.ContactRow{Contact: c.NewID("con_"), Name: n.Name.String(), Email: s.email, CreatedAt: c.Now()}
	}
	c.Remember(tx, contact.Contact) // first: of two requests with one key, the second is answered like the first
	if company.Company == "" {
		company = s.named.Make(c, tx, n.CompanyName.String())
	} else {
		companies.CheckOpen(c, tx, company.Company)
	}
	if isNew {
		contact.Company = company.Company
	}
	s.intoProject(c, tx, contact)
	if invite {
		contact.Person = s.account.Person
		inv := invitations.Invite(c, tx, s.account, invitations.Invitee{
			Email: s.email, Name: contact.Name, Workspace: c.Workspace, WorkspaceName: c.Gate.Name,
			Contact: contact.Contact, Company: contact.Company, CompanyName: company.Name,
			Project: c.Project, ProjectName: s.project.Name, InviterName: s.adderName, Note: string(n.Note),
		})
		contact.InvitationState, contact.ExpiresAt = inv.State, inv.ExpiresAt
	}
	s.writeContact(c, tx, contact, isNew, invite)
	if s.active {
		putAdded(c, tx, contact)
	}
	activity.InProject(c, tx, false, table.ActivityRow{Type: table.ActivityClientAdded, Subject: contact.Contact})
	return tx, contact, company
}

// intoProject adds the person to the project's people, and gives a project that
// has no company yet this one.
func (s *scene) intoProject(c *api.Call, tx *table.Tx, contact table.ContactRow) {
	now, facts := c.Now(), table.ProjectFacts(c.Project)
	if s.project.Company == "" {
		first := table.Set("company", contact.Company).Set(expression.Name("version"), expression.Name("version").Plus(expression.Value(1)))
		tx.Update(facts, first).If(table.Is("archived", false)).If(expression.Name("company").AttributeNotExists()).Else(table.ErrConflict)
		tx.Put(table.CompanyProject(c.Workspace, contact.Company, c.Project), table.PointerRow{Project: c.Project})
	} else {
		tx.Check(facts, table.Is("archived", false)).Else(table.ErrConflict)
	}
	tx.Put(table.Project(s.person, c.Project), table.PersonProjectRow{
		Project: c.Project, Kind: table.KindClient, Contact: contact.Contact, Company: contact.Company, CreatedAt: now,
	}).If(table.Absent()).Else(table.ErrConflict)
	tx.Put(table.Person(c.Project, s.person), table.PersonRow{Person: s.person, Name: contact.Name, Kind: table.KindClient}).If(table.Absent()).Else(table.ErrConflict)
	tx.Put(table.TeamPerson(c.Project, s.person), table.TeamPersonRow{
		Person: s.person, Kind: table.KindClient, Contact: contact.Contact, Company: contact.Company, AddedBy: c.Person, AddedAt: now,
	}).If(table.Absent()).Else(table.ErrConflict)
	if s.account.New && s.person == s.account.Person {
		return // the id was minted just now: no row can stand under it
	}
	// One account is either a member or a client of a workspace; the access that the
	// mail depends on is still there.
	tx.Check(table.Member(c.Workspace, s.person), table.Absent()).Else(table.ErrConflict)
	client := expression.Name("role").AttributeNotExists()
	if s.active {
		client = client.And(expression.Name("contacts." + contact.Contact).AttributeExists())
	}
	tx.Check(table.Membership(s.person, c.Workspace), client).Else(table.ErrConflict)
}

// writeContact makes the contact, or marks it as invited, or asks whether it is
// still as it was read.
func (s *scene) writeContact(c *api.Call, tx *table.Tx, contact table.ContactRow, isNew, invite bool) {
	key := table.Contact(c.Workspace, contact.Contact)
	person, removed := expression.Name("person"), expression.Name("removed")
	switch {
	case isNew:
		contacts.Put(c, tx, contact)
	case invite:
		invited := table.InvitedAs(c.Workspace, contact.InvitationState, contact.ExpiresAt, contact.Contact).Set(person, expression.Value(contact.Person))
		// By the name and the address that the invitation has of it, too.
		tx.Update(key, invited).If(table.Is("name", contact.Name).And(table.Is("email", contact.Email), person.AttributeNotExists(), removed.AttributeNotExists())).Else(table.ErrConflict)
	default:
		tx.Check(key, table.Is("invitationState", contact.InvitationState).And(table.Is("person", contact.Person), removed.AttributeNotExists())).Else(table.ErrConflict)
	}
}

// addedKeptFor is how long the row of a mail stands after it was put.
const addedKeptFor = 30 * 24 * time.Hour

// putAdded adds the mail that tells somebody with access of one more project. Its
// id is a function of contact and project: it is sent once.
func putAdded(c *api.Call, tx *table.Tx, contact table.ContactRow) {
	now, id := c.Now(), fmt.Sprintf("%s#%s#%s", table.MailAdded, contact.Contact, c.Project)
	tx.Put(table.Mail(contact.Person, id), table.MailRow{
		Mail: id, Kind: table.MailAdded, Person: contact.Person, Workspace: c.Workspace, Subject: contact.Contact, Project: c.Project,
		Actor: c.Person, Audience: table.KindClient, At: now, TTL: now.Add(addedKeptFor).Unix(),
	})
}
