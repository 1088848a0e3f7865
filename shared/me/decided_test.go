//go:build engine

package me_test

import (
	"errors"
	"fmt"
	"testing"

	"foyer/shared/api"
	"foyer/shared/foyertest"
	"foyer/shared/me"
	"foyer/shared/table"
)

func remove(w *foyertest.World, key table.Key) {
	w.T.Helper()
	if err := w.Table.DeleteOne(w.T.Context(), key); err != nil {
		w.T.Fatal(err)
	}
}

func TestWhoHasNoAccountAnyMoreIsNotSignedIn(t *testing.T) {
	w := foyertest.New(t)
	a := w.Acme()
	remove(w, table.Account(a.Carl.ID))
	w.Do(a.Carl, "GET", "/v1/me", nil).Problem(401, "unauthorized")
}

func TestAWorkspaceThatIsGoneIsNotListed(t *testing.T) {
	w := foyertest.New(t)
	a := w.Acme()
	remove(w, table.WorkspaceGate(a.Workspace))
	for _, who := range []foyertest.Person{a.Ann, a.Carl} {
		if got := w.Do(who, "GET", "/v1/me", nil).Must(200).List("memberships"); len(got) != 0 {
			t.Errorf("%s has %v, want none", who.Name, got)
		}
	}
}

// One open company is enough, however many others are archived.
func TestAClientOfSeveralCompaniesHasAccessAsLongAsOneIsOpen(t *testing.T) {
	w := foyertest.New(t)
	a := w.Acme()
	contacts := map[string]string{a.Carl.Contact: a.Company}
	for i := range 9 {
		company := fmt.Sprintf("com_01JD000000000000000000000%d", i)
		contacts[fmt.Sprintf("con_01JD000000000000000000000%d", i)] = company
		if err := w.Table.PutOne(t.Context(), table.CompanyGate(a.Workspace, company), table.CompanyGateRow{Archived: true}, nil); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Table.PutOne(t.Context(), table.Membership(a.Carl.ID, a.Workspace), table.MembershipRow{Workspace: a.Workspace, Contacts: contacts}, nil); err != nil {
		t.Fatal(err)
	}
	for range 10 { // the companies come in no order
		if got := w.Do(a.Carl, "GET", "/v1/me", nil).Must(200).List("memberships"); len(got) != 1 {
			t.Fatalf("got %v, want the workspace", got)
		}
	}
}

func TestAnAccountThatDidNotComeWithTheAccessIsRead(t *testing.T) {
	w := foyertest.New(t)
	w.Failing("me-get", "BatchGetItem", 1, foyertest.ErrStays)
	if _, err := me.Get.Handle(t.Context(), &api.Call{Env: w.Env("me-get"), Person: "per_01JD0000000000000000000001"}, &me.GetInput{}); !errors.Is(err, foyertest.ErrStays) {
		t.Errorf("got %v, want the failure", err)
	}
}
