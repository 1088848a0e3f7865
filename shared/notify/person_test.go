//go:build engine

package notify_test

import (
	"fmt"
	"reflect"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"

	"foyer/shared/foyertest"
	"foyer/shared/stream"
	"foyer/shared/table"
)

// known is a scene in which Carl is a contact of two companies, in a project of each,
// and Max is of the team.
type known struct {
	scene
	projects []string
	contacts map[string]string // contact → company, of Carl's
}

func acquainted(t *testing.T) known {
	t.Helper()
	s := begin(t)
	intranet := s.Project(s.Ann, s.workspace, "Intranet")
	again := s.Invited(s.Ann, intranet, "Initech", s.Carl.Name, s.Carl.Email)
	if again.ID != s.Carl.ID || again.Contact == s.Carl.Contact {
		t.Fatalf("got %+v, want another contact of Carl's", again)
	}
	again.Token = s.Carl.Token
	s.Accept(again, s.workspace)
	s.put(table.Member(s.workspace, s.Max.ID), table.MemberRow{Person: s.Max.ID, Name: s.Max.Name, Email: s.Max.Email, Role: table.RoleMember})
	s.Drain()
	return known{s, []string{s.project, intranet}, map[string]string{s.Carl.Contact: s.Carl.Company, again.Contact: again.Company}}
}

// becomes is what me-update and addresses-confirm write where somebody changes their
// name and address.
func (k known) becomes(p foyertest.Person, name, email string) (table.Key, table.ActivityRow) {
	k.T.Helper()
	k.put(table.Account(p.ID), table.AccountRow{Person: p.ID, Email: email, Name: name, State: table.AccountConfirmed})
	a := table.ActivityRow{
		Activity: "act_" + fmt.Sprintf("%026d", time.Now().UnixNano()), Workspace: k.workspace, Type: table.ActivityPersonRenamed,
		Actor: p.ID, Subject: p.ID, At: time.Now(),
	}
	return table.WorkspaceActivity(k.workspace, a.Activity), a
}

// follow is what comes of the record of such a change.
func (k known) follow(key table.Key, a table.ActivityRow) error {
	k.T.Helper()
	item, err := attributevalue.MarshalMap(a)
	if err != nil {
		k.T.Fatal(err)
	}
	return k.given(key, item)
}

func get[T any](k known, key table.Key) (row T, found bool) {
	k.T.Helper()
	found, err := k.Table.Get(k.T.Context(), key, &row)
	if err != nil {
		k.T.Fatal(err)
	}
	return row, found
}

// isShown asserts what the workspace shows of the person.
func (k known) isShown(p foyertest.Person, name, email, why string) {
	k.T.Helper()
	if p.ID == k.Max.ID {
		if row, _ := get[table.MemberRow](k, table.Member(k.workspace, p.ID)); row.Name != name || row.Email != email {
			k.T.Errorf("%s: the team shows %s %s, want %s %s", why, row.Name, row.Email, name, email)
		}
	} else {
		for contact, company := range k.contacts {
			if row, _ := get[table.ContactRow](k, table.Contact(k.workspace, contact)); row.Email != email {
				k.T.Errorf("%s: the contact of %s has the address %s, want %s", why, company, row.Email, email)
			}
			k.leads(email, contact, why)
			k.nowhere(p.Email, company, why)
		}
	}
	for _, project := range k.projects {
		if row, found := get[table.PersonRow](k, table.Person(project, p.ID)); found && row.Name != name {
			k.T.Errorf("%s: the project shows %s, want %s", why, row.Name, name)
		}
	}
}

// leads asserts that the address leads to the contact in its company.
func (k known) leads(email, contact, why string) {
	k.T.Helper()
	company := k.contacts[contact]
	if row, _ := get[table.ContactAddressRow](k, table.ContactAddress(k.workspace, company, email)); row.Contact != contact {
		k.T.Errorf("%s: %s leads to %q in %s, want %s", why, email, row.Contact, company, contact)
	}
}

// nowhere asserts that the address leads to no contact of the company.
func (k known) nowhere(email, company, why string) {
	k.T.Helper()
	if row, found := get[table.ContactAddressRow](k, table.ContactAddress(k.workspace, company, email)); found {
		k.T.Errorf("%s: %s leads to %s still", why, email, row.Contact)
	}
}

// Each call fails in turn: the next delivery does what is left.
func TestANewNameAndAddressAreFollowedWhateverFails(t *testing.T) {
	k := acquainted(t)
	for _, p := range []foyertest.Person{k.Carl, k.Max} {
		calls := 0
		for failing := true; failing; {
			calls++
			name, email := fmt.Sprintf("%s the %dth", p.Name, calls), fmt.Sprintf("new-%d-%s", calls, p.Email)
			fails := k.CrashAfter(notifyID, calls, foyertest.Refused)
			key, a := k.becomes(p, name, email)
			k.put(key, a)
			k.Drain(notifyID)
			failing = fails.Happened()
			k.Release()
			k.isShown(p, name, email, fmt.Sprintf("call %d fails", calls))
			if got := len(k.Poisoned()); got != 0 {
				t.Fatalf("call %d fails: got %d messages in the poison queue", calls, got)
			}
			p.Email = email
		}
		if calls < 5 {
			t.Errorf("%s: %d calls, want more: they stand in several places", p.Name, calls)
		}
		k.Unchanged(func() { k.Redeliver(notifyID) })
	}
}

