package letters

import (
	_ "embed" // template.html
	"errors"
	"strings"

	"foyer/shared/table"
)

// templateLayout is the HTML around a workspace's own.
//
//go:embed template.html
var templateLayout string

// fromTemplate is the mail of an invitation as the workspace's template has it.
type fromTemplate struct {
	invitation
	Message
}

// To is the address that it goes to.
func (t fromTemplate) To() string { return t.invitation.To() }

// errBroken says nothing of the template's content: it is logged.
var errBroken = errors.New("the invitation template is broken")

// FromTemplate is the mail of an invitation of a contact as the workspace's template
// has it: what the template leaves empty is as in the default mail. Beneath stands why
// the recipient has it, in Foyer's words. An error where the template is not one that
// could be saved.
func FromTemplate(row table.TemplateRow, inv table.InvitationRow, link string, reminder bool) (Content, error) {
	m := invitationOf(inv, link, reminder, row.Language)
	standard, err := Render(m)
	if err != nil {
		return nil, err
	}
	out := fromTemplate{invitation: m, Message: standard}
	out.ReplyTo = line(row.ReplyTo)
	plain := func(s string) string { return s }
	if row.SenderName != "" {
		name, err := m.filled(row.SenderName, true, plain)
		if err != nil {
			return nil, err
		}
		out.SenderName = short(line(name), SenderNameMost)
	}
	if row.Subject != "" {
		subject, err := m.filled(row.Subject, true, plain)
		if err != nil {
			return nil, err
		}
		if reminder {
			subject = invitationWords[m.language].reminder + subject
		}
		out.Subject = short(line(subject), subjectMost)
	}
	if row.HTML != "" {
		if err := m.ownBody(row, &out.Message); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// SenderNameMost is how many characters a sender's name has at most.
const SenderNameMost = 64

// ownBody writes the two parts of a template that has them.
func (m invitation) ownBody(row table.TemplateRow, out *Message) error {
	body, err := m.filled(row.HTML, false, func(s string) string {
		var written []markup
		for _, l := range lines(s) {
			written = append(written, escaped(l))
		}
		return string(joined(written, "<br>"))
	})
	if err != nil {
		return err
	}
	text := row.Text
	if text == "" {
		text = row.TextMade
	}
	if text, err = m.filled(text, false, func(s string) string { return strings.Join(lines(s), "\n") }); err != nil {
		return err
	}
	if !webAddress(m.Link) || !strings.Contains(body, `href="`+string(escaped(m.Link))+`"`) || !strings.Contains(text, m.Link) {
		return errBroken
	}
	l := m.letter()
	style, body := SplitStyle(body)
	lang := l.language
	if lang == "" {
		lang = "en"
	}
	out.Text = text + "\n\n-- \n" + l.why + "\n"
	// body was sanitised when it was saved (templateedit), what was filled in is escaped.
	out.HTML = string(fill(markup(templateLayout), map[string]markup{
		"lang": escaped(lang), "subject": escaped(out.Subject), "style": markup(style), "body": markup(body), "why": escaped(l.why),
	}))
	return nil
}

// filled is a template with the values of this invitation, each as write gives it.
// Values are not looked at again: one with braces stays what it is.
func (m invitation) filled(template string, header bool, write func(string) string) (string, error) {
	var out strings.Builder
	for _, p := range Pieces(template) {
		if p.Text != "" {
			out.WriteString(p.Text)
			continue
		}
		placeholder, known := PlaceholderNamed(p.Name)
		if !known || p.Unclosed || header && !placeholder.InHeaders {
			return "", errBroken
		}
		out.WriteString(write(placeholder.value(m)))
	}
	return out.String(), nil
}

// SplitStyle parts the style element, with which a template's HTML may begin, from
// what follows it: it has to stand in the head, since some programs heed it only there.
func SplitStyle(html string) (style, body string) {
	const begin, end = "<style>", "</style>"
	if !strings.HasPrefix(html, begin) {
		return "", html
	}
	at := strings.Index(html, end)
	if at < 0 {
		return "", html
	}
	at += len(end)
	return html[:at], html[at:]
}
