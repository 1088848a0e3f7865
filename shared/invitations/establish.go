package invitations

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"

	"foyer/shared/api"
	"foyer/shared/identity"
	"foyer/shared/table"
)

// users is what an acceptance needs of the user pool.
type users interface {
	Create(ctx context.Context, person string) error
	State(ctx context.Context, person string) (identity.State, error)
	SetPassword(ctx context.Context, person, password string) error
	SignIn(ctx context.Context, person, password string) (identity.Tokens, error)
}

// establish makes the person's user with that password, or completes what an
// interrupted acceptance has begun. Ask it only under the account's lease.
func establish(ctx context.Context, users users, person, password string) error {
	err := users.Create(ctx, person)
	if errors.Is(err, identity.ErrExists) {
		var state identity.State
		if state, err = users.State(ctx, person); err != nil {
			return err
		}
		switch state {
		case identity.Made: // without a password so far: go on
		case identity.Confirmed:
			return samePassword(ctx, users, person, password)
		default:
			return fmt.Errorf("the user of %s is in the state %q, which no acceptance leaves", person, state)
		}
	}
	if err != nil {
		return err
	}
	err = users.SetPassword(ctx, person, password)
	var refused *identity.PasswordError
	if errors.As(err, &refused) {
		return refusedPassword(refused.Rule)
	}
	return err
}

// samePassword resumes an acceptance that was interrupted after it had set the
// password: whoever knows it goes on. Nobody else may set another.
func samePassword(ctx context.Context, users users, person, password string) error {
	_, err := users.SignIn(ctx, person, password)
	switch {
	case errors.Is(err, identity.ErrCredentials):
		return api.Conflict("password-differs", "An earlier attempt to accept has set a password already, and this is another. Repeat it with that one.")
	case errors.Is(err, identity.ErrChallenge):
		return nil // the password was right
	}
	return err
}

// answered says whether an error is an answer to the caller, and not a call that
// may yet have its effect.
func answered(err error) bool {
	var p *api.Problem
	return errors.As(err, &p)
}

// leaseFor is how long an acceptance has the account to itself. Longer than the
// function may run (template.yaml, Timeout; a test compares), so that nobody else
// begins while it could still be at work.
const leaseFor = 20 * time.Second

// lease is one acceptance's right to the account.
type lease struct{ person, id string }

// takeLease takes the account for this acceptance: a 409 with the time left while
// another has it.
func takeLease(ctx context.Context, c *api.Call, account table.AccountRow) (lease, error) {
	now, l := c.Now(), lease{person: account.Person, id: c.NewID("lease_")}
	free := table.Unleased(now).Or(table.Is("leaseId", l.id)) // its own: a repeated call whose first answer was lost
	err := c.Table.UpdateOne(ctx, table.Account(l.person),
		table.Set("leaseId", l.id).Set(expression.Name("leaseUntil"), expression.Value(now.Add(leaseFor).UnixMilli())),
		table.Is("state", table.AccountInvited).And(free))
	if !errors.Is(err, table.ErrConditionFailed) {
		return l, err
	}
	found, err := c.Table.Get(ctx, table.Account(l.person), &account)
	switch {
	case err != nil:
		return l, err
	case !found, account.State != table.AccountInvited:
		return l, table.ErrConflict // the other acceptance has just ended: what holds now is read anew
	}
	return l, underWay(time.UnixMilli(account.LeaseUntil).Sub(now))
}

// underWay is the answer while another acceptance has the account for so long.
func underWay(left time.Duration) *api.Problem {
	return api.Conflict("acceptance-under-way", "Another request is accepting an invitation for the same person. Try again in a moment.").
		Retry(max(1, int(math.Ceil(left.Seconds()))))
}

// release gives the account back early. If that fails the lease ends by itself.
func (l lease) release(ctx context.Context, c *api.Call) {
	u := expression.Remove(expression.Name("leaseId")).Remove(expression.Name("leaseUntil"))
	err := c.Table.UpdateOne(ctx, table.Account(l.person), u, table.Is("leaseId", l.id))
	if err != nil && !errors.Is(err, table.ErrConditionFailed) {
		c.Log.WarnContext(ctx, "lease not released", "requestId", c.RequestID, "person", l.person, "error", err.Error())
	}
}
