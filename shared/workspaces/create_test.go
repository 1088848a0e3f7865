//go:build engine

package workspaces_test

import (
	"context"
	"strings"
	"testing"

	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/smithy-go/middleware"

	"foyer/shared/foyertest"
	"foyer/shared/table"
)

type fields = map[string]any

var nobody foyertest.Person

const annsAddress = "ann@acme.example"

func acme() fields {
	return fields{"name": "Acme Agency", "ownerName": "Ann Archer", "ownerEmail": annsAddress}
}

func create(w *foyertest.World, body any, headers ...foyertest.Header) foyertest.Response {
	return w.Do(nobody, "POST", "/v1/workspaces", body, headers...)
}

func TestASignUpInvitesTheOwnerLikeAnyoneElse(t *testing.T) {
	w := foyertest.New(t)
	r := create(w, acme()).Must(201)
	workspace := r.String("id")
	if len(r.JSON()) != 1 || workspace == "" {
		t.Errorf("got %s, want the id and nothing else", r.Body)
	}
	ann := w.PersonID(annsAddress)
	invitations := w.Invitations(annsAddress, workspace)
	if len(invitations) != 1 {
		t.Fatalf("got %d invitations, want 1", len(invitations))
	}
	if i := invitations[0]; i.Role != table.RoleOwner || i.State != table.InvitationQueued || !i.SelfService || i.InviterName != "" {
		t.Errorf("the invitation is %+v, want a queued one of an owner by self-service, from nobody", i)
	}
	var member table.MemberRow
	if found, err := w.Table.Get(t.Context(), table.Member(workspace, ann), &member); err != nil || !found || member.Role != table.RoleOwner || member.InvitationState != table.InvitationQueued {
		t.Errorf("the team's row is %+v (found %v, %v), want an owner whose invitation is queued", member, found, err)
	}
	var membership table.MembershipRow
	if found, err := w.Table.Get(t.Context(), table.Membership(ann, workspace), &membership); err != nil || found {
		t.Errorf("there is a membership before the owner has accepted (found %v, %v)", found, err)
	}
	var account table.AccountRow
	if found, err := w.Table.Get(t.Context(), table.Account(ann), &account); err != nil || !found || account.State != table.AccountInvited {
		t.Errorf("the account is %+v (found %v, %v), want invited", account, found, err)
	}
	owner := w.Accept(foyertest.Person{Email: annsAddress, Password: foyertest.Password}, workspace)
	memberships := w.Do(owner, "GET", "/v1/me", nil).Must(200).List("memberships")
	if len(memberships) != 1 || memberships[0]["workspace"] != workspace || memberships[0]["role"] != "owner" {
		t.Errorf("the owner's memberships are %v, want the new workspace as owner", memberships)
	}
}

// Whoever signs up chose names and address freely: nobody can send mail of their
// own through Foyer.
func TestTheMailOfASignUpCarriesNoTextOfTheCaller(t *testing.T) {
	w := foyertest.New(t)
	create(w, fields{"name": "Buy cheap watches", "ownerName": "Visit spam.example", "ownerEmail": "victim@acme.example"}).Must(201)
	w.Drain()
	mails := w.Mails("victim@acme.example")
	if len(mails) != 1 {
		t.Fatalf("got %d mails, want 1", len(mails))
	}
	for _, text := range []string{mails[0].Subject, mails[0].From, mails[0].Text, mails[0].HTML} {
		for _, theirs := range []string{"watches", "spam.example"} {
			if strings.Contains(text, theirs) {
				t.Errorf("the mail carries the caller's text %q: %s", theirs, text)
			}
		}
	}
	if mails[0].Token() == "" {
		t.Error("the mail has no link")
	}
}

func TestWhereSignUpIsClosedNothingIsMade(t *testing.T) {
	w := foyertest.New(t)
	w.Config.SignUpOpen = false
	w.Unchanged(func() { create(w, acme()).Problem(403, "sign-up-closed") })
}

