package identity

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"foyer/shared/samtemplate"
)

func TestThePasswordRulesAreThoseOfTheUserPool(t *testing.T) {
	tpl, err := samtemplate.Load(filepath.Join("..", "..", "template.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	pool, err := tpl.UserPool("UserPool")
	if err != nil {
		t.Fatal(err)
	}
	p := pool.PasswordPolicy
	want := Policy{MinimumLength: p.MinimumLength, Lower: p.RequireLowercase, Upper: p.RequireUppercase, Number: p.RequireNumbers, Symbols: p.RequireSymbols}
	if PasswordPolicy != want {
		t.Errorf("identity.PasswordPolicy is %+v, template.yaml's UserPool demands %+v: make them the same", PasswordPolicy, want)
	}
}

func TestEveryBrokenRuleIsNamed(t *testing.T) {
	const (
		short = "must have at least 10 characters"
		long  = "must have at most 256 characters"
		line  = "must be one line that neither begins nor ends with white space"
		lower = "must have a lower-case letter (a to z)"
		upper = "must have an upper-case letter (A to Z)"
		digit = "must have a number (0 to 9)"
	)
	for _, c := range []struct {
		password string
		want     []string
	}{
		{"Correct-Horse-7", nil},
		{"Korrektes Pferd 7", nil},
		{"Abcdefgh1🐎", nil},
		{"", []string{short, lower, upper, digit}},
		{"Abcdefg1", []string{short}},
		{"abcdefghij", []string{upper, digit}},
		{"ABCDEFGHIJ1", []string{lower}},
		{"ÄÖÜäöüßßßß", []string{lower, upper, digit}}, // Cognito counts ASCII only
		{"Abcdefghi٣", []string{digit}},
		{" Correct-Horse-7", []string{line}},
		{"Correct-Horse-7\n", []string{line}},
		{"Correct\nHorse-7", []string{line}},
		{"Correct-Horse\x00-7", []string{line}},
		{"Aa1" + strings.Repeat("x", 254), []string{long}},
		{"Aa1" + strings.Repeat("🐎", 127), []string{long}}, // 257 UTF-16 units
	} {
		if got := BrokenRules(c.password); !slices.Equal(got, c.want) {
			t.Errorf("%q breaks %q, want %q", c.password, got, c.want)
		}
	}
}

func TestCognitosRefusalIsToldAsItsRule(t *testing.T) {
	for refusal, want := range map[string]string{
		"Password did not conform with policy: Password not long enough":                   "must have at least 10 characters",
		"Password did not conform with policy: Password must have lowercase characters":    "must have a lower-case letter (a to z)",
		"Password did not conform with policy: Password must have uppercase characters":    "must have an upper-case letter (A to Z)",
		"Password did not conform with policy: Password must have numeric characters":      "must have a number (0 to 9)",
		"Password did not conform with policy: Provided password cannot be used: breached": "is not accepted: choose another",
	} {
		if got := brokenBy(refusal); got != want {
			t.Errorf("%q is told as %q, want %q", refusal, got, want)
		}
	}
}
