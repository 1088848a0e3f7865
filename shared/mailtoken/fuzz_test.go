package mailtoken_test

import (
	"strings"
	"testing"

	"foyer/shared/api"
	"foyer/shared/mailtoken"
	"foyer/shared/table"
)

// A token has the form that paths take, is another for whatever else it opens, and
// its row's key does not hold it.
func FuzzToken(f *testing.F) {
	f.Add([]byte("key"), mailtoken.Invitation, "per_1wks_1con_1", 1, "per_1wks_1con_1", 2)
	f.Add([]byte{}, "", "", 0, "\x00", -1)
	f.Add([]byte("key"), "reset", "a", 1, "a\x001", 1)
	f.Add([]byte("key"), "reset", "a\x00", 11, "a\x001", 1)
	f.Fuzz(func(t *testing.T, key []byte, purpose, id string, generation int, otherID string, otherGeneration int) {
		token := mailtoken.Make(key, purpose, id, generation)
		if !api.ValidID("token", token) {
			t.Errorf("%q has not the form of a token", token)
		}
		if again := mailtoken.Make(key, purpose, id, generation); again != token {
			t.Errorf("a retried mail has the token %q and then %q", token, again)
		}
		if other := mailtoken.Make(key, purpose, otherID, otherGeneration); (other == token) != (id == otherID && generation == otherGeneration) {
			t.Errorf("%q of %q, %d and %q of %q, %d", token, id, generation, other, otherID, otherGeneration)
		}
		if !strings.Contains(purpose, "\x00") && mailtoken.Make(key, purpose+"x", id, generation) == token {
			t.Errorf("the token of %q is that of another purpose", purpose)
		}
		if k := table.Token(token); strings.Contains(k.PK+k.SK, token) {
			t.Errorf("the table holds the token itself: %s", k)
		}
	})
}
