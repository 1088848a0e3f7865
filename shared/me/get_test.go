//go:build engine

package me_test

import (
	"testing"

	"foyer/shared/foyertest"
	"foyer/shared/table"
)

func TestNobodyIsShownAnAccountWithoutASession(t *testing.T) {
	w := foyertest.New(t)
	w.Do(foyertest.Person{}, "GET", "/v1/me", nil).Problem(401, "unauthorized")
	w.Do(foyertest.Person{Token: "abc"}, "GET", "/v1/me", nil).Problem(401, "unauthorized")
}

func TestAPersonSeesThemselvesAndWhereTheyHaveAccess(t *testing.T) {
	w := foyertest.New(t)
	a := w.Acme()
	ann := w.Do(a.Ann, "GET", "/v1/me", nil).Must(200)
	for field, want := range map[string]string{"id": a.Ann.ID, "name": "Ann Archer", "email": "ann@acme.example"} {
		if got := ann.String(field); got != want {
			t.Errorf("%s is %q, want %q", field, got, want)
		}
	}
	if m := ann.List("memberships"); len(m) != 1 || m[0]["workspace"] != a.Workspace || m[0]["workspaceName"] != "Acme Agency" || m[0]["kind"] != "member" || m[0]["role"] != "owner" {
		t.Errorf("Ann's memberships are %v, want Acme Agency as its owner", m)
	}
	carl := w.Do(a.Carl, "GET", "/v1/me", nil).Must(200).List("memberships")
	if len(carl) != 1 || carl[0]["workspace"] != a.Workspace || carl[0]["kind"] != "client" || carl[0]["role"] != nil {
		t.Errorf("Carl's memberships are %v, want Acme Agency as a client", carl)
	}
}

// An owner and a client of different workspaces at once is one person with both.
func TestAPersonHasSeveralMemberships(t *testing.T) {
	w := foyertest.New(t)
	a := w.Acme()
	second := w.Do(foyertest.Person{}, "POST", "/v1/workspaces", map[string]any{"name": "Carl's own", "ownerName": "Carl", "ownerEmail": a.Carl.Email}).Must(201).String("id")
	carl := w.Accept(a.Carl, second)
	got := map[any]any{}
	for _, m := range w.Do(carl, "GET", "/v1/me", nil).Must(200).List("memberships") {
		got[m["workspace"]] = m["kind"]
	}
	if len(got) != 2 || got[a.Workspace] != "client" || got[second] != "member" {
		t.Errorf("the memberships are %v, want client of Acme and member of their own", got)
	}
}

func TestWorkspacesWithoutAccessAreNotListed(t *testing.T) {
	for what, end := range map[string]func(w *foyertest.World, a foyertest.Acme) (table.Key, any){
		"the workspace is closed": func(_ *foyertest.World, a foyertest.Acme) (table.Key, any) {
			return table.WorkspaceGate(a.Workspace), table.WorkspaceGateRow{Name: "Acme Agency", Closed: true}
		},
		"the company is archived": func(_ *foyertest.World, a foyertest.Acme) (table.Key, any) {
			return table.CompanyGate(a.Workspace, a.Company), table.CompanyGateRow{Archived: true}
		},
		"the last contact was taken out": func(_ *foyertest.World, a foyertest.Acme) (table.Key, any) {
			return table.Membership(a.Carl.ID, a.Workspace), table.MembershipRow{Workspace: a.Workspace, Contacts: map[string]string{}}
		},
	} {
		t.Run(what, func(t *testing.T) {
			w := foyertest.New(t)
			a := w.Acme()
			key, row := end(w, a)
			if err := w.Table.PutOne(t.Context(), key, row, nil); err != nil {
				t.Fatal(err)
			}
			if got := w.Do(a.Carl, "GET", "/v1/me", nil).Must(200).List("memberships"); len(got) != 0 {
				t.Errorf("the memberships are %v, want none", got)
			}
		})
	}
}

// A company without a licence is not without access: its clients see a page that
// says so (rule 18).
func TestAnUnlicensedCompanysClientStillSeesTheWorkspace(t *testing.T) {
	w := foyertest.New(t)
	a := w.Acme()
	if err := w.Table.PutOne(t.Context(), table.WorkspaceGate(a.Workspace), table.WorkspaceGateRow{Name: "Acme Agency", PortalNeedsLicence: true}, nil); err != nil {
		t.Fatal(err)
	}
	if got := w.Do(a.Carl, "GET", "/v1/me", nil).Must(200).List("memberships"); len(got) != 1 {
		t.Errorf("the memberships are %v, want Acme Agency", got)
	}
}
