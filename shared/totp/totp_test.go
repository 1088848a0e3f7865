//go:build engine

package totp_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"foyer/shared/foyertest"
	"foyer/shared/limits"
	"foyer/shared/table"
)

type fields = map[string]any

func withAnn(t *testing.T) (*foyertest.World, foyertest.Person) {
	t.Helper()
	w := foyertest.New(t)
	ann, _ := w.Workspace("Acme Agency", "Ann Archer", "ann@acme.example")
	return w, ann
}

func start(w *foyertest.World, who foyertest.Person, password string) foyertest.Response {
	return w.Do(who, "POST", "/v1/me/totp", fields{"password": password})
}

func confirm(w *foyertest.World, who foyertest.Person, password, code string) foyertest.Response {
	return w.Do(who, "PUT", "/v1/me/totp", fields{"password": password, "code": code})
}

func remove(w *foyertest.World, who foyertest.Person, password, code string) foyertest.Response {
	return w.Do(who, "DELETE", "/v1/me/totp", fields{"password": password, "code": code})
}

// asked says whether a sign-in of the person asks for a code.
func asked(w *foyertest.World, p foyertest.Person) bool {
	w.T.Helper()
	r := w.Do(foyertest.Person{}, "POST", "/v1/sessions", fields{"email": p.Email, "password": p.Password})
	if r.Status == 200 {
		return true
	}
	r.Must(201)
	return false
}

func on(w *foyertest.World, p foyertest.Person) bool {
	w.T.Helper()
	var account table.AccountRow
	if found, err := w.Table.Get(w.T.Context(), table.Account(p.ID), &account); err != nil || !found {
		w.T.Fatalf("account: %v %v", found, err)
	}
	return account.TOTP
}

func TestASecondFactorIsSetUpWithPasswordAndCode(t *testing.T) {
	w, ann := withAnn(t)
	start(w, ann, "Wrong-Horse-7").Problem(403, "wrong-password")
	r := start(w, ann, foyertest.Password).Must(200)
	secret := r.String("secret")
	link, err := url.Parse(r.String("link"))
	if err != nil || link.Scheme != "otpauth" || link.Host != "totp" || link.Path != "/Foyer:ann@acme.example" || link.Query().Get("secret") != secret || link.Query().Get("issuer") != "Foyer" {
		t.Errorf("the link is %q (%v), want an otpauth link of Foyer, the address and the secret", r.String("link"), err)
	}
	if asked(w, ann) || on(w, ann) {
		t.Error("a secret alone turned the second factor on")
	}
	confirm(w, ann, "Wrong-Horse-7", w.Code(secret)).Problem(403, "wrong-password")
	confirm(w, ann, foyertest.Password, w.WrongCode(secret)).Problem(403, "wrong-code")
	if asked(w, ann) || on(w, ann) {
		t.Error("a wrong password or code turned the second factor on")
	}
	preferred := false // what a sign-in asks by on AWS; the local engine asks for a code as soon as a secret is proved
	w.Around("totp-confirm", func(c foyertest.AWSCall, next func() (any, error)) (any, error) {
		in, ok := c.Input.(*cognitoidentityprovider.AdminSetUserMFAPreferenceInput)
		preferred = preferred || ok && *in.Username == ann.ID && in.SoftwareTokenMfaSettings.Enabled && in.SoftwareTokenMfaSettings.PreferredMfa
		return next()
	})
	confirm(w, ann, foyertest.Password, w.Code(secret)).Must(204)
	w.Release()
	if !asked(w, ann) || !on(w, ann) || !preferred {
		t.Error("the second factor is not on")
	}
	w.Do(ann, "GET", "/v1/me", nil).Must(200) // sessions go on
	start(w, ann, foyertest.Password).Problem(409, "second-factor-on")
	confirm(w, ann, foyertest.Password, w.WrongCode(secret)).Problem(403, "wrong-code")
	confirm(w, ann, foyertest.Password, w.Code(secret)).Must(204) // repeated
	for _, kept := range []string{secret, foyertest.Password} {
		if strings.Contains(w.Log.String(), kept) {
			t.Error("a secret or a password stands in the log")
		}
	}
}

