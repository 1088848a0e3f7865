package api

import (
	"errors"
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/awslabs/aws-lambda-go-api-proxy/httpadapter"
	"github.com/go-jose/go-jose/v4"
)

// The key set is used for an hour, and an unknown key id fetches it again no
// sooner than half a minute after the last time.
func TestTheKeySetIsFetchedWhenItIsOldOrAKeyIsUnknown(t *testing.T) {
	s := newStandIn(t)
	began := time.Now()
	known := sign(t, s.key, jose.RS256, "k1", accessClaims().with("exp", began.Add(9*time.Hour).Unix()))
	unknown := sign(t, s.key, jose.RS256, "k2", accessClaims().with("exp", began.Add(9*time.Hour).Unix()))
	v := s.env(io.Discard).verifier
	for _, step := range []struct {
		what    string
		after   time.Duration
		token   string
		valid   bool
		fetches int32
	}{
		{"the first token", 0, known, true, 1},
		{"within the hour", keysFor - time.Nanosecond, known, true, 1},
		{"after an hour", keysFor, known, true, 2},
		{"an unknown key at once", keysFor, unknown, false, 2},
		{"an unknown key within the pause", keysFor + keysPause - time.Nanosecond, unknown, false, 2},
		{"an unknown key after the pause", keysFor + keysPause, unknown, false, 3},
		{"a known one, of the set just fetched", keysFor + keysPause, known, true, 3},
	} {
		_, err := v.verify(t.Context(), step.token, began.Add(step.after))
		if valid := err == nil; valid != step.valid || !valid && !errors.Is(err, errNoToken) {
			t.Errorf("%s: got %v, want valid %v", step.what, err, step.valid)
		}
		if got := s.keySets.Load(); got != step.fetches {
			t.Errorf("%s: got %d fetches so far, want %d", step.what, got, step.fetches)
		}
	}
}

// The very first token may carry an unknown key: no token was seen, so no pause
// runs, however early the clock.
func TestTheFirstKeySetIsFetchedWhateverTheClockSays(t *testing.T) {
	s := newStandIn(t)
	v := s.env(io.Discard).verifier
	early := time.Time{}.Add(keysPause / 2)
	token := sign(t, s.key, jose.RS256, "k1", accessClaims().with("iat", nil))
	if _, err := v.verify(t.Context(), token, early); err != nil {
		t.Errorf("got %v, want the token taken", err)
	}
	if got := s.keySets.Load(); got != 1 {
		t.Errorf("got %d fetches, want 1", got)
	}
}

// Two keys of one id: which is meant is not known, so neither is believed.
func TestAKeyIDThatTwoKeysHaveIsNone(t *testing.T) {
	s := newStandIn(t)
	s.signedIn()
	s.keySet = func(k jose.JSONWebKey) (int, any) { return 200, jose.JSONWebKeySet{Keys: []jose.JSONWebKey{k, k}} }
	problem(t, call(Handler(s.env(io.Discard), trySignedIn), "POST", "/v1/try", s.token(t), `{"name":"Ann"}`), 401, "unauthorized")
}

// What the verifier refuses comes with no claims and an error: nobody behind it
// has to look twice.
func TestTheVerifierRefusesByItself(t *testing.T) {
	s := newStandIn(t)
	other := newStandIn(t).key
	for what, token := range map[string]string{
		"not a token":                  "abc",
		"of another key":               sign(t, other, jose.RS256, "k1", accessClaims()),
		"of an unknown key":            sign(t, s.key, jose.RS256, "k2", accessClaims()),
		"with a claim of another type": sign(t, s.key, jose.RS256, "k1", accessClaims().with("username", 7)),
		"expired":                      sign(t, s.key, jose.RS256, "k1", accessClaims().with("exp", time.Now().Add(-time.Second).Unix())),
		"without expiry":               sign(t, s.key, jose.RS256, "k1", accessClaims().with("exp", nil)),
		"of another pool":              sign(t, s.key, jose.RS256, "k1", accessClaims().with("iss", "https://elsewhere.example")),
		"not yet valid":                sign(t, s.key, jose.RS256, "k1", accessClaims().with("nbf", time.Now().Add(time.Minute).Unix())),
		"issued in a minute":           sign(t, s.key, jose.RS256, "k1", accessClaims().with("iat", time.Now().Add(time.Minute).Unix())),
	} {
		claims, err := s.env(io.Discard).verifier.verify(t.Context(), token, time.Now())
		if !errors.Is(err, errNoToken) || claims != (identityClaims{}) {
			t.Errorf("%s: got %+v, %v, want no claims and %v", what, claims, err, errNoToken)
		}
	}
	if key, err := s.env(io.Discard).verifier.key(t.Context(), "k2", time.Now()); key != nil || !errors.Is(err, errNoToken) {
		t.Errorf("an unknown key id: got %v, %v, want no key and %v", key, err, errNoToken)
	}
}

// Claims that name no account, session or client of Foyer make no caller.
func TestClaimsThatNameNobodyHereMakeNoCaller(t *testing.T) {
	env := newStandIn(t).env(io.Discard)
	good := identityClaims{TokenUse: "access", Username: testPerson, ClientID: testClient, OriginJTI: testSession}
	if got, err := env.accept(good); err != nil || got != (caller{testPerson, testSession}) {
		t.Fatalf("got %+v, %v, want the caller", got, err)
	}
	for what, change := range map[string]func(*identityClaims){
		"of another use":     func(c *identityClaims) { c.TokenUse = "id" },
		"of another client":  func(c *identityClaims) { c.ClientID = "other" },
		"without a session":  func(c *identityClaims) { c.OriginJTI = "" },
		"of another account": func(c *identityClaims) { c.Username = "admin" },
		"of nobody":          func(c *identityClaims) { c.Username = "" },
	} {
		c := good
		change(&c)
		if got, err := env.accept(c); !errors.Is(err, errNoToken) || got != (caller{}) {
			t.Errorf("%s: got %+v, %v, want no caller and %v", what, got, err, errNoToken)
		}
	}
}

