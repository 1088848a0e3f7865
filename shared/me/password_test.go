//go:build engine

package me_test

import (
	"context"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	cognito "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/types"
	"github.com/aws/smithy-go/middleware"

	"foyer/shared/foyertest"
	"foyer/shared/limits"
)

const another = "Another-Horse-8"

func change(w *foyertest.World, who foyertest.Person, current, chosen string) foyertest.Response {
	return w.Do(who, "PUT", "/v1/me/password", map[string]any{"current": current, "new": chosen})
}

func signIn(w *foyertest.World, email, password string) int {
	return w.Do(foyertest.Person{}, "POST", "/v1/sessions", map[string]any{"email": email, "password": password}).Status
}

// The pool knows rules that we do not, such as that of passwords that were used before.
func TestAPasswordThatThePoolRefusesIsNoNewOne(t *testing.T) {
	w := foyertest.New(t)
	a := w.Acme()
	w.Around("me-password", func(c foyertest.AWSCall, next func() (any, error)) (any, error) {
		if c.Name == "AdminSetUserPassword" {
			return nil, &types.InvalidPasswordException{Message: aws.String("Password has been used before")}
		}
		return next()
	})
	w.Unchanged(func() { change(w, a.Carl, foyertest.Password, another).Fault("body.new") })
	if signIn(w, a.Carl.Email, foyertest.Password) != 201 {
		t.Error("a refused change ended the old password")
	}
}

// Each rule that a password breaks is named, and that before anybody is asked whether the
// old one is right: it is no attempt.
func TestAPasswordThatBreaksRulesHearsAllOfThem(t *testing.T) {
	w := foyertest.New(t)
	a := w.Acme()
	for range limits.Password.SubjectAndSource + 1 {
		r := change(w, a.Carl, "Wrong-Horse-7", "short").Fault("body.new")
		for _, rule := range []string{"must have at least 10 characters", "must have an upper-case letter (A to Z)", "must have a number (0 to 9)"} {
			if !strings.Contains(r.Body, rule) {
				t.Errorf("the rule %q is not named: %s", rule, r.Body)
			}
		}
	}
	change(w, a.Carl, foyertest.Password, another).Must(204)
}

func TestANewPasswordEndsTheOtherSessionsAndNotThisOne(t *testing.T) {
	w := foyertest.New(t)
	a := w.Acme()
	phone := w.SignIn(a.Carl)
	change(w, a.Carl, "Wrong-Horse-7", another).Problem(403, "wrong-password")
	change(w, a.Carl, foyertest.Password, "short").Fault("body.new")
	w.Do(phone, "GET", "/v1/me", nil).Must(200)
	if signIn(w, a.Carl.Email, foyertest.Password) != 201 {
		t.Error("a refused change ended the old password")
	}
	change(w, a.Carl, foyertest.Password, another).Must(204)
	w.Do(phone, "GET", "/v1/me", nil).Problem(401, "unauthorized")
	w.Do(foyertest.Person{}, "POST", "/v1/sessions/refresh", map[string]any{"refresh": phone.Refresh}).Problem(401, "session-over")
	w.Do(a.Carl, "GET", "/v1/me", nil).Must(200)
	w.Do(foyertest.Person{}, "POST", "/v1/sessions/refresh", map[string]any{"refresh": a.Carl.Refresh}).Must(200)
	w.Do(a.Ann, "GET", "/v1/me", nil).Must(200)
	if signIn(w, a.Carl.Email, foyertest.Password) != 401 || signIn(w, a.Carl.Email, another) != 201 {
		t.Error("the old password works, or the new one does not")
	}
	if log := w.Log.String(); strings.Contains(log, another) || strings.Contains(log, foyertest.Password) {
		t.Error("a password stands in the log")
	}
}

func TestASecondFactorDoesNotStandInTheWayOfANewPassword(t *testing.T) {
	w := foyertest.New(t)
	a := w.Acme()
	w.SecondFactor(a.Carl)
	change(w, a.Carl, "Wrong-Horse-7", another).Problem(403, "wrong-password")
	change(w, a.Carl, foyertest.Password, another).Must(204)
	if got := signIn(w, a.Carl.Email, another); got != 200 {
		t.Errorf("a sign-in: got %d, want 200 with a challenge", got)
	}
}

// Where the answer was lost, the same request again does what was left.
func TestAnInterruptedChangeIsCompletedByRepeatingIt(t *testing.T) {
	w := foyertest.New(t)
	a := w.Acme()
	phone := w.SignIn(a.Carl)
	w.Intercept("me-password", func(stack *middleware.Stack) error {
		return stack.Initialize.Add(middleware.InitializeMiddlewareFunc("Lost", func(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
			out, meta, err := next.HandleInitialize(ctx, in)
			if _, set := in.Parameters.(*cognito.AdminSetUserPasswordInput); set {
				err = context.DeadlineExceeded
			}
			return out, meta, err
		}), middleware.After)
	})
	change(w, a.Carl, foyertest.Password, another).Problem(503, "unavailable")
	w.Release()
	change(w, a.Carl, foyertest.Password, another).Must(204)
	w.Do(phone, "GET", "/v1/me", nil).Problem(401, "unauthorized")
	w.Do(a.Carl, "GET", "/v1/me", nil).Must(200)
}

func TestAStolenTokenIsNoWayToGuessThePassword(t *testing.T) {
	w := foyertest.New(t)
	a := w.Acme()
	w.Clock.Stand(w.Clock.Now()) // within one window of the limit
	for range 10 {
		change(w, a.Carl, "Wrong-Horse-7", another).Problem(403, "wrong-password")
	}
	change(w, a.Carl, foyertest.Password, another).Problem(429, "too-many-attempts")
	w.Do(a.Carl, "POST", "/v1/me/address", map[string]any{"email": "carl@new.example", "password": foyertest.Password}).Problem(429, "too-many-attempts")
}

// Guesses from everywhere lock strangers out, and not the person where they have been.
func TestStrangersLockNobodyOutOfTheirPassword(t *testing.T) {
	w := foyertest.New(t)
	a := w.Acme()
	change := func(who foyertest.Person) foyertest.Response {
		return w.Do(who, "PUT", "/v1/me/password", map[string]any{"current": foyertest.Password, "new": foyertest.Password})
	}
	change(a.Carl).Must(204)
	w.Guessed(limits.Password, a.Carl.ID)
	stranger := a.Carl
	stranger.Source = "198.51.100.9"
	change(stranger).Problem(429, "too-many-attempts")
	w.Do(stranger, "POST", "/v1/me/address", map[string]any{"email": newAddress, "password": foyertest.Password}).Problem(429, "too-many-attempts")
	change(a.Carl).Must(204)
}
