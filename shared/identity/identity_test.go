package identity

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"foyer/shared/api"
)

const (
	ann      = "per_01JD0000000000000000000000"
	password = "Correct-Horse-7"
)

// cognitoSays is a user pool that answers each operation with what is given (an
// error where the answer has __type), and records the calls.
type cognitoSays struct {
	answers map[string]string
	calls   []string
	bodies  map[string]map[string]any
}

func (c *cognitoSays) pool(t *testing.T) *Pool {
	t.Helper()
	c.bodies = map[string]map[string]any{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, operation, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
		raw, _ := io.ReadAll(r.Body) // what cannot be read fails the comparison
		var body map[string]any
		_ = json.Unmarshal(raw, &body)
		c.calls, c.bodies[operation] = append(c.calls, operation), body
		w.Header().Set("Content-Type", "application/x-amz-json-1.1")
		answer := c.answers[operation]
		if strings.Contains(answer, "__type") {
			w.WriteHeader(http.StatusBadRequest)
		}
		_, _ = io.WriteString(w, answer)
	}))
	t.Cleanup(server.Close)
	cfg := aws.Config{Region: "eu-central-1", BaseEndpoint: &server.URL, Credentials: credentials.NewStaticCredentialsProvider("a", "b", ""), RetryMaxAttempts: 1}
	return From(api.NewEnv(api.Config{UserPoolID: "pool", UserPoolClientID: "client"}, cfg, slog.New(slog.DiscardHandler)))
}

const clientWithSecret = `{"UserPoolClient":{"ClientSecret":"s3cret"}}`

func accessToken(claims string) string {
	part := base64.RawURLEncoding.EncodeToString
	return part([]byte(`{"alg":"RS256","kid":"k"}`)) + "." + part([]byte(claims)) + "." + part([]byte("signature"))
}

func TestASignInProvesTheClientsSecretAndReadsItOnce(t *testing.T) {
	c := &cognitoSays{answers: map[string]string{
		"DescribeUserPoolClient": clientWithSecret,
		"AdminInitiateAuth":      `{"AuthenticationResult":{"AccessToken":"` + accessToken(`{"origin_jti":"o1","username":"`+ann+`"}`) + `","RefreshToken":"r","ExpiresIn":3600}}`,
	}}
	pool := c.pool(t)
	for range 2 {
		got, err := pool.SignIn(t.Context(), ann, password)
		if err != nil {
			t.Fatal(err)
		}
		if got.Session != "o1" || got.Refresh != "r" || got.ExpiresIn != 3600 {
			t.Errorf("got tokens %+v, want session o1, refresh r, 3600 seconds", got)
		}
	}
	if want := []string{"DescribeUserPoolClient", "AdminInitiateAuth", "AdminInitiateAuth"}; !slices.Equal(c.calls, want) {
		t.Errorf("got calls %q, want %q", c.calls, want)
	}
	parameters, _ := c.bodies["AdminInitiateAuth"]["AuthParameters"].(map[string]any)
	// openssl: printf '%s' per_01JD0000000000000000000000client | openssl dgst -sha256 -hmac s3cret -binary | base64
	if got, want := parameters["SECRET_HASH"], "a6tWZnFWsE16k6n8km6gBiXppRrDbZ4GOS8iYRpr6Fg="; got != want {
		t.Errorf("got SECRET_HASH %v, want %s", got, want)
	}
	if parameters["USERNAME"] != ann {
		t.Errorf("got username %v, want the account's id", parameters["USERNAME"])
	}
}

func TestEveryRefusedSignInIsTheSameError(t *testing.T) {
	for what, answer := range map[string]string{
		"wrong password":         `{"__type":"NotAuthorizedException","message":"Incorrect username or password."}`,
		"too many attempts":      `{"__type":"NotAuthorizedException","message":"Password attempts exceeded"}`,
		"disabled":               `{"__type":"NotAuthorizedException","message":"User is disabled."}`,
		"unknown person":         `{"__type":"UserNotFoundException","message":"User does not exist."}`,
		"password to be reset":   `{"__type":"PasswordResetRequiredException","message":"Password reset required"}`,
		"no password chosen yet": `{"ChallengeName":"NEW_PASSWORD_REQUIRED","Session":"x"}`,
	} {
		c := &cognitoSays{answers: map[string]string{"DescribeUserPoolClient": clientWithSecret, "AdminInitiateAuth": answer}}
		if _, err := c.pool(t).SignIn(t.Context(), ann, password); !errors.Is(err, ErrCredentials) || err.Error() != ErrCredentials.Error() {
			t.Errorf("%s: got %v, want ErrCredentials and nothing more", what, err)
		}
	}
}

