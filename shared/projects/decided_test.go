//go:build engine

package projects_test

import (
	"errors"
	"net/http"
	"testing"

	"foyer/shared/api"
	"foyer/shared/foyertest"
	"foyer/shared/projects"
	"foyer/shared/table"
)

func (s scene) delete(key table.Key) {
	s.t.Helper()
	if err := s.Table.DeleteOne(s.t.Context(), key); err != nil {
		s.t.Fatal(err)
	}
}

// Who has a role and no row of a member makes no project without a name of its creator.
func TestAMemberWhoHasNoRowMakesNoProject(t *testing.T) {
	s := newScene(t)
	s.delete(table.Member(s.Acme.Workspace, s.Ann.ID))
	s.Unchanged(func() { s.create(s.Ann, fields{"name": "New"}).Problem(http.StatusInternalServerError, "internal") })
	s.Failing("projects-create", "BatchGetItem", 1, foyertest.ErrStays)
	c := &api.Call{Env: s.Env("projects-create"), Person: s.Ann.ID, Workspace: s.Acme.Workspace}
	if _, err := projects.Create.Handle(t.Context(), c, &projects.CreateInput{}); !errors.Is(err, foyertest.ErrStays) {
		t.Errorf("with nothing read with the access: got %v, want the failure", err)
	}
}

func TestACompanyThatCannotBeReadIsAFailure(t *testing.T) {
	s := newScene(t)
	s.Failing("projects-create", "GetItem", 1, foyertest.ErrStays)
	s.Unchanged(func() {
		s.create(s.Ann, fields{"name": "New", "company": "com_01JD0000000000000000000000"}).Problem(http.StatusInternalServerError, "internal")
	})
}

func TestARepeatedRequestWhoseProjectIsGoneIsNotFound(t *testing.T) {
	s := newScene(t)
	key := foyertest.Header{Name: "Idempotency-Key", Value: "once"}
	id := s.create(s.Ann, fields{"name": "New"}, key).Must(http.StatusCreated).String("id")
	s.delete(table.ProjectFacts(id))
	s.create(s.Ann, fields{"name": "New"}, key).Problem(http.StatusNotFound, "not-found")
}

// A text that cannot be a company's id is no part of a key: nothing is written, nor
// looked for, because of it.
func TestWhatCannotBeACompanyIsNotLookedFor(t *testing.T) {
	s := newScene(t)
	s.Around("projects-create", func(c foyertest.AWSCall, next func() (any, error)) (any, error) {
		if c.Name != "BatchGetItem" { // of the access
			t.Errorf("%s: %v", c.Name, c.Input)
		}
		return next()
	})
	for _, company := range []string{"Globex", s.Carl.Company + "#x", s.Carl.Contact} {
		s.create(s.Ann, fields{"name": "x", "company": company}).Fault("body.company")
	}
}
