// Package passwords is choosing a new password without the old one: a mail with a
// link that works once.
package passwords

import (
	"context"
	"net/http"
	"time"

	"foyer/shared/api"
	"foyer/shared/identity"
	"foyer/shared/limits"
	"foyer/shared/table"
)

// ForgotInput is who has forgotten their password.
type ForgotInput struct{ Body Forgotten }

// Forgotten is the address that somebody signs in with.
type Forgotten struct {
	Email api.Email `json:"email" minLength:"3" maxLength:"254" example:"ann@acme.example"`
}

// ForgotOutput has nothing.
type ForgotOutput struct{}

// Forgot sends a link to choose a new password with.
var Forgot = api.Operation[ForgotInput, ForgotOutput]{
	ID: "passwords-forgot", Method: http.MethodPost, Path: "/password-resets", Access: api.Public, Status: http.StatusAccepted,
	Summary: "Ask for a new password",
	Doc: "For anyone. Always 202, whether or not anybody has the address. Whoever has, and has accepted an invitation, gets a mail with a link that works once, for an hour; " +
		"of several links the last one works. An address gets five such mails an hour at most; 429 `too-many-attempts` (Retry-After) for who asks too often.",
	Repeatable: "asking again sends another link, which replaces the one before",
	Floor:      floor,
	Handle:     forgot, Problems: []int{http.StatusTooManyRequests},
}

const (
	// floor is how soon the answer is given at the earliest.
	floor = 400 * time.Millisecond
	// life of a link.
	life = time.Hour
)

// forgot does the same for an address that nobody has: its reset is put for an
// account that does not exist, and stream-mail drops its mail.
func forgot(ctx context.Context, c *api.Call, in *ForgotInput) (out *ForgotOutput, err error) {
	email := in.Body.Email.Canonical()
	asked, err := limits.Take(ctx, c, limits.Forgot, email)
	if err != nil {
		return nil, err
	}
	mailed, err := limits.Take(ctx, c, limits.ForgotMails, email)
	if limits.Over(err) {
		return &ForgotOutput{}, nil // the last link that it got works on
	}
	defer func() {
		if err != nil { // else both count: it is asking that is limited
			asked.Settle(ctx, c, err)
		}
		if err != nil && mailed != nil {
			mailed.Settle(ctx, c, err)
		}
	}()
	if err != nil {
		return nil, err
	}
	var at table.AddressRow
	found, err := c.Table.Get(ctx, table.Address(email), &at)
	if err != nil {
		return nil, err
	}
	person := at.Person
	if !found {
		person = identity.Decoy(email)
	}
	now, id, tx := c.Now(), c.NewID("rst_"), &table.Tx{}
	tx.Put(table.PasswordReset(person), table.PasswordResetRow{Reset: id, ExpiresAt: now.Add(life), TTL: now.Add(life).Unix()})
	mail := table.MailPasswordReset + "#" + id
	tx.Put(table.Mail(person, mail), table.MailRow{Mail: mail, Kind: table.MailPasswordReset, Person: person, Subject: id, At: now, TTL: now.Add(table.MailKeptFor).Unix()})
	if err := c.Table.Write(ctx, tx); err != nil {
		return nil, err
	}
	return &ForgotOutput{}, nil
}
