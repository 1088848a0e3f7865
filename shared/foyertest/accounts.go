//go:build engine

package foyertest

import (
	"fmt"
	"time"

	"foyer/shared/limits"
	"foyer/shared/mailtoken"
	"foyer/shared/table"
)

// ResetLink is the token of the mail of the person's newest password reset, without
// the mail: the row that stream-mail would put is put here.
func (w *World) ResetLink(person string) string {
	w.T.Helper()
	var row table.PasswordResetRow
	found, err := w.Table.Get(w.T.Context(), table.PasswordReset(person), &row)
	w.must(err)
	if !found {
		w.T.Fatalf("%s has no password reset", person)
	}
	return w.link(table.TokenRow{Purpose: mailtoken.PasswordReset, Person: person, Subject: row.Reset, Generation: 1, ExpiresAt: row.ExpiresAt, TTL: row.ExpiresAt.Unix()})
}

// AddressLink likewise is that of the person's newest change of address.
func (w *World) AddressLink(person string) string {
	w.T.Helper()
	var row table.AddressChangeRow
	found, err := w.Table.Get(w.T.Context(), table.AddressChange(person), &row)
	w.must(err)
	if !found {
		w.T.Fatalf("%s has no change of address", person)
	}
	return w.link(table.TokenRow{Purpose: mailtoken.AddressChange, Person: person, Subject: row.Change, Generation: 1, ExpiresAt: row.ExpiresAt, TTL: row.ExpiresAt.Unix()})
}

// Guessed makes the attempts at the subject as many as are allowed from everywhere, as
// strangers could: in this window and the next.
func (w *World) Guessed(l limits.Limit, subject string) {
	w.T.Helper()
	attempts := make([]string, l.Subject)
	for i := range attempts {
		attempts[i] = fmt.Sprint(i)
	}
	for _, at := range []time.Time{w.Clock.Now(), w.Clock.Now().Add(l.Window)} {
		row := table.AttemptsRow{Attempts: attempts, TTL: at.Add(2 * l.Window).Unix()}
		w.must(w.Table.PutOne(w.T.Context(), table.Attempts(l.Kind, "subject\x00"+subject, at.Truncate(l.Window)), row, nil))
	}
}

func (w *World) link(at table.TokenRow) string {
	w.T.Helper()
	token := mailtoken.Make([]byte(w.tokenKey), at.Purpose, at.Person+at.Subject, at.Generation)
	w.must(w.Table.PutOne(w.T.Context(), table.Token(token), at, nil))
	return token
}
