package invitations

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"foyer/shared/api"
	"foyer/shared/contacts"
	"foyer/shared/table"
)

// standing is a contact, and everything that an invitation of theirs depends on.
type standing struct {
	contact    table.ContactRow
	company    table.CompanyRow
	gate       table.CompanyGateRow
	account    Known               // of the contact
	invitation table.InvitationRow // generation 0: there was none
	member     bool                // of the team, or invited to it
	here       bool                // the person is in the workspace
	active     bool                // the contact has access
}

// standingOf reads it anew for each attempt, and the same rows for an address that
// Foyer knows and for one that it does not.
func standingOf(ctx context.Context, c *api.Call, id string) (*standing, error) {
	contact, err := contacts.Load(ctx, c, id)
	if err != nil {
		return nil, err
	}
	all, _, err := standingsOf(ctx, c, besides{}, contact)
	if err != nil {
		return nil, err
	}
	return all[0], nil
}

// besides are rows that are read with those of the standings.
type besides struct {
	first    []table.Key                     // of which the keys are known
	ofPerson func(person string) []table.Key // of the contact's person; nil: none
}

// standingsOf are the standings of contacts, in their order. Under an id that is minted
// here no row can stand; such rows are read all the same, for nobody may see by a time
// that an address is unknown: of an answer, or of a job and its records.
func standingsOf(ctx context.Context, c *api.Call, also besides, of ...table.ContactRow) ([]*standing, table.Rows, error) {
	ofPerson := func(s *standing) []table.Key {
		if also.ofPerson == nil {
			return s.ofPerson(c)
		}
		return append(s.ofPerson(c), also.ofPerson(s.account.Person)...)
	}
	all := make([]*standing, len(of))
	keys := slices.Clone(also.first)
	for i, contact := range of {
		all[i] = &standing{contact: contact, account: Known{Person: contact.Person}}
		keys = append(keys, table.Company(c.Workspace, contact.Company), table.CompanyGate(c.Workspace, contact.Company))
		if contact.Person == "" {
			keys = append(keys, table.Address(contact.Email))
		} else {
			keys = append(keys, ofPerson(all[i])...)
		}
	}
	rows, err := c.Table.BatchGet(ctx, keys...)
	if err != nil {
		return nil, nil, err
	}
	keys = nil
	for _, s := range all {
		if s.contact.Person != "" {
			continue
		}
		var at table.AddressRow
		found, err := rows.Into(table.Address(s.contact.Email), &at)
		if err != nil {
			return nil, nil, err
		}
		s.account = knownAs(c, at, found)
		keys = append(keys, ofPerson(s)...)
	}
	more, err := c.Table.BatchGet(ctx, keys...)
	if err != nil {
		return nil, nil, err
	}
	maps.Copy(rows, more)
	for _, s := range all {
		if err := s.fill(c, rows); err != nil {
			return nil, nil, err
		}
	}
	return all, rows, nil
}

// ofPerson are the rows of the contact's person that the standing depends on.
func (s *standing) ofPerson(c *api.Call) []table.Key {
	keys := []table.Key{table.Membership(s.account.Person, c.Workspace), table.Member(c.Workspace, s.account.Person)}
	if s.contact.InvitationState != "" {
		keys = append(keys, table.Invitation(s.account.Person, c.Workspace, s.contact.Contact))
	}
	return keys
}

// fill takes the standing from the rows.
func (s *standing) fill(c *api.Call, rows table.Rows) error {
	id, person := s.contact.Contact, s.account.Person
	var place table.MembershipRow
	_, e1 := rows.Into(table.Company(c.Workspace, s.contact.Company), &s.company)
	_, e2 := rows.Into(table.CompanyGate(c.Workspace, s.contact.Company), &s.gate)
	found, e3 := rows.Into(table.Invitation(person, c.Workspace, id), &s.invitation)
	here, e4 := rows.Into(table.Membership(person, c.Workspace), &place)
	if err := errors.Join(e1, e2, e3, e4); err != nil {
		return err
	}
	if s.contact.InvitationState != "" && !found {
		return fmt.Errorf("contact %s was invited, and has no invitation", id)
	}
	_, member := rows[table.Member(c.Workspace, person)]
	_, s.active = place.Contacts[id]
	s.here, s.member = here, member || place.Role != ""
	return nil
}
