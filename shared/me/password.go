package me

import (
	"context"
	"errors"
	"net/http"

	"foyer/shared/api"
	"foyer/shared/identity"
	"foyer/shared/limits"
	"foyer/shared/signout"
	"foyer/shared/table"
)

// PasswordInput is the password that the caller has, and the one that they choose.
type PasswordInput struct{ Body PasswordChange }

// PasswordChange is an old and a new password.
type PasswordChange struct {
	Current string `json:"current" minLength:"1" maxLength:"256" format:"password"`
	New     string `json:"new" minLength:"1" maxLength:"256" format:"password"`
}

// PasswordOutput has nothing.
type PasswordOutput struct{}

// Password changes the caller's password and ends their other sessions.
var Password = api.Operation[PasswordInput, PasswordOutput]{
	ID: "me-password", Method: http.MethodPut, Path: "/me/password", Access: api.SignedIn,
	Summary: "Change my password",
	Doc: "For anyone signed in, with the password that they have (403 `wrong-password`). All other sessions of the person end, this one goes on. 422 names each rule that the new password breaks. " +
		"What was interrupted is completed by repeating it. 429 `too-many-attempts` (Retry-After) after too many wrong passwords.",
	Handle: password, Problems: []int{http.StatusTooManyRequests},
}

func password(ctx context.Context, c *api.Call, in *PasswordInput) (out *PasswordOutput, err error) {
	if broken := identity.BrokenRules(in.Body.New); len(broken) > 0 {
		return nil, identity.Refused("body.new", broken...)
	}
	attempt, err := limits.Take(ctx, c, limits.Password, c.Person)
	if err != nil {
		return nil, err
	}
	defer func() { attempt.Settle(ctx, c, err) }()
	users := identity.Internal(c.Env)
	err = right(ctx, users, c.Person, in.Body.Current)
	if errors.Is(err, errWrongPassword) && right(ctx, users, c.Person, in.Body.New) == nil {
		err = nil // an earlier attempt set it and was interrupted: the rest is done
	}
	if err != nil {
		return nil, err
	}
	err = users.SetPassword(ctx, c.Person, in.Body.New)
	var refused *identity.PasswordError
	if errors.As(err, &refused) {
		return nil, identity.Refused("body.new", refused.Rule)
	}
	if err != nil {
		return nil, err
	}
	if err := signout.Others(ctx, c.Table, c.Person, c.Session); err != nil {
		return nil, err
	}
	row := notice(c, table.MailPasswordChanged, c.NewID("chg_"))
	if err := c.Table.PutOne(ctx, table.Mail(c.Person, row.Mail), row, nil); err != nil {
		return nil, err
	}
	return &PasswordOutput{}, nil
}

var errWrongPassword = api.Forbidden("wrong-password", "That is not your password.")

// right says whether the password is the person's: errWrongPassword where it is not.
func right(ctx context.Context, users *identity.Pool, person, password string) error {
	_, err := users.SignIn(ctx, person, password)
	switch {
	case errors.Is(err, identity.ErrChallenge):
		return nil // it was right, and there is a second factor
	case errors.Is(err, identity.ErrCredentials):
		return errWrongPassword
	}
	return err
}
