package api

import (
	"regexp"
	"testing"

	"pgregory.net/rapid"
)

// idForms are the forms of ids as the document has them, which ValidID looks at
// without regular expressions.
var idForms = func() map[string]*regexp.Regexp {
	forms := map[string]*regexp.Regexp{}
	for kind, f := range pathForms {
		if f.pattern != "" {
			forms[kind] = regexp.MustCompile(f.pattern)
		}
	}
	return forms
}()

func TestAnIDIsValidForItsOwnKindOnly(t *testing.T) {
	for kind, form := range idForms {
		rapid.Check(t, func(t *rapid.T) {
			id := rapid.StringMatching(form.String()).Draw(t, "id")
			if !ValidID(kind, id) {
				t.Fatalf("%q is no id of a %s, want it to be one", id, kind)
			}
			for other, form := range idForms {
				if got, want := ValidID(other, id), form.MatchString(id); got != want {
					t.Fatalf("%q as an id of a %s: got %t, want %t", id, other, got, want)
				}
			}
			// One byte changed, put in or left out.
			at := rapid.IntRange(0, len(id)-1).Draw(t, "at")
			replacement := rapid.SampledFrom([]string{"", "0", "7", "8", "A", "I", "L", "O", "U", "Z", "a", "_", "-", "\n", "é", id[at:at+1] + "0"}).Draw(t, "replacement")
			changed := id[:at] + replacement + id[at+1:]
			if got, want := ValidID(kind, changed), form.MatchString(changed); got != want {
				t.Fatalf("%q as an id of a %s: got %t, want %t", changed, kind, got, want)
			}
		})
	}
	if ValidID("contact", "01JD0000000000000000000000") {
		t.Error("an id without the prefix of its kind is valid")
	}
	if ValidID("planet", "pla_01JD0000000000000000000000") {
		t.Error("an id of an unknown kind is valid")
	}
}
