//go:build engine

package workspaces_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"foyer/shared/foyertest"
	"foyer/shared/table"
)

const day = 24 * time.Hour

var whatever = foyertest.Header{Name: "If-Match", Value: "*"}

// agency is Acme, of which the settings are changed.
type agency struct {
	*foyertest.World
	ann, carl          foyertest.Person
	workspace, project string
}

func newAgency(t *testing.T) agency {
	t.Helper()
	t.Parallel()
	w := foyertest.New(t)
	acme := w.Acme()
	return agency{w, acme.Ann, acme.Carl, acme.Workspace, acme.Project}
}

func (a agency) at() string { return "/v1/workspaces/" + a.workspace }

func (a agency) get() foyertest.Response { a.T.Helper(); return a.Do(a.ann, "GET", a.at(), nil) }

func (a agency) set(body any) foyertest.Response {
	a.T.Helper()
	return a.Do(a.ann, "PATCH", a.at(), body, whatever)
}

// invite invites somebody new as a client, and gives back the invitation.
func (a agency) invite(email string) table.InvitationRow {
	a.T.Helper()
	a.Invited(a.ann, a.project, "Globex", "Ivy Invited", email)
	return a.Invitations(email, a.workspace)[0]
}

// nextDay lets a day pass and sends what has fallen due.
func (a agency) nextDay() {
	a.T.Helper()
	a.DaysPass(1)
	a.Drain()
}

func (a agency) reminded(email string, want int, why string) {
	a.T.Helper()
	if got := len(a.Mails(email)); got != want {
		a.T.Errorf("%s: got %d mails, want %d", why, got, want)
	}
}

func TestAWorkspaceBeginsWithTheDeploymentsSettings(t *testing.T) {
	a := newAgency(t)
	r := a.get().Must(http.StatusOK)
	got := r.JSON()
	if got["id"] != a.workspace || got["name"] != "Acme Agency" || got["portalNeedsLicence"] != false || got["invitationDays"] != 7.0 {
		t.Errorf("got %s", r.Body)
	}
	if _, chosen := got["reminderDays"]; chosen {
		t.Errorf("got %s, want no days of reminders that nobody chose", r.Body)
	}
}

func TestAChangeTouchesWhatItNamesAndIsRecorded(t *testing.T) {
	a := newAgency(t)
	before := a.get()
	changed := a.set(fields{"invitationDays": 14, "reminderDays": []int{7, 3}}).Must(http.StatusOK)
	changed.Same(a.get())
	got := changed.JSON()
	if got["name"] != "Acme Agency" || got["invitationDays"] != 14.0 || fmt.Sprint(got["reminderDays"]) != "[3 7]" {
		t.Errorf("got %s", changed.Body)
	}
	if changed.Header.Get("ETag") == before.Header.Get("ETag") {
		t.Error("the entity tag did not change")
	}
	a.Unchanged(func() {
		a.set(fields{"invitationDays": 14}).Must(http.StatusOK).Same(changed)
		a.Do(a.ann, "PATCH", a.at(), fields{"name": "Late"}, foyertest.Header{Name: "If-Match", Value: before.Header.Get("ETag")}).Problem(http.StatusPreconditionFailed, "changed")
		a.Do(a.ann, "PATCH", a.at(), fields{"name": "Blind"}).Problem(http.StatusPreconditionRequired, "if-match-required")
	})
	rows, _, err := table.QueryInto[table.ActivityRow](t.Context(), a.Table, table.Query{PK: table.WorkspaceActivity(a.workspace, "").PK})
	if err != nil {
		t.Fatal(err)
	}
	recorded := 0
	for _, r := range rows {
		if r.Type == table.ActivityWorkspaceUpdated && r.Actor == a.ann.ID {
			recorded++
		}
	}
	if recorded != 1 {
		t.Errorf("recorded %d times, want once", recorded)
	}
}

func TestThePortalShowsTheNewNameAtOnce(t *testing.T) {
	a := newAgency(t)
	a.set(fields{"name": "Acme & Co"}).Must(http.StatusOK)
	for _, who := range []foyertest.Person{a.ann, a.carl} {
		if got := a.Do(who, "GET", "/v1/me", nil).Must(http.StatusOK).List("memberships")[0]["workspaceName"]; got != "Acme & Co" {
			t.Errorf("%s sees %v", who.Name, got)
		}
	}
	if got := a.invite("ivy@globex.example").WorkspaceName; got != "Acme & Co" {
		t.Errorf("an invitation names %q", got)
	}
}

// Rule 18.
func TestWhereThePortalNeedsALicenceClientsHearSoFromTheNextRequestOn(t *testing.T) {
	a := newAgency(t)
	items := "/v1/portal/projects/" + a.project + "/items?kind=message"
	a.Do(a.carl, "GET", items, nil).Must(http.StatusOK)
	a.set(fields{"portalNeedsLicence": true}).Must(http.StatusOK)
	a.Do(a.carl, "GET", items, nil).Problem(http.StatusForbidden, "company-not-licensed")
	a.set(fields{"portalNeedsLicence": false}).Must(http.StatusOK)
	a.Do(a.carl, "GET", items, nil).Must(http.StatusOK)
}

