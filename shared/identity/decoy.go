package identity

import (
	"crypto/sha256"

	"github.com/oklog/ulid/v2"
)

// Decoy is the account id that stands in for an address that nobody has, so that
// Cognito and the table are asked all the same. It is the same each time, as a real
// one is, so that what is counted by it (failed attempts) behaves alike.
func Decoy(email string) string {
	sum := sha256.Sum256([]byte("decoy\x00" + email))
	var id ulid.ULID
	copy(id[:], sum[:])
	return "per_" + id.String()
}
