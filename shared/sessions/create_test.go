package sessions

import (
	"path/filepath"
	"testing"
	"time"

	"foyer/shared/api"
	"foyer/shared/samtemplate"
)

func TestADecoyIsAnAccountsIDAndAlwaysTheSame(t *testing.T) {
	d := decoy("nobody@acme.example")
	if !api.ValidID("person", d) {
		t.Errorf("the decoy %q has not the form of an account's id", d)
	}
	if again := decoy("nobody@acme.example"); again != d {
		t.Errorf("the decoy is %q and then %q", d, again)
	}
	if other := decoy("noone@acme.example"); other == d {
		t.Error("two addresses have the same decoy")
	}
}

func TestASessionLivesAsLongAsItsRefreshToken(t *testing.T) {
	tpl, err := samtemplate.Load(filepath.Join("..", "..", "template.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	p := tpl.Resources["UserPoolClient"].Properties
	days, _ := p["RefreshTokenValidity"].(int)
	if unit := samtemplate.Map(p["TokenValidityUnits"])["RefreshToken"]; unit != "days" || life != time.Duration(days)*24*time.Hour {
		t.Errorf("a session lives %v, its refresh token %d %v", life, days, unit)
	}
}
