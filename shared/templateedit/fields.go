package templateedit

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"foyer/shared/api"
	"foyer/shared/invitationtemplate"
	"foyer/shared/letters"
	"foyer/shared/table"
)

// checked is the row of a template that may be sent: every placeholder known, its HTML
// sanitised, its text made where none was given, the link in both. A 422 with the place
// of every fault otherwise.
func checked(t invitationtemplate.Template) (table.TemplateRow, error) {
	row := table.TemplateRow{
		SenderName: letters.Tidy(t.SenderName.String()), ReplyTo: t.ReplyTo.Canonical(), Subject: letters.Tidy(t.Subject.String()),
		Text: letters.Tidy(string(t.Text)), Language: t.Language,
	}
	found := inHeader("body.senderName", string(t.SenderName))
	found = append(found, inHeader("body.subject", string(t.Subject))...)
	found = append(found, inText(string(t.Text))...)
	if t.HTML == "" && t.Text != "" {
		found = append(found, api.Fault("body.text", "needs html beside it: a mail has both parts"))
	}
	if t.HTML != "" {
		html, faults := sanitised(string(t.HTML))
		if found = append(found, faults...); len(faults) == 0 {
			row.HTML = html
			if row.Text == "" {
				row.TextMade = textOf(html)
			}
		}
	}
	if len(found) > 0 {
		return table.TemplateRow{}, api.Invalid(found...)
	}
	return row, nil
}

// inHeader are the faults of a field that becomes a header of the mail.
func inHeader(location, text string) []api.FieldError {
	f := &faults{location: location, text: text}
	for _, p := range letters.Pieces(text) {
		if placeholder, ok := f.placeholder(0, p); ok && !placeholder.InHeaders {
			f.at(p.At, "{{%s}} cannot stand here", p.Name)
		}
	}
	return f.found
}

// inText are the faults of the text part. The link has to stand alone: glued to an
// address before it, it would be carried to wherever that leads, with the token that
// opens the invitation.
func inText(text string) []api.FieldError {
	f := &faults{location: "body.text", text: text}
	if text == "" {
		return nil
	}
	linked := false
	pieces := letters.Pieces(text)
	for i, p := range pieces {
		if placeholder, ok := f.placeholder(0, p); ok && placeholder.Name == letters.Link {
			linked = true
			after := ""
			if i+1 < len(pieces) {
				after = text[pieces[i+1].At:]
			}
			f.alone(p.At, text[:p.At], after)
		}
	}
	if !linked {
		f.found = append(f.found, api.Fault("body.text", "has no {{%s}}", letters.Link))
	}
	return f.found
}

// placeholder finds a piece that is a placeholder, and adds what is wrong with it;
// false where it is none that could be used. offset is where the pieces' text begins.
func (f *faults) placeholder(offset int, p letters.Piece) (letters.Placeholder, bool) {
	if p.Unclosed {
		f.at(offset+p.At, "{{ is not closed on its line: a placeholder is {{name}}")
		return letters.Placeholder{}, false
	}
	if p.Text != "" {
		return letters.Placeholder{}, false
	}
	placeholder, known := letters.PlaceholderNamed(p.Name)
	if !known {
		f.at(offset+p.At, "there is no such placeholder; there are %s", names())
	}
	return placeholder, known
}

// alone adds a fault where what stands before or after a link in running text is no
// white space and no bracket.
func (f *faults) alone(position int, before, after string) {
	last, _ := utf8.DecodeLastRuneInString(before)
	first, _ := utf8.DecodeRuneInString(after)
	if before != "" && !borders(last) || after != "" && !borders(first) {
		f.at(position, "the link has to stand alone, between white space or brackets")
	}
}

// borders says whether a program that finds addresses in a text ends one there.
func borders(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune("()<>", r) }

func names() string {
	var out []string
	for _, p := range letters.Placeholders {
		out = append(out, p.Name)
	}
	return strings.Join(out, ", ")
}
