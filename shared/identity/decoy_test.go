package identity

import (
	"testing"

	"foyer/shared/api"
)

func TestADecoyIsAnAccountsIDAndAlwaysTheSame(t *testing.T) {
	d := Decoy("nobody@acme.example")
	if !api.ValidID("person", d) {
		t.Errorf("the decoy %q has not the form of an account's id", d)
	}
	if again := Decoy("nobody@acme.example"); again != d {
		t.Errorf("the decoy is %q and then %q", d, again)
	}
	if other := Decoy("noone@acme.example"); other == d {
		t.Error("two addresses have the same decoy")
	}
}
