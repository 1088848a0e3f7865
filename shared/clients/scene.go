package clients

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"foyer/shared/api"
	"foyer/shared/companies"
	"foyer/shared/contacts"
	"foyer/shared/invitations"
	"foyer/shared/policy"
	"foyer/shared/table"
)

// scene is what stands there before a client is added. It is read anew for each
// attempt, and reads the same rows for an address that Foyer knows and for one
// that it does not.
type scene struct {
	email     string
	named     companies.Named  // where the company was asked for by its name
	company   table.CompanyRow // zero: to be made
	gate      table.CompanyGateRow
	account   invitations.Known // of the address
	contact   table.ContactRow  // of the address in the company; zero: to be made
	person    string            // who the client is
	place     table.PersonProjectRow
	project   table.ProjectFactsRow
	member    bool // of the team, or invited to it
	active    bool // the contact has access: accepted, and not removed
	adderName string
}

func load(ctx context.Context, c *api.Call, n NewClient) (*scene, error) {
	s := &scene{email: n.Email.Canonical()}
	if err := s.findCompany(ctx, c, n); err != nil {
		return nil, err
	}
	var err error
	if s.account, err = invitations.Lookup(ctx, c, s.email); err != nil {
		return nil, err
	}
	if s.company.Company != "" {
		if err := s.findContact(ctx, c); err != nil {
			return nil, err
		}
	}
	s.person = s.account.Person
	if s.contact.Person != "" {
		s.person = s.contact.Person // whatever address the person has by now
	}
	return s, s.read(ctx, c)
}

// findCompany finds the company that the request names, if there is one.
func (s *scene) findCompany(ctx context.Context, c *api.Call, n NewClient) (err error) {
	if n.Company != "" {
		company, found, err := companies.ByID(ctx, c, n.Company)
		if err == nil && !found {
			err = api.Invalid(api.Fault("body.company", "is not a company of this workspace"))
		}
		s.company = company
		return err
	}
	if s.named, err = companies.ByName(ctx, c, n.CompanyName.String()); err != nil {
		return err
	}
	switch all := s.named.Companies; len(all) {
	case 0:
		return nil
	case 1:
		s.company = table.CompanyRow{Company: all[0].Company, Name: all[0].Name}
		return nil
	default:
		p := api.Conflict("company-ambiguous", "Several companies have this name: say with company which one you mean.")
		for _, one := range all {
			p.Matches = append(p.Matches, api.Match{ID: one.Company, Name: one.Name})
		}
		return p
	}
}

func (s *scene) findContact(ctx context.Context, c *api.Call) error {
	var at table.ContactAddressRow
	found, err := c.Table.Get(ctx, table.ContactAddress(c.Workspace, s.company.Company, s.email), &at)
	if err != nil || !found {
		return err
	}
	if found, err = c.Table.Get(ctx, table.Contact(c.Workspace, at.Contact), &s.contact); err == nil && !found {
		err = fmt.Errorf("an address of company %s leads to %s, which has no row", s.company.Company, at.Contact)
	}
	return err
}

// read loads how the person, the project and the company stand.
func (s *scene) read(ctx context.Context, c *api.Call) error {
	var (
		membership table.MembershipRow
		adder      table.MemberRow
		project    = table.ProjectFacts(c.Project)
		place      = table.Project(s.person, c.Project)
		belongs    = table.Membership(s.person, c.Workspace)
		member     = table.Member(c.Workspace, s.person)
		me         = table.Member(c.Workspace, c.Person)
		gate       = table.CompanyGate(c.Workspace, s.company.Company)
	)
	rows, err := c.Table.BatchGet(ctx, project, place, belongs, member, me, gate)
	if err != nil {
		return err
	}
	found, e1 := rows.Into(project, &s.project)
	_, e2 := rows.Into(place, &s.place)
	_, e3 := rows.Into(belongs, &membership)
	known, e4 := rows.Into(me, &adder)
	_, e5 := rows.Into(gate, &s.gate)
	if err := errors.Join(e1, e2, e3, e4, e5); err != nil {
		return err
	}
	if !known {
		return fmt.Errorf("%s has a role in %s and no row of a member", c.Person, c.Workspace)
	}
	if !found {
		return api.NotFound()
	}
	_, s.member = rows[member]
	s.member = s.member || membership.Role != ""
	_, s.active = membership.Contacts[s.contact.Contact]
	s.adderName = adder.Name
	if s.project.Archived {
		return policy.ErrArchived
	}
	return nil
}

// inProject says whether the person is a client of the project already, as
// whichever contact.
func (s *scene) inProject() bool { return s.place.Kind == table.KindClient && !s.member }

// asItIs answers for somebody who is a client of the project already.
func (s *scene) asItIs(ctx context.Context, c *api.Call) (*AddOutput, error) {
	contact := s.contact
	if contact.Contact != s.place.Contact {
		var err error
		if contact, err = contacts.Load(ctx, c, s.place.Contact); err != nil {
			return nil, err
		}
	}
	if contact.Removed {
		return nil, contacts.AccessRemoved()
	}
	return outputOf(c, http.StatusOK, contact), nil
}

// allowed says whether the person may become a client of the project.
func (s *scene) allowed(c *api.Call) error {
	switch {
	case s.member:
		return contacts.IsMember()
	case s.contact.Removed:
		return contacts.AccessRemoved()
	case s.gate.Archived:
		return companies.Archived()
	case c.Gate.PortalNeedsLicence && !s.gate.Licensed:
		return api.Conflict("company-not-licensed", "The portal needs a licence, which this company has not: its contacts cannot be invited.")
	}
	return nil
}
