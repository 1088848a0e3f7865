// Package letters is what the mails of Foyer say (contents.go, letters.go), and how
// that becomes HTML and text (blocks.go, render.go and layout.html). It sends nothing
// (shared/mail does), and links no client of AWS's: what shows a mail needs none.
package letters

import (
	"cmp"
	_ "embed" // layout.html
	"errors"
	"strings"
	"unicode"
)

// Message is a mail as it is sent.
type Message struct {
	To, Subject string
	Text, HTML  string
	// SenderName stands beside Foyer's own address, where the workspace has one of its
	// own; ReplyTo is where answers go.
	SenderName, ReplyTo string
}

// Content is what a mail is about: one of the types of contents.go.
type Content interface {
	// letter is what the mail says.
	letter() letter
	// To is the address that it goes to.
	To() string
}

// letter is what a mail says, in the order in which it is read.
type letter struct {
	language  string // as in <html lang>; empty: English
	subject   string
	preheader string // what a mailbox shows beside the subject
	blocks    []block
	why       string // why the recipient has this mail
}

// layout is the HTML of a mail around its blocks. It and the blocks are filled in
// by plain code: html/template and text/template find methods by their names at
// run time, so that the linker may leave out none, and a function that links them
// carries all of the SDK (17 MB instead of 10).
//
//go:embed layout.html
var layout string

// Render writes the mail. Whatever stands in names and notes stays text: it
// cannot become markup, a header or a second line of the subject.
func Render(c Content) (Message, error) {
	if own, ok := c.(fromTemplate); ok {
		return own.Message, nil
	}
	l := c.letter()
	var text []string
	var blocks []markup
	for _, b := range l.blocks {
		if b, ok := b.(interface{ address() string }); ok && !webAddress(b.address()) {
			return Message{}, errNoPage
		}
		blocks = append(blocks, b.html())
		if t := b.text(); t != "" {
			text = append(text, t)
		}
	}
	m := Message{To: c.To(), Subject: short(line(l.subject), subjectMost)}
	m.Text = strings.Join(text, "\n\n") + "\n\n-- \n" + l.why + "\n"
	m.HTML = string(fill(markup(layout), map[string]markup{
		"lang": escaped(cmp.Or(l.language, "en")), "subject": escaped(m.Subject), "preheader": escaped(l.preheader), "blocks": joined(blocks, "\n"), "why": escaped(l.why),
	}))
	return m, nil
}

// errNoPage does not say where it would lead: that may be a secret.
var errNoPage = errors.New("a link of the mail leads to no web address")

// webAddress says whether a link may stand in a mail: a page, never a script.
func webAddress(link string) bool {
	return strings.HasPrefix(link, "https://") || strings.HasPrefix(link, "http://")
}

// markup is HTML. Only what escaped gives, and constants, become it, so that what
// somebody typed cannot by mistake.
type markup string

var escapes = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&#34;")

// escaped is s as the words of an element or the value of an attribute in double
// quotes; attributes stand in no others here, so apostrophes may stay.
func escaped(s string) markup { return markup(escapes.Replace(s)) }

// fill puts values in their places in a piece of HTML, {{name}}. What was put in
// is not looked at again: a value with braces stays what it is.
func fill(m markup, values map[string]markup) markup {
	pairs := make([]string, 0, 2*len(values))
	for name, value := range values {
		pairs = append(pairs, "{{"+name+"}}", string(value))
	}
	return markup(strings.NewReplacer(pairs...).Replace(string(m)))
}

// joined is the pieces with something between them.
func joined(pieces []markup, between markup) markup {
	var out strings.Builder
	for i, piece := range pieces {
		if i > 0 {
			out.WriteString(string(between))
		}
		out.WriteString(string(piece))
	}
	return markup(out.String())
}

// subjectMost is how many characters of a subject are kept: beyond that no
// mailbox shows them.
const subjectMost = 150

// line is s as one line of visible text: no control characters, so that a name
// never begins a new line or header, and none that turn the direction of what
// stands after it.
func line(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsControl(r), r == '\u2028', r == '\u2029':
			return ' '
		case unicode.In(r, unicode.Bidi_Control), r == unicode.ReplacementChar:
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, ""))
	return strings.Join(strings.Fields(s), " ")
}

// lines are the lines of a text.
func lines(s string) []string {
	s = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\u2028", "\n", "\u2029", "\n").Replace(strings.TrimSpace(s))
	var out []string
	for part := range strings.SplitSeq(s, "\n") {
		out = append(out, line(part))
	}
	return out
}

// short cuts s to at most n characters.
func short(s string, n int) string {
	runes := []rune(s)
	if len(runes) <= n {
		return s
	}
	return strings.TrimSpace(string(runes[:n-1])) + "…"
}
