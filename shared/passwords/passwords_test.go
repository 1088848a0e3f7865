//go:build engine

package passwords_test

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	cognito "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/smithy-go/middleware"

	"foyer/shared/foyertest"
	"foyer/shared/identity"
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
