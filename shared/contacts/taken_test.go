//go:build engine

package contacts_test

import (
	"net/http"
	"testing"

	"foyer/shared/foyertest"
)

// Who has the address is read only to say so: where that fails, nothing is said of it.
func TestWhoHasAnAddressThatCannotBeReadIsNotNamed(t *testing.T) {
	for what, call := range map[string]struct {
		name string
		nth  int
	}{"the address": {"GetItem", 1}, "the contact": {"BatchGetItem", 2}} {
		t.Run(what, func(t *testing.T) {
			s := begin(t)
			s.contact("Nora New", "nora@globex.example").Must(http.StatusCreated)
			s.Failing("contacts-create", call.name, call.nth, foyertest.ErrStays)
			s.Unchanged(func() {
				s.contact("Nina New", "nora@globex.example").Problem(http.StatusInternalServerError, "internal")
			})
		})
	}
}

// Of an address that nobody has, the company has no contact, whatever else hindered the write.
func TestAWriteThatMetAnotherIsNoContactOfTheAddress(t *testing.T) {
	s := begin(t)
	s.Around("contacts-create", func(c foyertest.AWSCall, next func() (any, error)) (any, error) {
		if c.Name == "TransactWriteItems" {
			return nil, foyertest.ErrMet
		}
		return next()
	})
	s.Unchanged(func() {
		r := s.contact("Nora New", "nora@globex.example").Problem(http.StatusConflict, "write-conflict")
		if r.Header.Get("Retry-After") == "" {
			t.Error("a conflict that passes does not say when to try again")
		}
	})
	s.Release()
	s.contact("Nora New", "nora@globex.example").Must(http.StatusCreated)
}
