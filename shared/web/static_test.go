package web_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// sources are the files of the page by name.
func sources(t *testing.T) map[string]string {
	t.Helper()
	out := map[string]string{}
	for _, pattern := range []string{"static/*.html", "static/app/*"} {
		names, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			text, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			out[name] = string(text)
		}
	}
	if len(out) < 10 {
		t.Fatalf("found only %d files of the page", len(out))
	}
	return out
}

func TestThePageKeepsToItsOwnMeans(t *testing.T) {
	// Each with the reason why it has no place in the page.
	for _, forbidden := range []struct{ pattern, why string }{
		{`innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser|createContextualFragment|srcdoc`, "text of people would be read as markup"},
		{`\beval\(|new Function|setTimeout\(\s*['"]`, "text would be run as code"},
		{`localStorage|indexedDB|document\.cookie|cookieStore`, "a token would outlive its tab"},
		{`\sstyle=|\son[a-z]+="`, "the Content-Security-Policy refuses it"},
		{`(?:https?:)?//[a-z0-9-]+\.[a-z]`, "the page loads nothing from elsewhere"},
	} {
		re := regexp.MustCompile(forbidden.pattern)
		for name, text := range sources(t) {
			for n, line := range strings.Split(text, "\n") {
				code := strings.ReplaceAll(line, "http://www.w3.org/2000/svg", "") // a name, not an address
				if strings.HasPrefix(strings.TrimSpace(code), "//") {
					continue // a comment
				}
				if re.MatchString(code) {
					t.Errorf("%s:%d: %s: %s", name, n+1, forbidden.why, strings.TrimSpace(line))
				}
			}
		}
	}
}

var imported = regexp.MustCompile(`(?m)^import (?:\{([^}]*)\} )?from '\./([\w-]+\.js)';$|^import .*$`)

func TestModulesImportWhatIsThere(t *testing.T) {
	files := sources(t)
	for name, text := range files {
		if filepath.Ext(name) != ".js" {
			continue
		}
		for _, m := range imported.FindAllStringSubmatch(text, -1) {
			neighbour, ok := files[filepath.Join("static", "app", m[2])]
			if !ok {
				t.Errorf("%s: %s: no such module beside it", name, m[0])
				continue
			}
			for what := range strings.SplitSeq(m[1], ",") {
				what = strings.TrimSpace(what)
				if !regexp.MustCompile(`(?m)^export (?:async )?(?:function|class|const) ` + regexp.QuoteMeta(what) + `\b`).MatchString(neighbour) {
					t.Errorf("%s imports %s from %s, which does not export it", name, what, m[2])
				}
				if strings.Count(text, what) < 2 {
					t.Errorf("%s imports %s and does not use it", name, what)
				}
			}
		}
	}
}

// Rule 26: mail scanners open links and run what the page runs by itself. So an
// invitation is opened and accepted only in what a click or a sent form runs.
func TestOnlyAPersonsActOpensOrAcceptsAnInvitation(t *testing.T) {
	text := sources(t)[filepath.Join("static", "app", "invitation.js")]
	_, loading, found := strings.Cut(text, "export async function invitation(")
	loading, _, ends := strings.Cut(loading, "\n}\n")
	if !found || !ends {
		t.Fatal("the function that loads the page of an invitation is not where this test looks for it")
	}
	if strings.Contains(loading, "'POST'") || strings.Contains(loading, "opening") || strings.Contains(loading, "acceptance") {
		t.Errorf("loading the page sends more than a GET: %s", loading)
	}
	if !strings.Contains(loading, "history.replaceState") {
		t.Error("the token stays in the address bar")
	}
	for _, act := range []string{"/opening`", "/acceptance`"} {
		if got := strings.Count(text, act); got != 1 {
			t.Errorf("%s is sent from %d places, want one, which needs a person's act", act, got)
		}
	}
}

// The same of the other links in mails: a scanner that opens them changes no password
// and confirms no address.
func TestOnlyAPersonsActUsesALinkOfAMail(t *testing.T) {
	for _, link := range []struct{ file, view, act string }{
		{"passwords.js", "passwordReset", "/password-resets/${token}`"},
		{"account.js", "addressChange", "/address-changes/${token}`"},
	} {
		text := sources(t)[filepath.Join("static", "app", link.file)]
		_, view, found := strings.Cut(text, "export async function "+link.view+"(")
		if !found {
			t.Fatalf("%s is not where this test looks for it", link.view)
		}
		before, _, acts := strings.Cut(view, link.act)
		if !acts || strings.Count(text, link.act) != 1 {
			t.Errorf("%s is not sent from one place of %s", link.act, link.view)
		}
		if !strings.Contains(before, "history.replaceState") {
			t.Errorf("%s: the token stays in the address bar", link.view)
		}
		if !strings.Contains(before, "submit: async") && !strings.Contains(before, "click: () =>") {
			t.Errorf("%s sends %s without a person's act", link.view, link.act)
		}
	}
}
