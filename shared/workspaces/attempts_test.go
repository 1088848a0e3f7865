//go:build engine

package workspaces_test

import (
	"net/http"
	"testing"

	"foyer/shared/foyertest"
)

// A sign-up that meets another, which mints the same address, is tried once more: no
// oftener, and not where it failed for another reason.
func TestASignUpIsTriedOnceMoreWhereItMeetsAnother(t *testing.T) {
	const tries = 3 // of one transaction that meets others (shared/table)
	for what, c := range map[string]struct {
		fails         int
		by            error
		status, calls int
	}{
		"that has ended by then":   {tries, foyertest.ErrMet, http.StatusCreated, tries + 1},
		"that goes on":             {1000, foyertest.ErrMet, http.StatusConflict, 2 * tries},
		"but not after a failure":  {1000, foyertest.ErrStays, http.StatusInternalServerError, 1},
		"and once is enough if so": {0, nil, http.StatusCreated, 1},
	} {
		t.Run(what, func(t *testing.T) {
			w := foyertest.New(t)
			calls := 0
			w.Around("workspaces-create", func(call foyertest.AWSCall, next func() (any, error)) (any, error) {
				if call.Name != "TransactWriteItems" {
					return next()
				}
				if calls++; calls <= c.fails {
					return nil, c.by
				}
				return next()
			})
			w.Do(foyertest.Person{}, http.MethodPost, "/v1/workspaces", map[string]any{"name": "Acme Agency", "ownerName": "Ann Archer", "ownerEmail": "ann@acme.example"}).Must(c.status)
			if calls != c.calls {
				t.Errorf("got %d transactions, want %d", calls, c.calls)
			}
		})
	}
}
