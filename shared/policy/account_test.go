package policy

import (
	"errors"
	"testing"
)

func TestWhoMayResetWhoseSecondFactor(t *testing.T) {
	member, owner := Membership{Role: Member}, Membership{Role: Owner}
	client, gone := Membership{Contacts: map[string]string{"con": "com"}}, Membership{Contacts: map[string]string{}}
	for _, c := range []struct {
		who  string
		f    SecondFactor
		want error
	}{
		{"an admin, of a client", SecondFactor{Caller: Admin, Membership: client, On: true}, nil},
		{"an admin, of a member", SecondFactor{Caller: Admin, Membership: member, On: true}, nil},
		{"an owner, of another owner", SecondFactor{Caller: Owner, Membership: owner, On: true}, nil},
		{"an admin, of an owner", SecondFactor{Caller: Admin, Membership: owner, On: true}, ErrRole},
		{"a member, of a client", SecondFactor{Caller: Member, Membership: client, On: true}, ErrRole},
		{"someone without a role, of a client", SecondFactor{Membership: client, On: true}, ErrRole},
		{"an admin, of a stranger", SecondFactor{Caller: Admin, On: true}, ErrHidden},
		{"an admin, of a removed client", SecondFactor{Caller: Admin, Membership: gone, On: true}, ErrHidden},
		{"an admin, of a stranger who is elsewhere", SecondFactor{Caller: Admin, On: true, Elsewhere: true}, ErrHidden},
		{"an owner, of a client who is elsewhere too", SecondFactor{Caller: Owner, Membership: client, On: true, Elsewhere: true}, ErrNotHere},
		{"an owner, of a client who has none", SecondFactor{Caller: Owner, Membership: client}, ErrNotHere},
		{"an owner, of their own", SecondFactor{Caller: Owner, Membership: owner, On: true, Self: true}, ErrNotHere},
	} {
		if got := ResetSecondFactor(c.f); !errors.Is(got, c.want) {
			t.Errorf("%s: got %v, want %v", c.who, got, c.want)
		}
	}
}
