package templateedit

import (
	"net/url"
	"slices"
	"strings"

	"golang.org/x/net/html"

	"foyer/shared/api"
	"foyer/shared/letters"
)

// sanitised is the HTML of a template as it is stored and sent: what may stand in a
// mail's body, after its one style element. What is dangerous or broken is a fault with
// its place; what does merely nothing in a mail (comments, unknown attributes, the tags
// of the page around the body) is left out.
func sanitised(source string) (string, []api.FieldError) {
	c := newChecker(source)
	c.walk()
	if len(c.found) > 0 {
		return "", c.found
	}
	out := strings.TrimSpace(strings.ReplaceAll(policy().Sanitize(c.out.String()), linkURL, linkPlaceholder))
	if style := strings.TrimSpace(c.style.String()); style != "" {
		out = "<style>" + style + "</style>\n" + out
	}
	// What is stored has to pass as well: an entity may have become a brace, and a
	// sanitiser may have a fault.
	again := newChecker(out)
	again.walk()
	switch {
	case len(again.found) > 0:
		fault := again.found[0]
		fault.Line, fault.Column = 0, 0 // of another text
		return "", []api.FieldError{fault}
	case len(out) > htmlMost:
		return "", []api.FieldError{api.Fault("body.html", "is longer than %d bytes when it is written out", htmlMost)}
	}
	return out, nil
}

// htmlMost is how long the HTML may be as it is stored, in bytes: mailboxes cut mails
// that are longer than about 100 KB.
const htmlMost = 60_000

const linkPlaceholder = "{{" + letters.Link + "}}"

// linkURL stands for the link while the HTML is sanitised: the sanitiser wants
// addresses to be addresses.
const linkURL = "https://link.invalid/"

// open is an element that is not closed yet.
type open struct {
	name  string
	at    int
	href  string
	empty bool // nothing that can be seen or pressed stands in it so far
}

// checker goes through HTML once.
type checker struct {
	*faults
	tokens     *html.Tokenizer
	stack      []open
	out, style strings.Builder
	linked     bool
	// before is what stands in the line before these words, across tags that break no
	// line; dangling, where a link ends the words so far, or -1.
	before   string
	dangling int
}

func newChecker(source string) *checker {
	return &checker{faults: &faults{location: "body.html", text: source}, tokens: html.NewTokenizer(strings.NewReader(source)), dangling: -1}
}

func (c *checker) walk() {
	at := 0
	for {
		kind := c.tokens.Next()
		raw := string(c.tokens.Raw())
		switch kind {
		case html.ErrorToken:
			if at < len(c.text) {
				c.at(at, "the tag is not closed: > is missing")
			}
			for _, o := range c.stack {
				c.at(o.at, "<%s> is not closed", o.name)
			}
			if !c.linked && len(c.found) == 0 {
				c.found = append(c.found, api.Fault(c.location, `has no link of an invitation: <a href="%s">`, linkPlaceholder))
			}
			return
		case html.TextToken:
			c.words(at, raw)
		case html.StartTagToken, html.SelfClosingTagToken:
			c.begin(at, raw, c.tokens.Token(), kind == html.SelfClosingTagToken)
		case html.EndTagToken:
			c.end(at, c.tokens.Token())
		case html.CommentToken:
			if strings.HasPrefix(raw, "<!--") && !strings.HasSuffix(raw, ">") {
				c.at(at, "the comment is not closed: --> is missing")
			}
		case html.DoctypeToken:
		}
		at += len(raw)
	}
}

// words are text between tags.
func (c *checker) words(at int, raw string) {
	switch c.inside() {
	case "style":
		c.css(at, raw)
		c.style.WriteString(raw)
		return
	case "title":
		return // the subject stands there
	}
	if c.dangling >= 0 && raw != "" {
		c.alone(c.dangling, "", html.UnescapeString(raw))
		c.dangling = -1
	}
	pieces := letters.Pieces(raw)
	for i, p := range pieces {
		placeholder, ok := c.placeholder(at, p)
		if !ok || placeholder.Name != letters.Link {
			continue
		}
		before, after := c.before+raw[:p.At], ""
		if i+1 < len(pieces) {
			after = raw[pieces[i+1].At:]
		} else {
			c.dangling = at + p.At
		}
		c.alone(at+p.At, html.UnescapeString(before), html.UnescapeString(after))
		for _, o := range c.stack {
			if o.name == "a" && o.href != linkPlaceholder {
				c.at(at+p.At, "the link stands in an <a> that leads elsewhere")
			}
		}
	}
	if strings.TrimSpace(html.UnescapeString(raw)) != "" {
		c.seen()
	}
	c.before = raw
	c.out.WriteString(letters.Tidy(raw))
}

// line says that a tag of that name ends the line.
func (c *checker) line(name string) {
	if breaks[name] > 0 || slices.Contains([]string{"br", "td", "th"}, name) {
		c.before, c.dangling = "", -1
	}
}

// seen says of all open elements that something stands in them.
func (c *checker) seen() {
	for i := range c.stack {
		c.stack[i].empty = false
	}
}