func TestASecondFactorIsRemovedWithPasswordAndCode(t *testing.T) {
	w, ann := withAnn(t)
	secret := w.SecondFactor(ann)
	remove(w, ann, "Wrong-Horse-7", w.Code(secret)).Problem(403, "wrong-password")
	remove(w, ann, foyertest.Password, w.WrongCode(secret)).Problem(403, "wrong-code")
	w.Do(ann, "DELETE", "/v1/me/totp", fields{"password": foyertest.Password}).Fault("body")
	if !asked(w, ann) || !on(w, ann) {
		t.Error("a wrong password or code, or none, turned the second factor off")
	}
	remove(w, ann, foyertest.Password, w.Code(secret)).Must(204)
	if asked(w, ann) || on(w, ann) {
		t.Error("the second factor is still on")
	}
	remove(w, ann, foyertest.Password, w.Code(secret)).Must(204) // repeated
	again := w.SecondFactor(ann)
	if again == secret {
		t.Error("the second factor came back with the old secret")
	}
}

func TestASecretBeforeTheLastDoesNotDo(t *testing.T) {
	w, ann := withAnn(t)
	old := start(w, ann, foyertest.Password).Must(200).String("secret")
	secret := start(w, ann, foyertest.Password).Must(200).String("secret")
	confirm(w, ann, foyertest.Password, w.Code(old)).Problem(403, "wrong-code")
	confirm(w, ann, foyertest.Password, w.Code(secret)).Must(204)
}

func TestNobodyElseIsTouched(t *testing.T) {
	w, ann := withAnn(t)
	bea, _ := w.Workspace("Bea's", "Bea Baker", "bea@baker.example")
	secret := w.SecondFactor(ann)
	if asked(w, bea) || on(w, bea) {
		t.Error("Ann's second factor is Bea's too")
	}
	// Bea's password with Ann's code turns nothing on or off.
	confirm(w, bea, foyertest.Password, w.Code(secret)).Problem(403, "wrong-code")
	remove(w, bea, foyertest.Password, w.Code(secret)).Must(204) // there is none
	if !asked(w, ann) {
		t.Error("Bea turned Ann's second factor off")
	}
}

// A stolen token is no way to guess the password.
func TestPasswordsCannotBeTriedWithoutEnd(t *testing.T) {
	w, ann := withAnn(t)
	w.Clock.Stand(w.Clock.Now()) // within one window of the limit
	for range 10 {
		start(w, ann, "Wrong-Horse-7").Problem(403, "wrong-password")
	}
	for _, r := range []foyertest.Response{start(w, ann, foyertest.Password), confirm(w, ann, foyertest.Password, "123456"), remove(w, ann, foyertest.Password, "123456")} {
		if r.Problem(429, "too-many-attempts").Header.Get("Retry-After") == "" {
			t.Error("a 429 without Retry-After")
		}
	}
}

// Whoever guesses from everywhere locks out strangers, and not the person where they
// have been before.
func TestStrangersLockNobodyOut(t *testing.T) {
	w, ann := withAnn(t)
	secret := start(w, ann, foyertest.Password).Must(200).String("secret")
	w.Guessed(limits.Password, ann.ID)
	stranger := ann
	stranger.Source = "198.51.100.9"
	for _, r := range []foyertest.Response{start(w, stranger, foyertest.Password), confirm(w, stranger, foyertest.Password, w.Code(secret)), remove(w, stranger, foyertest.Password, "123456")} {
		r.Problem(429, "too-many-attempts")
	}
	confirm(w, ann, foyertest.Password, w.Code(secret)).Must(204)
	if !asked(w, ann) {
		t.Error("the second factor is not on")
	}
}

// Of an account that is gone nothing is written: half a one would be left.
func TestAnAccountThatIsGoneMeanwhileStaysGone(t *testing.T) {
	w, ann := withAnn(t)
	secret := start(w, ann, foyertest.Password).Must(200).String("secret")
	w.Around("totp-confirm", func(c foyertest.AWSCall, next func() (any, error)) (any, error) {
		if update, ok := c.Input.(*dynamodb.UpdateItemInput); ok && strings.Contains(aws.ToString(update.UpdateExpression), "SET") && update.Key["PK"].(*types.AttributeValueMemberS).Value == table.Account(ann.ID).PK {
			if err := w.Table.DeleteOne(t.Context(), table.Account(ann.ID)); err != nil {
				t.Error(err)
			}
		}
		return next()
	})
	if r := confirm(w, ann, foyertest.Password, w.Code(secret)); r.Status < 400 {
		t.Errorf("got %d %s, want a failure", r.Status, r.Body)
	}
	if row := w.Rows()[table.Account(ann.ID)]; row != nil {
		t.Errorf("there is %v", row)
	}
}
