//go:build engine

package sessions_test

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"foyer/shared/foyertest"
	"foyer/shared/limits"
	"foyer/shared/table"
)

func answer(w *foyertest.World, challenge, code string) foyertest.Response {
	return w.Do(nobody, "POST", "/v1/sessions/challenges", fields{"challenge": challenge, "code": code})
}

// challenged signs Ann in, who has a second factor, as far as her password goes.
func challenged(w *foyertest.World) string {
	w.T.Helper()
	r := signIn(w, annsAddress, foyertest.Password).Must(200)
	if strings.Contains(r.Body, "accessToken") || strings.Contains(r.Body, "refresh") {
		w.T.Fatalf("there are tokens before the second factor: %s", r.Body)
	}
	if got := r.String("factor"); got != "totp" {
		w.T.Fatalf("the factor is %q, want totp", got)
	}
	return r.String("challenge")
}

func TestASecondFactorIsAskedForAfterTheRightPasswordOnly(t *testing.T) {
	w, ann := withAnn(t)
	secret := w.SecondFactor(ann)
	had := len(sessions(w, ann.ID))
	signIn(w, annsAddress, "Wrong-Horse-7").Problem(401, "invalid-credentials")
	challenge := challenged(w)
	if person, own, ok := strings.Cut(challenge, "."); !ok || person != ann.ID || own == "" {
		t.Errorf("the challenge is not <account>.<Cognito's value>")
	}
	if got := len(sessions(w, ann.ID)); got != had {
		t.Errorf("a challenge made %d sessions", got-had)
	}
	answer(w, challenge, w.WrongCode(secret)).Problem(401, "wrong-code")
	if got := len(sessions(w, ann.ID)); got != had {
		t.Errorf("a wrong code made %d sessions", got-had)
	}
	r := answer(w, challenge, w.Code(secret)).Must(201) // the same challenge, after a slip
	w.Do(foyertest.Person{Token: r.String("accessToken")}, "GET", "/v1/me", nil).Must(200)
	if person, _, _ := strings.Cut(r.String("refresh"), "."); person != ann.ID {
		t.Errorf("refresh is not <account>.<Cognito's token>")
	}
	answer(w, challenge, w.Code(secret)).Problem(401, "challenge-over") // once
	_, own, _ := strings.Cut(challenge, ".")
	if found, err := w.Table.Get(t.Context(), table.Challenge(ann.ID, own), &table.ChallengeRow{}); err != nil || found {
		t.Errorf("the challenge stands after its answer: %v %v", found, err)
	}
	for _, kept := range []string{secret, challenge, w.Code(secret)} {
		if strings.Contains(w.Log.String(), kept) {
			t.Error("a secret, challenge or code stands in the log")
		}
	}
}

// A challenge that is handed out can be answered: its row stands.
func TestAChallengeThatWasNotKeptIsNotHandedOut(t *testing.T) {
	w, ann := withAnn(t)
	w.SecondFactor(ann)
	w.Around("sessions-create", func(c foyertest.AWSCall, next func() (any, error)) (any, error) {
		if put, ok := c.Input.(*dynamodb.PutItemInput); ok && strings.HasPrefix(put.Item["SK"].(*types.AttributeValueMemberS).Value, "CHALLENGE#") {
			return nil, foyertest.ErrPasses
		}
		return next()
	})
	signIn(w, annsAddress, foyertest.Password).Problem(503, "unavailable")
	w.Release()
	challenged(w)
}

// That others write at the same time is no word on the sign-in: it may be tried again, and
// what then has ended says so.
func TestAnAnswerThatMeetsOtherWritesDoesNotSayThatTheSignInIsOver(t *testing.T) {
	w, ann := withAnn(t)
	secret := w.SecondFactor(ann)
	had := len(sessions(w, ann.ID))
	w.Around("sessions-answer", func(c foyertest.AWSCall, next func() (any, error)) (any, error) {
		if _, ok := c.Input.(*dynamodb.TransactWriteItemsInput); ok {
			return nil, foyertest.ErrMet
		}
		return next()
	})
	challenge := challenged(w)
	if got := answer(w, challenge, w.Code(secret)).Problem(409, "write-conflict"); got.Header.Get("Retry-After") == "" {
		t.Error("it does not say when it may be tried again")
	}
	w.Release()
	answer(w, challenge, w.Code(secret)).Problem(401, "challenge-over") // Cognito takes it once
	if got := len(sessions(w, ann.ID)); got != had {
		t.Errorf("%d sessions were made of it", got-had)
	}
	answer(w, challenged(w), w.Code(secret)).Must(201)
}

