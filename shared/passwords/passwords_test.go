//go:build engine

package passwords_test

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	cognito "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/types"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/smithy-go/middleware"

	"foyer/shared/foyertest"
	"foyer/shared/identity"
	"foyer/shared/mailtoken"
	"foyer/shared/table"
)

const (
	annsAddress = "ann@acme.example"
	another     = "Another-Horse-8"
)

var nobody foyertest.Person

func withAnn(t *testing.T) (*foyertest.World, foyertest.Person) {
	t.Helper()
	w := foyertest.New(t)
	ann, _ := w.Workspace("Acme Agency", "Ann Archer", annsAddress)
	return w, ann
}

func forgot(w *foyertest.World, address string) foyertest.Response {
	return w.Do(nobody, "POST", "/v1/password-resets", map[string]any{"email": address})
}

func reset(w *foyertest.World, token, password string) foyertest.Response {
	return w.Do(nobody, "POST", "/v1/password-resets/"+token, map[string]any{"password": password})
}

func signIn(w *foyertest.World, password string) int {
	return w.Do(nobody, "POST", "/v1/sessions", map[string]any{"email": annsAddress, "password": password}).Status
}

// Asking tells nothing of who has an account: the same bytes, the same calls of AWS
// in the same order, as many rows.
func TestAskingForAResetIsTheSameForAddressesThatNobodyHas(t *testing.T) {
	w, ann := withAnn(t)
	w.Do(nobody, "POST", "/v1/workspaces", map[string]any{"name": "Second", "ownerName": "Iris Invited", "ownerEmail": "iris@acme.example"}).Must(201)
	var calls []string
	var noting sync.Mutex // some calls are made at once
	w.Intercept("passwords-forgot", func(stack *middleware.Stack) error {
		return stack.Initialize.Add(middleware.InitializeMiddlewareFunc("Note", func(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
			noting.Lock()
			calls = append(calls, awsmiddleware.GetOperationName(ctx))
			noting.Unlock()
			return next.HandleInitialize(ctx, in)
		}), middleware.After)
	})
	known := forgot(w, " ANN@acme.example").Must(202)
	knownCalls := calls
	rows := func(person string) (n int) {
		for line := range strings.SplitSeq(w.Dump(), "\n") {
			if strings.HasPrefix(line, table.UserPartition(person)+" / PASSWORD-RESET") || strings.HasPrefix(line, table.UserPartition(person)+" / MAIL#password-reset") {
				n++
			}
		}
		return n
	}
	if got := rows(ann.ID); got != 2 {
		t.Errorf("got %d rows for Ann, want her reset and its mail", got)
	}
	for address, person := range map[string]string{"nobody@acme.example": identity.Decoy("nobody@acme.example"), "iris@acme.example": w.PersonID("iris@acme.example")} {
		calls = nil
		forgot(w, address).Must(202).Same(known)
		if !slices.Equal(calls, knownCalls) {
			t.Errorf("%s: calls %v, want %v", address, calls, knownCalls)
		}
		if got := rows(person); got != 2 {
			t.Errorf("%s: got %d rows, want 2 as for Ann", address, got)
		}
	}
	if got := w.Pauses("passwords-forgot"); len(got) != 3 {
		t.Errorf("%d answers waited for their floor, want 3", len(got))
	}
	if strings.Contains(w.Log.String(), annsAddress) {
		t.Error("an address stands in the log")
	}
}

