package sessions

import (
	"path/filepath"
	"testing"
	"time"

	"foyer/shared/samtemplate"
)

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