func TestNoOtherChallengeDoes(t *testing.T) {
	w, ann := withAnn(t)
	secret := w.SecondFactor(ann)
	bea, _ := w.Workspace("Bea's", "Bea Baker", "bea@baker.example")
	challenge := challenged(w)
	_, own, _ := strings.Cut(challenge, ".")
	w.Unchanged(func() {
		for what, c := range map[string]string{
			"another person's": bea.ID + "." + own, "invented": ann.ID + ".invented", "no account": own, "empty": ann.ID + ".", "nobody's": "per_01JD0000000000000000000000." + own,
		} {
			t.Log(what)
			answer(w, c, w.Code(secret)).Problem(401, "challenge-over")
		}
		for _, code := range []string{"", "12345", "1234567", "12345a"} {
			answer(w, challenge, code).Fault("body.code")
		}
	})
	w.Clock.Advance(4 * time.Minute) // Cognito's time for an answer is over
	answer(w, challenge, w.Code(secret)).Problem(401, "challenge-over")
	w.Clock.Advance(20 * time.Minute)
	answer(w, challenge, w.Code(secret)).Problem(401, "challenge-over")
}

// The challenge ends with its second, whatever Cognito would still take.
func TestAChallengeEndsWithItsTime(t *testing.T) {
	for left, over := range map[int64]bool{0: true, 1: false} {
		w, ann := withAnn(t)
		secret := w.SecondFactor(ann)
		challenge := challenged(w)
		person, own, _ := strings.Cut(challenge, ".")
		var row table.ChallengeRow
		if found, err := w.Table.Get(t.Context(), table.Challenge(person, own), &row); err != nil || !found {
			t.Fatal(found, err)
		}
		now := w.Clock.Now().Truncate(time.Second)
		w.Clock.Stand(now)
		row.TTL = now.Unix() + left
		if err := w.Table.PutOne(t.Context(), row.Key, row, nil); err != nil {
			t.Fatal(err)
		}
		if got := answer(w, challenge, w.Code(secret)); (got.Status == 401) != over {
			t.Errorf("%d seconds before its end: got %d %s", left, got.Status, got.Body)
		} else if over {
			got.Problem(401, "challenge-over")
		}
	}
}

// Whoever has an old password and waits with the code until it was changed does not
// come in.
func TestAChallengeDoesNotOutliveTheEndOfAllSessions(t *testing.T) {
	w, ann := withAnn(t)
	secret := w.SecondFactor(ann)
	challenge := challenged(w)
	w.Do(ann, "DELETE", "/v1/sessions/all", nil).Must(204)
	answer(w, challenge, w.Code(secret)).Problem(401, "challenge-over")
	if got := len(sessions(w, ann.ID)); got != 0 {
		t.Errorf("there are %d sessions, want none", got)
	}
}

func TestCodesCannotBeTriedWithoutEnd(t *testing.T) {
	w, ann := withAnn(t)
	secret := w.SecondFactor(ann)
	challenge := challenged(w)
	w.Clock.Stand(w.Clock.Now()) // within one window of the limit
	for range 10 {
		answer(w, challenge, w.WrongCode(secret)).Problem(401, "wrong-code")
	}
	r := answer(w, challenge, w.Code(secret)).Problem(429, "too-many-attempts")
	if r.Header.Get("Retry-After") == "" {
		t.Error("a 429 without Retry-After")
	}
	w.Clock.Advance(16 * time.Minute)
	answer(w, challenged(w), w.Code(secret)).Must(201)
}

// Codes that are guessed from everywhere lock strangers out, and not the person where
// they have been.
func TestGuessedCodesLockNobodyOut(t *testing.T) {
	w, ann := withAnn(t)
	secret := w.SecondFactor(ann)
	answer(w, challenged(w), w.Code(secret)).Must(201)
	w.Guessed(limits.Code, ann.ID)
	challenge := challenged(w)
	w.Do(foyertest.Person{Source: "198.51.100.9"}, "POST", "/v1/sessions/challenges", fields{"challenge": challenge, "code": w.Code(secret)}).Problem(429, "too-many-attempts")
	answer(w, challenge, w.Code(secret)).Must(201)
}
