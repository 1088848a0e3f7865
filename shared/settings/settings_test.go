//go:build engine

package settings_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/smithy-go/middleware"

	"foyer/shared/foyertest"
	"foyer/shared/table"
)

type fields = map[string]any

const path = "/v1/me/notification-settings"

func scene(t *testing.T) (*foyertest.World, foyertest.Acme) {
	t.Helper()
	w := foyertest.New(t)
	return w, w.Acme()
}

func read(w *foyertest.World, who foyertest.Person) (foyertest.Response, string) {
	w.T.Helper()
	r := w.Do(who, "GET", path, nil).Must(200)
	return r, r.Header.Get("ETag")
}

func write(w *foyertest.World, who foyertest.Person, tag string, body any) foyertest.Response {
	return w.Do(who, "PUT", path, body, foyertest.Header{Name: "If-Match", Value: tag})
}

func TestSettingsThatWereNeverChosenAreEmptyAndHaveATag(t *testing.T) {
	w, a := scene(t)
	w.Unchanged(func() {
		r, tag := read(w, a.Carl)
		if strings.TrimSpace(r.Body) != "{}" || tag == "" {
			t.Errorf("got %s with the tag %q, want {} with one", r.Body, tag)
		}
	})
}

func TestWhatIsPutIsReadAgainAndReplacesAll(t *testing.T) {
	w, a := scene(t)
	_, tag := read(w, a.Carl)
	put := write(w, a.Carl, tag, fields{"level": "none", "projects": fields{a.Project: "all"}}).Must(200)
	got, tag := read(w, a.Carl)
	if got.Body != put.Body || tag != put.Header.Get("ETag") {
		t.Errorf("read %s %s, want what put answered: %s %s", got.Body, tag, put.Body, put.Header.Get("ETag"))
	}
	if got.String("level") != "none" || got.String("projects."+a.Project) != "all" {
		t.Errorf("got %s, want none in general and all in the project", got.Body)
	}
	if other, _ := read(w, a.Ann); strings.TrimSpace(other.Body) != "{}" {
		t.Errorf("somebody else's settings changed: %s", other.Body)
	}
	write(w, a.Carl, tag, fields{}).Must(200)
	if got, _ := read(w, a.Carl); strings.TrimSpace(got.Body) != "{}" {
		t.Errorf("got %s, want all settings taken back", got.Body)
	}
}

func TestAChangeOfSettingsNamesWhatItChanges(t *testing.T) {
	w, a := scene(t)
	_, first := read(w, a.Carl)
	write(w, a.Carl, first, fields{"level": "all"}).Must(200)
	w.Unchanged(func() {
		w.Do(a.Carl, "PUT", path, fields{"level": "none"}).Problem(428, "if-match-required")
		write(w, a.Carl, first, fields{"level": "none"}).Problem(412, "changed")
		write(w, a.Carl, `"made-up"`, fields{"level": "none"}).Problem(412, "changed")
	})
}

// The tag is compared with what was read; the write compares once more.
func TestOfTwoChangesAtOnceOneIsTold(t *testing.T) {
	for what, before := range map[string]any{"first settings": nil, "later ones": fields{"level": "all"}} {
		t.Run(what, func(t *testing.T) {
			w, a := scene(t)
			_, tag := read(w, a.Carl)
			if before != nil {
				tag = write(w, a.Carl, tag, before).Must(200).Header.Get("ETag")
			}
			var once sync.Once
			w.Intercept("settings-put", func(stack *middleware.Stack) error {
				return stack.Initialize.Add(middleware.InitializeMiddlewareFunc("Between", func(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
					if _, ok := in.Parameters.(*dynamodb.PutItemInput); ok {
						once.Do(func() {
							if err := w.Table.PutOne(ctx, table.Settings(a.Carl.ID), table.SettingsRow{Level: "limited", Version: 7}, nil); err != nil {
								t.Error(err)
							}
						})
					}
					return next.HandleInitialize(ctx, in)
				}), middleware.After)
			})
			write(w, a.Carl, tag, fields{"level": "none"}).Problem(412, "changed")
			if got, _ := read(w, a.Carl); got.String("level") != "limited" {
				t.Errorf("the other change was lost: %s", got.Body)
			}
		})
	}
}

