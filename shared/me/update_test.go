//go:build engine

package me_test

import (
	"strings"
	"testing"

	"foyer/shared/foyertest"
	"foyer/shared/table"
)

func update(w *foyertest.World, who foyertest.Person, tag string, body map[string]any) foyertest.Response {
	var headers []foyertest.Header
	if tag != "" {
		headers = append(headers, foyertest.Header{Name: "If-Match", Value: tag})
	}
	return w.Do(who, "PATCH", "/v1/me", body, headers...)
}

// names are what a project's staff sees of its people.
func names(w *foyertest.World, who foyertest.Person, project string) string {
	w.T.Helper()
	var out []string
	for _, p := range w.Do(who, "GET", "/v1/projects/"+project+"/people", nil).Must(200).List("items") {
		out = append(out, p["name"].(string))
	}
	return strings.Join(out, ", ")
}

func TestAPersonChangesTheirNameAndLanguage(t *testing.T) {
	w := foyertest.New(t)
	a := w.Acme()
	before := w.Do(a.Ann, "GET", "/v1/me", nil).Must(200)
	if got := before.String("secondFactor"); got != "off" {
		t.Errorf("the second factor is %q, want off", got)
	}
	w.Unchanged(func() {
		update(w, a.Ann, "", map[string]any{"name": "Anna"}).Problem(428, "if-match-required")
		update(w, a.Ann, `"other"`, map[string]any{"name": "Anna"}).Problem(412, "changed")
		update(w, a.Ann, "*", map[string]any{"name": " "}).Fault("body.name")
		update(w, a.Ann, "*", map[string]any{"name": "Two\nlines"}).Fault("body.name")
		update(w, a.Ann, "*", map[string]any{"language": "fr"}).Fault("body.language")
		update(w, a.Ann, "*", map[string]any{"email": "ann@new.example"}).Fault("body.email")
	})
	tag := before.Header.Get("ETag")
	after := update(w, a.Ann, tag, map[string]any{"name": "Anna Archer-Smith", "language": "de"}).Must(200)
	update(w, a.Ann, tag, map[string]any{"name": "Too Late"}).Problem(412, "changed")
	now := w.Do(a.Ann, "GET", "/v1/me", nil).Must(200)
	if now.Body != after.Body || now.Header.Get("ETag") != after.Header.Get("ETag") || now.String("name") != "Anna Archer-Smith" || now.String("language") != "de" {
		t.Errorf("got %s, want the new name and language, as the change answered %s", now.Body, after.Body)
	}
	w.Drain("stream-notify")
	if got := names(w, a.Ann, a.Project); !strings.Contains(got, "Anna Archer-Smith") || strings.Contains(got, "Ann Archer,") || !strings.Contains(got, "Carl Client") {
		t.Errorf("the project's people are %s, want Anna's new name and Carl", got)
	}
	if got := w.Do(a.Carl, "GET", "/v1/portal/projects/"+a.Project, nil).Must(200); !strings.Contains(got.Body, "Anna Archer-Smith") {
		t.Errorf("the client does not see the new name: %s", got.Body)
	}
	update(w, a.Ann, now.Header.Get("ETag"), map[string]any{"name": "Anna Archer-Smith"}).Must(200)
	update(w, a.Carl, "*", map[string]any{"name": "Carlo Client"}).Must(200)
	w.Drain("stream-notify")
	if got := w.Do(a.Carl, "GET", "/v1/portal/projects/"+a.Project, nil).Must(200); !strings.Contains(got.Body, "Carlo Client") {
		t.Errorf("the project does not show Carlo's new name: %s", got.Body)
	}
}

// A change is of what was shown: what somebody else's page changed meanwhile is kept.
func TestALanguageThatIsChosenMeanwhileIsNotLost(t *testing.T) {
	for _, before := range []string{"", "en"} {
		t.Run("before: "+before, func(t *testing.T) {
			w := foyertest.New(t)
			a := w.Acme()
			if before != "" {
				update(w, a.Ann, "*", map[string]any{"language": before}).Must(200)
			}
			w.Before("me-update", "TransactWriteItems", 1, func() {
				if err := w.Table.UpdateOne(t.Context(), table.Account(a.Ann.ID), table.Set("language", "de"), table.Exists()); err != nil {
					t.Error(err)
				}
			})
			update(w, a.Ann, "*", map[string]any{"name": "Anna"}).Problem(412, "changed")
			if me := w.Do(a.Ann, "GET", "/v1/me", nil).Must(200); me.String("language") != "de" || me.String("name") != "Ann Archer" {
				t.Errorf("got %s, want the language and no other name", me.Body)
			}
		})
	}
}

func TestANameThatIsChosenMeanwhileIsNotLost(t *testing.T) {
	for _, before := range []string{"", "en"} {
		t.Run("before: "+before, func(t *testing.T) {
			w := foyertest.New(t)
			a := w.Acme()
			if before != "" {
				update(w, a.Ann, "*", map[string]any{"language": before}).Must(200)
			}
			w.Before("me-update", "TransactWriteItems", 1, func() {
				w.Release()
				update(w, a.Ann, "*", map[string]any{"name": "Anna"}).Must(200)
			})
			update(w, a.Ann, "*", map[string]any{"language": "de"}).Problem(412, "changed")
			if me := w.Do(a.Ann, "GET", "/v1/me", nil).Must(200); me.String("language") != before || me.String("name") != "Anna" {
				t.Errorf("got %s, want the name and no other language", me.Body)
			}
		})
	}
}

func TestTheSecondFactorIsShown(t *testing.T) {
	w := foyertest.New(t)
	a := w.Acme()
	w.SecondFactor(a.Carl)
	if got := w.Do(a.Carl, "GET", "/v1/me", nil).Must(200).String("secondFactor"); got != "totp" {
		t.Errorf("the second factor is %q, want totp", got)
	}
	if got := w.Do(a.Ann, "GET", "/v1/me", nil).Must(200).String("secondFactor"); got != "off" {
		t.Errorf("Ann's second factor is %q, want off", got)
	}
}

// A membership of which nothing is left is no place: what its person changes is not
// recorded there.
func TestAWorkspaceThatOneHasLeftHearsOfNoNewName(t *testing.T) {
	w := foyertest.New(t)
	a := w.Acme()
	const other = "wks_01JD0000000000000000000000"
	if err := w.Table.PutOne(t.Context(), table.Membership(a.Carl.ID, other), table.MembershipRow{Workspace: other, Contacts: map[string]string{}}, nil); err != nil {
		t.Fatal(err)
	}
	update(w, a.Carl, "*", map[string]any{"name": "Carlo Client"}).Must(200)
	for workspace, want := range map[string]int{a.Workspace: 1, other: 0} {
		rows, _, err := table.QueryInto[table.ActivityRow](t.Context(), w.Table, table.Query{PK: table.WorkspaceActivity(workspace, "").PK})
		got := 0
		for _, row := range rows {
			if row.Type == table.ActivityPersonRenamed {
				got++
			}
		}
		if err != nil || got != want {
			t.Errorf("%s: recorded %d times (%v), want %d", workspace, got, err, want)
		}
	}
}
