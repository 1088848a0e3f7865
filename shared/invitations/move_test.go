//go:build engine

package invitations_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"foyer/infra/guards/invariants"
	"foyer/shared/contacts"
	"foyer/shared/foyertest"
	"foyer/shared/invitations"
	"foyer/shared/jobs/jobqueue"
	"foyer/shared/table"
)

// jobs are all that there are.
func (o office) jobs() (all []table.JobRow) {
	o.T.Helper()
	for key, item := range o.Rows() {
		if !strings.HasPrefix(key.SK, table.PrefixJob) {
			continue
		}
		var job table.JobRow
		if err := table.Unmarshal(item, &job); err != nil {
			o.T.Fatal(err)
		}
		all = append(all, job)
	}
	return all
}

// handedOver are how many tasks were given to somebody else.
func (o office) handedOver() (n int) {
	o.T.Helper()
	for _, item := range o.Rows() {
		var a table.ActivityRow
		if err := table.Unmarshal(item, &a); err != nil {
			o.T.Fatal(err)
		}
		if a.Type == table.ActivityTaskHandedOver {
			n++
		}
	}
	return n
}

// runAll does the jobs of a kind.
func (o office) runAll(kind string) {
	o.T.Helper()
	o.Drain()
	n := 0
	for _, job := range o.jobs() {
		if job.Kind == kind {
			n++
			if !o.run(job.Job) {
				o.T.Errorf("a job of %s is not done", kind)
			}
		}
	}
	if n == 0 {
		o.T.Errorf("there is no job of %s", kind)
	}
}

// Whose first address was right after all has kept their tasks all the while: they are not
// handed over to who has them.
func TestWhoIsWhoTheyWereAgainKeepsTheirTasks(t *testing.T) {
	o := newOffice(t)
	bert, task, _ := o.bert()
	second := bert
	second.Email = "bert@second.example"
	second.ID = o.correct(bert, second.Email).Must(http.StatusAccepted).String("person")
	o.comesBack(second)
	o.correct(second, bert.Email).Must(http.StatusAccepted)
	path := "/v1/projects/" + o.Acme.Project + "/items/" + task
	before := o.Do(o.Ann, "GET", path, nil).Must(http.StatusOK)
	o.moved(second)
	o.Do(o.Ann, "GET", path, nil).Must(http.StatusOK).Same(before)
	if got := o.handedOver(); got != 0 {
		t.Errorf("%d tasks were handed over, want none", got)
	}
}

// A contact who is erased before their tasks have followed them is nobody to give them to,
// and nobody is looked for in the project.
func TestTheTasksOfWhoIsErasedFollowNobody(t *testing.T) {
	o := newOffice(t)
	bert, task, _ := o.bert()
	o.correct(bert, "bert@globex.example").Must(http.StatusAccepted)
	o.erase(bert)
	o.Around(jobqueue.ID, func(c foyertest.AWSCall, next func() (any, error)) (any, error) {
		if in, ok := c.Input.(*dynamodb.GetItemInput); ok && in.Key["SK"].(*types.AttributeValueMemberS).Value == table.PrefixPerson {
			t.Error("nobody is looked for among the project's people")
		}
		return next()
	})
	o.runAll(invitations.MoveKind.Name)
	path := "/v1/projects/" + o.Acme.Project + "/items/" + task
	if got := o.Do(o.Ann, "GET", path, nil).Must(http.StatusOK); got.String("assignee") != bert.ID {
		t.Errorf("the task is %s, want it as it was", got.Body)
	}
	if failed := o.RunJobs(); failed != 0 {
		t.Errorf("%d jobs are left undone", failed)
	}
	if got := o.Do(o.Ann, "GET", path, nil).Must(http.StatusOK); got.String("assignee") != "" {
		t.Errorf("the task is %s, want it nobody's", got.Body)
	}
	invariants.Hold(o.World)
}

