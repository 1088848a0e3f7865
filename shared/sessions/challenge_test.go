//go:build engine

package sessions_test

import (
	"testing"

	cognito "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/types"

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

func TestAnAccountThatAsksForMoreThanAPasswordIsToldSoAndHasNoSession(t *testing.T) {
	w, ann := withAnn(t)
	w.Around("sessions-create", func(c foyertest.AWSCall, next func() (any, error)) (any, error) {
		got, err := next()
		if _, ok := got.(*cognito.AdminInitiateAuthOutput); ok {
			return &cognito.AdminInitiateAuthOutput{ChallengeName: types.ChallengeNameTypeSoftwareTokenMfa}, err
		}
		return got, err
	})
	before := len(sessions(w, ann.ID))
	signIn(w, annsAddress, foyertest.Password).Problem(403, "second-factor-required")
	if got := len(sessions(w, ann.ID)); got != before {
		t.Errorf("got %d sessions, want %d as before", got, before)
	}
}
