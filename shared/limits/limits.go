// Package limits counts attempts at what can be guessed: passwords, codes, tokens.
//
// Three counts, each for a window of time, in rows of the table that TTL clears away:
//
//   - by subject (address or account) and source together, a few: whoever guesses at
//     one person from one place is stopped soon, and stops nobody else by it;
//   - by source, many: an office behind one address begins its morning;
//   - by subject from everywhere, some more: guesses that come from many places. Alone
//     it would let strangers lock a person out, so it does not hold for a source from
//     which that person came in not long ago. Somewhere new they come in by a reset of
//     the password, which makes the source known.
//
// An attempt is counted before it is made, or many at once would all pass, and given
// back when it succeeded. The answer is the same whether or not the subject exists,
// for what is counted is what was typed.
//
// Links in mails have 256 random bits; to look at one (invitations-view, -open) is
// not counted, since no number of guesses would matter.
package limits

import (
	"context"
	"errors"
	"math"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"

	"foyer/shared/api"
	"foyer/shared/table"
)

// Limit is how many attempts of a kind are allowed in a window of time; 0: not
// counted that way.
type Limit struct {
	Kind             string
	Window           time.Duration
	Source           int // from one source, for whatever subjects
	SubjectAndSource int // at one subject from one source
	Subject          int // at one subject from all sources that are not known for it
}

// The limits that there are.
var (
	SignIn = Limit{Kind: "sign-in", Window: 15 * time.Minute, Source: 300, SubjectAndSource: 10, Subject: 100}
	// Code is for the codes of second factors: a million of them, three right at a time.
	Code = Limit{Kind: "code", Window: 15 * time.Minute, Source: 100, SubjectAndSource: 10, Subject: 20}
	// Password is for the password that someone signed in has to repeat.
	Password = Limit{Kind: "password", Window: 15 * time.Minute, Source: 300, SubjectAndSource: 10, Subject: 30}
	// Link is for what a link in a mail does. Its subject is the token.
	Link = Limit{Kind: "link", Window: 15 * time.Minute, Source: 100, SubjectAndSource: 20}
	// Forgot is for asking for a mail.
	Forgot = Limit{Kind: "forgot", Window: 15 * time.Minute, Source: 60, SubjectAndSource: 5}
	// ForgotMails is how many mails of resets one address gets. The links of those
	// that it got go on working, so nobody is kept from a reset by others' asking.
	ForgotMails = Limit{Kind: "forgot-mails", Window: time.Hour, Subject: 5}
	// AddressMails is how many mails one person can have sent to addresses that they
	// say are theirs.
	AddressMails = Limit{Kind: "address-mails", Window: time.Hour, Subject: 5}
)

// knownFor is how long a source stays known for a subject that came in from it.
const knownFor = 90 * 24 * time.Hour

// keptFor is how long a count stands after its window.
const keptFor = time.Hour

// Attempt is an attempt that was counted.
type Attempt struct {
	limit   Limit
	subject string
	counted []table.Key
}

// count is one of the counts of a limit.
type count struct {
	by   string
	most int
}

func (l Limit) counts(subject, source string) []count {
	return []count{{"source\x00" + source, l.Source}, {"both\x00" + subject + "\x00" + source, l.SubjectAndSource}}
}

// Take counts an attempt at the subject from where the call comes. A 429 with
// Retry-After where there were too many.
func Take(ctx context.Context, c *api.Call, l Limit, subject string) (*Attempt, error) {
	source, now := c.Source(ctx), c.Now()
	a := &Attempt{limit: l, subject: subject}
	for _, n := range l.counts(subject, source) {
		over, err := a.take(ctx, c, n, now)
		if err != nil {
			return nil, err
		}
		if over {
			return nil, tooMany(l, now)
		}
	}
	if l.Subject == 0 {
		return a, nil
	}
	over, err := a.take(ctx, c, count{"subject\x00" + subject, l.Subject}, now)
	if err != nil {
		return nil, err
	}
	var known table.AttemptsRow
	found, err := c.Table.Get(ctx, knownKey(l, subject, source), &known)
	if err != nil {
		return nil, err
	}
	if over && (!found || known.TTL <= now.Unix()) {
		return nil, tooMany(l, now)
	}
	return a, nil
}

// take counts by one count; over says that it has reached its most.
func (a *Attempt) take(ctx context.Context, c *api.Call, n count, now time.Time) (over bool, err error) {
	if n.most == 0 {
		return false, nil
	}
	window := now.Truncate(a.limit.Window)
	key := table.Attempts(a.limit.Kind, n.by, window)
	add := expression.Add(expression.Name("count"), expression.Value(1)).
		Set(expression.Name("ttl"), expression.Value(window.Add(a.limit.Window+keptFor).Unix()))
	err = c.Table.UpdateOne(ctx, key, add, table.Absent().Or(table.Before("count", int64(n.most))))
	if errors.Is(err, table.ErrConditionFailed) {
		return true, nil
	}
	a.counted = append(a.counted, key)
	return false, err
}

// Passed gives a successful attempt back, and makes its source known for the subject.
// That it could not is no reason to refuse what succeeded.
func (a *Attempt) Passed(ctx context.Context, c *api.Call) {
	back := expression.Add(expression.Name("count"), expression.Value(-1))
	for _, key := range a.counted {
		note(ctx, c, a.limit, c.Table.UpdateOne(ctx, key, back, table.Exists()))
	}
	if a.limit.Subject > 0 {
		Know(ctx, c, a.limit, a.subject)
	}
}

// Know makes the call's source known for the subject.
func Know(ctx context.Context, c *api.Call, l Limit, subject string) {
	row := table.AttemptsRow{TTL: c.Now().Add(knownFor).Unix()}
	note(ctx, c, l, c.Table.PutOne(ctx, knownKey(l, subject, c.Source(ctx)), row, nil))
}

func knownKey(l Limit, subject, source string) table.Key {
	return table.Attempts(l.Kind+"-known", subject+"\x00"+source, time.Time{})
}

func note(ctx context.Context, c *api.Call, l Limit, err error) {
	if err != nil {
		c.Log.WarnContext(ctx, "attempt not given back", "requestId", c.RequestID, "kind", l.Kind, "error", err.Error())
	}
}

// tooMany is the 429 until the window's end.
func tooMany(l Limit, now time.Time) error {
	left := now.Truncate(l.Window).Add(l.Window).Sub(now)
	return api.NewProblem(http.StatusTooManyRequests, "too-many-attempts", "There were too many attempts. Wait a while before the next one.").
		Retry(max(1, int(math.Ceil(left.Seconds()))))
}

// Over says whether an error is that 429.
func Over(err error) bool {
	var p *api.Problem
	return errors.As(err, &p) && p.Status == http.StatusTooManyRequests
}
