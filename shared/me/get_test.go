//go:build engine

package me_test

import (
	"testing"

	"foyer/shared/foyertest"
)

func TestNobodyIsShownAnAccountWithoutASession(t *testing.T) {
	w := foyertest.New(t)
	w.Do(foyertest.Person{}, "GET", "/v1/me", nil).Problem(401, "unauthorized")
	w.Do(foyertest.Person{Token: "abc"}, "GET", "/v1/me", nil).Problem(401, "unauthorized")
}