// A key set that cannot be had says nothing of the token: 5xx, for a public
// operation too, which would else take the caller for anonymous.
func TestAKeySetThatCannotBeHadIsAFailure(t *testing.T) {
	for what, c := range map[string]struct {
		status int
		body   any
		want   int
	}{
		"refused":     {http.StatusForbidden, jose.JSONWebKeySet{}, http.StatusServiceUnavailable},
		"failing":     {http.StatusBadGateway, jose.JSONWebKeySet{}, http.StatusServiceUnavailable},
		"no key set":  {http.StatusOK, "what?", http.StatusInternalServerError},
		"not ours":    {http.StatusOK, []int{1}, http.StatusInternalServerError},
		"good behind": {http.StatusNotFound, nil, http.StatusServiceUnavailable},
	} {
		t.Run(what, func(t *testing.T) {
			s := newStandIn(t)
			s.signedIn()
			failing := true
			s.keySet = func(k jose.JSONWebKey) (int, any) {
				if !failing {
					return http.StatusOK, jose.JSONWebKeySet{Keys: []jose.JSONWebKey{k}}
				}
				if c.body == nil {
					return c.status, jose.JSONWebKeySet{Keys: []jose.JSONWebKey{k}}
				}
				return c.status, c.body
			}
			h := Handler(s.env(io.Discard), trySignedIn, tryPublic)
			if got := call(h, "POST", "/v1/try", s.token(t), `{"name":"Ann"}`); got.Code != c.want {
				t.Errorf("got %d %s, want %d", got.Code, got.Body, c.want)
			}
			if got := call(h, "GET", "/v1/public", s.token(t), ""); got.Code != c.want {
				t.Errorf("public: got %d %s, want %d", got.Code, got.Body, c.want)
			}
			failing = false // the next request tries again, without a pause
			if got := call(h, "POST", "/v1/try", s.token(t), `{"name":"Ann"}`); got.Code != http.StatusOK {
				t.Errorf("afterwards: got %d %s, want 200", got.Code, got.Body)
			}
		})
	}
}

func TestAnAddressOfTheKeySetThatIsNoneIsAFailure(t *testing.T) {
	s := newStandIn(t)
	v := newVerifier(Config{Endpoint: "http://[", UserPoolID: testPool, Region: "eu-central-1"})
	if _, err := v.verify(t.Context(), s.token(t), time.Now()); err == nil || errors.Is(err, errNoToken) {
		t.Errorf("got %v, want a failure", err)
	}
}

func TestOnAWSTheKeySetIsThePoolsOwn(t *testing.T) {
	v := newVerifier(Config{UserPoolID: testPool, Region: "eu-central-1"})
	if want := "https://cognito-idp.eu-central-1.amazonaws.com/" + testPool + "/.well-known/jwks.json"; v.keysURL != want {
		t.Errorf("got %s, want %s", v.keysURL, want)
	}
}

func TestATokenIsABearersToken(t *testing.T) {
	s := newStandIn(t)
	s.signedIn()
	h := Handler(s.env(io.Discard), trySignedIn)
	for header, want := range map[string]int{
		"Bearer " + s.token(t): 200, "bearer " + s.token(t): 200, "BEARER  " + s.token(t) + " ": 200,
		"Basic " + s.token(t): 401, s.token(t): 401, "Bearer": 401, "Bearer" + " ": 401, " " + s.token(t): 401, "": 401,
	} {
		if got := call(h, "POST", "/v1/try", "", `{"name":"Ann"}`, "Authorization", header); got.Code != want {
			t.Errorf("%.12s…: got %d, want %d", header, got.Code, want)
		}
	}
}

// Where the gateway gave no claims (public operations, sam local), or another
// kind of authorizer ran, the token is verified here.
func TestWithoutTheGatewaysClaimsTheTokenItselfIsVerified(t *testing.T) {
	s := newStandIn(t)
	s.signedIn()
	adapter := httpadapter.NewV2(Handler(s.env(io.Discard), trySignedIn))
	for what, authorizer := range map[string]*events.APIGatewayV2HTTPRequestContextAuthorizerDescription{
		"no authorizer":      nil,
		"another authorizer": {Lambda: map[string]any{"username": testPerson}},
		"no claims":          {JWT: &events.APIGatewayV2HTTPRequestContextAuthorizerJWTDescription{}},
	} {
		for token, want := range map[string]int{s.token(t): 200, "made-up": 401} {
			res, err := adapter.ProxyWithContext(t.Context(), events.APIGatewayV2HTTPRequest{
				Version: "2.0", RawPath: "/v1/try", Headers: map[string]string{"authorization": "Bearer " + token}, Body: `{"name":"Ann"}`,
				RequestContext: events.APIGatewayV2HTTPRequestContext{Authorizer: authorizer, HTTP: events.APIGatewayV2HTTPRequestContextHTTPDescription{Method: "POST", Path: "/v1/try"}},
			})
			if err != nil || res.StatusCode != want {
				t.Errorf("%s, token %.8s…: got %d %v, want %d", what, token, res.StatusCode, err, want)
			}
		}
	}
}
