package identity

import (
	"errors"
	"testing"

	"foyer/shared/api"
)

func tokensFor(person string) string {
	return `{"AuthenticationResult":{"AccessToken":"` + accessToken(`{"origin_jti":"o1","username":"`+person+`"}`) + `","ExpiresIn":3600}}`
}

func TestAnAnswerIsRightWrongOrTooLate(t *testing.T) {
	for what, c := range map[string]struct {
		answer string
		want   error
	}{
		"right":             {tokensFor(ann), nil},
		"wrong":             {`{"__type":"CodeMismatchException","message":"Invalid code received for user"}`, ErrCode},
		"used before":       {`{"__type":"ExpiredCodeException","message":"Your software token has already been used once."}`, ErrCode},
		"too late":          {`{"__type":"NotAuthorizedException","message":"Invalid session for the user, session is expired."}`, ErrSessionOver},
		"no session's form": {`{"__type":"InvalidParameterException","message":"1 validation error detected"}`, ErrSessionOver},
		"of nobody":         {`{"__type":"UserNotFoundException","message":"User does not exist."}`, ErrSessionOver},
	} {
		s := &cognitoSays{answers: map[string]string{"DescribeUserPoolClient": clientWithSecret, "AdminRespondToAuthChallenge": c.answer}}
		if _, err := s.pool(t).Answer(t.Context(), ann, "session", "123456"); !errors.Is(err, c.want) {
			t.Errorf("%s: got %v, want %v", what, err, c.want)
		}
		responses, _ := s.bodies["AdminRespondToAuthChallenge"]["ChallengeResponses"].(map[string]any)
		if responses["USERNAME"] != ann || responses["SECRET_HASH"] != "a6tWZnFWsE16k6n8km6gBiXppRrDbZ4GOS8iYRpr6Fg=" {
			t.Errorf("%s: sent %v, want the account and its SECRET_HASH", what, responses)
		}
	}
}

func TestARefreshIsOfTheSamePersonOrOver(t *testing.T) {
	for what, c := range map[string]struct {
		answer string
		want   error
	}{
		"right":              {tokensFor(ann), nil},
		"of another person":  {tokensFor("per_01JD0000000000000000000001"), ErrSessionOver},
		"revoked":            {`{"__type":"NotAuthorizedException","message":"Refresh Token has been revoked"}`, ErrSessionOver},
		"under another's id": {`{"__type":"NotAuthorizedException","message":"SecretHash does not match for the client: client"}`, ErrSessionOver},
		"no token's form":    {`{"__type":"InvalidParameterException","message":"1 validation error detected"}`, ErrSessionOver},
		"its person is gone": {`{"__type":"UserNotFoundException","message":"User does not exist."}`, ErrSessionOver},
	} {
		s := &cognitoSays{answers: map[string]string{"DescribeUserPoolClient": clientWithSecret, "AdminInitiateAuth": c.answer}}
		if _, err := s.pool(t).Refresh(t.Context(), ann, "token"); !errors.Is(err, c.want) {
			t.Errorf("%s: got %v, want %v", what, err, c.want)
		}
	}
	s := &cognitoSays{answers: map[string]string{"DescribeUserPoolClient": clientWithSecret, "AdminInitiateAuth": `{"__type":"TooManyRequestsException","message":"Rate exceeded"}`}}
	if _, err := s.pool(t).Refresh(t.Context(), ann, "token"); errors.Is(err, ErrSessionOver) || !api.Passing(err) {
		t.Errorf("throttled: got %v, want a failure that passes", err)
	}
}

// The SDK leaves false values out, and the local engine takes that for no change.
func TestTurningTheSecondFactorOffIsSaidInSoManyWords(t *testing.T) {
	for _, on := range []bool{true, false} {
		s := &cognitoSays{answers: map[string]string{"AdminSetUserMFAPreference": `{}`}}
		if err := s.pool(t).SetTOTP(t.Context(), ann, on); err != nil {
			t.Fatal(err)
		}
		sent := s.bodies["AdminSetUserMFAPreference"]
		settings, _ := sent["SoftwareTokenMfaSettings"].(map[string]any)
		if settings["Enabled"] != on || settings["PreferredMfa"] != on || sent["Username"] != ann || sent["UserPoolId"] != "pool" {
			t.Errorf("on %v: sent %v", on, sent)
		}
	}
}