func TestDaysOfInvitationsAreThoseOfWhatIsSentFromThenOn(t *testing.T) {
	a := newAgency(t)
	before := a.invite("ivy@globex.example")
	a.set(fields{"invitationDays": 2, "reminderDays": []int{1}}).Must(http.StatusOK)
	after := a.invite("ida@globex.example")
	for _, i := range []struct {
		inv  table.InvitationRow
		days int
	}{{before, 7}, {after, 2}} {
		if got := i.inv.ExpiresAt.Sub(i.inv.CreatedAt); got != time.Duration(i.days)*day {
			t.Errorf("%s: lasts %s, want %d days", i.inv.Email, got, i.days)
		}
	}
	if got := a.Invitations(before.Email, a.workspace)[0]; !got.ExpiresAt.Equal(before.ExpiresAt) {
		t.Errorf("the end of what was sent before moved to %s", got.ExpiresAt)
	}
	again := a.Do(a.ann, "POST", a.at()+"/contacts/"+before.Subject+"/invitation", nil).Must(http.StatusAccepted)
	if got := a.Invitations(before.Email, a.workspace)[0]; got.ExpiresAt.Sub(a.Clock.Now()) > 2*day {
		t.Errorf("sent again it lasts until %s, want two days; %s", got.ExpiresAt, again.Body)
	}
}

// Rule 23.
func TestRemindersGoOnTheDaysThatWereChosen(t *testing.T) {
	a := newAgency(t)
	a.set(fields{"reminderDays": []int{4, 1}}).Must(http.StatusOK)
	const ivy = "ivy@globex.example"
	a.invite(ivy)
	a.Drain()
	a.ForgetMails()
	a.Clock.Advance(5 * time.Minute)
	for n, want := range []int{1, 1, 1, 2, 2, 2} {
		a.nextDay()
		a.reminded(ivy, want, fmt.Sprintf("after %d days", n+1))
	}
}

func TestWithoutRemindersNoneGoesWheneverTheInvitationWasSent(t *testing.T) {
	a := newAgency(t)
	const ivy, ida = "ivy@globex.example", "ida@globex.example"
	a.invite(ivy)
	if got := a.set(fields{"reminderDays": []int{}}).Must(http.StatusOK); fmt.Sprint(got.JSON()["reminderDays"]) != "[]" {
		t.Errorf("got %s, want that there are none", got.Body)
	}
	a.invite(ida)
	a.Drain()
	a.ForgetMails()
	a.Clock.Advance(5 * time.Minute)
	for range 6 {
		a.nextDay()
	}
	a.reminded(ivy, 0, "sent before")
	a.reminded(ida, 0, "sent after")
}

func TestSettingsThatContradictEachOtherAreRefusedAtTheFieldInQuestion(t *testing.T) {
	a := newAgency(t)
	a.set(fields{"invitationDays": 10, "reminderDays": []int{9}}).Must(http.StatusOK)
	a.Unchanged(func() {
		for location, bodies := range map[string][]fields{
			"body.reminderDays": {
				{"reminderDays": []int{10}}, {"reminderDays": []int{0}}, {"reminderDays": []int{-1}}, {"reminderDays": []int{3, 3}},
				{"reminderDays": []int{1, 2, 3, 4, 5, 6}}, {"invitationDays": 3, "reminderDays": []int{3}}, {"reminderDays": "3"},
			},
			"body.invitationDays": {{"invitationDays": 9}, {"invitationDays": 0}, {"invitationDays": 31}},
			"body.name":           {{"name": ""}, {"name": " "}, {"name": "two\nlines"}},
			"body.closed":         {{"closed": true}},
		} {
			for _, body := range bodies {
				a.set(body).Fault(location)
			}
		}
	})
}

func TestAWorkspaceThatIsClosedMeanwhileIsNotChanged(t *testing.T) {
	a := newAgency(t)
	a.Before("workspaces-update", "TransactWriteItems", 1, func() {
		if err := a.Table.UpdateOne(t.Context(), table.WorkspaceGate(a.workspace), table.Set("closed", true), table.Exists()); err != nil {
			t.Error(err)
		}
	})
	a.set(fields{"name": "Too late"}).Problem(http.StatusNotFound, "not-found")
	var gate table.WorkspaceGateRow
	if _, err := a.Table.Get(t.Context(), table.WorkspaceGate(a.workspace), &gate); err != nil || gate.Name != "Acme Agency" || !gate.Closed {
		t.Errorf("the workspace is %+v (%v)", gate, err)
	}
}

// What two change at once is both changed, whoever comes second.
func TestAChangeOfAnotherSettingMeanwhileIsNotLost(t *testing.T) {
	a := newAgency(t)
	a.Before("workspaces-update", "TransactWriteItems", 1, func() {
		a.Release()
		a.set(fields{"name": "Acme & Co"}).Must(http.StatusOK)
	})
	a.set(fields{"invitationDays": 3}).Must(http.StatusOK)
	if got := a.Do(a.ann, "GET", a.at(), nil).Must(http.StatusOK); got.String("name") != "Acme & Co" || got.JSON()["invitationDays"] != 3.0 {
		t.Errorf("got %s, want the new name and the new days", got.Body)
	}
}

// What cannot be read once more is not taken for a workspace that is gone, nor one without
// its own row for another.
func TestAWorkspaceThatCannotBeReadIsAFailure(t *testing.T) {
	a := newAgency(t)
	a.looksOnce("workspaces-update")
	a.set(fields{"name": "Acme & Co"}).Problem(http.StatusServiceUnavailable, "unavailable")
	a.Release()
	if err := a.Table.DeleteOne(t.Context(), table.Workspace(a.workspace)); err != nil {
		t.Fatal(err)
	}
	a.Do(a.ann, "GET", a.at(), nil).Problem(http.StatusInternalServerError, "internal")
}

// looksOnce lets what the function writes meet another write, and its second look at the
// workspace fail.
func (a agency) looksOnce(function string) {
	a.Around(function, func(c foyertest.AWSCall, next func() (any, error)) (any, error) {
		switch {
		case c.Name == "TransactWriteItems":
			return nil, foyertest.ErrMet
		case c.Name == "BatchGetItem" && c.Nth > 1:
			return nil, foyertest.ErrPasses
		}
		return next()
	})
}
