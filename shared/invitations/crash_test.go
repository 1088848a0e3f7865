//go:build engine

package invitations_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"foyer/shared/foyertest"
	"foyer/shared/table"
)

// steps are the calls of an acceptance, in their order: a process may end with any.
var steps = []string{"GetItem", "BatchGetItem", "UpdateItem", "AdminCreateUser", "AdminSetUserPassword", "TransactWriteItems"}

// afterTheLease is when a crashed acceptance no longer holds the account.
const afterTheLease = 21 * time.Second

// crash lets an acceptance end with its n-th call.
func crash(w *foyertest.World, n int, link, password string) (made []string) {
	w.T.Helper()
	option, calls := crashAfter(n)
	w.Intercept("invitations-accept", option)
	if got := accept(w, nobody, link, password); got.Status < 500 {
		w.T.Fatalf("crash with call %d (%v): got %d %s, want a 5xx", n, calls(), got.Status, got.Body)
	}
	w.Release()
	return calls()
}

func TestAnAcceptanceThatCrashesAnywhereIsCompletedByRepeatingIt(t *testing.T) {
	for n := range len(steps) {
		t.Run(fmt.Sprintf("after %d calls", n), func(t *testing.T) {
			t.Parallel()
			w, workspace, link := invited(t)
			if made := crash(w, n, link, chosen); !slices.Equal(made, steps[:n]) {
				t.Fatalf("calls before the crash: got %v, want %v", made, steps[:n])
			}
			if ann := w.PersonID(annsAddress); has(w, table.Membership(ann, workspace)) {
				t.Error("there is a membership before the acceptance has ended")
			}
			if n > 2 {
				accept(w, nobody, link, chosen).Problem(409, "acceptance-under-way")
				w.Clock.Advance(afterTheLease)
			}
			accept(w, nobody, link, chosen).Must(200)
			accepted(w, workspace, link)
		})
	}
}

// What was committed is committed: the link is used, and the password signs in.
func TestAnAcceptanceWhoseAnswerIsLostHasHappened(t *testing.T) {
	w, workspace, link := invited(t)
	crash(w, len(steps), link, chosen)
	accepted(w, workspace, link)
}

func TestAnAcceptanceThatCrashesTwiceIsStillCompleted(t *testing.T) {
	// After the first crash the user is there: the second attempt asks for its state,
	// or (with the password set already) signs in.
	for first, second := range map[int][]string{
		4: {"GetItem", "BatchGetItem", "UpdateItem", "AdminCreateUser", "AdminGetUser", "AdminSetUserPassword"},
		5: {"GetItem", "BatchGetItem", "UpdateItem", "AdminCreateUser", "AdminGetUser", "DescribeUserPoolClient", "AdminInitiateAuth"},
	} {
		for n := 4; n <= len(second); n++ {
			t.Run(fmt.Sprintf("after %d and %d calls", first, n), func(t *testing.T) {
				t.Parallel()
				w, workspace, link := invited(t)
				crash(w, first, link, chosen)
				w.Clock.Advance(afterTheLease)
				if made := crash(w, n, link, chosen); !slices.Equal(made, second[:n]) {
					t.Fatalf("calls before the second crash: got %v, want %v", made, second[:n])
				}
				w.Clock.Advance(afterTheLease)
				accept(w, nobody, link, chosen).Must(200)
				accepted(w, workspace, link)
			})
		}
	}
}

// The password that an interrupted acceptance has set is the person's: only whoever
// knows it goes on.
func TestAnotherPasswordDoesNotTakeOverAnInterruptedAcceptance(t *testing.T) {
	w, workspace, link := invited(t)
	crash(w, 5, link, chosen) // the password is set
	w.Clock.Advance(afterTheLease)
	accept(w, nobody, link, "Another-Horse-8").Problem(409, "password-differs")
	accept(w, nobody, link, chosen).Must(200) // at once: the refusal gave the lease back
	accepted(w, workspace, link)
	signIn(w, annsAddress, "Another-Horse-8").Problem(401, "invalid-credentials")
}

func TestBeforeAPasswordIsSetTheNextOneCounts(t *testing.T) {
	w, workspace, link := invited(t)
	crash(w, 4, link, "Another-Horse-8") // the user is made
	w.Clock.Advance(afterTheLease)
	accept(w, nobody, link, chosen).Must(200)
	accepted(w, workspace, link)
	signIn(w, annsAddress, "Another-Horse-8").Problem(401, "invalid-credentials")
}

// accepted ends the test unless everything of the acceptance holds, once.
func accepted(w *foyertest.World, workspace, link string) {
	w.T.Helper()
	ann := w.PersonID(annsAddress)
	account := get[table.AccountRow](w, table.Account(ann))
	if account.State != table.AccountConfirmed || account.LeaseID != "" {
		w.T.Errorf("the account is %+v, want confirmed and without a lease", account)
	}
	if got := get[table.MembershipRow](w, table.Membership(ann, workspace)).Role; got != table.RoleOwner {
		w.T.Errorf("the role is %q, want owner", got)
	}
	if got := recorded(w, workspace, table.ActivityInvitationAccepted); len(got) != 1 {
		w.T.Errorf("%d acceptances were recorded, want 1", len(got))
	}
	accept(w, nobody, link, chosen).Problem(404, "not-found")
	signIn(w, annsAddress, chosen).Must(201)
}
