package names

import (
	"strings"
	"unicode"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// Fold is the form in which names of companies are compared: compatibility
// composed (NFKC), case-folded, without characters that nobody sees, white space
// collapsed. Two names that fold alike are one name. A name of nothing but white
// space and invisible characters folds to "".
func Fold(name string) string {
	seen := strings.Map(func(r rune) rune {
		if invisible(r) {
			return -1
		}
		return r
	}, norm.NFKC.String(name))
	// Folding can undo the composition, and composing can give a letter that folds
	// once more (Unicode, 3.13: toNFKC_Casefold does both twice).
	for range 2 {
		seen = norm.NFKC.String(cases.Fold().String(seen))
	}
	return strings.Join(strings.Fields(seen), " ")
}

// invisible says whether a character is ignored when a text is shown: joiners,
// soft hyphens, variation selectors, marks of direction.
func invisible(r rune) bool {
	return unicode.In(r, unicode.Cf, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector)
}
