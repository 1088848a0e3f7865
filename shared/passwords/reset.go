package passwords

import (
	"context"
	"errors"
	"math"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"

	"foyer/shared/api"
	"foyer/shared/identity"
	"foyer/shared/limits"
	"foyer/shared/mailtoken"
	"foyer/shared/policy"
	"foyer/shared/signout"
	"foyer/shared/table"
)

// ResetInput is the token of the mail and the new password.
type ResetInput struct {
	Token string `path:"token" doc:"Of the mail"`
	Body  NewPassword
}

// NewPassword is what the person chooses.
type NewPassword struct {
	Password string `json:"password" minLength:"1" maxLength:"256" format:"password"`
}

// ResetOutput has nothing.
type ResetOutput struct{}

// Reset sets the password that its person has chosen, and ends their sessions.
var Reset = api.Operation[ResetInput, ResetOutput]{
	ID: "passwords-reset", Method: http.MethodPost, Path: "/password-resets/{token}", Access: api.Public,
	Summary: "Choose a new password",
	Doc: "For whoever has the token of the mail; it works once. All sessions of the person end; a second factor stays, and the next sign-in asks for it. " +
		"422 names each rule that the password breaks. A token that is expired, used, replaced or invented is the one 404. 409 `reset-under-way` (Retry-After) while another request uses it. " +
		"What was interrupted is completed by repeating it.",
	Repeatable: "a token works once; an interrupted reset is completed by repeating it",
	Handle:     reset, Problems: []int{http.StatusTooManyRequests},
}

func reset(ctx context.Context, c *api.Call, in *ResetInput) (out *ResetOutput, err error) {
	attempt, err := limits.Take(ctx, c, limits.Link, in.Token)
	if err != nil {
		return nil, err
	}
	defer func() { attempt.Settle(ctx, c, err) }()
	p, err := find(ctx, c, in.Token)
	if err != nil {
		return nil, err
	}
	if broken := identity.BrokenRules(in.Body.Password); len(broken) > 0 {
		return nil, identity.Refused("body.password", broken...)
	}
	claim, err := p.claim(ctx, c)
	if err != nil {
		return nil, err
	}
	users := identity.From(c.Env)
	err = users.SetPassword(ctx, p.person, in.Body.Password)
	var refused *identity.PasswordError
	if errors.As(err, &refused) {
		p.release(ctx, c, claim)
		return nil, identity.Refused("body.password", refused.Rule)
	}
	if err != nil {
		return nil, err // it may yet have its effect: the claim stays until that is past
	}
	// The token last: until then, what is interrupted can be repeated.
	if err := users.SignOut(ctx, p.person); err != nil {
		return nil, err
	}
	if err := signout.Everywhere(ctx, c.Table, p.person); err != nil {
		return nil, err
	}
	now, tx := c.Now(), &table.Tx{}
	tx.Delete(table.Token(in.Token)).If(table.Exists()).Else(policy.ErrHidden)
	tx.Delete(table.PasswordReset(p.person)).If(table.Is("claimId", claim)).Else(policy.ErrHidden)
	mail := table.MailPasswordChanged + "#" + p.reset.Reset
	tx.Put(table.Mail(p.person, mail), table.MailRow{Mail: mail, Kind: table.MailPasswordChanged, Person: p.person, At: now, TTL: now.Add(table.MailKeptFor).Unix()})
	if err := c.Table.Write(ctx, tx); err != nil {
		return nil, err
	}
	attempt.Knows(ctx, c, limits.SignIn, p.account.Email)
	return &ResetOutput{}, nil
}

// pending is what a token of a reset leads to.
type pending struct {
	person  string
	account table.AccountRow
	reset   table.PasswordResetRow
}

// find follows a token to its reset while that holds; else the one 404.
func find(ctx context.Context, c *api.Call, token string) (*pending, error) {
	var at table.TokenRow
	if _, err := c.Table.Get(ctx, table.Token(token), &at); err != nil {
		return nil, err
	}
	if at.Purpose != mailtoken.PasswordReset { // nor has one that is absent
		return nil, policy.ErrHidden
	}
	p := &pending{person: at.Person}
	rows, err := c.Table.BatchGet(ctx, table.Account(at.Person), table.PasswordReset(at.Person))
	if err != nil {
		return nil, err
	}
	_, e1 := rows.Into(table.Account(at.Person), &p.account)
	_, e2 := rows.Into(table.PasswordReset(at.Person), &p.reset)
	if err := errors.Join(e1, e2); err != nil {
		return nil, err
	}
	now := c.Now()
	// An account that is absent is none that was confirmed, and an absent reset is no token's.
	if p.account.State != table.AccountConfirmed || p.reset.Reset != at.Subject || !now.Before(at.ExpiresAt) { // the token of a reset ends with it
		return nil, policy.ErrHidden
	}
	return p, nil
}

// claimFor is how long one request has the reset to itself: longer than the function
// may run (template.yaml, Timeout; a test compares).
const claimFor = 20 * time.Second

// claim keeps other requests with the same token off: of two at once, only the one
// that is told of success may have set the password.
func (p *pending) claim(ctx context.Context, c *api.Call) (string, error) {
	now, id := c.Now(), c.NewID("clm_")
	free := expression.AttributeNotExists(expression.Name("claimUntil")).Or(table.Before("claimUntil", now.UnixMilli()), table.Is("claimId", id))
	err := c.Table.UpdateOne(ctx, table.PasswordReset(p.person),
		table.Set("claimId", id).Set(expression.Name("claimUntil"), expression.Value(now.Add(claimFor).UnixMilli())),
		table.Is("reset", p.reset.Reset).And(free))
	if !errors.Is(err, table.ErrConditionFailed) {
		return id, err
	}
	left := max(time.UnixMilli(p.reset.ClaimUntil).Sub(now), time.Second)
	return "", api.Conflict("reset-under-way", "Another request is using this link. Try again in a moment.").Retry(int(math.Ceil(left.Seconds())))
}

// release gives the claim back early; else it ends by itself.
func (p *pending) release(ctx context.Context, c *api.Call, claim string) {
	u := expression.Remove(expression.Name("claimId")).Remove(expression.Name("claimUntil"))
	if err := c.Table.UpdateOne(ctx, table.PasswordReset(p.person), u, table.Is("claimId", claim)); err != nil {
		c.Log.WarnContext(ctx, "claim not released", "requestId", c.RequestID, "person", p.person, "error", err.Error())
	}
}
