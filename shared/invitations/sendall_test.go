//go:build engine

package invitations_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"foyer/shared/foyertest"
	"foyer/shared/jobs/jobqueue"
	"foyer/shared/table"
)

func (o office) sendAll(who foyertest.Person, company string, headers ...foyertest.Header) foyertest.Response {
	o.T.Helper()
	return o.Do(who, "POST", "/v1/workspaces/"+o.Acme.Workspace+"/companies/"+company+"/invitations", nil, headers...)
}

// asked asks for the job and gives its id; it has not begun.
func (o office) asked() string {
	o.T.Helper()
	return o.sendAll(o.Ann, o.Company).Must(http.StatusAccepted).String("id")
}

// ran does all jobs there are and gives back what became of this one.
func (o office) ran(job string) table.JobRow {
	o.T.Helper()
	if failed := o.RunJobs(); failed != 0 {
		o.T.Fatalf("%d jobs are left undone", failed)
	}
	return o.job(job)
}

func (o office) job(id string) table.JobRow {
	o.T.Helper()
	return get[table.JobRow](o.World, table.Job(o.Acme.Workspace, id))
}

// run gives jobs-run the job's message, and says whether it is done with it.
func (o office) run(job string) bool {
	o.T.Helper()
	return o.RunJob(fmt.Sprintf(`{"workspace":%q,"job":%q}`, o.Acme.Workspace, job))
}

func counts(row table.JobRow) string {
	return fmt.Sprintf("%s: %d of %d, %d refused", row.State, row.Done, row.Total, row.Refused)
}

// receivers are to whom the mails went, in order.
func receivers(mails []foyertest.Mail) string {
	var to []string
	for _, m := range mails {
		to = append(to, m.To)
	}
	slices.Sort(to)
	return strings.Join(to, " ")
}

// Rule 22: everyone of this company who was not invited; nobody else, and whatever
// became of an earlier invitation is left as it is.
func TestEveryoneOfACompanyWhoWasNotInvitedIsInvited(t *testing.T) {
	o := newOffice(t)
	olga, _ := o.World.Workspace("Other Agency", "Olga Other", "olga@other.example")
	known := o.contact("Olga Other", olga.Email) // has an account elsewhere
	self := o.contact("Ann Archer", o.Ann.Email) // is of the team
	waiting := o.Invited(o.Ann, o.Acme.Project, "Globex", "Ivy Invited", "ivy@globex.example")
	revoked := o.contact("Rob Revoked", "rob@globex.example")
	o.send(revoked).Must(http.StatusAccepted)
	o.revoke(revoked).Must(http.StatusNoContent)
	removed := o.Client(o.Ann, o.Acme.Project, "Globex", "Rita Removed", "rita@globex.example")
	o.Do(o.Ann, "DELETE", o.path(removed.Contact, "access"), nil).Must(http.StatusNoContent)
	initech := o.Do(o.Ann, "POST", "/v1/workspaces/"+o.Acme.Workspace+"/companies", fields{"name": "Initech"}).Must(http.StatusCreated).String("id")
	elsewhere := o.Do(o.Ann, "POST", "/v1/workspaces/"+o.Acme.Workspace+"/companies/"+initech+"/contacts", fields{"name": "Ed Elsewhere", "email": "ed@initech.example"}).Must(http.StatusCreated).String("id")
	o.mailed("")
	before := map[string]table.ContactRow{}
	for _, p := range []foyertest.Person{self, waiting, revoked, removed, o.Carl, {Contact: elsewhere}} {
		before[p.Contact] = get[table.ContactRow](o.World, table.Contact(o.Acme.Workspace, p.Contact))
	}

	asked := o.sendAll(o.Ann, o.Company).Must(http.StatusAccepted)
	if asked.String("kind") != "invitations-send-all" || asked.String("state") != table.JobQueued {
		t.Errorf("got the job %s", asked.Body)
	}
	if got := counts(o.ran(asked.String("id"))); got != "done: 3 of 3, 1 refused" {
		t.Errorf("got the job %s, want Nora and Olga invited, and Ann refused", got)
	}
	mails := o.mailed("")
	if got := receivers(mails); got != "nora@globex.example olga@other.example" {
		t.Fatalf("mails went to %s, want to Nora and Olga", got)
	}
	if !strings.Contains(mails[0].Text, "Ann Archer") || !strings.Contains(mails[0].Text, "Acme Agency") {
		t.Errorf("the mail does not say who invites: %s", mails[0].Text)
	}
	o.stateIs(o.nora, table.InvitationSent)
	o.stateIs(known, table.InvitationSent)
	for id, was := range before {
		if now := get[table.ContactRow](o.World, table.Contact(o.Acme.Workspace, id)); now.InvitationState != was.InvitationState || now.Person != was.Person || !now.ExpiresAt.Equal(was.ExpiresAt) || now.Removed != was.Removed {
			t.Errorf("%s is %+v now, was %+v", was.Name, now, was)
		}
	}
	for _, m := range mails {
		if m.To == o.nora.Email {
			accept(o.World, nobody, m.Token(), foyertest.Password).Must(http.StatusOK)
		}
	}

	if got := counts(o.ran(o.asked())); got != "done: 1 of 1, 1 refused" {
		t.Errorf("got the second job %s, want nobody invited", got)
	}
	if mails := o.mailed(""); len(mails) != 0 {
		t.Errorf("the second call mailed %s, want nobody", receivers(mails))
	}
}

