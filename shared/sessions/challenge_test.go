//go:build engine

package sessions_test

import (
	"testing"

	cognito "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/types"

	"foyer/shared/foyertest"
)

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
