package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/awslabs/aws-lambda-go-api-proxy/core"
	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
)

// identityClaims are the claims of an access token that Foyer uses.
type identityClaims struct {
	TokenUse  string `json:"token_use"`
	Username  string `json:"username"`
	ClientID  string `json:"client_id"`
	OriginJTI string `json:"origin_jti"`
}

// caller is who a request says it is, by a token that was verified; the session
// row says whether that still holds.
type caller struct{ person, session string }

// errNoToken: no token, or not one that is valid here.
var errNoToken = errors.New("no valid access token")

// callerOf finds the caller. The gateway's own context is believed (it comes with
// the invocation, not with the request: the X-GoLambdaProxy-* headers, which any
// client can send, are never read); where it has no claims (sam local, the
// in-process router, public operations) the bearer token is verified here.
func (e *Env) callerOf(r *http.Request) (caller, error) {
	gateway, _ := core.GetAPIGatewayV2ContextFromContext(r.Context()) // empty where there is none
	if gateway.Authorizer != nil && gateway.Authorizer.JWT != nil && len(gateway.Authorizer.JWT.Claims) > 0 {
		claims := gateway.Authorizer.JWT.Claims
		return e.accept(identityClaims{TokenUse: claims["token_use"], Username: claims["username"], ClientID: claims["client_id"], OriginJTI: claims["origin_jti"]})
	}
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return caller{}, errNoToken
	}
	claims, err := e.verifier.verify(r.Context(), strings.TrimSpace(token), e.Clock())
	if err != nil {
		return caller{}, err
	}
	return e.accept(claims)
}

// accept takes only access tokens of Foyer's own client. An ID token names its
// user and client elsewhere and is no authority to call anything.
func (e *Env) accept(c identityClaims) (caller, error) {
	if c.TokenUse != "access" || c.ClientID != e.Config.UserPoolClientID || c.OriginJTI == "" || !ValidID("person", c.Username) {
		return caller{}, errNoToken
	}
	return caller{person: c.Username, session: c.OriginJTI}, nil
}

// verifier checks bearer tokens against the pool's key set (JWKS).
type verifier struct {
	issuer, keysURL string
	client          *http.Client

	mu      sync.Mutex
	keys    jose.JSONWebKeySet
	fetched time.Time
}

const (
	// keysFor is how long a key set is used before it is fetched again.
	keysFor = time.Hour
	// keysPause is how long after a fetch an unknown key id does not cause
	// another: made-up key ids must not turn into traffic.
	keysPause = 30 * time.Second
	keysLimit = 64 << 10 // bytes
)

func newVerifier(cfg Config) *verifier {
	issuer := fmt.Sprintf("https://cognito-idp.%s.amazonaws.com/%s", cfg.Region, cfg.UserPoolID)
	keys := issuer
	if cfg.Endpoint != "" { // the local engine: the issuer in its tokens is AWS's address all the same
		keys = strings.TrimRight(cfg.Endpoint, "/") + "/" + cfg.UserPoolID
	}
	return &verifier{issuer: issuer, keysURL: keys + "/.well-known/jwks.json", client: &http.Client{Timeout: 3 * time.Second}}
}

func (v *verifier) verify(ctx context.Context, token string, now time.Time) (identityClaims, error) {
	parsed, err := jwt.ParseSigned(token, []jose.SignatureAlgorithm{jose.RS256})
	if err != nil {
		return identityClaims{}, errNoToken
	}
	key, err := v.key(ctx, parsed.Headers[0].KeyID, now) // the compact form has one header
	if err != nil {
		return identityClaims{}, err
	}
	var standard jwt.Claims
	var own identityClaims
	if err := parsed.Claims(key, &standard, &own); err != nil {
		return identityClaims{}, errNoToken
	}
	if standard.Expiry == nil || standard.ValidateWithLeeway(jwt.Expected{Issuer: v.issuer, Time: now}, 0) != nil {
		return identityClaims{}, errNoToken
	}
	return own, nil
}

func (v *verifier) key(ctx context.Context, id string, now time.Time) (*jose.JSONWebKey, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if k := v.keys.Key(id); len(k) == 1 && now.Sub(v.fetched) < keysFor {
		return &k[0], nil
	}
	if v.fetched.IsZero() || now.Sub(v.fetched) >= keysPause {
		if err := v.fetch(ctx); err != nil {
			return nil, err
		}
		v.fetched = now
	}
	if k := v.keys.Key(id); len(k) == 1 {
		return &k[0], nil
	}
	return nil, errNoToken
}

func (v *verifier) fetch(ctx context.Context) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, v.keysURL, nil)
	if err != nil {
		return fmt.Errorf("key set: %w", err)
	}
	res, err := v.client.Do(req)
	if err != nil {
		return fmt.Errorf("key set: %w", err)
	}
	defer res.Body.Close() //nolint:errcheck // read only
	if res.StatusCode != http.StatusOK {
		return keySetError(res.StatusCode)
	}
	var set jose.JSONWebKeySet
	if err := json.NewDecoder(io.LimitReader(res.Body, keysLimit)).Decode(&set); err != nil {
		return fmt.Errorf("key set: %w", err)
	}
	v.keys = set
	return nil
}

// keySetError is a key set that could not be had: passing, so a 503.
type keySetError int

func (e keySetError) Error() string       { return fmt.Sprintf("key set: HTTP status %d", int(e)) }
func (e keySetError) HTTPStatusCode() int { return http.StatusBadGateway }