func TestWhatIsOurFaultIsNotToldAsWrongCredentials(t *testing.T) {
	for what, c := range map[string]*cognitoSays{
		"secret hash":   {answers: map[string]string{"DescribeUserPoolClient": clientWithSecret, "AdminInitiateAuth": `{"__type":"NotAuthorizedException","message":"Unable to verify secret hash for client client"}`}},
		"flow is off":   {answers: map[string]string{"DescribeUserPoolClient": clientWithSecret, "AdminInitiateAuth": `{"__type":"InvalidParameterException","message":"Auth flow not enabled: ` + password + `"}`}},
		"no such pool":  {answers: map[string]string{"DescribeUserPoolClient": `{"__type":"ResourceNotFoundException","message":"no pool"}`}},
		"no secret":     {answers: map[string]string{"DescribeUserPoolClient": `{"UserPoolClient":{}}`}},
		"no revocation": {answers: map[string]string{"DescribeUserPoolClient": clientWithSecret, "AdminInitiateAuth": `{"AuthenticationResult":{"AccessToken":"` + accessToken(`{"jti":"x","username":"`+ann+`"}`) + `"}}`}},
	} {
		_, err := c.pool(t).SignIn(t.Context(), ann, password)
		if err == nil || errors.Is(err, ErrCredentials) || errors.Is(err, ErrChallenge) {
			t.Errorf("%s: got %v, want a failure", what, err)
			continue
		}
		if strings.Contains(err.Error(), password) {
			t.Errorf("%s: the error repeats the password: %v", what, err)
		}
	}
}

func TestASecondFactorIsAChallenge(t *testing.T) {
	c := &cognitoSays{answers: map[string]string{"DescribeUserPoolClient": clientWithSecret, "AdminInitiateAuth": `{"ChallengeName":"SOFTWARE_TOKEN_MFA","Session":"x"}`}}
	if _, err := c.pool(t).SignIn(t.Context(), ann, password); !errors.Is(err, ErrChallenge) {
		t.Errorf("got %v, want ErrChallenge", err)
	}
}

func TestAUserIsMadeWithoutMailAndWithoutAddress(t *testing.T) {
	c := &cognitoSays{answers: map[string]string{"AdminCreateUser": `{"User":{}}`}}
	if err := c.pool(t).Create(t.Context(), ann); err != nil {
		t.Fatal(err)
	}
	body := c.bodies["AdminCreateUser"]
	if body["MessageAction"] != "SUPPRESS" || body["Username"] != ann || body["UserAttributes"] != nil {
		t.Errorf("got call %v, want the account's id, SUPPRESS and no attributes", body)
	}
	c.answers["AdminCreateUser"] = `{"__type":"UsernameExistsException","message":"User account already exists"}`
	if err := c.pool(t).Create(t.Context(), ann); !errors.Is(err, ErrExists) {
		t.Errorf("got %v, want ErrExists", err)
	}
}

func TestAPasswordIsSetForGoodOrItsRuleIsNamed(t *testing.T) {
	c := &cognitoSays{answers: map[string]string{"AdminSetUserPassword": `{}`}}
	if err := c.pool(t).SetPassword(t.Context(), ann, password); err != nil {
		t.Fatal(err)
	}
	if got := c.bodies["AdminSetUserPassword"]["Permanent"]; got != true {
		t.Errorf("got Permanent %v, want true", got)
	}
	c.answers["AdminSetUserPassword"] = `{"__type":"InvalidPasswordException","message":"Password did not conform with policy: Password must have numeric characters"}`
	var refused *PasswordError
	if err := c.pool(t).SetPassword(t.Context(), ann, "Abc"); !errors.As(err, &refused) || refused.Rule != "must have a number (0 to 9)" {
		t.Errorf("got %v, want the refusal for want of a number", err)
	}
}

func TestTheStateOfAUser(t *testing.T) {
	for answer, want := range map[string]State{
		`{"UserStatus":"FORCE_CHANGE_PASSWORD"}`:                              Made,
		`{"UserStatus":"CONFIRMED"}`:                                          Confirmed,
		`{"__type":"UserNotFoundException","message":"User does not exist."}`: Absent,
	} {
		c := &cognitoSays{answers: map[string]string{"AdminGetUser": answer}}
		if got, err := c.pool(t).State(t.Context(), ann); got != want || err != nil {
			t.Errorf("%s: got %q, %v, want %q", answer, got, err, want)
		}
	}
}

func TestThrottlingPasses(t *testing.T) {
	c := &cognitoSays{answers: map[string]string{"AdminGetUser": `{"__type":"TooManyRequestsException","message":"Rate exceeded"}`}}
	if _, err := c.pool(t).State(t.Context(), ann); !api.Passing(err) {
		t.Errorf("got %v, want a failure that passes", err)
	}
}
