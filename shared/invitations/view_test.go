//go:build engine

package invitations_test

import (
	"strings"
	"testing"
	"time"

	"foyer/shared/foyertest"
	"foyer/shared/table"
)

func TestLookingAtAnInvitationChangesNothingHoweverOften(t *testing.T) {
	w, _, link := invited(t)
	w.Unchanged(func() {
		first := view(w, link).Must(200)
		for range 20 {
			view(w, link).Must(200).Same(first)
		}
		w.Do(nobody, "HEAD", "/v1/invitations/"+link, nil)
	})
	accept(w, nobody, link, chosen).Must(200) // and it is not used up
}

func TestAnInvitationShowsWhoInvitesToWhat(t *testing.T) {
	w, workspace, link := invited(t)
	got := view(w, link).Must(200)
	for field, want := range map[string]string{"workspaceName": "Acme Agency", "name": "Ann Archer", "email": annsAddress} {
		if got.String(field) != want {
			t.Errorf("%s is %q, want %q", field, got.String(field), want)
		}
	}
	m := got.JSON()
	if m["signInFirst"] != false {
		t.Errorf("signInFirst is %v for a new person, want false", m["signInFirst"])
	}
	for _, absent := range []string{"company", "projectName", "inviterName"} {
		if _, there := m[absent]; there {
			t.Errorf("%s is shown to the owner of a new workspace: %v", absent, m[absent])
		}
	}

	link = asClient(w, annsAddress, workspace, contact, globex)
	got = view(w, link).Must(200)
	for field, want := range map[string]string{"company": "Globex", "projectName": "New website", "inviterName": "Olga Owner"} {
		if got.String(field) != want {
			t.Errorf("%s is %q, want %q", field, got.String(field), want)
		}
	}
}

func TestAPersonWithAnAccountIsToldToSignInFirst(t *testing.T) {
	w, workspace, _ := invited(t)
	w.Accept(foyertest.Person{Email: annsAddress, Password: chosen}, workspace)
	second := signUp(w, "Second Agency", annsAddress)
	if got := view(w, w.Link(annsAddress, second)).Must(200).JSON()["signInFirst"]; got != true {
		t.Errorf("signInFirst is %v, want true", got)
	}
}

// Whatever ended an invitation, its link is the very same 404 as one that never
// was, for looking, opening and accepting; and nothing is made or changed.
func TestALinkThatOpensNothingIsTheOneNotFound(t *testing.T) {
	ended := map[string]func(w *foyertest.World, workspace, link string){
		"expired": func(w *foyertest.World, _, _ string) { w.Clock.Advance(7*24*time.Hour + time.Second) },
		"used":    func(w *foyertest.World, _, link string) { accept(w, nobody, link, chosen).Must(200) },
		"revoked": func(w *foyertest.World, workspace, _ string) {
			ann := w.PersonID(annsAddress)
			update(w, table.Invitation(ann, workspace, ann), table.Set("state", table.InvitationRevoked))
		},
		"removed": func(w *foyertest.World, workspace, _ string) {
			ann := w.PersonID(annsAddress)
			update(w, table.Invitation(ann, workspace, ann), table.Set("state", table.InvitationRemoved))
		},
		"bounced": func(w *foyertest.World, workspace, _ string) {
			ann := w.PersonID(annsAddress)
			update(w, table.Invitation(ann, workspace, ann), table.Set("state", table.InvitationBounced))
		},
		"older than the last": func(w *foyertest.World, workspace, _ string) {
			ann := w.PersonID(annsAddress)
			update(w, table.Invitation(ann, workspace, ann), table.Set("generation", 2))
		},
		"of a closed workspace": func(w *foyertest.World, workspace, _ string) {
			update(w, table.WorkspaceGate(workspace), table.Set("closed", true))
		},
		"of another purpose": func(w *foyertest.World, _, link string) {
			update(w, table.Token(link), table.Set("purpose", "password-reset"))
		},
		"without its invitation": func(w *foyertest.World, workspace, _ string) {
			ann := w.PersonID(annsAddress)
			if err := w.Table.DeleteOne(w.T.Context(), table.Invitation(ann, workspace, ann)); err != nil {
				w.T.Fatal(err)
			}
		},
	}
	for what, end := range ended {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			w, workspace, link := invited(t)
			end(w, workspace, link)
			w.Unchanged(func() {
				for _, invented := range []string{strings.Repeat("A", 43), "x", "a%2Fb", "%ff", strings.Repeat("A", 42) + "!"} {
					view(w, link).Problem(404, "not-found").Same(view(w, invented))
					open(w, link).Problem(404, "not-found").Same(open(w, invented))
					accept(w, nobody, link, chosen).Problem(404, "not-found").Same(accept(w, nobody, invented, chosen))
				}
			})
			if what != "used" {
				signIn(w, annsAddress, chosen).Problem(401, "invalid-credentials")
			}
			if strings.Contains(w.Log.String(), link) {
				t.Error("the token of a mail stands in the log")
			}
		})
	}
}
