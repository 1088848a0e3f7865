//go:build engine

package sessions_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	cognito "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/types"
	"github.com/aws/smithy-go/middleware"
	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"

	"foyer/shared/foyertest"
	"foyer/shared/signout"
	"foyer/shared/table"
)

func refresh(w *foyertest.World, value string) foyertest.Response {
	return w.Do(nobody, "POST", "/v1/sessions/refresh", fields{"refresh": value})
}

func TestARefreshGivesATokenOfTheSameSession(t *testing.T) {
	w, ann := withAnn(t)
	had := len(sessions(w, ann.ID))
	w.Unchanged(func() {
		r := refresh(w, ann.Refresh).Must(200)
		if r.String("accessToken") == "" || r.String("refresh") != ann.Refresh || r.String("tokenType") != "Bearer" {
			t.Errorf("got %v, want a token and the same refresh value", r.JSON())
		}
		w.Do(foyertest.Person{Token: r.String("accessToken")}, "GET", "/v1/me", nil).Must(200)
		refresh(w, r.String("refresh")).Must(200)
	})
	if got := len(sessions(w, ann.ID)); got != had {
		t.Errorf("refreshing made %d sessions", got-had)
	}
	w.Do(ann, "DELETE", "/v1/sessions", nil).Must(204)
	refresh(w, ann.Refresh).Problem(401, "session-over")
}

func TestOnlyOnesOwnRefreshValueDoes(t *testing.T) {
	w, ann := withAnn(t)
	bea, _ := w.Workspace("Bea's", "Bea Baker", "bea@baker.example")
	_, own, _ := strings.Cut(ann.Refresh, ".")
	w.Unchanged(func() {
		first := refresh(w, ann.ID+".invented").Problem(401, "session-over")
		for what, value := range map[string]string{
			"under another person": bea.ID + "." + own, "without the account": own, "an access token": ann.ID + "." + ann.Token, "empty": ann.ID + ".",
			"under nobody": "per_01JD0000000000000000000000." + own,
		} {
			if r := refresh(w, value); r.Status != 401 || r.Body != first.Body {
				t.Errorf("%s: got %d %s, want the one 401", what, r.Status, r.Body)
			}
		}
	})
	refresh(w, "").Fault("body.refresh")
}

// What is no refresh value, or no challenge, by its form is refused with no call of AWS:
// nothing of it is looked up, or counted.
func TestWhatHasNotTheFormIsAskedOfNobody(t *testing.T) {
	w, ann := withAnn(t)
	w.Around("", func(c foyertest.AWSCall, next func() (any, error)) (any, error) {
		t.Errorf("%s is called", c.Name)
		return next()
	})
	_, own, _ := strings.Cut(ann.Refresh, ".")
	for _, value := range []string{own, ann.ID + ".", "." + own, "per_x." + own} {
		refresh(w, value).Problem(401, "session-over")
		answer(w, value, "123456").Problem(401, "challenge-over")
	}
}

// Foyer's session ends with its second, whatever Cognito thinks of the refresh token.
func TestARefreshOfASessionThatHasEndedIsRefused(t *testing.T) {
	for left, over := range map[int64]bool{0: true, 1: false} {
		w, ann := withAnn(t)
		now := w.Clock.Now().Truncate(time.Second)
		w.Clock.Stand(now)
		row := sessions(w, ann.ID)[0]
		row.TTL = now.Unix() + left
		if err := w.Table.PutOne(t.Context(), row.Key, row, nil); err != nil {
			t.Fatal(err)
		}
		if got := refresh(w, ann.Refresh); (got.Status == 401) != over {
			t.Errorf("%d seconds before its end: got %d %s", left, got.Status, got.Body)
		}
	}
}

