//go:build engine

package invitations_test

import (
	"context"
	"errors"
	"maps"
	"sync"
	"testing"

	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"

	"foyer/shared/foyertest"
	"foyer/shared/table"
)

const (
	globex  = "com_01JD0000000000000000000001"
	initech = "com_01JD0000000000000000000002"
	contact = "con_01JD0000000000000000000001"
)

// What an acceptance makes of the membership that a person has already.
func TestAnAcceptanceJoinsWhatIsThere(t *testing.T) {
	for what, c := range map[string]struct {
		had      map[string]any // the row before, as it may stand in the table
		client   bool           // the invitation is a client's
		role     string
		contacts map[string]string
	}{
		"a client whose contacts were all taken out is invited to the team": {had: fields{"contacts": map[string]string{}}, role: table.RoleOwner},
		"a row without contacts, invited to the team":                       {had: fields{}, role: table.RoleOwner},
		"of the team already: the role that they have stays":                {had: fields{"role": table.RoleAdmin}, role: table.RoleAdmin},
		"a row without contacts, invited as a client":                       {had: fields{}, client: true, contacts: map[string]string{contact: globex}},
		"the contact is there already":                                      {had: fields{"contacts": map[string]string{contact: initech}}, client: true, contacts: map[string]string{contact: globex}},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			w, workspace, link := invited(t)
			ann := w.PersonID(annsAddress)
			if c.client {
				link = asClient(w, annsAddress, workspace, contact, globex)
			}
			c.had["workspace"] = workspace
			put(w, table.Membership(ann, workspace), c.had)
			accept(w, nobody, link, chosen).Must(200)
			got := get[table.MembershipRow](w, table.Membership(ann, workspace))
			if got.Role != c.role || !maps.Equal(got.Contacts, c.contacts) || got.Workspace != workspace {
				t.Errorf("the membership is %+v, want role %q and contacts %v", got, c.role, c.contacts)
			}
		})
	}
}

// before runs do once, just before the function's first call of that name.
func before(w *foyertest.World, function, call string, do func()) {
	var once sync.Once
	w.Intercept(function, intercept(func(ctx context.Context, next func() error) error {
		if awsmiddleware.GetOperationName(ctx) == call {
			once.Do(do)
		}
		return next()
	}))
}

// The membership is written on the condition that it is as it was read.
func TestAMembershipThatAppearsMeanwhileIsNotOverwritten(t *testing.T) {
	w, workspace, link := invited(t)
	ann := w.PersonID(annsAddress)
	before(w, "invitations-accept", "TransactWriteItems", func() {
		put(w, table.Membership(ann, workspace), table.MembershipRow{Workspace: workspace, Contacts: map[string]string{contact: globex}})
	})
	accept(w, nobody, link, chosen).Problem(409, "write-conflict")
	if got := get[table.MembershipRow](w, table.Membership(ann, workspace)); got.Role != "" || got.Contacts[contact] != globex {
		t.Errorf("the membership is %+v, want the one that appeared", got)
	}
	accept(w, nobody, link, chosen).Problem(409, "membership-mixed")
}

// Where Cognito gave no answer, its call may still have its effect: nobody else
// may choose a password before that is past.
func TestAnAcceptanceThatCognitoDidNotAnswerKeepsTheAccountForItsTime(t *testing.T) {
	w, _, link := invited(t)
	w.Intercept("invitations-accept", intercept(func(ctx context.Context, next func() error) error {
		if awsmiddleware.GetOperationName(ctx) == "AdminSetUserPassword" {
			return errors.Join(next(), errCrashed) // it has had its effect, and nobody knows
		}
		return next()
	}))
	if got := accept(w, nobody, link, chosen); got.Status < 500 {
		t.Fatalf("got %d %s, want a 5xx", got.Status, got.Body)
	}
	w.Release()
	accept(w, nobody, link, "Another-Horse-8").Problem(409, "acceptance-under-way")
	w.Clock.Advance(afterTheLease)
	accept(w, nobody, link, "Another-Horse-8").Problem(409, "password-differs")
	accept(w, nobody, link, chosen).Must(200)
}

func TestOfManyAcceptancesWithTheOwnTokenOneCounts(t *testing.T) {
	w, workspace, _ := invited(t)
	ann := w.Accept(foyertest.Person{Email: annsAddress, Password: chosen}, workspace)
	second := signUp(w, "Second Agency", annsAddress)
	link := w.Link(annsAddress, second)
	answers := make([]foyertest.Response, 5)
	var wg sync.WaitGroup
	for i := range answers {
		wg.Go(func() { answers[i] = accept(w, ann, link, "") })
	}
	wg.Wait()
	won := 0
	for _, a := range answers {
		switch a.Status {
		case 200:
			won++
		case 404, 409:
		default:
			t.Errorf("a loser got %d %s, want 404 or 409", a.Status, a.Body)
		}
	}
	if won != 1 {
		t.Errorf("%d acceptances were answered with 200, want 1", won)
	}
	if got := recorded(w, second, table.ActivityInvitationAccepted); len(got) != 1 {
		t.Errorf("%d acceptances were recorded, want 1", len(got))
	}
}

// The link of an opening races with the mail that marks the invitation sent, and
// with other openings: whoever loses is answered by what holds then.
func TestAnOpeningThatLosesARaceIsAnsweredByWhatHoldsThen(t *testing.T) {
	for state, want := range map[string]int{table.InvitationOpened: 204, table.InvitationRevoked: 404, table.InvitationAccepted: 404} {
		t.Run(state, func(t *testing.T) {
			t.Parallel()
			w, workspace, link := invited(t)
			ann := w.PersonID(annsAddress)
			before(w, "invitations-open", "TransactWriteItems", func() { update(w, table.Invitation(ann, workspace, ann), table.Set("state", state)) })
			open(w, link).Must(want)
			if got := get[table.InvitationRow](w, table.Invitation(ann, workspace, ann)).State; got != state {
				t.Errorf("the invitation is %q, want %q", got, state)
			}
		})
	}
}