// More contacts than one slice takes.
func TestAllOfALargeCompanyAreInvited(t *testing.T) {
	o := newOffice(t)
	want := []string{o.nora.Email}
	for n := range 60 {
		p := o.contact(fmt.Sprintf("Guest %02d", n), fmt.Sprintf("guest-%02d@globex.example", n))
		want = append(want, p.Email)
	}
	slices.Sort(want)
	if got := counts(o.ran(o.asked())); got != "done: 61 of 61, 0 refused" {
		t.Errorf("got the job %s", got)
	}
	if got := receivers(o.mailed("")); got != strings.Join(want, " ") {
		t.Errorf("mails went to %s, want to each once: %s", got, want)
	}
}

// Wherever the function ends, the next run does what was left, and nobody gets a
// second mail; nor when the message comes once more.
func TestAJobOfInvitingAllThatWasCutOffAnywhereInvitesEachOnce(t *testing.T) {
	o := newOffice(t)
	first := 1 // Nora is left from the beginning
	for n := 1; ; n++ {
		for k := range 2 {
			o.contact(fmt.Sprintf("Guest %d of %02d", k, n), fmt.Sprintf("guest-%02d-%d@globex.example", n, k))
		}
		job := o.asked()
		o.Drain()
		crash, _ := crashAfter(n)
		o.Intercept(jobqueue.ID, crash)
		whole := o.run(job)
		o.Release()
		o.Clock.Advance(jobqueue.Lease + time.Second)
		if !o.run(job) {
			t.Fatalf("cut off after call %d: the next run did not do it", n)
		}
		if got, want := counts(o.job(job)), fmt.Sprintf("done: %d of %d, 0 refused", 2+first, 2+first); got != want {
			t.Errorf("cut off after call %d: got the job %s, want %s", n, got, want)
		}
		mails := o.mailed("")
		if len(mails) != 2+first || len(slices.Compact(strings.Fields(receivers(mails)))) != 2+first {
			t.Errorf("cut off after call %d: mails went to %s, want one to each who was not invited", n, receivers(mails))
		}
		o.Unchanged(func() { o.run(job) })
		first = 0
		if whole {
			return // it made fewer calls than that
		}
	}
}

