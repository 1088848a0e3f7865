//go:build engine

package settings_test

import (
	"errors"
	"strings"
	"testing"

	"foyer/shared/api"
	"foyer/shared/foyertest"
	"foyer/shared/settings"
	"foyer/shared/table"
)

func TestAChangeWhoseAnswerWasLostIsNoChangeThatCameFirst(t *testing.T) {
	for what, before := range map[string]func(w *foyertest.World, who foyertest.Person){
		"of settings that were never chosen": func(*foyertest.World, foyertest.Person) {},
		"of chosen ones": func(w *foyertest.World, who foyertest.Person) {
			_, tag := read(w, who)
			write(w, who, tag, fields{"level": "all"}).Must(200)
		},
	} {
		t.Run(what, func(t *testing.T) {
			w, a := scene(t)
			before(w, a.Carl)
			_, tag := read(w, a.Carl)
			w.Around("settings-put", func(c foyertest.AWSCall, next func() (any, error)) (any, error) {
				if c.Name == "PutItem" {
					_, _ = next() // had its effect, and nobody knows: the SDK asks again
				}
				return next()
			})
			write(w, a.Carl, tag, fields{"level": "none"}).Must(200)
			if got, _ := read(w, a.Carl); got.String("level") != "none" {
				t.Errorf("got %s, want none", got.Body)
			}
		})
	}
}

// A contact of somebody who is of the team makes them no client of the project.
func TestWhoIsOfTheTeamIsInNoProjectAsAClient(t *testing.T) {
	w, a := scene(t)
	_, tag := read(w, a.Carl)
	if err := w.Table.UpdateOne(t.Context(), table.Membership(a.Carl.ID, a.Workspace), table.Set("role", table.RoleMember), table.Exists()); err != nil {
		t.Fatal(err)
	}
	w.Unchanged(func() {
		write(w, a.Carl, tag, fields{"projects": fields{a.Project: "all"}}).Fault("body.projects." + a.Project)
	})
}

// What is no project's id is refused before it becomes part of a key.
func TestWhatIsNoIdOfAProjectIsRefusedInItsPlace(t *testing.T) {
	w, a := scene(t)
	_, tag := read(w, a.Carl)
	for _, id := range []string{"prj_1", "x", strings.Repeat("p", 1100)} {
		w.Unchanged(func() { write(w, a.Carl, tag, fields{"projects": fields{id: "all"}}).Fault("body.projects." + id) })
	}
}

func TestSettingsThatCannotBeReadAreNotShownAsUnchosen(t *testing.T) {
	w, a := scene(t)
	if err := w.Table.PutOne(t.Context(), table.Settings(a.Carl.ID), map[string]any{"level": []string{"none"}}, nil); err != nil {
		t.Fatal(err)
	}
	w.Do(a.Carl, "GET", path, nil).Problem(500, "internal")
	w.Release()
	w.Failing("settings-get", "BatchGetItem", 1, foyertest.ErrStays)
	if _, err := settings.Get.Handle(t.Context(), &api.Call{Env: w.Env("settings-get"), Person: a.Carl.ID}, nil); !errors.Is(err, foyertest.ErrStays) {
		t.Errorf("with nothing read with the access: got %v, want the failure", err)
	}
}
