package templateedit

import (
	"strings"

	"golang.org/x/net/html"

	"foyer/shared/letters"
)

// breaks are the elements that begin a line of their own, by how many line ends stand
// before and after them.
var breaks = map[string]int{
	"address": 2, "article": 2, "blockquote": 2, "center": 2, "div": 1, "dl": 2, "dd": 1, "dt": 1, "figcaption": 1, "figure": 2, "footer": 2,
	"h1": 2, "h2": 2, "h3": 2, "h4": 2, "h5": 2, "h6": 2, "header": 2, "hr": 2, "li": 1, "main": 2, "ol": 2, "p": 2, "pre": 2, "section": 2, "table": 2, "tr": 1, "ul": 2,
}

// textOf is the text part of HTML that was sanitised: its words, its paragraphs and
// list items, and behind each link where it leads.
func textOf(source string) string {
	_, source = letters.SplitStyle(source)
	var w writer
	var hrefs []string
	for z := html.NewTokenizer(strings.NewReader(source)); ; {
		kind := z.Next()
		t := z.Token()
		switch kind {
		case html.ErrorToken:
			return strings.TrimSpace(w.out.String())
		case html.TextToken:
			w.words(t.Data)
		case html.StartTagToken, html.SelfClosingTagToken:
			w.gap(breaks[t.Data])
			switch t.Data {
			case "br":
				w.ends = min(w.ends+1, 2)
			case "td", "th":
				w.space = true
			case "li":
				w.words("- ")
			case "img":
				w.words(attribute(t, "alt"))
			case "a":
				hrefs, w.since = append(hrefs, attribute(t, "href")), w.out.Len()
				w.space = w.space || attribute(t, "href") == linkPlaceholder // glued to other words it would be another address
			}
		case html.EndTagToken:
			if t.Data == "a" && len(hrefs) > 0 {
				w.leads(hrefs[len(hrefs)-1])
				hrefs = hrefs[:len(hrefs)-1]
			}
			w.gap(breaks[t.Data])
		case html.CommentToken, html.DoctypeToken:
		}
	}
}

func attribute(t html.Token, name string) string {
	for _, a := range t.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

// writer writes text with single spaces, and line ends where they are due.
type writer struct {
	out   strings.Builder
	ends  int  // line ends that are due
	space bool // white space that is due
	since int  // where the words of the link begin
}

func (w *writer) gap(ends int) { w.ends = max(w.ends, ends) }

func (w *writer) words(s string) {
	for i, field := range strings.Fields(s) {
		if i > 0 || startsWithSpace(s) {
			w.space = true
		}
		switch {
		case w.out.Len() == 0:
		case w.ends > 0:
			w.out.WriteString(strings.Repeat("\n", w.ends))
		case w.space:
			w.out.WriteString(" ")
		}
		w.ends, w.space = 0, false
		w.out.WriteString(field)
	}
	if s != "" && startsWithSpace(s[len(s)-1:]) {
		w.space = true
	}
}

func startsWithSpace(s string) bool { return strings.TrimLeft(s, " \t\r\n") != s }

// leads writes where the link leads whose words were just written, unless they say it.
func (w *writer) leads(href string) {
	said := strings.TrimSpace(w.out.String()[min(w.since, w.out.Len()):])
	address := strings.TrimPrefix(strings.TrimPrefix(href, "mailto:"), "tel:")
	if said == address || said == href {
		w.space = w.space || href == linkPlaceholder
		return
	}
	if href == linkPlaceholder {
		w.words(":")
		w.gap(1)
		w.words(href)
		w.gap(1)
		return
	}
	w.words(" <" + address + ">")
}
