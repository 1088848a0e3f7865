//go:build engine

package invitations_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"foyer/shared/foyertest"
	"foyer/shared/jobs/jobqueue"
	"foyer/shared/table"
)

// erase erases the contact's data, as Ann.
func (o office) erase(p foyertest.Person) {
	o.T.Helper()
	o.Do(o.Ann, "DELETE", strings.TrimSuffix(o.path(p.Contact, ""), "/"), nil).Must(http.StatusNoContent)
}

// Whoever is erased after they were listed is nobody to invite, nor one who was refused;
// nor is anything looked for that would be theirs.
func TestWhoIsErasedMeanwhileIsNotInvited(t *testing.T) {
	o := newOffice(t)
	job := o.asked()
	o.Drain()
	met, nobodys := false, table.Company(o.Acme.Workspace, "").SK
	o.Around(jobqueue.ID, func(c foyertest.AWSCall, next func() (any, error)) (any, error) {
		if in, ok := c.Input.(*dynamodb.BatchGetItemInput); ok {
			for _, key := range in.RequestItems[o.Config.Table].Keys {
				if key["SK"].(*types.AttributeValueMemberS).Value == nobodys {
					t.Error("the company of nobody is looked for")
				}
			}
		}
		out, err := next()
		if c.Name == "Query" && !met { // by which they are listed
			met = true
			o.erase(o.nora)
		}
		return out, err
	})
	if got := o.ran(job); counts(got) != "done: 0 of 0, 0 refused" || !met {
		t.Errorf("got the job %s (met %t)", counts(got), met)
	}
	if mails := o.mailed(""); len(mails) != 0 {
		t.Errorf("mails went to %s, want to nobody", receivers(mails))
	}
}

// Nor is whoever is erased before their invitation is written: the job goes on to the
// others, at once.
func TestWhoIsErasedBeforeTheirInvitationIsWrittenHoldsUpNobody(t *testing.T) {
	o := newOffice(t)
	otto := o.contact("Otto Other", "otto@globex.example")
	job := o.asked()
	o.Drain()
	o.Before(jobqueue.ID, "TransactWriteItems", 1, func() { o.erase(o.nora) })
	if !o.run(job) {
		t.Error("the job is not done")
	}
	if got := counts(o.job(job)); got != "done: 1 of 1, 0 refused" {
		t.Errorf("got the job %s, want Otto invited alone", got)
	}
	if got := receivers(o.mailed("")); got != otto.Email {
		t.Errorf("mails went to %s, want to Otto alone", got)
	}
}

// Whoever could not be looked at again is by the next run.
func TestWhoCouldNotBeLookedAtAgainHoldsUpNobodyForLong(t *testing.T) {
	o := newOffice(t)
	otto := o.contact("Otto Other", "otto@globex.example")
	job := o.asked()
	o.Drain()
	met := false
	o.Around(jobqueue.ID, func(c foyertest.AWSCall, next func() (any, error)) (any, error) {
		if met && (c.Name == "GetItem" || c.Name == "BatchGetItem") {
			return nil, foyertest.ErrPasses
		}
		if c.Name == "TransactWriteItems" && !met {
			met = true
			o.erase(o.nora)
		}
		return next()
	})
	if o.run(job) || !met {
		t.Error("the job is done with, and they were not looked at")
	}
	o.Release()
	if log := o.Log.String(); strings.Contains(log, "panic") {
		t.Errorf("the run has ended by a defect: %s", log)
	}
	if !o.run(job) {
		t.Error("the job is not done")
	}
	if got := receivers(o.mailed("")); got != otto.Email {
		t.Errorf("mails went to %q, want to Otto alone", got)
	}
}
