//go:build engine

package sessions_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	cognito "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/types"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/smithy-go/middleware"

	"foyer/shared/foyertest"
	"foyer/shared/table"
)

type fields = map[string]any

var nobody foyertest.Person

const annsAddress = "ann@acme.example"

func withAnn(t *testing.T) (*foyertest.World, foyertest.Person) {
	t.Helper()
	w := foyertest.New(t)
	ann, _ := w.Workspace("Acme Agency", "Ann Archer", annsAddress)
	return w, ann
}

func signIn(w *foyertest.World, address, password string) foyertest.Response {
	return w.Do(nobody, "POST", "/v1/sessions", fields{"email": address, "password": password})
}

func sessions(w *foyertest.World, person string) []table.SessionRow {
	w.T.Helper()
	rows, _, err := table.QueryInto[table.SessionRow](w.T.Context(), w.Table, table.Query{PK: table.UserPartition(person), Prefix: "SESSION#"})
	if err != nil {
		w.T.Fatal(err)
	}
	return rows
}

func TestASignInGivesTokensThatFoyerAccepts(t *testing.T) {
	w, ann := withAnn(t)
	before := len(sessions(w, ann.ID))
	r := signIn(w, " ANN@acme.Example ", foyertest.Password).Must(201)
	if got := r.String("tokenType"); got != "Bearer" {
		t.Errorf("tokenType is %q, want Bearer", got)
	}
	if person, refresh, ok := strings.Cut(r.String("refresh"), "."); !ok || person != ann.ID || refresh == "" {
		t.Errorf("refresh is not <account>.<Cognito's token>")
	}
	if got, _ := r.JSON()["expiresIn"].(float64); got < 300 || got > 86400 {
		t.Errorf("expiresIn is %v, want seconds", got)
	}
	if got := r.Header.Get("Cache-Control"); got != "no-store" {
		t.Errorf("Cache-Control is %q, want no-store", got)
	}
	w.Do(foyertest.Person{Token: r.String("accessToken")}, "GET", "/v1/me", nil).Must(200)
	rows := sessions(w, ann.ID)
	if len(rows) != before+1 {
		t.Fatalf("got %d sessions, want one more than %d", len(rows), before)
	}
	for _, row := range rows {
		if lives := time.Until(time.Unix(row.TTL, 0)); lives < 29*24*time.Hour || lives > 31*24*time.Hour {
			t.Errorf("a session lives %v, want 30 days", lives)
		}
	}
	for _, secret := range []string{foyertest.Password, r.String("accessToken"), r.String("refresh")} {
		if strings.Contains(w.Log.String(), secret) {
			t.Error("a password or token stands in the log")
		}
	}
}

// Sign-in tells nothing of who has an account: the same bytes, and the same calls
// of AWS in the same order.
func TestEveryFailedSignInIsTheSameAnswerAfterTheSameCalls(t *testing.T) {
	w, ann := withAnn(t)
	w.Do(nobody, "POST", "/v1/workspaces", fields{"name": "Second", "ownerName": "Iris Invited", "ownerEmail": "iris@acme.example"}).Must(201)
	var calls []string
	w.Intercept("sessions-create", note(&calls))
	signIn(w, annsAddress, "warm-Up-1234").Problem(401, "invalid-credentials") // reads the client's secret, once in a process
	had := len(sessions(w, ann.ID))
	w.Unchanged(func() {
		var first foyertest.Response
		var callsFirst []string
		for i, c := range []struct{ what, address, password string }{
			{"wrong password", annsAddress, "Wrong-Horse-7"},
			{"unknown address", "nobody@acme.example", "Wrong-Horse-7"},
			{"unknown address, a password that somebody has", "nobody@acme.example", foyertest.Password},
			{"invited, not accepted", "iris@acme.example", "Wrong-Horse-7"},
			{"a password that no policy allows", annsAddress, " "},
			{"unknown address again", "nobody@acme.example", "Wrong-Horse-7"},
		} {
			calls = nil
			r := signIn(w, c.address, c.password).Problem(401, "invalid-credentials")
			if i == 0 {
				first, callsFirst = r, calls
				continue
			}
			r.Same(first)
			if !slices.Equal(calls, callsFirst) {
				t.Errorf("%s: calls %v, want %v", c.what, calls, callsFirst)
			}
		}
		if want := []string{"UpdateItem", "UpdateItem", "UpdateItem", "GetItem", "GetItem", "AdminInitiateAuth"}; !slices.Equal(callsFirst, want) {
			t.Errorf("calls %v, want %v", callsFirst, want)
		}
	})
	for _, waited := range w.Pauses("sessions-create") {
		if waited < 0 || waited > 600*time.Millisecond { // 0: it took longer by itself, on a busy machine
			t.Errorf("an answer waited %v for its floor of 600 ms", waited)
		}
	}
	if got, want := len(w.Pauses("sessions-create")), 7; got < want {
		t.Errorf("%d answers waited for their floor, want every one of at least %d", got, want)
	}
	if got := len(sessions(w, ann.ID)); got != had {
		t.Errorf("failed sign-ins made %d sessions", got-had)
	}
}

// note keeps the names of a function's calls.
func note(calls *[]string) func(*middleware.Stack) error {
	var noting sync.Mutex // some calls are made at once
	return func(stack *middleware.Stack) error {
		return stack.Initialize.Add(middleware.InitializeMiddlewareFunc("Note", func(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
			noting.Lock()
			*calls = append(*calls, awsmiddleware.GetOperationName(ctx))
			noting.Unlock()
			return next.HandleInitialize(ctx, in)
		}), middleware.After)
	}
}