// Whoever is added to the project by the right address at the moment at which they would
// take their place by it stays there as they were added.
func TestWhoIsAddedToTheProjectMeanwhileStaysAsTheyWereAdded(t *testing.T) {
	o := newOffice(t)
	bert, task, _ := o.bert()
	right := o.correct(bert, "bert@globex.example").Must(http.StatusAccepted).String("person")
	o.Drain()
	var added foyertest.Person
	o.Before(jobqueue.ID, "TransactWriteItems", 1, func() {
		added = o.Invited(o.Ann, o.Acme.Project, "Initech", "Bert Beside", "bert@globex.example")
	})
	o.moved(bert)
	if added.ID != right {
		t.Fatalf("added was %q, want %s", added.ID, right)
	}
	if got := get[table.PersonProjectRow](o.World, table.Project(right, o.Acme.Project)); got.Contact != added.Contact || got.Company != added.Company {
		t.Errorf("Bert is in the project as %+v, want as Initech's contact", got)
	}
	if got := get[table.PersonRow](o.World, table.Person(o.Acme.Project, right)); got.Name != added.Name {
		t.Errorf("in the project he is called %q, want %q", got.Name, added.Name)
	}
	if got := get[table.TeamPersonRow](o.World, table.TeamPerson(o.Acme.Project, right)); got.Contact != added.Contact {
		t.Errorf("the team sees him as %+v, want as Initech's contact", got)
	}
	if got := o.Do(o.Ann, "GET", "/v1/projects/"+o.Acme.Project+"/items/"+task, nil).Must(http.StatusOK); got.String("assignee") != right {
		t.Errorf("the task is %s, want it his", got.Body)
	}
}

// Whoever has a place in the project as another contact of theirs, and loses it at the
// moment at which it would do for this one too, gets the place of this one.
func TestWhoLosesTheirOtherPlaceMeanwhileTakesTheOneOfTheWrongAddress(t *testing.T) {
	o := newOffice(t)
	wrong := o.Invited(o.Ann, o.Acme.Project, "Initech", "Carl Elsewhere", "carl@wrong.example")
	o.comesBack(wrong)
	o.correct(wrong, o.Carl.Email).Must(http.StatusAccepted)
	o.Drain()
	met := false
	o.Around(jobqueue.ID, func(c foyertest.AWSCall, next func() (any, error)) (any, error) {
		if c.Name == "TransactWriteItems" && !met {
			met = true
			o.erase(o.Carl)
			o.runAll(contacts.EraseJob)
		}
		return next()
	})
	o.moved(wrong)
	if got := get[table.PersonProjectRow](o.World, table.Project(o.Carl.ID, o.Acme.Project)); !met || got.Contact != wrong.Contact {
		t.Errorf("Carl is in the project as %+v, want as Initech's contact (met %t)", got, met)
	}
}

// The place that is taken over is the contact's own: where the person of the wrong address
// is in the project as another contact by then, they stay.
func TestAPlaceThatIsAnotherContactsByThenIsNotTakenOver(t *testing.T) {
	o := newOffice(t)
	bert, _, _ := o.bert()
	right := o.correct(bert, "bert@globex.example").Must(http.StatusAccepted).String("person")
	o.Drain()
	o.Before(jobqueue.ID, "TransactWriteItems", 1, func() {
		update(o.World, table.Project(bert.ID, o.Acme.Project), table.Set("contact", o.nora.Contact))
	})
	if failed := o.RunJobs(); failed != 0 {
		t.Errorf("%d jobs are left undone", failed)
	}
	if got := get[table.PersonProjectRow](o.World, table.Project(bert.ID, o.Acme.Project)); got.Contact != o.nora.Contact {
		t.Errorf("the place is %+v, want the other contact's", got)
	}
	for what, key := range map[string]table.Key{"clients": table.Person(o.Acme.Project, bert.ID), "the team": table.TeamPerson(o.Acme.Project, bert.ID)} {
		if !has(o.World, key) {
			t.Errorf("%s do not see who is in the project", what)
		}
	}
	if has(o.World, table.Project(right, o.Acme.Project)) {
		t.Error("a place in the project was given that was not there to give")
	}
}

