//go:build engine

package passwords_test

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/types"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"foyer/shared/foyertest"
	"foyer/shared/mailtoken"
	"foyer/shared/table"
)

// Where a request fails, it asked for nothing: it counts neither for who asked nor for the
// mailbox, and no mail goes out because of it.
func TestARequestForAResetThatFailsCountsForNothing(t *testing.T) {
	w, ann := withAnn(t)
	mails := func() int {
		rows, _, err := table.QueryInto[table.MailRow](t.Context(), w.Table, table.Query{PK: table.UserPartition(ann.ID), Prefix: table.PrefixMail + table.MailPasswordReset})
		if err != nil {
			t.Fatal(err)
		}
		return len(rows)
	}
	for _, call := range []string{"TransactWriteItems", "GetItem"} {
		for range 6 { // more than an address gets mails
			w.Failing("passwords-forgot", call, 1, foyertest.ErrPasses)
			forgot(w, annsAddress).Problem(503, "unavailable")
			w.Release()
		}
	}
	w.Failing("passwords-forgot", "UpdateItem", 2, foyertest.ErrPasses) // the mailbox's count
	forgot(w, annsAddress).Problem(503, "unavailable")
	w.Release()
	if got := mails(); got != 0 {
		t.Errorf("got %d mails of requests that failed", got)
	}
	forgot(w, annsAddress).Must(202)
	if got := mails(); got != 1 {
		t.Errorf("got %d mails, want that of the request that did not fail", got)
	}
}

// The claim of a link whose answer was lost on the way is this request's own when it is
// asked for again.
func TestAClaimThatIsAskedForAgainIsTheRequestsOwn(t *testing.T) {
	w, ann := withAnn(t)
	forgot(w, annsAddress).Must(202)
	link := w.ResetLink(ann.ID)
	w.Around("passwords-reset", func(c foyertest.AWSCall, next func() (any, error)) (any, error) {
		if update, ok := c.Input.(*dynamodb.UpdateItemInput); ok && strings.Contains(aws.ToString(update.ConditionExpression), "attribute_not_exists") {
			if _, err := next(); err != nil {
				return nil, err
			}
		}
		return next()
	})
	reset(w, link, another).Must(204)
}

// A token of anything else is none of a reset, whatever it names.
func TestATokenOfAnotherPurposeResetsNothing(t *testing.T) {
	w, ann := withAnn(t)
	forgot(w, annsAddress).Must(202)
	link := w.ResetLink(ann.ID)
	var row table.TokenRow
	if _, err := w.Table.Get(t.Context(), table.Token(link), &row); err != nil {
		t.Fatal(err)
	}
	for _, purpose := range []string{"", mailtoken.AddressChange} {
		row.Purpose = purpose
		if err := w.Table.PutOne(t.Context(), table.Token(link), row, nil); err != nil {
			t.Fatal(err)
		}
		w.Unchanged(func() { reset(w, link, another).Problem(404, "not-found") })
	}
}

// All that is wrong with a password is said at once, and before the pool is asked.
func TestEveryRuleThatANewPasswordBreaksIsSaid(t *testing.T) {
	w, ann := withAnn(t)
	forgot(w, annsAddress).Must(202)
	link := w.ResetLink(ann.ID)
	if got := reset(w, link, "x").Fault("body.password").List("errors"); len(got) < 2 {
		t.Errorf("got %v, want every rule that it breaks", got)
	}
	reset(w, link, another).Must(204)
}

// A password that only the pool refuses gives the link back at once; where that fails it is
// said in the log, and the link works again when the claim has ended.
func TestAPasswordThatThePoolRefusesGivesTheLinkBack(t *testing.T) {
	w, ann := withAnn(t)
	forgot(w, annsAddress).Must(202)
	link := w.ResetLink(ann.ID)
	released, fails := 0, false
	w.Around("passwords-reset", func(c foyertest.AWSCall, next func() (any, error)) (any, error) {
		update, _ := c.Input.(*dynamodb.UpdateItemInput)
		switch {
		case c.Name == "AdminSetUserPassword":
			return nil, &types.InvalidPasswordException{Message: aws.String("Password has been used before")}
		case update != nil && strings.HasPrefix(aws.ToString(update.UpdateExpression), "REMOVE"):
			if released++; fails {
				return nil, foyertest.ErrStays
			}
		}
		return next()
	})
	reset(w, link, another).Fault("body.password")
	if released != 1 || strings.Contains(w.Log.String(), "claim not released") {
		t.Errorf("given back %d times, want once and no complaint", released)
	}
	fails = true
	reset(w, link, another).Fault("body.password")
	if !strings.Contains(w.Log.String(), "claim not released") {
		t.Error("the log does not say that the claim was not given back")
	}
	w.Release()
	reset(w, link, another).Problem(409, "reset-under-way")
	w.Clock.Advance(time.Minute)
	reset(w, link, another).Must(204)
}

// A request that took so long that another has the link by now does not give that one's
// claim back.
func TestAClaimIsGivenBackByWhoHasIt(t *testing.T) {
	w, ann := withAnn(t)
	forgot(w, annsAddress).Must(202)
	link := w.ResetLink(ann.ID)
	until := w.Clock.Now().Add(time.Minute).UnixMilli()
	w.Around("passwords-reset", func(c foyertest.AWSCall, next func() (any, error)) (any, error) {
		if c.Name != "AdminSetUserPassword" {
			return next()
		}
		taken := table.Set("claimId", "clm_another").Set(expression.Name("claimUntil"), expression.Value(until))
		if err := w.Table.UpdateOne(t.Context(), table.PasswordReset(ann.ID), taken, table.Exists()); err != nil {
			t.Error(err)
		}
		return nil, &types.InvalidPasswordException{Message: aws.String("Password has been used before")}
	})
	reset(w, link, another).Fault("body.password")
	w.Release()
	reset(w, link, another).Problem(409, "reset-under-way")
}