func TestSigningOutEverywhereEndsEverySessionAtTheNextRequest(t *testing.T) {
	w, ann := withAnn(t)
	phone := w.SignIn(ann)
	bea, _ := w.Workspace("Bea's", "Bea Baker", "bea@baker.example")
	w.Do(ann, "DELETE", "/v1/sessions/all", nil).Must(204)
	for _, p := range []foyertest.Person{ann, phone} {
		w.Do(p, "GET", "/v1/me", nil).Problem(401, "unauthorized")
		refresh(w, p.Refresh).Problem(401, "session-over")
	}
	w.Do(ann, "DELETE", "/v1/sessions/all", nil).Problem(401, "unauthorized")
	w.Do(bea, "GET", "/v1/me", nil).Must(200)
	refresh(w, bea.Refresh).Must(200)
	w.Do(w.SignIn(ann), "GET", "/v1/me", nil).Must(200)
}

// A sign-in that proved what no longer holds when it is done opens no session.
func TestASignInUnderWayDoesNotOutliveTheEndOfAllSessions(t *testing.T) {
	w, ann := withAnn(t)
	meanwhile := func() {
		if err := signout.Everywhere(t.Context(), w.Table, ann.ID); err != nil {
			t.Error(err)
		}
	}
	w.Intercept("sessions-create", func(stack *middleware.Stack) error {
		return stack.Initialize.Add(middleware.InitializeMiddlewareFunc("Meanwhile", func(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
			out, meta, err := next.HandleInitialize(ctx, in)
			if _, signedIn := in.Parameters.(*cognito.AdminInitiateAuthInput); signedIn {
				meanwhile() // the password was right a moment ago
			}
			return out, meta, err
		}), middleware.After)
	})
	r := signIn(w, annsAddress, foyertest.Password).Problem(409, "write-conflict")
	if strings.Contains(r.Body, "oken") {
		t.Errorf("there may be a token in the answer: %s", r.Body)
	}
	if got := len(sessions(w, ann.ID)); got != 0 {
		t.Errorf("there are %d sessions, want none", got)
	}
	w.Release()
	w.SignIn(ann)
}

// The internal client's tokens, should one ever get out, open nothing of Foyer's.
func TestTokensOfTheInternalClientAreNotAccepted(t *testing.T) {
	w, ann := withAnn(t)
	res, err := cognito.NewFromConfig(w.AWS).AdminInitiateAuth(t.Context(), &cognito.AdminInitiateAuthInput{
		UserPoolId: &w.Config.UserPoolID, ClientId: &w.Config.InternalClientID, AuthFlow: types.AuthFlowTypeAdminUserPasswordAuth,
		AuthParameters: map[string]string{"USERNAME": ann.ID, "PASSWORD": foyertest.Password},
	})
	if err != nil {
		t.Fatal(err)
	}
	token := aws.ToString(res.AuthenticationResult.AccessToken)
	// Not even with a session row.
	if err := w.Table.PutOne(t.Context(), table.Session(ann.ID, origin(t, token)), table.SessionRow{TTL: w.Clock.Now().Unix() + 3600}, nil); err != nil {
		t.Fatal(err)
	}
	for _, request := range []struct{ method, path string }{{"GET", "/v1/me"}, {"DELETE", "/v1/sessions/all"}, {"GET", "/v1/me/notification-settings"}} {
		w.Do(foyertest.Person{Token: token}, request.method, request.path, nil).Problem(401, "unauthorized")
	}
	refresh(w, ann.ID+"."+aws.ToString(res.AuthenticationResult.RefreshToken)).Problem(401, "session-over")
}

func origin(t *testing.T, token string) string {
	t.Helper()
	parsed, err := jwt.ParseSigned(token, []jose.SignatureAlgorithm{jose.RS256})
	if err != nil {
		t.Fatal(err)
	}
	var claims struct {
		Origin string `json:"origin_jti"`
	}
	if err := parsed.UnsafeClaimsWithoutVerification(&claims); err != nil {
		t.Fatal(err)
	}
	return claims.Origin
}
