//go:build engine

package workspaces_test

import (
	"net/http"
	"strings"
	"testing"

	"foyer/infra/guards/invariants"
	"foyer/shared/foyertest"
	"foyer/shared/table"
)

func (a agency) close(who foyertest.Person, body any) foyertest.Response {
	a.T.Helper()
	return a.Do(who, "POST", "/v1/workspaces/"+a.workspace+"/closure", body)
}

func TestFromItsClosureOnAWorkspaceIsAbsentForEveryone(t *testing.T) {
	a := newAgency(t)
	ivy := a.Invited(a.ann, a.project, "Globex", "Ivy Invited", "ivy@globex.example")
	link := "/v1/invitations/" + a.Link(ivy.Email, a.workspace)
	olga, theirs := a.Workspace("Other Agency", "Olga Other", "olga@other.example")
	elsewhere := a.Project(olga, theirs, "Elsewhere")
	a.Invited(olga, elsewhere, "Globex", "Carl Client", a.carl.Email)
	carl := a.Accept(a.carl, theirs)
	a.Do(foyertest.Person{}, "GET", link, nil).Must(http.StatusOK)
	// Waiting to be sent: an invitation, and what somebody is told.
	wanda := a.Invited(a.ann, a.project, "Globex", "Wanda Waits", "wanda@globex.example")
	a.Do(a.ann, "POST", "/v1/projects/"+a.project+"/items", fields{"kind": "task", "title": "Approve it", "assignee": carl.ID}).Must(http.StatusCreated)
	a.ForgetMails()

	a.close(a.ann, fields{"name": "Acme Agency"}).Must(http.StatusNoContent)
	for _, target := range []string{"/workspaces/" + a.workspace, "/projects/" + a.project + "/people", "/workspaces/" + a.workspace + "/audit", "/projects/" + a.project + "/items?kind=task"} {
		a.Do(a.ann, "GET", "/v1"+target, nil).Problem(http.StatusNotFound, "not-found")
	}
	a.Do(carl, "GET", "/v1/portal/projects/"+a.project, nil).Problem(http.StatusNotFound, "not-found")
	a.Do(carl, "GET", "/v1/portal/projects/"+elsewhere, nil).Must(http.StatusOK)
	if me := a.Do(carl, "GET", "/v1/me", nil).Must(http.StatusOK); strings.Contains(me.Body, a.workspace) || !strings.Contains(me.Body, theirs) {
		t.Errorf("Carl's memberships are %s, want that of the other workspace alone", me.Body)
	}
	if me := a.Do(a.ann, "GET", "/v1/me", nil).Must(http.StatusOK); strings.Contains(me.Body, a.workspace) {
		t.Errorf("Ann's memberships are %s, want none of what is closed", me.Body)
	}
	a.Unchanged(func() {
		never := a.Do(foyertest.Person{}, "GET", "/v1/invitations/"+strings.Repeat("A", 43), nil).Problem(http.StatusNotFound, "not-found")
		a.Do(foyertest.Person{}, "GET", link, nil).Same(never)
		a.Do(foyertest.Person{}, "POST", link+"/acceptance", fields{"password": foyertest.Password}).Same(never)
		a.close(a.ann, fields{"name": "Acme Agency"}).Problem(http.StatusNotFound, "not-found")
	})
	a.Drain()
	a.DaysPass(8) // reminders fall due, by the deployment's days
	a.Drain()
	for _, p := range []foyertest.Person{ivy, wanda, carl, {Name: "Ann", Email: "ann@acme.example"}} {
		if got := a.Mails(p.Email); len(got) != 0 {
			t.Errorf("%s got %d mails, want none: %q", p.Name, len(got), got[0].Subject)
		}
	}
	closed := 0
	for _, item := range invariants.Hold(a.World) {
		var row table.ActivityRow
		if err := table.Unmarshal(item, &row); err == nil && row.Type == table.ActivityWorkspaceClosed {
			closed++
		}
	}
	if closed != 2 { // the record, and its copy in the audit
		t.Errorf("the closure is recorded %d times, want once, and once in the audit", closed)
	}
}

func TestAWorkspaceIsClosedByAnOwnerWhoNamesIt(t *testing.T) {
	a := newAgency(t)
	admin := foyertest.Person{Name: "Adam Admin", Email: "adam@acme.example", Password: foyertest.Password}
	a.Do(a.ann, "POST", "/v1/workspaces/"+a.workspace+"/members", fields{"name": admin.Name, "email": admin.Email, "role": "admin"}).Must(http.StatusCreated)
	admin = a.Accept(admin, a.workspace)
	olga, _ := a.Workspace("Other Agency", "Olga Other", "olga@other.example")
	right := fields{"name": "Acme Agency"}
	a.Unchanged(func() {
		a.close(foyertest.Person{}, right).Must(http.StatusUnauthorized)
		a.close(admin, right).Problem(http.StatusForbidden, "role")
		a.close(a.carl, right).Problem(http.StatusNotFound, "not-found")
		a.close(olga, right).Problem(http.StatusNotFound, "not-found")
		for _, body := range []fields{{"name": "Acme"}, {"name": "acme agency"}, {"name": ""}} {
			a.close(a.ann, body).Fault("body.name")
		}
		a.close(a.ann, fields{}).Fault("body")
	})
	a.Do(a.ann, "GET", "/v1/workspaces/"+a.workspace, nil).Must(http.StatusOK)
}

func TestAClosureMeetsOthers(t *testing.T) {
	t.Run("who close it too", func(t *testing.T) {
		a := newAgency(t)
		a.Before("workspaces-close", "TransactWriteItems", 1, func() {
			if err := a.Table.UpdateOne(t.Context(), table.WorkspaceGate(a.workspace), table.Set("closed", true), table.Exists()); err != nil {
				t.Error(err)
			}
		})
		a.close(a.ann, fields{"name": "Acme Agency"}).Problem(http.StatusNotFound, "not-found")
	})
	t.Run("who give it another name", func(t *testing.T) {
		a := newAgency(t)
		a.Before("workspaces-close", "TransactWriteItems", 1, func() { a.set(fields{"name": "Acme & Co"}).Must(http.StatusOK) })
		a.close(a.ann, fields{"name": "Acme Agency"}).Fault("body.name")
		a.Do(a.ann, "GET", "/v1/workspaces/"+a.workspace, nil).Must(http.StatusOK)
	})
	t.Run("and cannot look again", func(t *testing.T) {
		a := newAgency(t)
		a.looksOnce("workspaces-close")
		a.close(a.ann, fields{"name": "Acme Agency"}).Problem(http.StatusServiceUnavailable, "unavailable")
		a.Release()
		a.close(a.ann, fields{"name": "Acme Agency"}).Must(http.StatusNoContent)
	})
}
