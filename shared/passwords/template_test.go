package passwords

import (
	"path/filepath"
	"testing"
	"time"

	"foyer/shared/samtemplate"
)

func TestAClaimOutlivesTheRequestThatHasIt(t *testing.T) {
	tpl, err := samtemplate.Load(filepath.Join("..", "..", "template.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	f, err := tpl.Function("passwords-reset")
	if err != nil {
		t.Fatal(err)
	}
	if runs := time.Duration(f.Timeout) * time.Second; claimFor <= runs {
		t.Errorf("a claim stands %v, the function may run %v", claimFor, runs)
	}
}
