package api

import (
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/awslabs/aws-lambda-go-api-proxy/httpadapter"
	"github.com/go-jose/go-jose/v4"

	"foyer/shared/table"
)

func TestOnlyAValidAccessTokenOfALivingSessionLetsIn(t *testing.T) {
	s := newStandIn(t)
	s.signedIn()
	h := Handler(s.env(io.Discard), trySignedIn)
	other, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	valid := s.token(t)
	parts := strings.Split(valid, ".")
	none := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none"}`)) + "." + parts[1] + "."
	rs := func(c claims) string { return sign(t, s.key, jose.RS256, "k1", c) }

	if rec := call(h, "POST", "/v1/try", valid, `{"name":"Ann"}`); rec.Code != http.StatusOK || !strings.Contains(rec.Body.String(), testPerson) {
		t.Fatalf("a valid token: got %d %s", rec.Code, rec.Body)
	}
	for what, token := range map[string]string{
		"no token":                     "",
		"not a token":                  "abc",
		"forged with another key":      sign(t, other, jose.RS256, "k1", accessClaims()),
		"an unknown key id":            sign(t, other, jose.RS256, "k2", accessClaims()),
		"signed with the public bytes": sign(t, []byte(strings.Repeat("k", 32)), jose.HS256, "k1", accessClaims()),
		"algorithm none":               none,
		"a changed payload":            parts[0] + "." + base64.RawURLEncoding.EncodeToString([]byte(`{"token_use":"access"}`)) + "." + parts[2],
		"expired":                      rs(accessClaims().with("exp", time.Now().Add(-time.Second).Unix())),
		"without expiry":               rs(accessClaims().with("exp", nil)),
		"an ID token":                  rs(accessClaims().with("token_use", "id")),
		"an ID token in its own form":  rs(accessClaims().with("token_use", "id").with("client_id", nil).with("username", nil).with("aud", testClient).with("cognito:username", testPerson)),
		"of another client":            rs(accessClaims().with("client_id", "other")),
		"of another pool":              rs(accessClaims().with("iss", "https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_Other")),
		"without a session":            rs(accessClaims().with("origin_jti", nil)),
		"of a session that has ended":  rs(accessClaims().with("origin_jti", "00000000-0000-4000-8000-00000000dead")),
		"of no account of Foyer":       rs(accessClaims().with("username", "admin")),
	} {
		t.Run(what, func(t *testing.T) {
			problem(t, call(h, "POST", "/v1/try", token, `{"name":"Ann"}`), http.StatusUnauthorized, "unauthorized")
		})
	}
	// Made-up key ids do not turn into fetches of the key set.
	if got := s.keySets.Load(); got != 1 {
		t.Errorf("got %d fetches of the key set, want 1", got)
	}
}

func TestAnExpiredSessionRowDoesNotLetIn(t *testing.T) {
	s := newStandIn(t)
	s.put(table.Session(testPerson, testSession), map[string]any{"ttl": map[string]any{"N": "1000"}})
	problem(t, call(Handler(s.env(io.Discard), trySignedIn), "POST", "/v1/try", s.token(t), `{"name":"Ann"}`), http.StatusUnauthorized, "unauthorized")
}

// Through the Lambda adapter: claims come from the invocation alone.
func TestTheGatewaysClaimsAreBelievedAndNoHeaderIs(t *testing.T) {
	s := newStandIn(t)
	s.signedIn()
	adapter := httpadapter.NewV2(Handler(s.env(io.Discard), trySignedIn))
	invoke := func(claims map[string]string, headers map[string]string) events.APIGatewayV2HTTPResponse {
		t.Helper()
		e := events.APIGatewayV2HTTPRequest{Version: "2.0", RawPath: "/v1/try", Headers: headers, Body: `{"name":"Ann"}`,
			RequestContext: events.APIGatewayV2HTTPRequestContext{DomainName: "portal.example.com", HTTP: events.APIGatewayV2HTTPRequestContextHTTPDescription{Method: "POST", Path: "/v1/try"}}}
		if claims != nil {
			e.RequestContext.Authorizer = &events.APIGatewayV2HTTPRequestContextAuthorizerDescription{JWT: &events.APIGatewayV2HTTPRequestContextAuthorizerJWTDescription{Claims: claims}}
		}
		res, err := adapter.ProxyWithContext(t.Context(), e)
		if err != nil {
			t.Fatal(err)
		}
		return res
	}
	access := map[string]string{"token_use": "access", "client_id": testClient, "username": testPerson, "origin_jti": testSession}
	if res := invoke(access, nil); res.StatusCode != http.StatusOK {
		t.Fatalf("the gateway's claims: got %d %s", res.StatusCode, res.Body)
	}
	// The gateway lets ID tokens of the client through, since their audience is right.
	if res := invoke(map[string]string{"token_use": "id", "aud": testClient, "cognito:username": testPerson, "origin_jti": testSession}, nil); res.StatusCode != http.StatusUnauthorized {
		t.Fatalf("an ID token: got %d %s", res.StatusCode, res.Body)
	}
	forged, err := json.Marshal(events.APIGatewayV2HTTPRequestContext{Authorizer: &events.APIGatewayV2HTTPRequestContextAuthorizerDescription{
		JWT: &events.APIGatewayV2HTTPRequestContextAuthorizerJWTDescription{Claims: access}}})
	if err != nil {
		t.Fatal(err)
	}
	for _, header := range []string{"X-GoLambdaProxy-ApiGw-Context", "x-golambdaproxy-apigw-context", "X-GoLambdaProxy-Apigw-Stagevars"} {
		if res := invoke(nil, map[string]string{header: string(forged)}); res.StatusCode != http.StatusUnauthorized {
			t.Errorf("a forged %s: got %d %s", header, res.StatusCode, res.Body)
		}
	}
}

func TestAPublicOperationNamesItsCallerOnlyByAValidToken(t *testing.T) {
	s := newStandIn(t)
	h := Handler(s.env(io.Discard), tryPublic)
	for token, want := range map[string]string{"": `{"person":"","name":""}`, "abc": `{"person":"","name":""}`, s.token(t): `{"person":"` + testPerson + `","name":""}`} {
		if rec := call(h, "GET", "/v1/public", token, ""); strings.TrimSpace(rec.Body.String()) != want {
			t.Errorf("got %s, want %s", rec.Body, want)
		}
	}
}
