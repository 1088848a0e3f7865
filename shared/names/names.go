// Package names is how the names of companies and people are compared, sorted and
// found.
package names

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

const (
	// wordsMost is how many words of a name it can be found by.
	wordsMost = 20
	// wordBytes and sortBytes keep keys far below DynamoDB's 1,024 bytes, and cursors
	// that hold them short.
	wordBytes, sortBytes = 60, 160
)

// Plain is a name folded, and without accents: “Müller” is found by “muller”.
func Plain(name string) string {
	return norm.NFC.String(strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		return r
	}, norm.NFD.String(Fold(name))))
}

// Sort is the form by which names are listed in order. Two names may have the
// same; whoever makes a key of it adds the id.
func Sort(name string) string { return cut(Plain(name), sortBytes) }

// Words are the words by which a name is found, sorted, each once: runs of letters
// and digits of its plain form, the first twenty.
func Words(name string) []string {
	all := strings.FieldsFunc(Plain(name), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsNumber(r) })
	var out []string
	for _, w := range all {
		if w = cut(w, wordBytes); !slices.Contains(out, w) && len(out) < wordsMost {
			out = append(out, w)
		}
	}
	slices.Sort(out)
	return out
}

// cut is at most n bytes of s, whole characters.
func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}