// What happens between the reading and the writing is noticed, of every contact by
// itself.
func TestWhatChangesWhileAllAreInvitedCounts(t *testing.T) {
	archive := func(o office) {
		update(o.World, table.CompanyGate(o.Acme.Workspace, o.Company), table.Set("archived", true))
	}
	both := "nora@globex.example otto@globex.example"
	for name, c := range map[string]struct {
		do    func(o office)
		nth   int // before which transaction of the job
		to    string
		job   string
		says  string // the reason
		names string // whom a mail names
	}{
		"one is invited by hand": {func(o office) { o.send(o.nora).Must(http.StatusAccepted) }, 1, both, "done: 1 of 1, 0 refused", "", ""},
		"one is invited by hand and accepts": {func(o office) {
			o.send(o.nora).Must(http.StatusAccepted)
			o.Accept(o.nora, o.Acme.Workspace)
		}, 1, "otto@globex.example", "done: 1 of 1, 0 refused", "", ""},
		"one is invited by hand and revoked": {func(o office) {
			o.send(o.nora).Must(http.StatusAccepted)
			o.revoke(o.nora).Must(http.StatusNoContent)
		}, 1, "otto@globex.example", "done: 1 of 1, 0 refused", "", ""},
		"another such job does it all": {func(o office) { o.run(o.asked()) }, 1, both, "done: 0 of 0, 0 refused", "", ""},
		"one has another name": {func(o office) {
			o.Do(o.Ann, "PATCH", strings.TrimSuffix(o.path(o.nora.Contact, ""), "/"), fields{"name": "Nora Newer"}, foyertest.Header{Name: "If-Match", Value: "*"}).Must(http.StatusOK)
		}, 1, both, "done: 2 of 2, 0 refused", "", "Nora Newer"},
		"one has another address": {func(o office) {
			o.Do(o.Ann, "PATCH", strings.TrimSuffix(o.path(o.nora.Contact, ""), "/"), fields{"email": "nora@new.example"}, foyertest.Header{Name: "If-Match", Value: "*"}).Must(http.StatusOK)
		}, 1, "nora@new.example otto@globex.example", "done: 2 of 2, 0 refused", "", ""},
		"one joins the team": {func(o office) {
			o.Do(o.Ann, "POST", "/v1/workspaces/"+o.Acme.Workspace+"/members", fields{"name": "Nora New", "email": o.nora.Email, "role": "member"}).Must(http.StatusCreated)
			update(o.World, table.Invitation(o.PersonID(o.nora.Email), o.Acme.Workspace, o.PersonID(o.nora.Email)), table.Set("state", table.InvitationRevoked)) // its mail does not count here
		}, 1, "otto@globex.example", "done: 2 of 2, 1 refused", "", ""},
		"the company is archived":              {archive, 1, "", "failed: 0 of 0, 0 refused", "archived", ""},
		"the company is archived in the midst": {archive, 2, "nora@globex.example", "failed: 1 of 1, 0 refused", "archived", ""},
		"the licence goes": {func(o office) {
			update(o.World, table.CompanyGate(o.Acme.Workspace, o.Company), table.Set("licensed", false))
		}, 2, "nora@globex.example", "failed: 1 of 1, 0 refused", "licence", ""},
	} {
		t.Run(name, func(t *testing.T) {
			o := newOffice(t)
			o.contact("Otto Other", "otto@globex.example")
			update(o.World, table.WorkspaceGate(o.Acme.Workspace), table.Set("portalNeedsLicence", true))
			update(o.World, table.CompanyGate(o.Acme.Workspace, o.Company), table.Set("licensed", true))
			job := o.asked()
			o.Drain()
			done := false
			o.Around(jobqueue.ID, func(call foyertest.AWSCall, next func() (any, error)) (any, error) {
				if call.Name == "TransactWriteItems" && call.Nth == c.nth && !done {
					done = true // the other job is a call of the same function
					c.do(o)
				}
				return next()
			})
			o.run(job)
			o.Release()
			update(o.World, table.CompanyGate(o.Acme.Workspace, o.Company), table.Set("archived", false)) // so that what is on its way leaves
			update(o.World, table.CompanyGate(o.Acme.Workspace, o.Company), table.Set("licensed", true))
			if got := o.job(job); counts(got) != c.job || !strings.Contains(got.Reason, c.says) {
				t.Errorf("got the job %s, %q, want %s, %q", counts(got), got.Reason, c.job, c.says)
			}
			o.Drain()
			got, text := map[string]int{}, ""
			for _, m := range o.Mails("") {
				got[m.To]++
				text += m.Text
			}
			if !strings.Contains(text, c.names) {
				t.Errorf("no mail names %s: %s", c.names, text)
			}
			for _, to := range strings.Fields(c.to) {
				if got[to] != 1 {
					t.Errorf("%s got %d mails, want one", to, got[to])
				}
			}
			if name != "one is invited by hand and accepts" && len(got) != len(strings.Fields(c.to)) {
				t.Errorf("got mails %v, want them to %s", got, c.to)
			}
		})
	}
}

// Who asked for it may be an admin no longer, or the workspace open no longer, when it
// is done: then nothing of it is.
func TestAJobOfInvitingAllIsNotDoneForWhoMayNoLongerAsk(t *testing.T) {
	for name, do := range map[string]func(o office){
		"demoted": func(o office) {
			update(o.World, table.Member(o.Acme.Workspace, o.Ann.ID), table.Set("role", table.RoleMember))
		},
		"removed": func(o office) {
			if err := o.Table.DeleteOne(o.T.Context(), table.Member(o.Acme.Workspace, o.Ann.ID)); err != nil {
				o.T.Fatal(err)
			}
		},
		"gone": func(o office) {
			if err := o.Table.DeleteOne(o.T.Context(), table.WorkspaceGate(o.Acme.Workspace)); err != nil {
				o.T.Fatal(err)
			}
		},
		"closed": func(o office) { update(o.World, table.WorkspaceGate(o.Acme.Workspace), table.Set("closed", true)) },
	} {
		t.Run(name, func(t *testing.T) {
			o := newOffice(t)
			job := o.asked()
			do(o)
			if got := o.ran(job); counts(got) != "failed: 0 of 0, 0 refused" || got.Reason == "" {
				t.Errorf("got the job %s, %q, want it failed with a reason", counts(got), got.Reason)
			}
			if row := get[table.ContactRow](o.World, table.Contact(o.Acme.Workspace, o.nora.Contact)); row.InvitationState != "" {
				t.Errorf("Nora's invitation is %s, want none", row.InvitationState)
			}
			if mails := o.mailed(""); len(mails) != 0 {
				t.Errorf("mails went to %s, want to nobody", receivers(mails))
			}
		})
	}
}

