package me

import (
	"context"
	"errors"
	"net/http"

	"golang.org/x/sync/errgroup"

	"foyer/shared/api"
	"foyer/shared/limits"
	"foyer/shared/mailtoken"
	"foyer/shared/policy"
	"foyer/shared/table"
)

// AddressConfirmInput is the token of the mail to the new address.
type AddressConfirmInput struct {
	Token string `path:"token" doc:"Of the mail to the new address"`
}

// AddressConfirmOutput has nothing.
type AddressConfirmOutput struct{}

// AddressConfirm makes the address that the mail went to the person's own.
var AddressConfirm = api.Operation[AddressConfirmInput, AddressConfirmOutput]{
	ID: "me-address-confirm", Method: http.MethodPost, Path: "/address-changes/{token}", Access: api.Public,
	Summary: "Confirm a new e-mail address",
	Doc: "For whoever has the token of the mail to the new address; it works once. From now on the person signs in with it, the address before hears of it, and their workspaces show it a moment later. " +
		"A token that is expired, used, replaced or invented is the one 404, as is one whose address has become somebody's meanwhile.",
	Repeatable: "a token works once",
	Handle:     addressConfirm, Problems: []int{http.StatusTooManyRequests},
}

func addressConfirm(ctx context.Context, c *api.Call, in *AddressConfirmInput) (out *AddressConfirmOutput, err error) {
	attempt, err := limits.Take(ctx, c, limits.Link, in.Token)
	if err != nil {
		return nil, err
	}
	defer func() { attempt.Settle(ctx, c, err) }()
	var at table.TokenRow
	if _, err := c.Table.Get(ctx, table.Token(in.Token), &at); err != nil {
		return nil, err
	}
	if at.Purpose != mailtoken.AddressChange { // nor has one that is absent
		return nil, policy.ErrHidden
	}
	c.Person = at.Person // whoever has the token is the person; a token of access that is sent along says nothing
	var (
		account     table.AccountRow
		change      table.AddressChangeRow
		rows        table.Rows
		memberships []table.MembershipRow
	)
	group, gctx := errgroup.WithContext(ctx)
	group.Go(func() (err error) {
		rows, err = c.Table.BatchGet(gctx, table.Account(at.Person), table.AddressChange(at.Person))
		return err
	})
	group.Go(func() (err error) {
		memberships, err = membershipsOf(gctx, c.Table, at.Person)
		return err
	})
	if err := group.Wait(); err != nil {
		return nil, err
	}
	_, e1 := rows.Into(table.Account(at.Person), &account)
	_, e2 := rows.Into(table.AddressChange(at.Person), &change)
	if err := errors.Join(e1, e2); err != nil {
		return nil, err
	}
	now := c.Now()
	// An account that is absent is none that was confirmed, and an absent change is no token's.
	if account.State != table.AccountConfirmed || change.Change != at.Subject || !now.Before(at.ExpiresAt) { // the token of a change ends with it
		return nil, policy.ErrHidden
	}
	if err := c.Table.Write(ctx, move(c, in.Token, account, change, memberships)); err != nil {
		return nil, err
	}
	return &AddressConfirmOutput{}, nil
}

// move is the one transaction of a change of address: the new one leads to the
// account from then on, and the old one nowhere.
func move(c *api.Call, token string, account table.AccountRow, change table.AddressChangeRow, memberships []table.MembershipRow) *table.Tx {
	tx := &table.Tx{}
	tx.Delete(table.Token(token)).If(table.Exists()).Else(policy.ErrHidden)
	tx.Delete(table.AddressChange(c.Person)).If(table.Is("change", change.Change)).Else(policy.ErrHidden)
	if change.Email == account.Email {
		return tx // it is theirs already
	}
	tx.Put(table.Address(change.Email), table.AddressRow{Person: c.Person}).If(table.Absent()).Else(policy.ErrHidden)
	tx.Delete(table.Address(account.Email)).If(table.Is("person", c.Person)).Else(table.ErrConflict)
	tx.Update(table.Account(c.Person), table.Set("email", change.Email)).If(table.Is("email", account.Email)).Else(table.ErrConflict)
	left := notice(c, table.MailAddressChanged, change.Change)
	left.Email = account.Email
	tx.Put(table.Mail(c.Person, left.Mail), left)
	recordIn(c, tx, memberships, table.ActivityRow{Type: table.ActivityAddressChanged, Subject: c.Person})
	return tx
}
