package api

import (
	"strings"
	"unicode"

	"github.com/danielgtaylor/huma/v2"

	"foyer/shared/address"
)

// Line is text of one line: names and titles. Not blank, no control characters
// (it ends up in mail subjects).
type Line string

// Resolve checks it where it stands in the input.
func (l Line) Resolve(_ huma.Context, at *huma.PathBuffer) []error {
	if l == "" {
		return nil // the schema says whether it may be absent or empty
	}
	if strings.TrimSpace(string(l)) == "" {
		return []error{&huma.ErrorDetail{Location: at.String(), Message: "must not be blank"}}
	}
	if !l.One() {
		return []error{&huma.ErrorDetail{Location: at.String(), Message: "must be one line, without control characters"}}
	}
	return nil
}

// One says whether it is one line: without control characters, and without those that
// turn the direction of what follows.
func (l Line) One() bool {
	return !strings.ContainsFunc(string(l), func(r rune) bool {
		return unicode.IsControl(r) || r == '\u2028' || r == '\u2029' || unicode.In(r, unicode.Bidi_Control)
	})
}

// String is the line without white space around it.
func (l Line) String() string { return strings.TrimSpace(string(l)) }

// Text is text of several lines. No control characters but tab and line ends.
type Text string

// Resolve checks it where it stands in the input.
func (t Text) Resolve(_ huma.Context, at *huma.PathBuffer) []error {
	if strings.ContainsFunc(string(t), func(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\r' && r != '\t' }) {
		return []error{&huma.ErrorDetail{Location: at.String(), Message: "must not have control characters"}}
	}
	return nil
}

// Email is an e-mail address as typed.
type Email string

// Resolve checks it where it stands in the input.
func (e Email) Resolve(_ huma.Context, at *huma.PathBuffer) []error {
	if e == "" {
		return nil
	}
	if _, err := address.Canonical(string(e)); err != nil {
		return []error{&huma.ErrorDetail{Location: at.String(), Message: "must be an e-mail address"}}
	}
	return nil
}

// Canonical is the one spelling of the address (Resolve has checked it).
func (e Email) Canonical() string {
	canonical, err := address.Canonical(string(e))
	if err != nil {
		return ""
	}
	return canonical
}