// A project that the person is not in is told like one that does not exist.
func TestOnlyProjectsThatThePersonIsInAreAccepted(t *testing.T) {
	w, a := scene(t)
	second := w.Project(a.Ann, a.Workspace, "Second project")
	other, theirs := w.Workspace("Other Agency", "Olga Other", "olga@other.example")
	foreign := w.Project(other, theirs, "Theirs")
	invented := "prj_" + strings.TrimPrefix(a.Workspace, "wks_") + "01JD0000000000000000000000"
	_, tag := read(w, a.Carl)
	var answers []string
	w.Unchanged(func() {
		for _, project := range []string{second, foreign, invented, "prj_1", "x", "a.b"} {
			r := write(w, a.Carl, tag, fields{"projects": fields{a.Project: "all", project: "none"}}).Fault("body.projects." + project)
			answers = append(answers, strings.ReplaceAll(r.Body, project, "…"))
			if strings.Contains(r.Body, a.Project) {
				t.Errorf("the person's own project is refused too: %s", r.Body)
			}
		}
	})
	for _, answer := range answers {
		if answer != answers[0] {
			t.Errorf("hidden and unknown projects are told apart: %s and %s", answer, answers[0])
		}
	}
	// Ann made the second project and is in it.
	_, tag = read(w, a.Ann)
	write(w, a.Ann, tag, fields{"projects": fields{second: "none"}}).Must(200)
}

// Settings outlive a removed access: they neither hinder other changes nor are lost.
func TestAfterAccessWasRemovedItsSettingsMayStayButNotComeAnew(t *testing.T) {
	w, a := scene(t)
	_, tag := read(w, a.Carl)
	tag = write(w, a.Carl, tag, fields{"projects": fields{a.Project: "none"}}).Must(200).Header.Get("ETag")
	w.Do(a.Ann, "DELETE", "/v1/workspaces/"+a.Workspace+"/contacts/"+a.Carl.Contact+"/access", nil).Must(204)
	tag = write(w, a.Carl, tag, fields{"level": "all", "projects": fields{a.Project: "none"}}).Must(200).Header.Get("ETag")
	tag = write(w, a.Carl, tag, fields{"level": "all"}).Must(200).Header.Get("ETag")
	write(w, a.Carl, tag, fields{"projects": fields{a.Project: "none"}}).Fault("body.projects." + a.Project)
}

func TestSettingsThatAreNotOfTheirFormAreRefused(t *testing.T) {
	w, a := scene(t)
	_, tag := read(w, a.Carl)
	many := fields{}
	for i := range 201 {
		many[fmt.Sprintf("prj_%d", i)] = "all"
	}
	w.Unchanged(func() {
		for location, body := range map[string]any{
			"body.level":                 fields{"level": "some"},
			"body.projects." + a.Project: fields{"projects": fields{a.Project: "loud"}},
			"body.projects":              fields{"projects": many},
			"body.digest":                fields{"digest": true},
		} {
			write(w, a.Carl, tag, body).Fault(location)
		}
		for _, body := range []any{fields{"level": 1}, fields{"projects": []string{a.Project}}, fields{"projects": fields{a.Project: 1}}, []string{}} {
			if r := write(w, a.Carl, tag, body); r.Status != 422 {
				t.Errorf("%v: got %d %s, want 422", body, r.Status, r.Body)
			}
		}
		write(w, a.Carl, tag, foyertest.Raw("{\"level\":\"\xff\"}")).Problem(400, "malformed")
		w.Do(foyertest.Person{}, "GET", path, nil).Problem(401, "unauthorized")
		w.Do(foyertest.Person{}, "PUT", path, fields{"level": "all"}).Problem(401, "unauthorized")
	})
}
