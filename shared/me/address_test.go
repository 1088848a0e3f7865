//go:build engine

package me_test

import (
	"strings"
	"sync"
	"testing"
	"time"

	"foyer/shared/foyertest"
	"foyer/shared/table"
)

const newAddress = "carl@new.example"

func changeAddress(w *foyertest.World, who foyertest.Person, email string) foyertest.Response {
	return w.Do(who, "POST", "/v1/me/address", map[string]any{"email": email, "password": foyertest.Password})
}

func confirmAddress(w *foyertest.World, token string) foyertest.Response {
	return w.Do(foyertest.Person{}, "POST", "/v1/address-changes/"+token, nil)
}

func row[R any](w *foyertest.World, key table.Key) (r R, found bool) {
	w.T.Helper()
	found, err := w.Table.Get(w.T.Context(), key, &r)
	if err != nil {
		w.T.Fatal(err)
	}
	return r, found
}

// A link opens nothing where the account, or the change, is gone or has not been confirmed.
func TestALinkToWhatIsGoneConfirmsNothing(t *testing.T) {
	w := foyertest.New(t)
	a := w.Acme()
	changeAddress(w, a.Carl, newAddress).Must(202)
	token := w.AddressLink(a.Carl.ID)
	account, _ := row[table.AccountRow](w, table.Account(a.Carl.ID))
	change, _ := row[table.AddressChangeRow](w, table.AddressChange(a.Carl.ID))
	invited := account
	invited.State = table.AccountInvited
	set := func(key table.Key, is any) {
		err := w.Table.DeleteOne(t.Context(), key)
		if is != nil {
			err = w.Table.PutOne(t.Context(), key, is, nil)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		what    string
		key     table.Key
		is, was any
	}{
		{"no account", table.Account(a.Carl.ID), nil, account},
		{"one that nobody has accepted", table.Account(a.Carl.ID), invited, account},
		{"no change", table.AddressChange(a.Carl.ID), nil, change},
	} {
		set(c.key, c.is)
		w.Unchanged(func() {
			if r := confirmAddress(w, token); r.Status != 404 {
				t.Errorf("%s: got %d %s, want 404", c.what, r.Status, r.Body)
			}
		})
		set(c.key, c.was)
	}
	confirmAddress(w, token).Must(204)
}

// What cannot be read is a fault of Foyer's, and not taken for a link that opens nothing.
func TestALinkToWhatCannotBeReadIsNotSaidToOpenNothing(t *testing.T) {
	w := foyertest.New(t)
	a := w.Acme()
	changeAddress(w, a.Carl, newAddress).Must(202)
	token := w.AddressLink(a.Carl.ID)
	for key, name := range map[table.Key]string{table.Account(a.Carl.ID): "state", table.AddressChange(a.Carl.ID): "change"} {
		was, _ := row[map[string]any](w, key)
		set := func(value any) {
			if err := w.Table.UpdateOne(t.Context(), key, table.Set(name, value), table.Exists()); err != nil {
				t.Fatal(err)
			}
		}
		set(map[string]string{"no": "text"})
		w.Unchanged(func() { confirmAddress(w, token).Problem(500, "internal") })
		set(was[name])
	}
	confirmAddress(w, token).Must(204)
}

func TestAnAddressChangesWhenTheNewOneConfirms(t *testing.T) {
	w := foyertest.New(t)
	a := w.Acme()
	w.Do(a.Carl, "POST", "/v1/me/address", map[string]any{"email": newAddress, "password": "Wrong-Horse-7"}).Problem(403, "wrong-password")
	changeAddress(w, a.Carl, " Carl@NEW.example ").Must(202)
	if signIn(w, newAddress, foyertest.Password) != 401 || signIn(w, a.Carl.Email, foyertest.Password) != 201 {
		t.Error("an address that has not confirmed is in force already")
	}
	token := w.AddressLink(a.Carl.ID)
	confirmAddress(w, token).Must(204)
	if signIn(w, newAddress, foyertest.Password) != 201 || signIn(w, a.Carl.Email, foyertest.Password) != 401 {
		t.Error("the new address does not sign in, or the old one still does")
	}
	me := w.Do(a.Carl, "GET", "/v1/me", nil).Must(200) // the same account, the same session
	if me.String("email") != newAddress || me.String("id") != a.Carl.ID {
		t.Errorf("got %s, want Carl with the new address", me.Body)
	}
	confirmAddress(w, token).Problem(404, "not-found")
	w.Drain("stream-notify")
	w.Redeliver("stream-notify")
	contact, _ := row[table.ContactRow](w, table.Contact(a.Workspace, a.Carl.Contact))
	if contact.Email != newAddress {
		t.Errorf("the workspace shows %q, want the new address", contact.Email)
	}
	if at, found := row[table.ContactAddressRow](w, table.ContactAddress(a.Workspace, a.Company, newAddress)); !found || at.Contact != a.Carl.Contact {
		t.Errorf("the company has not the contact under the new address: %v %v", at, found)
	}
	if _, found := row[table.ContactAddressRow](w, table.ContactAddress(a.Workspace, a.Company, a.Carl.Email)); found {
		t.Error("the company still has the contact under the old address")
	}
	// The old address is free: whoever has it next is somebody else.
	other := w.Client(a.Ann, a.Project, "Globex", "Another Carl", a.Carl.Email)
	if other.ID == a.Carl.ID || other.Contact == a.Carl.Contact {
		t.Error("the old address still leads to Carl")
	}
	if !strings.Contains(auditOf(w, a), table.ActivityAddressChanged) {
		t.Error("the change is not in the workspace's audit log")
	}
}

// Somebody may have asked for the address that they have: its link works once, and
// nothing is told, for nothing has changed.
func TestAnAddressThatIsTheirsAlreadyIsConfirmedWithoutAWord(t *testing.T) {
	w := foyertest.New(t)
	a := w.Acme()
	changeAddress(w, a.Carl, a.Carl.Email).Must(202)
	token := w.AddressLink(a.Carl.ID)
	w.ForgetMails()
	confirmAddress(w, token).Must(204)
	confirmAddress(w, token).Problem(404, "not-found")
	w.Drain()
	if got := w.Mails(""); len(got) != 0 {
		t.Errorf("got the mails %+v, want none", got)
	}
	if strings.Contains(auditOf(w, a), table.ActivityAddressChanged) {
		t.Error("a change that was none is in the audit log")
	}
	if signIn(w, a.Carl.Email, foyertest.Password) != 201 {
		t.Error("the address does not sign in any more")
	}
}

// A token opens what it was made for.
func TestATokenOfAPasswordResetConfirmsNoAddress(t *testing.T) {
	w := foyertest.New(t)
	a := w.Acme()
	changeAddress(w, a.Carl, newAddress).Must(202)
	w.Do(foyertest.Person{}, "POST", "/v1/password-resets", map[string]any{"email": a.Carl.Email}).Must(202)
	token := w.ResetLink(a.Carl.ID)
	change, _ := row[table.AddressChangeRow](w, table.AddressChange(a.Carl.ID))
	if err := w.Table.UpdateOne(t.Context(), table.Token(token), table.Set("subject", change.Change), table.Exists()); err != nil { // whatever the two ids are
		t.Fatal(err)
	}
	w.Unchanged(func() { confirmAddress(w, token).Problem(404, "not-found") })
}

// auditOf are the kinds of what the workspace's audit log has.
func auditOf(w *foyertest.World, a foyertest.Acme) string {
	var kinds []string
	for line := range strings.SplitSeq(w.Dump(), "\n") {
		if strings.HasPrefix(line, "TEAM#W#"+a.Workspace+"#AUDIT#") {
			kinds = append(kinds, line)
		}
	}
	return strings.Join(kinds, "\n")
}

func TestAMembersAddressIsShownToTheTeam(t *testing.T) {
	w := foyertest.New(t)
	a := w.Acme()
	changeAddress(w, a.Ann, "ann@new.example").Must(202)
	confirmAddress(w, w.AddressLink(a.Ann.ID)).Must(204)
	w.Drain("stream-notify")
	if m, _ := row[table.MemberRow](w, table.Member(a.Workspace, a.Ann.ID)); m.Email != "ann@new.example" {
		t.Errorf("the team sees %q, want the new address", m.Email)
	}
}

// Two contacts of a company with one address: the one that has it stays the one that
// is found by it.
func TestACompanysOtherContactKeepsItsPlace(t *testing.T) {
	w := foyertest.New(t)
	a := w.Acme()
	marker := table.ContactAddress(a.Workspace, a.Company, newAddress)
	if err := w.Table.PutOne(t.Context(), marker, table.ContactAddressRow{Contact: "con_01JD0000000000000000000000"}, nil); err != nil {
		t.Fatal(err)
	}
	changeAddress(w, a.Carl, newAddress).Must(202)
	confirmAddress(w, w.AddressLink(a.Carl.ID)).Must(204)
	w.Drain("stream-notify")
	if at, _ := row[table.ContactAddressRow](w, marker); at.Contact != "con_01JD0000000000000000000000" {
		t.Errorf("the address leads to %s", at.Contact)
	}
	if c, _ := row[table.ContactRow](w, table.Contact(a.Workspace, a.Carl.Contact)); c.Email != newAddress {
		t.Errorf("the workspace shows %q, want the new address", c.Email)
	}
}

// Whether an address is somebody's is not told: not when it is asked for, and when it
// is confirmed, like a token that does not exist.
func TestAnAddressOfSomebodyElseIsNotTold(t *testing.T) {
	w := foyertest.New(t)
	a := w.Acme()
	free := changeAddress(w, a.Carl, newAddress).Must(202)
	changeAddress(w, a.Carl, a.Ann.Email).Must(202).Same(free)
	token := w.AddressLink(a.Carl.ID)
	w.Unchanged(func() {
		absent := confirmAddress(w, strings.Repeat("x", 43)).Problem(404, "not-found")
		confirmAddress(w, token).Same(absent)
	})
	if signIn(w, a.Ann.Email, foyertest.Password) != 201 || w.PersonID(a.Ann.Email) != a.Ann.ID {
		t.Error("Ann's address is not hers any more")
	}
}

func TestOnlyTheLastLinkInItsTimeChangesAnAddress(t *testing.T) {
	w := foyertest.New(t)
	a := w.Acme()
	changeAddress(w, a.Carl, "carl@older.example").Must(202)
	older := w.AddressLink(a.Carl.ID)
	changeAddress(w, a.Carl, newAddress).Must(202)
	newer := w.AddressLink(a.Carl.ID)
	w.Do(foyertest.Person{}, "POST", "/v1/password-resets", map[string]any{"email": a.Carl.Email}).Must(202)
	reset := w.ResetLink(a.Carl.ID)
	w.Unchanged(func() {
		confirmAddress(w, older).Problem(404, "not-found")
		confirmAddress(w, reset).Problem(404, "not-found")
		w.Do(foyertest.Person{}, "GET", "/v1/address-changes/"+newer, nil) // a scanner of mails
	})
	w.Clock.Advance(25 * time.Hour)
	confirmAddress(w, newer).Problem(404, "not-found")
	if w.PersonID(a.Carl.Email) != a.Carl.ID {
		t.Error("the address has changed")
	}
}

func TestADoubleClickConfirmsOnce(t *testing.T) {
	w := foyertest.New(t)
	a := w.Acme()
	changeAddress(w, a.Carl, newAddress).Must(202)
	token := w.AddressLink(a.Carl.ID)
	statuses := make([]int, 4)
	var all sync.WaitGroup
	for i := range statuses {
		all.Go(func() { statuses[i] = confirmAddress(w, token).Status })
	}
	all.Wait()
	won := 0
	for _, s := range statuses {
		switch s {
		case 204:
			won++
		case 404, 409:
		default:
			t.Errorf("got %d, want 204, 404 or 409", s)
		}
	}
	if won != 1 || w.PersonID(newAddress) != a.Carl.ID {
		t.Errorf("statuses %v, want one 204", statuses)
	}
}

func TestNobodyIsFloodedInAnothersName(t *testing.T) {
	w := foyertest.New(t)
	a := w.Acme()
	w.Clock.Stand(w.Clock.Now()) // within one window of the limit
	for range 5 {
		changeAddress(w, a.Carl, newAddress).Must(202)
	}
	changeAddress(w, a.Carl, newAddress).Problem(429, "too-many-attempts")
	if got := w.Pauses("me-address-change"); len(got) != 6 {
		t.Errorf("%d answers waited for their floor, want 6", len(got))
	}
}
