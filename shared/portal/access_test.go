//go:build engine

package portal_test

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"foyer/shared/foyertest"
	"foyer/shared/foyertest/iam"
	"foyer/shared/table"
)

// everything is every portal read below the project.
func (s scene) everything(item string) []string {
	return []string{s.project(), s.item(item), s.list("message"), s.list("task"), s.project() + "/items?kind=event&limit=1"}
}

// Whoever loses access is refused at the next request, and lists forget.
func TestAPortalIsClosedAtOnceWhen(t *testing.T) {
	for name, test := range map[string]struct {
		shut   func(s scene)
		status int
		code   string
	}{
		"the contact's access is removed": {func(s scene) {
			s.put(table.Membership(s.Carl.ID, s.Workspace), table.MembershipRow{Workspace: s.Workspace, Contacts: map[string]string{}})
		}, http.StatusNotFound, "not-found"},
		"the person is no longer of the project": {func(s scene) {
			if err := s.Table.DeleteOne(s.t.Context(), table.Project(s.Carl.ID, s.Project)); err != nil {
				s.t.Fatal(err)
			}
		}, http.StatusNotFound, "not-found"},
		"another contact of the person is active": {func(s scene) {
			s.put(table.Membership(s.Carl.ID, s.Workspace), table.MembershipRow{Workspace: s.Workspace, Contacts: map[string]string{invented(s.Carl.Contact): s.Company}})
		}, http.StatusNotFound, "not-found"},
		"the company is archived": {func(s scene) { s.set(table.CompanyGate(s.Workspace, s.Company), "archived", true) }, http.StatusNotFound, "not-found"},
		"the workspace is closed": {func(s scene) { s.set(table.WorkspaceGate(s.Workspace), "closed", true) }, http.StatusNotFound, "not-found"},
		"the whole portal needs a licence that the company has not": {func(s scene) {
			s.set(table.WorkspaceGate(s.Workspace), "portalNeedsLicence", true)
		}, http.StatusForbidden, "company-not-licensed"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newScene(t)
			item := s.create(fields{"kind": "message", "title": "Open", "clientCanSee": true})
			s.line(s.Carl, 1, s.Project, item)
			for _, target := range s.everything(item) {
				s.get(s.Carl, target).Must(http.StatusOK)
			}
			test.shut(s)
			for _, target := range s.everything(item) {
				s.get(s.Carl, target).Problem(test.status, test.code)
			}
			s.get(s.Carl, s.item(item)).Same(s.get(s.Carl, s.item(invented(item)))) // a refusal tells nothing of items
			for _, target := range []string{projects, "/v1/portal/notifications"} {
				if got := s.ids(s.Carl, target); len(got) != 0 {
					t.Errorf("%s: got %v, want nothing", target, got)
				}
			}
		})
	}
}

func TestALicensedCompanysClientsAreLetIntoAPortalThatNeedsALicence(t *testing.T) {
	s := newScene(t)
	item := s.create(fields{"kind": "message", "title": "Open", "clientCanSee": true})
	s.set(table.WorkspaceGate(s.Workspace), "portalNeedsLicence", true)
	s.set(table.CompanyGate(s.Workspace, s.Company), "licensed", true)
	s.get(s.Carl, s.item(item)).Must(http.StatusOK)
	if got := s.ids(s.Carl, projects); !slices.Equal(got, []string{s.Project}) {
		t.Errorf("got projects %v, want %s", got, s.Project)
	}
}

func TestAnArchivedProjectCanStillBeReadByItsClients(t *testing.T) {
	s := newScene(t)
	item := s.create(fields{"kind": "message", "title": "Open", "clientCanSee": true})
	s.set(table.ProjectFacts(s.Project), "archived", true)
	for _, target := range s.everything(item) {
		s.get(s.Carl, target).Must(http.StatusOK)
	}
}

// clientOf makes Carl a client of one more project, or what is left of one, past
// all operations.
func (s scene) clientOf(number int, kind, contact string, exists bool) string {
	s.t.Helper()
	id := fmt.Sprintf("prj_%s%026d", strings.TrimPrefix(s.Workspace, "wks_"), number)
	s.put(table.Project(s.Carl.ID, id), table.PersonProjectRow{Project: id, Kind: kind, Contact: contact})
	if exists {
		s.put(table.ProjectFacts(id), table.ProjectFactsRow{Project: id, Workspace: s.Workspace, Name: fmt.Sprint("Project ", number)})
	}
	return id
}