// A task goes to who the contact is by now if they are in its project, and not to one who
// was taken out of it meanwhile.
func TestATaskDoesNotFollowWhoIsTakenOutMeanwhile(t *testing.T) {
	o := newOffice(t)
	bert, task, _ := o.bert()
	o.correct(bert, "bert@globex.example").Must(http.StatusAccepted)
	o.Drain()
	now := o.PersonID("bert@globex.example")
	o.Around(jobqueue.ID, func(c foyertest.AWSCall, next func() (any, error)) (any, error) {
		if c.Name == "TransactWriteItems" && strings.Contains(fmt.Sprint(written(c)), task) {
			if err := o.Table.DeleteOne(t.Context(), table.Person(o.Acme.Project, now)); err != nil {
				t.Fatal(err)
			}
		}
		return next()
	})
	if failed := o.RunJobs(); failed != 0 {
		t.Errorf("%d jobs are left undone", failed)
	}
	if got := o.Do(o.Ann, "GET", "/v1/projects/"+o.Acme.Project+"/items/"+task, nil).Must(http.StatusOK); got.String("assignee") == now {
		t.Errorf("the task is %s, of somebody who is not in its project", got.Body)
	}
}

// written are the keys that a transaction changes.
func written(c foyertest.AWSCall) (keys []string) {
	in, _ := c.Input.(*dynamodb.TransactWriteItemsInput)
	for _, item := range in.TransactItems {
		if item.Update != nil {
			keys = append(keys, item.Update.Key["SK"].(*types.AttributeValueMemberS).Value)
		}
	}
	return keys
}

// What the contact was read as has to hold when the person takes their place: who was
// corrected once more meanwhile does not come into the project by the address before.
func TestACorrectionMeetsAnother(t *testing.T) {
	o := newOffice(t)
	bert, _, _ := o.bert()
	second := bert
	second.Email = "bert@second.example"
	second.ID = o.correct(bert, second.Email).Must(http.StatusAccepted).String("person")
	o.Drain()
	met := false
	o.Around(jobqueue.ID, func(c foyertest.AWSCall, next func() (any, error)) (any, error) {
		if c.Name == "TransactWriteItems" && !met {
			met = true
			o.comesBack(second)
			o.correct(second, "bert@third.example").Must(http.StatusAccepted)
			for _, job := range o.jobs() {
				if job.About["person"] == second.ID && !o.run(job.Job) {
					t.Error("the second correction's job is not done")
				}
			}
		}
		return next()
	})
	o.moved(bert)
	o.moved(second)
	if !met || !has(o.World, table.Project(o.PersonID("bert@third.example"), o.Acme.Project)) {
		t.Errorf("Bert is not in the project by his last address (met %t)", met)
	}
}

// A name that changes while the person takes their place is the one that they have there.
func TestACorrectionMeetsARenaming(t *testing.T) {
	o := newOffice(t)
	bert, _, _ := o.bert()
	o.correct(bert, "bert@globex.example").Must(http.StatusAccepted)
	o.Drain()
	met := false
	o.Around(jobqueue.ID, func(c foyertest.AWSCall, next func() (any, error)) (any, error) {
		if c.Name == "TransactWriteItems" && !met {
			met = true
			o.Do(o.Ann, "PATCH", o.path(bert.Contact, "")[:len(o.path(bert.Contact, ""))-1], fields{"name": "Bertram Better"}, foyertest.Header{Name: "If-Match", Value: "*"}).Must(http.StatusOK)
			for _, job := range o.jobs() {
				if job.Kind == contacts.RenameKind.Name && !o.run(job.Job) {
					t.Error("the renaming's job is not done")
				}
			}
		}
		return next()
	})
	o.moved(bert)
	if got := get[table.PersonRow](o.World, table.Person(o.Acme.Project, o.PersonID("bert@globex.example"))); got.Name != "Bertram Better" || !met {
		t.Errorf("in the project he is called %q (met %t)", got.Name, met)
	}
}
