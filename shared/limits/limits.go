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
// for what is counted is what was typed. It is counted by all at once, before anything
// else is asked: whoever is refused costs nothing more.
//
// Links in mails have 256 random bits; to look at one (invitations-view, -open) is
// not counted, since no number of guesses would matter.
package limits

import (
	"context"
	"errors"
	"math"
	"net/http"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"
	"golang.org/x/sync/errgroup"

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
	counted []table.Key
	known   []table.Key // what it makes known when it succeeds
}

// count is one of the counts of a limit.
type count struct {
	by   string
	most int
}

// counts of an attempt; the last is that of the subject from everywhere.
func (l Limit) counts(subject, source string) []count {
	return []count{{"source\x00" + source, l.Source}, {"both\x00" + subject + "\x00" + source, l.SubjectAndSource}, {"subject\x00" + subject, l.Subject}}
}

// Take counts an attempt at the subject from where the call comes. A 429 with
// Retry-After where there were too many; then it is not counted anywhere: whoever is
// refused for their own count adds nothing to what others are refused by.
func Take(ctx context.Context, c *api.Call, l Limit, subject string) (*Attempt, error) {
	source, now := c.Source(ctx), c.Now()
	a := &Attempt{limit: l}
	if l.Subject > 0 {
		a.Knows(ctx, c, l, subject)
	}
	counts := l.counts(subject, source)
	over, keys := make([]bool, len(counts)), make([]table.Key, len(counts))
	var group errgroup.Group // without a context: what is under way is not broken off
	for i, n := range counts {
		if n.most == 0 {
			continue
		}
		keys[i] = table.Attempts(l.Kind, n.by, now.Truncate(l.Window))
		group.Go(func() (err error) {
			over[i], err = reached(ctx, c, l, keys[i], n.most, now)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	refused := over[0] || over[1]
	if over[2] && !refused {
		var known table.AttemptsRow
		found, err := c.Table.Get(ctx, knownKey(l, subject, source), &known)
		if err != nil {
			return nil, err
		}
		refused = !found || known.TTL <= now.Unix()
	}
	for i, n := range counts {
		if n.most > 0 && !over[i] {
			a.counted = append(a.counted, keys[i])
		}
	}
	if refused {
		a.known = nil
		a.Passed(ctx, c)
		return nil, tooMany(l, now)
	}
	return a, nil
}

// reached counts by one count, unless that has reached its most.
func reached(ctx context.Context, c *api.Call, l Limit, key table.Key, most int, now time.Time) (bool, error) {
	add := expression.Add(expression.Name("count"), expression.Value(1)).
		Set(expression.Name("ttl"), expression.Value(now.Truncate(l.Window).Add(l.Window+keptFor).Unix()))
	err := c.Table.UpdateOne(ctx, key, add, table.Absent().Or(table.Before("count", int64(most))))
	if errors.Is(err, table.ErrConditionFailed) {
		return true, nil
	}
	return false, err
}

// Knows lets the attempt, if it succeeds, make the call's source known for a subject
// of that limit.
func (a *Attempt) Knows(ctx context.Context, c *api.Call, l Limit, subject string) {
	a.known = append(a.known, knownKey(l, subject, c.Source(ctx)))
}

// Passed gives a successful attempt back, and makes its source known for the subject.
// That it could not is no reason to refuse what succeeded.
func (a *Attempt) Passed(ctx context.Context, c *api.Call) {
	var all sync.WaitGroup
	for _, key := range a.counted {
		back := expression.Add(expression.Name("count"), expression.Value(-1))
		all.Go(func() { note(ctx, c, a.limit, c.Table.UpdateOne(ctx, key, back, table.Exists())) })
	}
	row := table.AttemptsRow{TTL: c.Now().Add(knownFor).Unix()}
	for _, key := range a.known {
		all.Go(func() { note(ctx, c, a.limit, c.Table.PutOne(ctx, key, row, nil)) })
	}
	all.Wait()
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
