package me

import (
	"context"
	"net/http"
	"time"

	"foyer/shared/api"
	"foyer/shared/identity"
	"foyer/shared/limits"
	"foyer/shared/table"
)

// AddressChangeInput is where the caller wants to be reached from now on.
type AddressChangeInput struct{ Body NewAddress }

// NewAddress is an address and the caller's password.
type NewAddress struct {
	Email    api.Email `json:"email" minLength:"3" maxLength:"254" example:"ann@new.example"`
	Password string    `json:"password" minLength:"1" maxLength:"256" format:"password" doc:"The person's own, once more"`
}

// AddressChangeOutput has nothing.
type AddressChangeOutput struct{}

// addressLife is how long a link of a change of address works.
const addressLife = 24 * time.Hour

// AddressChange begins to change the caller's address.
var AddressChange = api.Operation[AddressChangeInput, AddressChangeOutput]{
	ID: "me-address-change", Method: http.MethodPost, Path: "/me/address", Access: api.SignedIn, Status: http.StatusAccepted,
	Summary: "Change my e-mail address",
	Doc: "For anyone signed in, with their password (403 `wrong-password`). A link that works once, for a day, goes to the new address; until it is confirmed there nothing changes. " +
		"Always 202 then, whether or not somebody has that address. Asking again replaces the change before. 429 `too-many-attempts` (Retry-After) after too many.",
	Repeatable: "a later change replaces an earlier one",
	Floor:      addressFloor,
	Handle:     addressChange, Problems: []int{http.StatusTooManyRequests},
}

// addressFloor is how soon the answer is given at the earliest.
const addressFloor = 400 * time.Millisecond

func addressChange(ctx context.Context, c *api.Call, in *AddressChangeInput) (out *AddressChangeOutput, err error) {
	attempt, err := limits.Take(ctx, c, limits.Password, c.Person)
	if err != nil {
		return nil, err
	}
	defer func() { attempt.Settle(ctx, c, err) }()
	if err := right(ctx, identity.Internal(c.Env), c.Person, in.Body.Password); err != nil {
		return nil, err
	}
	// Mails to addresses that somebody else may have: few, successful or not.
	mailed, err := limits.Take(ctx, c, limits.AddressMails, c.Person)
	if err != nil {
		return nil, err
	}
	now, id, tx := c.Now(), c.NewID("adr_"), &table.Tx{}
	tx.Put(table.AddressChange(c.Person), table.AddressChangeRow{Change: id, Email: in.Body.Email.Canonical(), ExpiresAt: now.Add(addressLife), TTL: now.Add(addressLife).Unix()})
	row := notice(c, table.MailAddressChange, id)
	tx.Put(table.Mail(c.Person, row.Mail), row)
	if err := c.Table.Write(ctx, tx); err != nil {
		mailed.Settle(ctx, c, err)
		return nil, err
	}
	return &AddressChangeOutput{}, nil
}
