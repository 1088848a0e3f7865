package api

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"

	"foyer/shared/table"
)

const (
	testPerson  = "per_01JD0000000000000000000000"
	testProject = "prj_01JD000000000000000000000001JD0000000000000000000001"
	testSession = "5b9b8a8e-0000-4000-8000-000000000000"
	testPool    = "eu-central-1_Pool"
	testClient  = "client-id"
)

// standIn stands for DynamoDB's reads and the pool's key set: just what letting a
// call in needs.
type standIn struct {
	*httptest.Server
	keySet  func(jose.JSONWebKey) (status int, body any) // nil: the key, once
	key     *rsa.PrivateKey
	rows    map[table.Key]map[string]any // attributes in DynamoDB's JSON
	keySets atomic.Int32
	calls   atomic.Int32
	asked   atomic.Int32 // rows of BatchGets

	afterCall func() // changes rows when a call has read them; nil: nothing
}

func newStandIn(t testing.TB) *standIn {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	s := &standIn{key: key, rows: map[table.Key]map[string]any{}}
	s.Server = httptest.NewServer(http.HandlerFunc(s.serve))
	t.Cleanup(s.Close)
	return s
}

func (s *standIn) serve(w http.ResponseWriter, r *http.Request) {
	if strings.HasSuffix(r.URL.Path, "/.well-known/jwks.json") {
		s.keySets.Add(1)
		key := jose.JSONWebKey{Key: s.key.Public(), KeyID: "k1", Algorithm: "RS256", Use: "sig"}
		status, body := http.StatusOK, any(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{key}})
		if s.keySet != nil {
			status, body = s.keySet(key)
		}
		w.WriteHeader(status)
		_ = json.NewEncoder(w).Encode(body)
		return
	}
	s.calls.Add(1)
	var in struct {
		RequestItems map[string]struct {
			Keys           []map[string]map[string]string
			ConsistentRead bool
		}
	}
	_ = json.NewDecoder(r.Body).Decode(&in)
	w.Header().Set("Content-Type", "application/x-amz-json-1.0")
	found := []map[string]any{}
	for _, request := range in.RequestItems {
		if !request.ConsistentRead {
			w.WriteHeader(http.StatusBadRequest) // access is read strongly consistent, or not at all
			return
		}
		for _, k := range request.Keys {
			s.asked.Add(1)
			if row, ok := s.rows[table.Key{PK: k["PK"]["S"], SK: k["SK"]["S"]}]; ok {
				found = append(found, row)
			}
		}
	}
	if s.afterCall != nil {
		s.afterCall()
	}
	_ = json.NewEncoder(w).Encode(map[string]any{"Responses": map[string]any{"foyer": found}})
}

func (s *standIn) put(key table.Key, attributes map[string]any) {
	row := map[string]any{"PK": map[string]any{"S": key.PK}, "SK": map[string]any{"S": key.SK}}
	for name, v := range attributes {
		row[name] = v
	}
	s.rows[key] = row
}

// textOf, numberOf and flagOf are attributes in DynamoDB's JSON.
func textOf(v string) map[string]any  { return map[string]any{"S": v} }
func numberOf(v int64) map[string]any { return map[string]any{"N": strconv.FormatInt(v, 10)} }
func flagOf(v bool) map[string]any    { return map[string]any{"BOOL": v} }

func (s *standIn) signedIn() {
	s.put(table.Session(testPerson, testSession), map[string]any{"ttl": map[string]any{"N": "4102444800"}})
}

func (s *standIn) env(log io.Writer) *Env {
	cfg := aws.Config{Region: "eu-central-1", BaseEndpoint: aws.String(s.URL), Credentials: credentials.NewStaticCredentialsProvider("a", "b", ""), RetryMaxAttempts: 1}
	return NewEnv(Config{Table: "foyer", UserPoolID: testPool, UserPoolClientID: testClient, Endpoint: s.URL, Region: "eu-central-1"}, cfg, slog.New(slog.NewJSONHandler(log, nil)))
}

type claims map[string]any

func accessClaims() claims {
	return claims{
		"iss": "https://cognito-idp.eu-central-1.amazonaws.com/" + testPool, "token_use": "access", "client_id": testClient,
		"username": testPerson, "origin_jti": testSession, "exp": time.Now().Add(time.Hour).Unix(), "iat": time.Now().Unix(),
	}
}

func (c claims) with(name string, value any) claims {
	if c[name] = value; value == nil {
		delete(c, name)
	}
	return c
}

func sign(t testing.TB, key any, alg jose.SignatureAlgorithm, kid string, c claims) string {
	t.Helper()
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: alg, Key: key}, (&jose.SignerOptions{}).WithHeader("kid", kid))
	if err != nil {
		t.Fatal(err)
	}
	token, err := jwt.Signed(signer).Claims(map[string]any(c)).Serialize()
	if err != nil {
		t.Fatal(err)
	}
	return token
}

func (s *standIn) token(t *testing.T) string { return sign(t, s.key, jose.RS256, "k1", accessClaims()) }

// operations to try with: one of each kind of access.
type tryInput struct {
	Body struct {
		Name     Line   `json:"name" maxLength:"20"`
		Email    Email  `json:"email,omitempty" format:"email" maxLength:"254"`
		Password string `json:"password,omitempty" maxLength:"5"`
	}
}

type tryOutput struct {
	Body struct {
		Person string `json:"person"`
		Name   string `json:"name"`
	}
}

var trySignedIn = Operation[tryInput, tryOutput]{
	ID: "try-signed-in", Method: http.MethodPost, Path: "/try", Access: SignedIn, Repeatable: "a test",
	Handle: func(_ context.Context, c *Call, in *tryInput) (*tryOutput, error) {
		var out tryOutput
		out.Body.Person, out.Body.Name = c.Person, in.Body.Name.String()
		if in.Body.Name == "panic" {
			panic("secret of the inside")
		}
		return &out, nil
	},
}

type projectInput struct {
	Project string `path:"project"`
	Page
}

var tryStaff = Operation[projectInput, tryOutput]{
	ID: "try-staff", Method: http.MethodGet, Path: "/projects/{project}/try", Access: StaffOfProject,
	Handle: func(_ context.Context, c *Call, in *projectInput) (*tryOutput, error) {
		var out tryOutput
		position, err := c.Position(in.Cursor)
		out.Body.Person, out.Body.Name = c.Person, position
		return &out, err
	},
}

var tryPublic = Operation[struct{}, tryOutput]{
	ID: "try-public", Method: http.MethodGet, Path: "/public", Access: Public,
	Handle: func(_ context.Context, c *Call, _ *struct{}) (*tryOutput, error) {
		var out tryOutput
		out.Body.Person = c.Person
		return &out, nil
	},
}

func call(h http.Handler, method, target, token, body string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, target, strings.NewReader(body))
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	rec := httptest.NewRecorder()
	h.ServeHTTP(rec, r)
	return rec
}

func problem(t *testing.T, rec *httptest.ResponseRecorder, status int, code string) Problem {
	t.Helper()
	var p Problem
	if err := json.Unmarshal(rec.Body.Bytes(), &p); err != nil || rec.Code != status || p.Code != code || p.Status != status {
		t.Fatalf("got %d %s, want %d with code %s", rec.Code, rec.Body, status, code)
	}
	if got := rec.Header().Get("Content-Type"); got != "application/problem+json" {
		t.Fatalf("got content type %q, want application/problem+json", got)
	}
	return p
}