// The answers for an address that Foyer knows and one that it does not differ in
// the new id alone, and so do the reads.
func TestTheAnswerDoesNotTellWhetherTheAddressIsKnown(t *testing.T) {
	w := foyertest.New(t)
	var calls []string
	w.Intercept("workspaces-create", func(stack *middleware.Stack) error {
		return stack.Initialize.Add(middleware.InitializeMiddlewareFunc("Note", func(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
			calls = append(calls, awsmiddleware.GetOperationName(ctx))
			return next.HandleInitialize(ctx, in)
		}), middleware.After)
	})
	unknown := create(w, acme()).Must(201)
	callsUnknown := strings.Join(calls, " ")
	calls = nil
	known := create(w, acme()).Must(201)
	if got := strings.Join(calls, " "); got != callsUnknown {
		t.Errorf("calls for a known address: %s; for an unknown one: %s", got, callsUnknown)
	}
	if got := w.Pauses("workspaces-create"); len(got) != 2 {
		t.Errorf("%d answers waited for their floor, want both", len(got))
	}
	if strip(unknown) != strip(known) {
		t.Errorf("the answers differ: %s and %s", unknown.Body, known.Body)
	}
	if unknown.String("id") == known.String("id") {
		t.Error("two sign-ups made one workspace")
	}
	// One person, two workspaces, an invitation to each.
	ann := w.PersonID(annsAddress)
	for _, workspace := range []string{unknown.String("id"), known.String("id")} {
		if i := w.Invitations(annsAddress, workspace); len(i) != 1 || i[0].Person != ann {
			t.Errorf("the invitations to %s are %+v, want one of the same person", workspace, i)
		}
	}
}

// strip is an answer without what is new in every one.
func strip(r foyertest.Response) string {
	return strings.ReplaceAll(r.Body, r.String("id"), "")
}

func TestTheSameAddressHoweverItIsTypedIsOnePerson(t *testing.T) {
	w := foyertest.New(t)
	create(w, acme()).Must(201)
	body := acme()
	body["ownerEmail"] = " Ann@ACME.example "
	workspace := create(w, body).Must(201).String("id")
	if got := w.Invitations(annsAddress, workspace); len(got) != 1 {
		t.Errorf("the second sign-up invited %d times at the first one's account, want once", len(got))
	}
}

func TestASignUpThatIsRepeatedWithItsKeyMakesOneWorkspace(t *testing.T) {
	w := foyertest.New(t)
	key := foyertest.Header{Name: "Idempotency-Key", Value: "sign-up-1"}
	first := create(w, acme(), key).Must(201)
	w.Unchanged(func() {
		create(w, acme(), key).Must(201).Same(first)
		other := acme()
		other["name"] = "Another Agency"
		create(w, other, key).Problem(422, "idempotency-key-reused")
	})
}

func TestASignUpThatIsNotOfItsFormIsRefusedAtTheFieldInQuestion(t *testing.T) {
	w := foyertest.New(t)
	with := func(name string, value any) fields {
		body := acme()
		body[name] = value
		return body
	}
	without := func(name string) fields {
		body := acme()
		delete(body, name)
		return body
	}
	w.Unchanged(func() {
		for location, bodies := range map[string][]fields{
			"body.name":       {with("name", ""), with("name", "  "), with("name", strings.Repeat("x", 101)), with("name", 7), with("name", "two\nlines"), with("name", "\u202eemanrerutaef")},
			"body.ownerName":  {with("ownerName", ""), with("ownerName", "\t"), with("ownerName", strings.Repeat("x", 101)), with("ownerName", []string{"Ann"})},
			"body.ownerEmail": {with("ownerEmail", "no address"), with("ownerEmail", "a@b"), with("ownerEmail", strings.Repeat("x", 250)+"@acme.example"), with("ownerEmail", true), with("ownerEmail", "ann@acme.example\nBcc: all@acme.example"), with("ownerEmail", "Ann <ann@acme.example>")},
			"body.role":       {with("role", "owner")},
			"body":            {without("name"), without("ownerName"), without("ownerEmail")},
		} {
			for _, body := range bodies {
				create(w, body).Fault(location)
			}
		}
		create(w, foyertest.Raw("{\"name\":\"\xff\"}")).Problem(400, "malformed")
		create(w, foyertest.Raw("not JSON")).Problem(400, "malformed")
		create(w, nil).Problem(400, "malformed")
	})
}
