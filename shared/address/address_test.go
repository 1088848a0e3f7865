package address

import (
	"strings"
	"testing"
	"unicode"
)

func TestAnAddressHasOneSpelling(t *testing.T) {
	for typed, want := range map[string]string{
		"carl@globex.example":        "carl@globex.example",
		"  Carl@Globex.EXAMPLE\n":    "carl@globex.example",
		"carl+news@globex.example":   "carl+news@globex.example",
		"o'brien@globex.example":     "o'brien@globex.example",
		"carl@bücher.example":        "carl@xn--bcher-kva.example",
		"carl@bu\u0308cher.example":  "carl@xn--bcher-kva.example", // the same word, composed otherwise
		"carl@BÜCHER.example":        "carl@xn--bcher-kva.example",
		"a.b-c_d@sub.globex.example": "a.b-c_d@sub.globex.example",
	} {
		if got, err := Canonical(typed); err != nil || got != want {
			t.Errorf("%q: got %q %v, want %q", typed, got, err, want)
		}
	}
}

func TestWhatIsNoAddressIsRefused(t *testing.T) {
	for _, typed := range []string{
		"", "@", "carl", "carl@", "@globex.example", "carl@globex", "carl@@globex.example", "carl@globex..example", "ca rl@globex.example", "carl@glo bex.example",
		"Carl <carl@globex.example>", "carl@globex.example, dora@globex.example", "carl@globex.example\r\nBcc: dora@globex.example", "\"carl\"@globex.example",
		"carl.@globex.example", ".carl@globex.example", "ca..rl@globex.example", "cärl@globex.example", "carl@[192.0.2.1]", "carl@-globex.example", "carl(x)@globex.example",
		strings.Repeat("a", 65) + "@globex.example", "a@" + strings.Repeat("b.", 130) + "example", "carl@globex.example\x00", "carl\u202e@globex.example",
	} {
		if got, err := Canonical(typed); err == nil {
			t.Errorf("%q: taken as %q", typed, got)
		}
	}
}

// Whatever is taken is safe in a mail's header and found again under its own spelling.
func FuzzCanonical(f *testing.F) {
	for _, seed := range []string{"carl@globex.example", "Carl@BÜCHER.example", "a@b.c\r\nBcc: x@y.z", "\"a b\"@c.example", "a@xn--a.example"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		got, err := Canonical(typed)
		if err != nil {
			return
		}
		if again, err := Canonical(got); err != nil || again != got {
			t.Errorf("%q became %q, which becomes %q %v", typed, got, again, err)
		}
		if strings.Count(got, "@") != 1 || len(got) > maxLength || got != strings.ToLower(got) {
			t.Errorf("%q became %q", typed, got)
		}
		for _, r := range got {
			if r > unicode.MaxASCII || unicode.IsControl(r) || unicode.IsSpace(r) || strings.ContainsRune("<>,;:\"()[]\\", r) {
				t.Errorf("%q became %q, with %q in it", typed, got, r)
			}
		}
	})
}
