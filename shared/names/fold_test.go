package names_test

import (
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"foyer/shared/names"
)

func TestACompanyIsFoundHoweverItsNameIsWritten(t *testing.T) {
	for _, c := range []struct{ a, b string }{
		{"Globex", "globex"},
		{"Globex", "  GLOBEX\t"},
		{"Globex Corp", "globex \u00a0 corp"},      // no-break space
		{"Globex Corp", "globex\u3000corp"},        // ideographic space
		{"Straße AG", "STRASSE AG"},                // folds to two letters
		{"Café", "Cafe\u0301"},                     // composed and decomposed
		{"ＡＣＭＥ", "acme"},                           // full width
		{"ﬁrma", "Firma"},                          // ligature
		{"ΣΊΣΥΦΟΣ", "σίσυφος"},                     // final sigma
		{"Glo\u200bbex", "Globex"},                 // zero width space
		{"Glo\u00adbex", "Globex"},                 // soft hyphen
		{"Globex\ufe0f", "Globex"},                 // variation selector
		{"\u0130stanbul", "i\u0307stanbul"},        // capital I with a dot
		{"Ω & Co", "Ω & co"},                       // ohm sign and omega
		{"\u1e9e", "ss"},                           // capital sharp s
		{"x\u2003\u2003y", "x y"}, {"№ 1", "No 1"}, // em space; compatibility
	} {
		if got, want := names.Fold(c.a), names.Fold(c.b); got != want {
			t.Errorf("%q and %q are two names: %q and %q", c.a, c.b, got, want)
		}
	}
}

func TestOtherNamesStayOther(t *testing.T) {
	for _, c := range []struct{ a, b string }{
		{"Globex", "Globex Inc"}, {"Globex", "Globéx"}, {"AB", "A B"}, {"Muller", "Müller"}, {"Acme", "Аcme"}, // the last with a Cyrillic A
	} {
		if a, b := names.Fold(c.a), names.Fold(c.b); a == b {
			t.Errorf("%q and %q are one name: %q", c.a, c.b, a)
		}
	}
}

func TestANameThatNobodySeesIsEmpty(t *testing.T) {
	for _, name := range []string{"", " ", "\u200b\u200d", "\u00a0\u3000", "\u115f", "\ufe0f"} {
		if got := names.Fold(name); got != "" {
			t.Errorf("Fold(%q): got %q, want nothing", name, got)
		}
	}
}

func TestFoldingAgainChangesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.String().Draw(t, "name")
		once := names.Fold(name)
		if twice := names.Fold(once); twice != once {
			t.Fatalf("%q folds to %q, and that to %q", name, once, twice)
		}
		if !utf8.ValidString(once) {
			t.Fatalf("%q folds to invalid UTF-8", name)
		}
	})
}
