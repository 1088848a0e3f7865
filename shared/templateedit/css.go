package templateedit

import "strings"

// never are what no style of a mail has: each loads something from elsewhere, runs
// something, or could be either in disguise (a backslash writes any letter, < ends the
// element). By which images a mail loads it tells its sender that it was read; by <img>
// alone it does so in the open.
var never = []string{"\\", "<", "{{", "@import", "@font-face", "@namespace", "url(", "src(", "image(", "image-set(", "cross-fade(", "element(", "expression(", "//", "http:", "https:", "data:", "javascript:", "behavior", "-moz-binding"}

// badCSS finds the first of them, or -1.
func badCSS(css string) (what string, bad bool) {
	lower := strings.ToLower(css)
	at := len(lower)
	for _, n := range never {
		if i := strings.Index(lower, n); i >= 0 && i < at {
			at, what = i, n
		}
	}
	return what, what != ""
}

// css adds the first fault of a style, an element's content or an attribute's value,
// which begins at a position.
func (c *checker) css(at int, css string) {
	what, bad := badCSS(css)
	if !bad {
		return
	}
	c.at(at+max(0, strings.Index(strings.ToLower(css), what)), "a style has no %s: nothing is loaded from elsewhere", what)
}
