// Package mail is the mail that Foyer sends: what it says (render.go, contents.go
// and templates/), and stream-mail, through which all of it leaves (deliver.go).
package mail

import (
	"bytes"
	"embed"
	"fmt"
	htmltemplate "html/template"
	"io"
	"strings"
	"sync"
	texttemplate "text/template"
	"unicode"
)

// Message is a mail as it is sent.
type Message struct {
	To, Subject string
	Text, HTML  string
}

// Content is what a mail is about: one of the types of contents.go.
type Content interface {
	// template is the name of its file in templates/.
	template() string
	// to is the address that it goes to.
	to() string
}

//go:embed templates
var files embed.FS

// A mail's file defines subject, preheader (what a mailbox shows beside the
// subject), text, html and why (why the recipient has this mail).
var names = []string{"invitation-project", "invitation-portal", "invitation-team", "invitation-owner", "added", "notification"}

type set struct {
	text *texttemplate.Template
	html *htmltemplate.Template
}

// templates are parsed when the first mail is rendered, not at start.
var templates = sync.OnceValue(func() map[string]set {
	sets := map[string]set{}
	for _, name := range names {
		sets[name] = set{
			text: texttemplate.Must(texttemplate.ParseFS(files, "templates/layout.txt", "templates/note.tmpl", "templates/"+name+".tmpl")),
			html: htmltemplate.Must(htmltemplate.ParseFS(files, "templates/layout.html", "templates/note.tmpl", "templates/"+name+".tmpl")),
		}
	}
	return sets
})

// layout is what the layouts see.
type layout struct {
	Subject string
	Content Content
}

// Render writes the mail. Whatever stands in names and notes stays text: it
// cannot become markup, a header or a second line of the subject.
func Render(c Content) (Message, error) {
	t, ok := templates()[c.template()]
	if !ok {
		return Message{}, fmt.Errorf("no mail %q", c.template())
	}
	subject, err := execute(t.text, "subject", c)
	if err != nil {
		return Message{}, err
	}
	m := Message{To: c.to(), Subject: short(line(subject), subjectMost)}
	page := layout{Subject: m.Subject, Content: c}
	if m.Text, err = execute(t.text, "layout", page); err != nil {
		return Message{}, err
	}
	m.HTML, err = execute(t.html, "layout", page)
	return m, err
}

func execute(t interface {
	ExecuteTemplate(w io.Writer, name string, data any) error
}, name string, data any) (string, error) {
	var out bytes.Buffer
	if err := t.ExecuteTemplate(&out, name, data); err != nil {
		return "", fmt.Errorf("mail template: %w", err)
	}
	return out.String(), nil
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
