package names_test

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"foyer/shared/names"
)

func TestANameIsFoundByAnyOfItsWordsHoweverTheyAreWritten(t *testing.T) {
	for name, want := range map[string][]string{
		"Müller & Söhne GmbH":          {"gmbh", "muller", "sohne"},
		"Foo-Bar  foo":                 {"bar", "foo"},
		"  ":                           nil,
		"3M":                           {"3m"},
		"Ｇlobex Straße":                {"globex", "strasse"},
		"Crème Brûlée":                 {"brulee", "creme"},
		strings.Repeat("ab ", 3) + "c": {"ab", "c"},
	} {
		if got := names.Words(name); !slices.Equal(got, want) {
			t.Errorf("%q: got %q, want %q", name, got, want)
		}
	}
}

func TestKeysOfNamesStayShort(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.StringN(0, 200, -1).Draw(t, "name")
		sort, words := names.Sort(name), names.Words(name)
		if len(sort) > 160 || len(words) > 20 || !utf8.ValidString(sort) {
			t.Fatalf("%q: got %d bytes and %d words", name, len(sort), len(words))
		}
		for _, w := range words {
			if len(w) > 60 || w == "" || !utf8.ValidString(w) {
				t.Fatalf("%q: the word %q", name, w)
			}
		}
	})
}