func (c *checker) inside() string {
	if len(c.stack) == 0 {
		return ""
	}
	return c.stack[len(c.stack)-1].name
}

func (c *checker) begin(at int, raw string, t html.Token, closed bool) {
	if why, never := refused[t.Data]; never {
		c.at(at, "<%s>: %s", t.Data, why)
	} else if !slices.Contains(allowed, t.Data) && !slices.Contains(left, t.Data) {
		c.at(at, "<%s> cannot stand in a mail", t.Data)
	}
	c.line(t.Data)
	o := open{name: t.Data, at: at, empty: true}
	for i := range t.Attr {
		c.attribute(at, raw, t.Data, &t.Attr[i], &o)
	}
	if t.Data == "a" {
		if o.href == "" {
			c.at(at, "<a> has no href")
		}
		if slices.ContainsFunc(c.stack, func(o open) bool { return o.name == "a" }) {
			c.at(at, "<a> stands in another <a>")
		}
	}
	if t.Data == "img" {
		c.seen()
	}
	if !slices.Contains(left, t.Data) {
		c.out.WriteString(t.String())
	}
	switch {
	case slices.Contains(void, t.Data):
	case closed:
		c.at(at, "<%s> is not closed: in HTML the slash closes nothing", t.Data)
	default:
		c.stack = append(c.stack, o)
	}
}

func (c *checker) end(at int, t html.Token) {
	c.line(t.Data)
	i := len(c.stack) - 1
	for i >= 0 && c.stack[i].name != t.Data {
		i--
	}
	if i < 0 {
		c.at(at, "</%s> closes nothing that is open", t.Data)
		return
	}
	for _, o := range c.stack[i+1:] {
		c.at(o.at, "<%s> is not closed before </%s>", o.name, t.Data)
	}
	o := c.stack[i]
	c.stack = c.stack[:i]
	if o.name == "a" && o.href == linkPlaceholder {
		if c.linked = true; o.empty {
			c.at(o.at, "the link has nothing to press")
		}
	}
	if !slices.Contains(left, t.Data) {
		c.out.WriteString(t.String())
	}
}

// attribute looks at one attribute of a tag, which begins at a position.
func (c *checker) attribute(at int, raw, element string, a *html.Attribute, o *open) {
	inside := at + max(0, strings.Index(raw, a.Val)) // where its value is, if no entity stands in it
	at += max(0, strings.Index(strings.ToLower(raw), a.Key))
	value := strings.TrimSpace(a.Val)
	switch {
	case strings.HasPrefix(a.Key, "on"):
		c.at(at, "%s: scripts cannot stand in a mail", a.Key)
	case element == "a" && a.Key == "href":
		o.href = c.href(at, value)
		if a.Val = o.href; o.href == linkPlaceholder {
			a.Val = linkURL
		}
	case element == "img" && a.Key == "src":
		if u, err := url.Parse(value); err != nil || u.Scheme != "https" || u.Host == "" || strings.Contains(value, "{{") {
			c.at(at, "an image is at an https: address, without a placeholder")
		}
	case a.Key == "style":
		c.css(inside, a.Val)
	case element == "meta" && a.Key == "http-equiv" && !strings.EqualFold(value, "content-type") && !strings.EqualFold(value, "x-ua-compatible"):
		c.at(at, "<meta http-equiv>: a mail leads nowhere by itself")
	case element == "style" && a.Key != "type":
		c.at(at, "<style> takes no attribute: write @media within it")
	case a.Key == "alt" || a.Key == "title":
		for _, p := range letters.Pieces(a.Val) {
			if placeholder, ok := c.placeholder(inside, p); ok && !placeholder.InHeaders {
				c.at(inside+p.At, "{{%s}} cannot stand here", p.Name)
			}
		}
		a.Val = letters.Tidy(a.Val)
	case strings.Contains(a.Val, "{{"):
		c.at(at, "a placeholder cannot stand here")
	case script(value):
		c.at(at, "scripts cannot stand in a mail")
	}
}

// href is where an <a> leads: to the invitation, or somewhere that no placeholder says,
// so that nothing of the invitation, least of all its token, goes elsewhere.
func (c *checker) href(at int, value string) string {
	if strings.Contains(value, "{{") {
		if tidy := letters.Tidy(value); tidy == linkPlaceholder {
			return tidy
		}
		c.at(at, "href is {{%s}} alone, or an address without a placeholder", letters.Link)
		return value
	}
	u, err := url.Parse(value)
	if err != nil || !slices.Contains([]string{"https", "http", "mailto", "tel"}, u.Scheme) || strings.HasPrefix(u.Scheme, "http") && u.Host == "" {
		c.at(at, "href leads to an https:, http:, mailto: or tel: address, written out")
	}
	return value
}

// script says whether an address is one that runs.
func script(value string) bool {
	value = strings.ToLower(strings.Map(func(r rune) rune {
		if r <= ' ' {
			return -1
		}
		return r
	}, value))
	for _, scheme := range []string{"javascript:", "vbscript:", "data:"} {
		if strings.HasPrefix(value, scheme) {
			return true
		}
	}
	return false
}