func TestAResetSetsThePasswordOnceAndEndsAllSessions(t *testing.T) {
	w, ann := withAnn(t)
	bea, _ := w.Workspace("Bea's", "Bea Baker", "bea@baker.example")
	phone := w.SignIn(ann)
	forgot(w, annsAddress).Must(202)
	token := w.ResetLink(ann.ID)
	faults := reset(w, token, "short").Fault("body.password")
	if strings.Contains(faults.Body, "short\"") {
		t.Errorf("the answer repeats the password: %s", faults.Body)
	}
	if signIn(w, foyertest.Password) != 201 {
		t.Error("a refused password ended the old one")
	}
	reset(w, token, another).Must(204)
	for _, p := range []foyertest.Person{ann, phone} {
		w.Do(p, "GET", "/v1/me", nil).Problem(401, "unauthorized")
		w.Do(nobody, "POST", "/v1/sessions/refresh", map[string]any{"refresh": p.Refresh}).Problem(401, "session-over")
	}
	w.Do(bea, "GET", "/v1/me", nil).Must(200)
	if signIn(w, foyertest.Password) != 401 || signIn(w, another) != 201 {
		t.Error("the old password works, or the new one does not")
	}
	reset(w, token, "Yet-Another-9").Problem(404, "not-found")
	if signIn(w, another) != 201 {
		t.Error("a used token set a password")
	}
	for _, secret := range []string{another, token, "Yet-Another-9"} {
		if strings.Contains(w.Log.String(), secret) {
			t.Error("a password or token stands in the log")
		}
	}
}

func TestNoOtherTokenDoes(t *testing.T) {
	w, ann := withAnn(t)
	forgot(w, annsAddress).Must(202)
	older := w.ResetLink(ann.ID)
	forgot(w, annsAddress).Must(202)
	newer := w.ResetLink(ann.ID)
	second := w.Do(nobody, "POST", "/v1/workspaces", map[string]any{"name": "Second", "ownerName": "Ann", "ownerEmail": annsAddress}).Must(201).String("id")
	invitation := w.Link(annsAddress, second)
	w.Do(ann, "POST", "/v1/me/address", map[string]any{"email": "ann@new.example", "password": foyertest.Password}).Must(202)
	address := w.AddressLink(ann.ID)
	w.Unchanged(func() {
		absent := reset(w, strings.Repeat("x", 43), another).Problem(404, "not-found")
		for what, token := range map[string]string{"older": older, "an invitation's": invitation, "a change of address's": address, "no token's form": "x"} {
			if r := reset(w, token, another); r.Status != 404 || r.Body != absent.Body {
				t.Errorf("%s: got %d %s, want the one 404", what, r.Status, r.Body)
			}
		}
	})
	w.Clock.Advance(61 * time.Minute)
	reset(w, newer, another).Problem(404, "not-found")
	if signIn(w, foyertest.Password) != 201 {
		t.Error("the password has changed")
	}
}

// A token opens nothing where what it is of is gone, or is another's by now.
func TestATokenWhoseAccountOrResetIsGoneOpensNothing(t *testing.T) {
	w, ann := withAnn(t)
	forgot(w, annsAddress).Must(202)
	token := w.ResetLink(ann.ID)
	var account table.AccountRow
	var asked table.PasswordResetRow
	for key, row := range map[table.Key]any{table.Account(ann.ID): &account, table.PasswordReset(ann.ID): &asked} {
		if _, err := w.Table.Get(t.Context(), key, row); err != nil {
			t.Fatal(err)
		}
		if err := w.Table.DeleteOne(t.Context(), key); err != nil {
			t.Fatal(err)
		}
		w.Unchanged(func() {
			if r := reset(w, token, another); r.Status != 404 {
				t.Errorf("without %s: got %d %s, want 404", key, r.Status, r.Body)
			}
		})
		if err := w.Table.PutOne(t.Context(), key, row, nil); err != nil {
			t.Fatal(err)
		}
	}
	reset(w, token, another).Must(204)
}

// Whoever is only invited has no password to reset: the invitation is their way.
func TestAnInvitedPersonChoosesTheirPasswordByTheInvitationOnly(t *testing.T) {
	w, _ := withAnn(t)
	w.Do(nobody, "POST", "/v1/workspaces", map[string]any{"name": "Second", "ownerName": "Iris Invited", "ownerEmail": "iris@acme.example"}).Must(201)
	forgot(w, "iris@acme.example").Must(202)
	reset(w, w.ResetLink(w.PersonID("iris@acme.example")), another).Problem(404, "not-found")
}