// What cannot be read is poison, and taken for nothing else.
func TestANewNameIsNotFollowedByWhatCannotBeRead(t *testing.T) {
	k := acquainted(t)
	const email = "carl@new.example"
	broken := map[string]any{"email": []string{"?"}, "contacts": "?", "contact": []string{"?"}, "role": []string{"?"}, "project": []string{"?"}}
	for what, key := range map[string]table.Key{
		"account":           table.Account(k.Carl.ID),
		"membership":        table.Membership(k.Carl.ID, k.workspace),
		"contact":           table.Contact(k.workspace, k.Carl.Contact),
		"the old address":   table.ContactAddress(k.workspace, k.Carl.Company, k.Carl.Email),
		"the new address":   table.ContactAddress(k.workspace, k.Carl.Company, email),
		"place in projects": table.Project(k.Carl.ID, k.project),
	} {
		before := k.Snapshot()
		changed, a := k.becomes(k.Carl, "Carlo Client", email)
		k.put(key, broken)
		if err := k.follow(changed, a); err == nil || stream.WorthRetry(err) {
			t.Errorf("%s: got %v, want what goes to the poison queue", what, err)
		}
		if row, found := get[table.PersonRow](k, table.Person(k.project, k.Carl.ID)); !found || row.Name != k.Carl.Name {
			t.Errorf("%s: the project shows %q", what, row.Name)
		}
		k.Restore(before)
	}
}

// Who, or what, is gone meanwhile is not made again.
func TestANewNameOfWhoIsGoneIsNotFollowed(t *testing.T) {
	k := acquainted(t)
	for what, gone := range map[string]struct {
		of         foyertest.Person
		key        table.Key
		altogether bool // there is nobody to be shown
	}{
		"the account is erased":         {k.Carl, table.Account(k.Carl.ID), true},
		"out of the workspace":          {k.Carl, table.Membership(k.Carl.ID, k.workspace), true},
		"the contact is erased":         {k.Carl, table.Contact(k.workspace, k.Carl.Contact), false},
		"out of the project":            {k.Carl, table.Person(k.project, k.Carl.ID), false},
		"no member of the team":         {k.Max, table.Member(k.workspace, k.Max.ID), false},
		"a member out of the project":   {k.Max, table.Person(k.project, k.Max.ID), false},
		"a member out of the workspace": {k.Max, table.Membership(k.Max.ID, k.workspace), true},
	} {
		before := k.Snapshot()
		key, a := k.becomes(gone.of, "New Name", "new@new.example")
		k.delete(gone.key)
		had := k.Rows()
		if err := k.follow(key, a); err != nil {
			t.Errorf("%s: %v", what, err)
		}
		now := k.Rows()
		if got := len(now) - len(had); got != 1 {
			t.Errorf("%s: %d more rows, want the one of the audit", what, got)
		}
		for key := range had {
			if gone.altogether && !reflect.DeepEqual(now[key], had[key]) {
				t.Errorf("%s: %s has changed", what, key)
			}
		}
		if _, found := get[map[string]any](k, gone.key); found {
			t.Errorf("%s: it is back", what)
		}
		k.Restore(before)
	}
}

// An address leads to one contact of a company: whose it is already, or becomes
// meanwhile, stays so; and what is corrected meanwhile leaves nothing behind.
func TestANewAddressIsTakenFromNobody(t *testing.T) {
	const now, corrected, other = "carl@new.example", "carl@corrected.example", "con_01JD00000000000000000OTHER"
	type step func(k known, at func(email string) table.Key)
	takes := func(email string) step {
		return func(k known, at func(string) table.Key) { k.put(at(email), table.ContactAddressRow{Contact: other}) }
	}
	const old = "carl@globex.example"
	for what, c := range map[string]struct {
		before, meanwhile step
		others            string // whose it stays
	}{
		"the new one is another's":           {before: takes(now), others: now},
		"the old one is another's":           {before: takes(old), others: old},
		"the new one is another's meanwhile": {meanwhile: takes(now), others: now},
		"the old one is another's meanwhile": {meanwhile: takes(old), others: old},
		"the contact is corrected meanwhile": {before: takes(old), others: old, meanwhile: func(k known, at func(string) table.Key) {
			k.put(at(corrected), table.ContactAddressRow{Contact: k.Carl.Contact})
			if err := k.Table.UpdateOne(k.T.Context(), table.Contact(k.workspace, k.Carl.Contact), table.Set("email", corrected), table.Exists()); err != nil {
				k.T.Error(err)
			}
		}},
	} {
		t.Run(what, func(t *testing.T) {
			k := acquainted(t)
			at := func(email string) table.Key { return table.ContactAddress(k.workspace, k.Carl.Company, email) }
			// Of one company alone: its transaction is the first.
			k.put(table.Membership(k.Carl.ID, k.workspace), table.MembershipRow{Workspace: k.workspace, Contacts: map[string]string{k.Carl.Contact: k.Carl.Company}})
			if c.before != nil {
				c.before(k, at)
			}
			if c.meanwhile != nil {
				k.Before(notifyID, "TransactWriteItems", 1, func() { c.meanwhile(k, at) })
			}
			key, a := k.becomes(k.Carl, k.Carl.Name, now)
			k.put(key, a)
			k.Drain(notifyID)
			if k.Waiting(notifyID) > 0 || len(k.Poisoned()) > 0 {
				t.Error("the change was not done with")
			}
			if row, _ := get[table.ContactRow](k, table.Contact(k.workspace, k.Carl.Contact)); row.Email != now {
				t.Errorf("Carl's contact has the address %s, want %s", row.Email, now)
			}
			want := map[string]string{now: k.Carl.Contact}
			want[c.others] = other
			for _, email := range []string{old, now, corrected} {
				if row, _ := get[table.ContactAddressRow](k, at(email)); row.Contact != want[email] {
					t.Errorf("%s leads to %q, want %q", email, row.Contact, want[email])
				}
			}
		})
	}
}
