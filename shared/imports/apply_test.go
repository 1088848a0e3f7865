//go:build engine

package imports_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/smithy-go"

	"foyer/infra/guards/proof"
	"foyer/shared/foyertest"
	"foyer/shared/jobs/jobqueue"
	"foyer/shared/table"
)

// rename gives a contact another name, by hand.
func (s scene) rename(contact string, change map[string]any) {
	s.T.Helper()
	s.Do(s.ann, "PATCH", "/v1/workspaces/"+s.workspace+"/contacts/"+contact, change, foyertest.Header{Name: "If-Match", Value: "*"}).Must(http.StatusOK)
}

func TestWhatSomebodyHasOvertakenIsLeftAndCounted(t *testing.T) {
	s := begin(t)
	globex := s.company("Globex")
	contacts := map[string]string{}
	for _, name := range []string{"a", "b", "c", "d"} {
		contacts[name] = s.contact(globex, "Old "+name, name+"@globex.example")
	}
	plan := s.planned(s.uploaded("company,name,email\n" +
		"Globex,New a,a@globex.example\n" + // 2: nobody touches it
		"Globex,New b,b@globex.example\n" + // 3: gets another name
		"Globex,New c,c@globex.example\n" + // 4: gets that name
		"Globex,New d,d@globex.example\n" + // 5: gets another address
		"Globex,New e,e@globex.example\n" + // 6: is made as it is
		"Globex,New f,f@globex.example\n" + // 7: is made with another name
		"Globex,New g,g@globex.example\n" + // 8: nobody touches it
		"Initech,New h,h@initech.example\n" + // 9: its company is made meanwhile
		"Initech,New i,i@initech.example\n" + // 10: and the contact
		"Hooli,New j,j@hooli.example\n")) // 11: two companies of the name are
	if got, want := counted(plan, "plan"), "6 new, 4 changed, 0 unchanged, 0 refused, 2 companies"; got != want {
		t.Fatalf("got %s, want %s", got, want)
	}
	s.rename(contacts["b"], map[string]any{"name": "Other b"})
	s.rename(contacts["c"], map[string]any{"name": "New c"})
	s.rename(contacts["d"], map[string]any{"email": "dd@globex.example"})
	s.contact(globex, "New e", "e@globex.example")
	s.contact(globex, "Other f", "f@globex.example")
	s.contact(s.company("INITECH"), "New i", "i@initech.example")
	s.company("Hooli")
	s.company("Hooli")
	done := s.applied(plan)
	if got, want := counted(done, "application"), "2 new, 2 changed, 2 unchanged, 4 refused, 0 companies"; got != want {
		t.Errorf("got %s, want %s: %s", got, want, done.Body)
	}
	want := `3 refused overtaken Globex|New b|b@globex.example Old b
5 refused overtaken Globex|New d|d@globex.example Old d
6 unchanged Globex|New e|e@globex.example
7 refused overtaken Globex|New f|f@globex.example
10 unchanged Initech|New i|i@initech.example
11 refused company-ambiguous Hooli|New j|j@hooli.example`
	if got := strings.Join(s.lines(done, "application"), "\n"); got != want {
		t.Errorf("got the report\n%s\nwant\n%s", got, want)
	}
	want = `Globex: New a <a@globex.example> none
Globex: New c <c@globex.example> none
Globex: New e <e@globex.example> none
Globex: New g <g@globex.example> none
Globex: Old d <dd@globex.example> none
Globex: Other b <b@globex.example> none
Globex: Other f <f@globex.example> none
INITECH: New h <h@initech.example> none
INITECH: New i <i@initech.example> none`
	if got := s.contacts(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if got := s.recorded()[table.ActivityContactUpdated]; got != 4 { // three by hand, and a
		t.Errorf("%d changes of contacts are recorded, want 4: who had the name by then was not changed", got)
	}
	job := s.Do(s.ann, "GET", "/v1/workspaces/"+s.workspace+"/jobs/"+done.String("application.job"), nil).Must(http.StatusOK).JSON()
	if job["done"] != 10.0 || job["total"] != 10.0 || job["refused"] != 4.0 {
		t.Errorf("got the job %v, want 10 done of 10, 4 of them refused", job)
	}
}

// Rule 35: whoever was erased since the plan was made is not brought back by it.
func TestAContactWhoIsErasedMeanwhileIsNotMadeAgain(t *testing.T) {
	s := begin(t)
	old := s.contact(s.company("Globex"), "Old Ann", "ann@globex.example")
	plan := s.planned(s.uploaded("Globex,New Ann,ann@globex.example\n"))
	if got, want := counted(plan, "plan"), "0 new, 1 changed, 0 unchanged, 0 refused, 0 companies"; got != want {
		t.Fatalf("got %s, want %s", got, want)
	}
	s.Do(s.ann, "DELETE", "/v1/workspaces/"+s.workspace+"/contacts/"+old, nil).Must(http.StatusNoContent)
	if got, want := counted(s.applied(plan), "application"), "0 new, 0 changed, 0 unchanged, 1 refused, 0 companies"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got := s.contacts(); got != "" {
		t.Errorf("got %s, want nobody", got)
	}
}

// A company that is not there any more gets no contact, and a contact that is another
// company's by now no name.
func TestWhatThePlanWasMadeWithMustBeThereStill(t *testing.T) {
	s := begin(t)
	globex, initech := s.company("Globex"), s.company("Initech")
	moved := s.contact(initech, "Old Ann", "ann@initech.example")
	plan := s.planned(s.uploaded("Globex,New Eve,eve@globex.example\nInitech,New Ann,ann@initech.example\n"))
	if got, want := counted(plan, "plan"), "1 new, 1 changed, 0 unchanged, 0 refused, 0 companies"; got != want {
		t.Fatalf("got %s, want %s", got, want)
	}
	if err := s.Table.DeleteOne(t.Context(), table.Company(s.workspace, globex)); err != nil {
		t.Fatal(err)
	}
	if err := s.Table.UpdateOne(t.Context(), table.Contact(s.workspace, moved), table.Set("company", globex), table.Exists()); err != nil {
		t.Fatal(err)
	}
	if got, want := counted(s.applied(plan), "application"), "0 new, 0 changed, 0 unchanged, 2 refused, 0 companies"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	var row table.ContactRow
	if _, err := s.Table.Get(t.Context(), table.Contact(s.workspace, moved), &row); err != nil || row.Name != "Old Ann" {
		t.Errorf("got %+v (%v), want the name that it had", row, err)
	}
}

// A client whom an import renames has the new name where they are shown, as one who is
// renamed by hand.
func TestARenamedClientHasTheNewNameInTheirProjects(t *testing.T) {
	s := begin(t)
	project := s.Project(s.ann, s.workspace, "New website")
	carl := s.Client(s.ann, project, "Globex", "Carl Client", "carl@globex.example")
	s.Drain()
	s.ForgetMails()
	done := s.applied(s.planned(s.uploaded("Globex,Carl C. Client,carl@globex.example\nGlobex,Eve,eve@globex.example\n")))
	if got, want := counted(done, "application"), "1 new, 1 changed, 0 unchanged, 0 refused, 0 companies"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	s.runJobs() // that of the contact's projects, as after contacts-update
	if r := s.Do(carl, "GET", "/v1/portal/projects/"+project, nil).Must(http.StatusOK); !strings.Contains(r.Body, `"Carl C. Client"`) || strings.Contains(r.Body, "Eve") {
		t.Errorf("got %s, want Carl's new name, and nobody more", r.Body)
	}
	if got := s.contacts(); !strings.Contains(got, "Carl C. Client <carl@globex.example> active") {
		t.Errorf("got %s", got)
	}
	if mails := s.Mails(""); len(mails) > 0 {
		t.Errorf("got mails %+v, want none", mails)
	}
}

// many is a file of rows of companies, most of them with some contacts.
func many(rows int) (file string, companies int) {
	var b strings.Builder
	b.WriteString("\ufeffE-Mail;Name;Firma;Bemerkung\r\n")
	companies = rows/7 + 1
	for i := range rows {
		fmt.Fprintf(&b, "person-%d@globex.example;Person %d;Gesellschaft %d;\"in\r\nzwei Zeilen\"\r\n", i, i, i%companies)
	}
	return b.String(), companies
}

// Of the slices some are cut off after a call had its effect: whatever was done is done
// once, and counted once.
func TestALargeImportIsDoneInSlicesWhereverTheyAreCutOff(t *testing.T) {
	s := begin(t)
	rows := 720
	if proof.Deep() {
		rows, s.JobTime = 50_000, time.Hour // no run is cut off by a slow machine, where the lease would have to end first
	}
	file, companies := many(rows)
	cut := map[string]int{"TransactWriteItems": rows / 3, "PutObject": 3} // the call of that number
	s.Around(jobqueue.ID, func(c foyertest.AWSCall, next func() (any, error)) (any, error) {
		out, err := next()
		if cut[c.Name] == c.Nth && err == nil {
			return nil, foyertest.ErrPasses
		}
		return out, err
	})
	begun := time.Now()
	plan := s.planned(s.uploaded(file))
	t.Log("planned after", time.Since(begun))
	if got, want := counted(plan, "plan"), fmt.Sprintf("%d new, 0 changed, 0 unchanged, 0 refused, %d companies", rows, companies); got != want {
		t.Fatalf("got %s and %s, want %s", got, plan.Body, want)
	}
	if got := s.lines(plan, "plan"); len(got) != rows || got[rows-1] != fmt.Sprintf("%d new Gesellschaft %d|Person %d|person-%d@globex.example", 2*rows, (rows-1)%companies, rows-1, rows-1) {
		t.Errorf("got %d lines, the last one %q", len(got), got[len(got)-1])
	}
	done := s.applied(plan)
	t.Log("applied after", time.Since(begun))
	want := fmt.Sprintf("%d new, 0 changed, 0 unchanged, 0 refused, %d companies", rows, companies)
	if got := counted(done, "application"); got != want || done.String("state") != "applied" {
		t.Errorf("got %s and %s, want %s", got, done.Body, want)
	}
	recorded := s.recorded()
	if recorded[table.ActivityContactCreated] != rows || recorded[table.ActivityCompanyCreated] != companies {
		t.Errorf("%d contacts and %d companies are recorded, want %d and %d", recorded[table.ActivityContactCreated], recorded[table.ActivityCompanyCreated], rows, companies)
	}
	if got := strings.Count(s.contacts(), "\n") + 1; got != rows {
		t.Errorf("there are %d contacts, want %d", got, rows)
	}
	if got := counted(s.planned(plan.String("id")), "plan"); got != fmt.Sprintf("0 new, 0 changed, %d unchanged, 0 refused, 0 companies", rows) {
		t.Errorf("planned again: got %s", got)
	}
}

// A job that failed is asked for again, and does the rest; what it had done counts as
// done by this plan.
func TestAnApplicationThatFailedIsAskedForAgain(t *testing.T) {
	s := begin(t)
	plan := s.planned(s.uploaded("Globex,Ann,ann@globex.example\nGlobex,Ben,ben@globex.example\nGlobex,Cid,cid@globex.example\n"))
	s.Failing(jobqueue.ID, "TransactWriteItems", 3, foyertest.ErrStays) // after the company and one contact
	first := s.apply(plan)
	s.runJobs()
	s.Release()
	if got := s.get(plan.String("id")); got.String("state") != "failed" || got.String("application.reason") == "" {
		t.Errorf("got %s, want it failed", got.Body)
	}
	ann := s.list("/companies")[0]["id"].(string)
	ids := s.list("/companies/" + ann + "/contacts")
	if len(ids) != 1 {
		t.Fatalf("got %v, want one contact", ids)
	}
	// Whatever the contact and the company are called by now, they are those of the plan.
	s.rename(ids[0]["id"].(string), map[string]any{"name": "Annabel", "email": "annabel@globex.example"})
	s.Do(s.ann, "PATCH", "/v1/workspaces/"+s.workspace+"/companies/"+ann, map[string]any{"name": "Globex Inc."}, foyertest.Header{Name: "If-Match", Value: "*"}).Must(http.StatusOK)
	done := s.applied(plan)
	if got := counted(done, "application"); got != "3 new, 0 changed, 0 unchanged, 0 refused, 1 companies" || done.String("application.job") == first {
		t.Errorf("got %s and %s", got, done.Body)
	}
	want := "Globex Inc.: Annabel <annabel@globex.example> none\nGlobex Inc.: Ben <ben@globex.example> none\nGlobex Inc.: Cid <cid@globex.example> none"
	if got := s.contacts(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// Two who apply the same plan at the same moment start one job.
func TestAPlanIsAppliedOnceHoweverManyAskAtOnce(t *testing.T) {
	s := begin(t)
	plan := s.planned(s.uploaded("Globex,Ann,ann@globex.example\n"))
	var other string
	s.Before("imports-apply", "TransactWriteItems", 1, func() {
		s.Release()
		other = s.apply(plan)
	})
	if job := s.apply(plan); job != other || other == "" {
		t.Errorf("got the jobs %s and %s, want one", job, other)
	}
	s.runJobs()
	if n := s.recorded()[table.ActivityImportApplied]; n != 1 {
		t.Errorf("recorded %d times, want once", n)
	}
	// While it runs somebody has another plan made: that one is not mistaken for it.
	before := s.get(plan.String("id")).String("plan.job")
	s.Before("imports-apply", "TransactWriteItems", 1, func() { s.Release(); s.planned(plan.String("id")) })
	again := s.planned(plan.String("id"))
	s.Unchanged(func() {
		s.Do(s.ann, "POST", s.path("/"+plan.String("id")+"/application"), map[string]any{"plan": before}).Problem(http.StatusConflict, "plan-not-current")
	})
	s.Do(s.ann, "POST", s.path("/"+plan.String("id")+"/application"), map[string]any{"plan": again.String("plan.job")}).Problem(http.StatusConflict, "plan-not-current")
}

// absent is what S3 says of an absent key to whoever may not list the bucket.
var absent error = &smithy.GenericAPIError{Code: "AccessDenied", Message: "Access Denied", Fault: smithy.FaultClient}

func TestTheFilesOfAnImportThatAreGoneAreSaidSo(t *testing.T) {
	s := begin(t)
	plan := s.planned(s.uploaded("Globex,Ann,ann@globex.example\n"))
	s.apply(plan)
	s.Around(jobqueue.ID, func(c foyertest.AWSCall, next func() (any, error)) (any, error) {
		if c.Name == "GetObject" {
			return nil, absent
		}
		return next()
	})
	s.runJobs()
	if got := s.get(plan.String("id")); got.String("state") != "failed" || !strings.Contains(got.String("application.reason"), "not kept any more") {
		t.Errorf("got %s, want it failed since its files are gone", got.Body)
	}
	if got := s.contacts(); got != "" {
		t.Errorf("got %s, want no contact", got)
	}
}