func TestMyProjectsAreThoseThatICanOpenEachOnceInFullPages(t *testing.T) {
	s := newScene(t)
	var want []string
	for i := range 60 {
		switch i % 4 {
		case 0:
			want = append(want, s.clientOf(i, table.KindClient, s.Carl.Contact, true))
		case 1:
			s.clientOf(i, table.KindMember, "", true)
		case 2:
			s.clientOf(i, table.KindClient, invented(s.Carl.Contact), true) // as a contact who was removed
		case 3:
			s.clientOf(i, table.KindClient, s.Carl.Contact, false)
		}
	}
	want = append(want, s.Project)
	slices.Sort(want)
	for _, limit := range []int{1, 5, 8, 16, 20} {
		target := fmt.Sprintf("%s?limit=%d", projects, limit)
		if got := s.ids(s.Carl, target); !slices.Equal(got, want) {
			t.Errorf("limit %d: got %v, want %v", limit, got, want)
		}
		if got, pages := len(s.pages(s.Carl, target)), (len(want)+limit-1)/limit; got != pages {
			t.Errorf("limit %d: got %d pages of %d projects, want %d", limit, got, len(want), pages)
		}
	}
	first := s.get(s.Carl, projects+"?limit=1").Must(http.StatusOK).List("items")[0]
	if first["name"] != "Project 0" || first["workspaceName"] != "Acme Agency" || len(first) != 3 {
		t.Errorf("got %v, want id, name and workspaceName", first)
	}
}

func TestMyProjectsGoOverAllWorkspacesAndAMembersAreNotAmongThem(t *testing.T) {
	s := newScene(t)
	bob, elsewhere := s.World.Workspace("Bob's Agency", "Bob Builder", "bob@builder.example")
	theirs := s.World.Project(bob, elsewhere, "At Bob's")
	carl := s.Invited(bob, theirs, "Globex", "Carl Client", s.Carl.Email)
	carl.Token = s.Carl.Token
	if got := s.ids(s.Carl, projects); !slices.Equal(got, []string{s.Project}) {
		t.Errorf("invited so far: got %v, want only %s", got, s.Project)
	}
	s.Accept(carl, elsewhere)
	want := []string{s.Project, theirs}
	slices.Sort(want)
	if got := s.ids(s.Carl, projects); !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if got := s.ids(s.Ann, projects); len(got) != 0 {
		t.Errorf("a member's list: got %v, want none", got)
	}
	s.get(foyertest.Person{}, projects).Problem(http.StatusUnauthorized, "unauthorized")
}

// Were a handler of the portal wrong, AWS would still not give it what is private:
// its policy has no key of the team's realm.
func TestNoPortalFunctionCanReadTheTeamsRealm(t *testing.T) {
	s := newScene(t)
	private := s.create(fields{"kind": "message", "title": "Secret"})
	ctx := t.Context()
	denied := func(err error) bool {
		var refusal *iam.AccessDenied
		return errors.As(err, &refusal)
	}
	for _, function := range []string{"portal-projects-list", "portal-projects-get", "portal-items-list", "portal-items-get", "portal-notifications-list"} {
		t.Run(function, func(t *testing.T) {
			reach := s.Env(function).Table
			secret, open := table.PrivateItem(s.Project, private), table.ProjectFacts(s.Project)
			var row table.ItemRow
			if _, err := reach.Get(ctx, secret, &row); !denied(err) {
				t.Errorf("a get of a private item: got %v, want it refused", err)
			}
			if rows, err := reach.BatchGet(ctx, secret); !denied(err) || len(rows) > 0 {
				t.Errorf("a batch get of a private item: got %v, want it refused", err)
			}
			if rows, err := reach.BatchGet(ctx, open, secret); !denied(err) || len(rows) > 0 {
				t.Errorf("a batch get that hides it among others: got %v, want it refused", err)
			}
			if _, err := reach.BatchGet(ctx, open); err != nil {
				t.Errorf("a batch get of the project: got %v, want it allowed", err)
			}
			for _, partition := range []string{table.TeamProjectPartition(s.Project), "TEAM#W#" + s.Workspace, "AUTH#IDEM#x"} {
				if items, _, err := reach.Query(ctx, table.Query{PK: partition}); !denied(err) || len(items) > 0 {
					t.Errorf("a query of %s: got %v, want it refused", partition, err)
				}
			}
			if err := reach.PutOne(ctx, table.SharedItem(s.Project, private), row, nil); !denied(err) {
				t.Errorf("a write: got %v, want it refused", err)
			}
			if err := reach.DeleteOne(ctx, open); !denied(err) {
				t.Errorf("a deletion: got %v, want it refused", err)
			}
		})
	}
}
