//go:build engine

package sessions_test

import (
	"testing"

	cognito "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"

	"foyer/shared/api"
	"foyer/shared/foyertest"
)

// Cognito is asked for an address that nobody has as for one that somebody has: with an
// id of the same form, the same each time.
func TestAnUnknownAddressIsAskedForLikeAKnownOne(t *testing.T) {
	w, _ := withAnn(t)
	asked := map[string]int{}
	w.Around("sessions-create", func(c foyertest.AWSCall, next func() (any, error)) (any, error) {
		if in, ok := c.Input.(*cognito.AdminInitiateAuthInput); ok {
			asked[in.AuthParameters["USERNAME"]]++
		}
		return next()
	})
	for range 2 {
		signIn(w, "nobody@acme.example", foyertest.Password).Problem(401, "invalid-credentials")
	}
	for id, n := range asked {
		if !api.ValidID("person", id) || n != 2 {
			t.Errorf("%q was asked for %d times, want one account's id, twice", id, n)
		}
	}
}
