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
// back when it succeeded or when nobody heard whether it was right: what fails on our
// side is nobody's guess. Each has an id in the counts, so that what is repeated because
// its answer was lost counts once. The answer is the same whether or not the subject exists,
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
	"slices"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"golang.org/x/sync/errgroup"

	"foyer/shared/api"
	"foyer/shared/policy"
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
	// TemplateTests is how many mails one person can have sent to themselves to see them.
	TemplateTests = Limit{Kind: "template-tests", Window: time.Hour, Subject: 10}
)

// knownFor is how long a source stays known for a subject that came in from it.
const knownFor = 90 * 24 * time.Hour

// keptFor is how long a count stands after its window.
const keptFor = time.Hour

// Attempt is an attempt that was counted.
type Attempt struct {
	limit   Limit
	id      string
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
	return []count{{"source\x00" + source, l.Source}, {"both\x00" + subject + "\x00" + source, l.SubjectAndSource}, {everywhere(subject), l.Subject}}
}

// everywhere names the count of a subject from all sources.
func everywhere(subject string) string { return "subject\x00" + subject }

// Take counts an attempt at the subject from where the call comes. A 429 with
// Retry-After where there were too many; then it is not counted anywhere: whoever is
// refused for their own count adds nothing to what others are refused by.
func Take(ctx context.Context, c *api.Call, l Limit, subject string) (*Attempt, error) {
	source, now := c.Source(ctx), c.Now()
	a := &Attempt{limit: l, id: c.NewID("")}
	if l.Subject > 0 {
		a.Knows(ctx, c, l, subject)
	}
	counts := l.counts(subject, source)
	over := make([]bool, len(counts))
	var group errgroup.Group // without a context: what is under way is not broken off
	for i, n := range counts {
		if n.most == 0 {
			continue
		}
		key := table.Attempts(l.Kind, n.by, now.Truncate(l.Window))
		a.counted = append(a.counted, key)
		group.Go(func() (err error) {
			over[i], err = a.reached(ctx, c, key, n.most, now)
			return err
		})
	}
	err := group.Wait()
	refused := over[0] || over[1]
	if over[2] && !refused && err == nil {
		var known table.AttemptsRow
		var found bool
		found, err = c.Table.Get(ctx, knownKey(l, subject, source), &known)
		refused = !found || known.TTL <= now.Unix()
	}
	if err == nil && refused {
		err = tooMany(l, now)
	}
	if err != nil {
		a.back(ctx, c)
		return nil, err
	}
	return a, nil
}

// Count counts, in the transaction that does it, something of which the subject may have
// so many, from wherever it is asked for: what fails is not counted, and what has its
// effect once, by an Idempotency-Key that is remembered before, counts once. Where there
// were too many the transaction fails with a 429 with Retry-After.
func Count(c *api.Call, tx *table.Tx, l Limit, subject string) {
	now, a := c.Now(), &Attempt{limit: l, id: c.NewID("")}
	add, room := a.counting(l.Subject, now)
	tx.Update(table.Attempts(l.Kind, everywhere(subject), now.Truncate(l.Window)), add).If(room).Else(tooMany(l, now))
}

// reached counts by one count, unless that has reached its most.
func (a *Attempt) reached(ctx context.Context, c *api.Call, key table.Key, most int, now time.Time) (bool, error) {
	add, room := a.counting(most, now)
	err := c.Table.UpdateOne(ctx, key, add, room)
	if errors.Is(err, table.ErrConditionFailed) {
		return true, nil
	}
	return false, err
}

// counting adds the attempt to a count, on the condition that there is room, or it
// stands there already.
func (a *Attempt) counting(most int, now time.Time) (expression.UpdateBuilder, expression.ConditionBuilder) {
	attempts := expression.Name("attempts")
	add := expression.Add(attempts, a.own()).Set(expression.Name("ttl"), expression.Value(now.Truncate(a.limit.Window).Add(a.limit.Window+keptFor).Unix()))
	return add, expression.AttributeNotExists(attempts).Or(attempts.Size().LessThan(expression.Value(most)), expression.Contains(attempts, a.id))
}

// own is the attempt as it stands in a count.
func (a *Attempt) own() expression.ValueBuilder {
	return expression.Value(&types.AttributeValueMemberSS{Value: []string{a.id}})
}

// Knows lets the attempt, if it succeeds, make the call's source known for a subject
// of that limit.
func (a *Attempt) Knows(ctx context.Context, c *api.Call, l Limit, subject string) {
	a.known = append(a.known, knownKey(l, subject, c.Source(ctx)))
}

// Settle says what came of the attempt, by the answer's error: it is given back unless
// that says that it was wrong, and where there is none its source becomes known.
func (a *Attempt) Settle(ctx context.Context, c *api.Call, err error) {
	switch {
	case wrong(err):
	case err != nil:
		a.back(ctx, c)
	default:
		a.back(ctx, c, a.known...)
	}
}

// wrong says whether the caller hears that what they tried was wrong.
func wrong(err error) bool {
	var p *api.Problem
	if errors.As(err, &p) {
		return slices.Contains([]int{http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound, http.StatusUnprocessableEntity}, p.Status)
	}
	return errors.Is(err, policy.ErrHidden)
}

// back gives the attempt back and puts what it makes known. That it could not is no
// reason to refuse what succeeded.
func (a *Attempt) back(ctx context.Context, c *api.Call, known ...table.Key) {
	var all sync.WaitGroup
	for _, key := range a.counted {
		less := expression.Delete(expression.Name("attempts"), a.own())
		all.Go(func() {
			err := c.Table.UpdateOne(ctx, key, less, expression.Contains(expression.Name("attempts"), a.id))
			if !errors.Is(err, table.ErrConditionFailed) { // else it was not counted there
				note(ctx, c, a.limit, err)
			}
		})
	}
	row := table.AttemptsRow{TTL: c.Now().Add(knownFor).Unix()}
	for _, key := range known {
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