// A token without its session row would be refused everywhere: rather no token.
func TestNoTokensAreGivenWithoutTheirSession(t *testing.T) {
	w, _ := withAnn(t)
	w.Intercept("sessions-create", func(stack *middleware.Stack) error {
		return stack.Initialize.Add(middleware.InitializeMiddlewareFunc("NoPut", func(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
			if _, put := in.Parameters.(*dynamodb.TransactWriteItemsInput); put {
				return middleware.InitializeOutput{}, middleware.Metadata{}, context.DeadlineExceeded
			}
			return next.HandleInitialize(ctx, in)
		}), middleware.After)
	})
	r := signIn(w, annsAddress, foyertest.Password).Problem(503, "unavailable")
	if strings.Contains(r.Body, "ey") && strings.Contains(r.Body, "oken") {
		t.Errorf("there may be a token in the answer: %s", r.Body)
	}
}

func TestASignOutEndsThisSessionAtOnceAndNoOther(t *testing.T) {
	w, ann := withAnn(t)
	phone := w.SignIn(ann)
	w.Do(ann, "DELETE", "/v1/sessions", nil).Must(204)
	w.Do(ann, "GET", "/v1/me", nil).Problem(401, "unauthorized")
	w.Do(ann, "DELETE", "/v1/sessions", nil).Problem(401, "unauthorized")
	w.Do(phone, "GET", "/v1/me", nil).Must(200)
	again := w.SignIn(ann)
	w.Do(again, "GET", "/v1/me", nil).Must(200)
	w.Do(ann, "GET", "/v1/me", nil).Problem(401, "unauthorized") // the old token does not come back to life
}

func TestASessionEndsWithItsTimeEvenIfItsRowIsStillThere(t *testing.T) {
	w, ann := withAnn(t)
	rows := sessions(w, ann.ID)
	rows[0].TTL = w.Clock.Now().Add(-time.Second).Unix()
	if err := w.Table.PutOne(t.Context(), rows[0].Key, rows[0], nil); err != nil {
		t.Fatal(err)
	}
	w.Do(ann, "GET", "/v1/me", nil).Problem(401, "unauthorized")
}

// An ID token names a person and is no authority to call anything.
func TestOnlyAccessTokensAreAccepted(t *testing.T) {
	w, ann := withAnn(t)
	res, err := cognito.NewFromConfig(w.AWS).AdminInitiateAuth(t.Context(), &cognito.AdminInitiateAuthInput{
		UserPoolId: &w.Config.UserPoolID, ClientId: &w.Config.UserPoolClientID, AuthFlow: types.AuthFlowTypeAdminUserPasswordAuth,
		AuthParameters: map[string]string{"USERNAME": ann.ID, "PASSWORD": foyertest.Password},
	})
	if err != nil {
		t.Fatal(err)
	}
	id := foyertest.Person{Token: aws.ToString(res.AuthenticationResult.IdToken)}
	noSession := foyertest.Person{Token: aws.ToString(res.AuthenticationResult.AccessToken)}
	want := w.Do(nobody, "GET", "/v1/me", nil).Problem(401, "unauthorized")
	header, payload, _ := strings.Cut(ann.Token, ".")
	payload, signature, _ := strings.Cut(payload, ".")
	for what, who := range map[string]foyertest.Person{
		"an ID token": id, "an access token that no sign-in of Foyer made": noSession, "no JWT": {Token: "abc"},
		"a signature of another token":   {Token: header + "." + payload + "." + strings.Repeat("A", len(signature))},
		"another payload":                {Token: header + "." + payload[:len(payload)-4] + "AAAA." + signature},
		"no signature (alg none)":        {Token: "eyJhbGciOiJub25lIn0." + payload + "."},
		"the refresh value, as a bearer": {Token: ann.Refresh},
	} {
		for _, request := range []struct{ method, path string }{{"GET", "/v1/me"}, {"DELETE", "/v1/sessions"}, {"GET", "/v1/me/notification-settings"}} {
			if got := w.Do(who, request.method, request.path, nil); got.Status != 401 || got.Body != want.Body {
				t.Errorf("%s: %s %s: got %d %s, want the one 401", what, request.method, request.path, got.Status, got.Body)
			}
		}
	}
	w.Do(ann, "GET", "/v1/me", nil).Must(200)
	w.Clock.Advance(2 * time.Hour)
	w.Do(ann, "GET", "/v1/me", nil).Problem(401, "unauthorized") // expired
}

func TestASignInThatIsNotOfItsFormIsRefusedWithoutRepeatingThePassword(t *testing.T) {
	w, _ := withAnn(t)
	const secret = "Secret-Horse-9"
	w.Unchanged(func() {
		for location, body := range map[string]any{
			"body.email":    fields{"email": "no address", "password": secret},
			"body.password": fields{"email": annsAddress, "password": strings.Repeat(secret, 20)},
			"body.code":     fields{"email": annsAddress, "password": secret, "code": "123456"},
			"body":          fields{"password": secret},
		} {
			r := w.Do(nobody, "POST", "/v1/sessions", body).Fault(location)
			if strings.Contains(r.Body, secret) {
				t.Errorf("the answer repeats the password: %s", r.Body)
			}
		}
		w.Do(nobody, "POST", "/v1/sessions", fields{"email": annsAddress, "password": ""}).Fault("body.password")
		w.Do(nobody, "POST", "/v1/sessions", fields{"email": annsAddress, "password": 12}).Fault("body.password")
		for _, raw := range []string{"{", "\"\xff\"", fmt.Sprintf(`{"email":%q,"password":"%s`, annsAddress, secret)} {
			w.Do(nobody, "POST", "/v1/sessions", foyertest.Raw(raw)).Problem(400, "malformed")
		}
	})
	if strings.Contains(w.Log.String(), secret) {
		t.Error("a password stands in the log")
	}
}
