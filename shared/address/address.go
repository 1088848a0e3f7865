// Package address knows e-mail addresses: one spelling of each, so that a
// person is found again however the address was typed.
package address

import (
	"errors"
	"net/mail"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/idna"
	"golang.org/x/text/unicode/norm"
)

// ErrInvalid says that it is not an e-mail address that mail can be sent to
// through SES.
var ErrInvalid = errors.New("not an e-mail address")

// maxLength of an address (RFC 5321, 4.5.3.1.3, less the angle brackets), in bytes.
const maxLength = 254

// Canonical is the one spelling of an address: trimmed, lower case, the domain
// in its ASCII form. The local part must be ASCII, as SES demands. Lower case
// also for the local part: no provider in use tells addresses apart by case, and
// people type theirs both ways.
func Canonical(s string) (string, error) {
	if !utf8.ValidString(s) {
		return "", ErrInvalid
	}
	s = norm.NFC.String(strings.TrimSpace(s))
	at := strings.LastIndexByte(s, '@')
	if at < 1 || len(s) > maxLength {
		return "", ErrInvalid
	}
	local, domain := strings.ToLower(s[:at]), s[at+1:]
	domain, err := idna.Lookup.ToASCII(domain)
	if err != nil || !strings.Contains(domain, ".") || len(local) > 64 {
		return "", ErrInvalid
	}
	if again, err := idna.Lookup.ToASCII(domain); err != nil || again != domain {
		return "", ErrInvalid // an encoding of nothing: it would be another address next time
	}
	canonical := local + "@" + domain
	parsed, err := mail.ParseAddress(canonical)
	if err != nil || parsed.Name != "" || parsed.Address != canonical || !plain(local) || len(canonical) > maxLength {
		return "", ErrInvalid
	}
	return canonical, nil
}

// plain says whether a local part is of the characters that need no quoting
// (RFC 5322 atext and dots).
func plain(local string) bool {
	for _, r := range local {
		if !strings.ContainsRune("abcdefghijklmnopqrstuvwxyz0123456789.!#$%&'*+-/=?^_`{|}~", r) {
			return false
		}
	}
	return true
}