func TestASecondFactorOutlivesAReset(t *testing.T) {
	w, ann := withAnn(t)
	w.SecondFactor(ann)
	forgot(w, annsAddress).Must(202)
	reset(w, w.ResetLink(ann.ID), another).Must(204)
	if got := signIn(w, another); got != 200 {
		t.Errorf("a sign-in after the reset: got %d, want 200 with a challenge", got)
	}
}

// Of two requests with the same link, only one that is told of success sets the
// password.
func TestALinkIsUsedByOneOfManyAtOnce(t *testing.T) {
	w, ann := withAnn(t)
	forgot(w, annsAddress).Must(202)
	token := w.ResetLink(ann.ID)
	passwords := []string{"First-Horse-11", "Second-Horse-22", "Third-Horse-33", "Fourth-Horse-44"}
	statuses := make([]int, len(passwords))
	var all sync.WaitGroup
	for i, p := range passwords {
		all.Go(func() { statuses[i] = reset(w, token, p).Status })
	}
	all.Wait()
	won := 0
	for i, s := range statuses {
		if s == 204 {
			won++
			if signIn(w, passwords[i]) != 201 {
				t.Errorf("%s was told of success and is not the password", passwords[i])
			}
		} else if s != 404 && s != 409 {
			t.Errorf("got %d, want 404 or 409", s)
		}
	}
	if won != 1 {
		t.Errorf("%d of %v were told of success, want one", won, statuses)
	}
}

// What is interrupted anywhere is completed by repeating it, and until then no old
// session outlives the token.
func TestAnInterruptedResetIsCompletedByRepeatingIt(t *testing.T) {
	for _, lost := range []string{"AdminSetUserPassword", "AdminUserGlobalSignOut", "Query", "TransactWriteItems"} {
		t.Run(lost, func(t *testing.T) {
			w, ann := withAnn(t)
			forgot(w, annsAddress).Must(202)
			token := w.ResetLink(ann.ID)
			w.Intercept("passwords-reset", func(stack *middleware.Stack) error {
				return stack.Initialize.Add(middleware.InitializeMiddlewareFunc("Lost", func(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
					if awsmiddleware.GetOperationName(ctx) != lost {
						return next.HandleInitialize(ctx, in)
					}
					if _, set := in.Parameters.(*cognito.AdminSetUserPasswordInput); set {
						_, _, _ = next.HandleInitialize(ctx, in) // has its effect, and its answer is lost
					}
					return middleware.InitializeOutput{}, middleware.Metadata{}, context.DeadlineExceeded
				}), middleware.After)
			})
			reset(w, token, another).Problem(503, "unavailable")
			w.Release()
			reset(w, token, another).Problem(409, "reset-under-way")
			w.Clock.Advance(21 * time.Second)
			reset(w, token, another).Must(204)
			w.Do(ann, "GET", "/v1/me", nil).Problem(401, "unauthorized")
			if signIn(w, another) != 201 {
				t.Error("the new password does not work")
			}
		})
	}
}

// An address gets a few mails an hour; the last link goes on working, so that nobody
// is kept from a reset by another's asking.
func TestNobodysMailboxIsFlooded(t *testing.T) {
	w, ann := withAnn(t)
	asked := func(source string) foyertest.Response {
		return w.Do(foyertest.Person{Source: source}, "POST", "/v1/password-resets", map[string]any{"email": annsAddress})
	}
	w.Clock.Stand(time.Now().Truncate(time.Hour).Add(time.Minute))
	mails := func() int {
		rows, _, err := table.QueryInto[table.MailRow](t.Context(), w.Table, table.Query{PK: table.UserPartition(ann.ID), Prefix: table.PrefixMail + table.MailPasswordReset})
		if err != nil {
			t.Fatal(err)
		}
		return len(rows)
	}
	for range 5 {
		asked("198.51.100.1").Must(202)
	}
	token := w.ResetLink(ann.ID)
	asked("198.51.100.1").Problem(429, "too-many-attempts")
	asked("198.51.100.2").Must(202)
	if got := mails(); got != 5 {
		t.Errorf("got %d mails, want 5", got)
	}
	reset(w, token, another).Must(204)
}

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
