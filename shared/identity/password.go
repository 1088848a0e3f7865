package identity

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf16"

	"foyer/shared/api"
)

// Policy is what the user pool demands of a password. template.yaml has the same
// figures (UserPool, PasswordPolicy); a test holds the two together.
type Policy struct {
	MinimumLength                 int
	Lower, Upper, Number, Symbols bool
}

// PasswordPolicy is the policy of template.yaml's UserPool.
var PasswordPolicy = Policy{MinimumLength: 10, Lower: true, Upper: true, Number: true}

// MaxPasswordLength is the longest password that Cognito takes, in characters
// (API reference, AdminSetUserPassword, Password).
const MaxPasswordLength = 256

// Rule is one demand on a password.
type Rule struct {
	Says  string // what the person is told, after the name of the field: “must have …”
	holds func(password string) bool
	sign  string // the word in Cognito's refusal by which the rule is known
}

// PasswordRules is the pool's policy, rule by rule. They are asked before any
// call of AWS, so that a person hears of every rule that is broken, not only of
// the first that Cognito finds.
var PasswordRules = PasswordPolicy.rules()

func (p Policy) rules() []Rule {
	rules := []Rule{
		{fmt.Sprintf("must have at least %d characters", p.MinimumLength), func(s string) bool { return len([]rune(s)) >= p.MinimumLength }, "long enough"},
		{fmt.Sprintf("must have at most %d characters", MaxPasswordLength), func(s string) bool { return len(utf16.Encode([]rune(s))) <= MaxPasswordLength }, "too long"},
		{"must be one line that neither begins nor ends with white space", plainLine, "regular expression"},
	}
	has := func(demanded bool, says, sign string, is func(rune) bool) {
		if demanded {
			rules = append(rules, Rule{says, func(s string) bool { return strings.ContainsFunc(s, is) }, sign})
		}
	}
	// Cognito counts letters and digits of ASCII (“Basic Latin”) only.
	has(p.Lower, "must have a lower-case letter (a to z)", "lowercase", func(r rune) bool { return r >= 'a' && r <= 'z' })
	has(p.Upper, "must have an upper-case letter (A to Z)", "uppercase", func(r rune) bool { return r >= 'A' && r <= 'Z' })
	has(p.Number, "must have a number (0 to 9)", "numeric", func(r rune) bool { return r >= '0' && r <= '9' })
	has(p.Symbols, "must have a special character", "symbol", func(r rune) bool { return strings.ContainsRune("^$*.[]{}()?\"!@#%&/\\,><':;|_~`=+- ", r) })
	return rules
}

// plainLine is the form that Cognito's pattern for passwords demands
// (^[\S]+.*[\S]+$): white space only between other characters, no line ends.
func plainLine(s string) bool {
	return s == strings.TrimSpace(s) && !strings.ContainsFunc(s, unicode.IsControl)
}

// BrokenRules are the rules that the password breaks, in words; none: it will do.
func BrokenRules(password string) []string {
	var broken []string
	for _, r := range PasswordRules {
		if !r.holds(password) {
			broken = append(broken, r.Says)
		}
	}
	return broken
}

// brokenBy says which rule Cognito means by a refusal, for the case that its
// policy and PasswordRules part ways after all.
func brokenBy(refusal string) string {
	for _, r := range PasswordRules {
		if strings.Contains(refusal, r.sign) {
			return r.Says
		}
	}
	return "is not accepted: choose another"
}

// Refused names each rule that a password breaks, at its place in the input.
func Refused(location string, rules ...string) error {
	faults := make([]api.FieldError, len(rules))
	for i, says := range rules {
		faults[i] = api.Fault(location, "%s", says)
	}
	return api.Invalid(faults...)
}