func TestWhoMayInviteAllOfWhichCompany(t *testing.T) {
	o := newOffice(t)
	mia := foyertest.Person{Name: "Mia Member", Email: "mia@acme.example", Password: foyertest.Password}
	o.Do(o.Ann, "POST", "/v1/workspaces/"+o.Acme.Workspace+"/members", fields{"name": mia.Name, "email": mia.Email, "role": "member"}).Must(http.StatusCreated)
	mia = o.Accept(mia, o.Acme.Workspace)
	olga, other := o.World.Workspace("Other Agency", "Olga Other", "olga@other.example")
	theirs := o.Do(olga, "POST", "/v1/workspaces/"+other+"/companies", fields{"name": "Initech"}).Must(http.StatusCreated).String("id")
	o.mailed("")
	o.Unchanged(func() {
		o.sendAll(nobody, o.Company).Must(http.StatusUnauthorized)
		o.sendAll(mia, o.Company).Problem(http.StatusForbidden, "role")
		o.sendAll(o.Carl, o.Company).Problem(http.StatusNotFound, "not-found")
		o.sendAll(olga, o.Company).Problem(http.StatusNotFound, "not-found")
		o.sendAll(o.Ann, theirs).Problem(http.StatusNotFound, "not-found")
		o.sendAll(o.Ann, "com_01JD0000000000000000000000").Problem(http.StatusNotFound, "not-found")
		o.Do(olga, "POST", "/v1/workspaces/"+other+"/companies/"+o.Company+"/invitations", nil).Problem(http.StatusNotFound, "not-found")
	})
	update(o.World, table.WorkspaceGate(o.Acme.Workspace), table.Set("portalNeedsLicence", true))
	o.Unchanged(func() { o.sendAll(o.Ann, o.Company).Problem(http.StatusConflict, "company-not-licensed") })
	update(o.World, table.CompanyGate(o.Acme.Workspace, o.Company), table.Set("archived", true))
	o.Unchanged(func() { o.sendAll(o.Ann, o.Company).Problem(http.StatusConflict, "company-archived") })
	if o.RunJobs(); len(o.mailed("")) != 0 {
		t.Error("somebody was mailed, want nobody")
	}
}

func TestAnAdminInvitesAllToo(t *testing.T) {
	o := newOffice(t)
	adam := foyertest.Person{Name: "Adam Admin", Email: "adam@acme.example", Password: foyertest.Password}
	o.Do(o.Ann, "POST", "/v1/workspaces/"+o.Acme.Workspace+"/members", fields{"name": adam.Name, "email": adam.Email, "role": "admin"}).Must(http.StatusCreated)
	adam = o.Accept(adam, o.Acme.Workspace)
	o.mailed("")
	if got := counts(o.ran(o.sendAll(adam, o.Company).Must(http.StatusAccepted).String("id"))); got != "done: 1 of 1, 0 refused" {
		t.Errorf("got the job %s", got)
	}
	if mails := o.mailed(o.nora.Email); len(mails) != 1 || !strings.Contains(mails[0].Text, adam.Name) {
		t.Errorf("Nora got %d mails, want one in Adam's name", len(mails))
	}
}

func TestARepeatedRequestToInviteAllIsOneJob(t *testing.T) {
	o := newOffice(t)
	key := foyertest.Header{Name: "Idempotency-Key", Value: "once"}
	first := o.sendAll(o.Ann, o.Company, key).Must(http.StatusAccepted)
	o.Unchanged(func() {
		if again := o.sendAll(o.Ann, o.Company, key).Must(http.StatusAccepted); again.Body != first.Body {
			t.Errorf("got %s, want %s", again.Body, first.Body)
		}
	})
	if got := counts(o.ran(first.String("id"))); got != "done: 1 of 1, 0 refused" {
		t.Errorf("got the job %s", got)
	}
	o.Unchanged(func() {
		if again := o.sendAll(o.Ann, o.Company, key).Must(http.StatusAccepted); again.String("state") != table.JobDone {
			t.Errorf("got %s, want the job as it is now", again.Body)
		}
	})
}
