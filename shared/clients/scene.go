package clients

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"golang.org/x/sync/errgroup"

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
	at        table.ContactAddressRow
	contact   table.ContactRow // of the address in the company; zero: to be made
	person    string           // who the client is
	place     table.PersonProjectRow
	project   table.ProjectFactsRow
	adderName string

	membership table.MembershipRow
	member     bool // of the team, or invited to it
	active     bool // the contact has access: accepted, and not removed
}

func load(ctx context.Context, c *api.Call, n NewClient) (*scene, error) {
	s := &scene{email: n.Email.Canonical()}
	group, gctx := errgroup.WithContext(ctx)
	group.Go(func() error { return s.findCompany(gctx, c, n) })
	group.Go(func() (err error) {
		s.account, err = invitations.Lookup(gctx, c, s.email)
		return err
	})
	if err := group.Wait(); err != nil {
		return nil, err
	}
	s.person = s.account.Person
	if err := s.read(ctx, c); err != nil {
		return nil, err
	}
	return s, s.findContact(ctx, c)
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

// read loads how the project, its company, the adder and the person stand, and whether
// the company has a contact of the address.
func (s *scene) read(ctx context.Context, c *api.Call) error {
	project, me := table.ProjectFacts(c.Project), table.Member(c.Workspace, c.Person)
	gate, address := table.CompanyGate(c.Workspace, s.company.Company), table.ContactAddress(c.Workspace, s.company.Company, s.email)
	keys := append(s.personKeys(c), project, me)
	if s.company.Company != "" {
		keys = append(keys, gate, address)
	}
	rows, err := c.Read(ctx, keys...)
	if err != nil {
		return err
	}
	var adder table.MemberRow
	found, e1 := rows.Into(project, &s.project)
	known, e2 := rows.Into(me, &adder)
	_, e3 := rows.Into(gate, &s.gate)
	_, e4 := rows.Into(address, &s.at)
	if err := errors.Join(e1, e2, e3, e4, s.personIs(c, rows)); err != nil {
		return err
	}
	if !known {
		return fmt.Errorf("%s has a role in %s and no row of a member", c.Person, c.Workspace)
	}
	if !found {
		return api.NotFound()
	}
	s.adderName = adder.Name
	if s.project.Archived {
		return policy.ErrArchived
	}
	return nil
}

// findContact loads the contact that the address led to, if it led to one; the contact's
// person counts, whatever address they have by now.
func (s *scene) findContact(ctx context.Context, c *api.Call) error {
	if s.at.Contact == "" {
		return nil
	}
	found, err := c.Table.Get(ctx, table.Contact(c.Workspace, s.at.Contact), &s.contact)
	if err == nil && !found {
		err = fmt.Errorf("an address of company %s leads to %s, which has no row", s.company.Company, s.at.Contact)
	}
	if err != nil {
		return err
	}
	if s.contact.Person != "" && s.contact.Person != s.person {
		s.person = s.contact.Person
		rows, err := c.Table.BatchGet(ctx, s.personKeys(c)...)
		if err != nil {
			return err
		}
		if err := s.personIs(c, rows); err != nil {
			return err
		}
	}
	_, s.active = s.membership.Contacts[s.contact.Contact]
	return nil
}

// personKeys are the rows that say how the person stands.
func (s *scene) personKeys(c *api.Call) []table.Key {
	return []table.Key{table.Project(s.person, c.Project), table.Membership(s.person, c.Workspace), table.Member(c.Workspace, s.person)}
}

// personIs takes how the person stands from rows that were read at their personKeys.
func (s *scene) personIs(c *api.Call, rows table.Rows) error {
	s.place, s.membership = table.PersonProjectRow{}, table.MembershipRow{}
	_, e1 := rows.Into(table.Project(s.person, c.Project), &s.place)
	_, e2 := rows.Into(table.Membership(s.person, c.Workspace), &s.membership)
	_, s.member = rows[table.Member(c.Workspace, s.person)]
	s.member = s.member || s.membership.Role != ""
	return errors.Join(e1, e2)
}

// inProject says whether the person is a client of the project already, as
// whichever contact.
func (s *scene) inProject() bool { return s.place.Kind == table.KindClient && !s.member }

// asItIs answers for somebody who is a client of the project already.
func (s *scene) asItIs(ctx context.Context, c *api.Call) (*AddOutput, error) {
	contact, company := s.contact, s.company
	if contact.Contact != s.place.Contact {
		var err error
		contact, company, err = contacts.WithCompany(ctx, c, s.place.Contact)
		if errors.Is(err, api.NotFound()) {
			return nil, api.Conflict("erasure-under-way", "This person's data as a former contact is being erased from the project. Try again in a moment.")
		}
		if err != nil {
			return nil, err
		}
	}
	if contact.Removed {
		return nil, contacts.AccessRemoved()
	}
	return outputOf(c, http.StatusOK, contact, company), nil
}

// allowed says whether the person may become a client of the project.
func (s *scene) allowed(c *api.Call) error {
	switch {
	case s.member:
		return contacts.IsMember()
	case s.contact.Removed:
		return contacts.AccessRemoved()
	}
	return companies.MayInvite(c, s.gate)
}
