//go:build engine

package mfa_test

import (
	"strings"
	"testing"

	"foyer/shared/foyertest"
	"foyer/shared/table"
)

func reset(w *foyertest.World, by foyertest.Person, workspace, person string) foyertest.Response {
	return w.Do(by, "POST", "/v1/workspaces/"+workspace+"/people/"+person+"/mfa-reset", nil)
}

// asked is how a sign-in of the person is answered: 200 asks for a code.
func asked(w *foyertest.World, p foyertest.Person) int {
	return w.Do(foyertest.Person{}, "POST", "/v1/sessions", map[string]any{"email": p.Email, "password": p.Password}).Status
}

func TestALostPhoneIsHelpedByAnAdmin(t *testing.T) {
	w := foyertest.New(t)
	a := w.Acme()
	w.SecondFactor(a.Carl)
	reset(w, a.Ann, a.Workspace, a.Carl.ID).Must(204)
	if got := asked(w, a.Carl); got != 201 {
		t.Errorf("a sign-in: got %d, want 201 without a code", got)
	}
	w.Do(a.Carl, "GET", "/v1/me", nil).Problem(401, "unauthorized")
	w.Do(foyertest.Person{}, "POST", "/v1/sessions/refresh", map[string]any{"refresh": a.Carl.Refresh}).Problem(401, "session-over")
	if got := w.Do(w.SignIn(a.Carl), "GET", "/v1/me", nil).Must(200).String("secondFactor"); got != "off" {
		t.Errorf("the second factor is %q, want off", got)
	}
	w.Do(a.Ann, "GET", "/v1/me", nil).Must(200)
	w.Drain("stream-notify")
	recorded := false
	for line := range strings.SplitSeq(w.Dump(), "\n") {
		recorded = recorded || strings.HasPrefix(line, "TEAM#W#"+a.Workspace+"#AUDIT#") && strings.Contains(line, "mfa-reset") && strings.Contains(line, a.Carl.ID) && strings.Contains(line, a.Ann.ID)
	}
	if !recorded {
		t.Error("it is not in the audit log, with who did it and whose it was")
	}
}

// Rule 24: no workspace can do anything to a person's account beyond itself. An owner
// who invites somebody has no hold on them.
func TestAWorkspaceResetsNothingOfAPersonWhoIsElsewhereToo(t *testing.T) {
	w := foyertest.New(t)
	a := w.Acme()
	olga, hostile := w.Workspace("Hostile Agency", "Olga Other", "olga@hostile.example")
	secret := w.SecondFactor(a.Carl)
	project := w.Project(olga, hostile, "A trap")
	w.Invited(olga, project, "Trap Inc", "Carl", a.Carl.Email)
	untouched := func(when string) {
		t.Helper()
		w.Do(a.Carl, "GET", "/v1/me", nil).Must(200)
		if got := asked(w, a.Carl); got != 200 {
			t.Errorf("%s: a sign-in: got %d, want 200 with a challenge", when, got)
		}
	}
	reset(w, olga, hostile, a.Carl.ID).Problem(404, "not-found")
	untouched("invited only")
	carl := w.Do(a.Carl, "POST", "/v1/invitations/"+w.Link(a.Carl.Email, hostile)+"/acceptance", map[string]any{})
	carl.Must(200)
	refused := reset(w, olga, hostile, a.Carl.ID).Problem(409, "not-resettable")
	untouched("a client of both")
	reset(w, a.Ann, a.Workspace, a.Carl.ID).Same(refused)
	untouched("a client of both")
	// Taken out of the other workspace, they may be let in there again.
	w.Do(a.Ann, "DELETE", "/v1/workspaces/"+a.Workspace+"/contacts/"+a.Carl.Contact+"/access", nil).Must(204)
	reset(w, olga, hostile, a.Carl.ID).Same(refused)
	untouched("removed here")
	reset(w, a.Ann, a.Workspace, a.Carl.ID).Problem(404, "not-found")
	// The one who may is the person.
	w.Do(a.Carl, "DELETE", "/v1/me/totp", map[string]any{"password": a.Carl.Password, "code": w.Code(secret)}).Must(204)
}

func TestWhoseSecondFactorIsNotReset(t *testing.T) {
	w := foyertest.New(t)
	a := w.Acme()
	other, _ := w.Workspace("Other Agency", "Olga Other", "olga@other.example")
	w.Unchanged(func() {
		reset(w, a.Ann, a.Workspace, a.Carl.ID).Problem(409, "not-resettable") // has none
		reset(w, a.Ann, a.Workspace, other.ID).Problem(404, "not-found")
		reset(w, a.Ann, a.Workspace, "per_01JD0000000000000000000000").Problem(404, "not-found")
		reset(w, a.Carl, a.Workspace, a.Ann.ID).Problem(404, "not-found")
	})
	w.SecondFactor(a.Ann)
	reset(w, a.Ann, a.Workspace, a.Ann.ID).Problem(409, "not-resettable") // their own
	// An admin is no match for an owner.
	ada, _ := w.Workspace("Ada's", "Ada Admin", "ada@acme.example")
	if err := w.Table.PutOne(t.Context(), table.Membership(ada.ID, a.Workspace), table.MembershipRow{Workspace: a.Workspace, Role: table.RoleAdmin}, nil); err != nil {
		t.Fatal(err)
	}
	reset(w, ada, a.Workspace, a.Ann.ID).Problem(403, "role")
	if got := asked(w, a.Ann); got != 200 {
		t.Errorf("a sign-in of Ann's: got %d, want 200 with a challenge", got)
	}
}

// An id that nobody has is answered like that of somebody elsewhere, and with the same
// calls: an admin learns of nobody that Foyer knows them.
func TestWhoIsElsewhereLooksLikeNobody(t *testing.T) {
	w := foyertest.New(t)
	a := w.Acme()
	olga, _ := w.Workspace("Other Agency", "Olga Other", "olga@other.example")
	asked := func(person string) (foyertest.Response, string) {
		calls := ""
		w.Around("mfa-reset", func(c foyertest.AWSCall, next func() (any, error)) (any, error) {
			calls += c.Name + " "
			return next()
		})
		defer w.Release()
		return reset(w, a.Ann, a.Workspace, person).Problem(404, "not-found"), calls
	}
	known, want := asked(olga.ID)
	nobody, got := asked("per_01JD0000000000000000000000")
	if nobody.Body != known.Body || got != want {
		t.Errorf("nobody: got %s by %q, want %s by %q", nobody.Body, got, known.Body, want)
	}
}
