package policy

import (
	"errors"
	"testing"
)

func TestOnlyOwnersTouchOwners(t *testing.T) {
	for _, c := range []struct {
		caller Role
		roles  []Role
		may    bool
	}{
		{Owner, []Role{Owner}, true},
		{Owner, []Role{Member, Owner}, true},
		{Owner, []Role{Owner, Member}, true},
		{Admin, []Role{Member}, true},
		{Admin, []Role{Admin, Member}, true},
		{Admin, []Role{Owner}, false},
		{Admin, []Role{Owner, Member}, false},
		{Admin, []Role{Member, Owner}, false},
		{Member, []Role{Member}, false},
		{Member, []Role{Admin, Member}, false},
		{"", []Role{Member}, false},
	} {
		err := ManageMember(c.caller, c.roles...)
		if c.may && err != nil || !c.may && !errors.Is(err, ErrRole) {
			t.Errorf("%q on %v: got %v, want allowed: %t", c.caller, c.roles, err, c.may)
		}
	}
}
