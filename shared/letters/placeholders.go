package letters

import "strings"

// Placeholder is a name that stands in a workspace's template for what each mail says
// in its place.
type Placeholder struct {
	Name, Doc string
	// InHeaders: may stand in the subject and in the sender's name. What may is one line.
	InHeaders bool
	value     func(invitation) string
}

// Link is the placeholder that every template has.
const Link = "link"

// Note is the one whose value may have several lines.
const Note = "note"

// Placeholders are all that there are.
var Placeholders = []Placeholder{
	{Link, "the address where the invitation is accepted", false, func(m invitation) string { return m.Link }},
	{"contactName", "the name of who is invited", true, func(m invitation) string { return m.Name }},
	{"companyName", "their company", true, func(m invitation) string { return m.Company }},
	{"workspaceName", "the workspace", true, func(m invitation) string { return m.Workspace }},
	{"inviterName", "who invites", true, func(m invitation) string { return m.from() }},
	{"projectName", "the project; empty where the invitation is to the portal", true, func(m invitation) string { return m.Project }},
	{"invitedTo", "the project in quotation marks, or the client portal of the workspace, in the template's language", true, func(m invitation) string { return m.subjectTo(invitationWords[m.language]) }},
	{Note, "the inviter's own words, of several lines; empty where there are none", false, func(m invitation) string { return m.Note }},
	{"expires", "until when the link works, in the template's language", true, func(m invitation) string { return m.until() }},
}

// PlaceholderNamed is the placeholder of that name, and false where there is none.
func PlaceholderNamed(name string) (Placeholder, bool) {
	for _, p := range Placeholders {
		if p.Name == name {
			return p, true
		}
	}
	return Placeholder{}, false
}

// Piece is a piece of a template: text as it stands there, or a placeholder.
type Piece struct {
	At       int    // where it begins, in bytes
	Text     string // empty: a placeholder
	Name     string
	Unclosed bool // braces that open and do not close on their line
}

// Pieces takes a template apart. {{ name }} is {{name}}.
func Pieces(s string) []Piece {
	var out []Piece
	for at := 0; at < len(s); {
		open := strings.Index(s[at:], "{{")
		if open < 0 {
			return append(out, Piece{At: at, Text: s[at:]})
		}
		if open > 0 {
			out = append(out, Piece{At: at, Text: s[at : at+open]})
		}
		at += open
		inside, _, _ := strings.Cut(s[at+2:], "\n")
		inside, _, _ = strings.Cut(inside, "{{")
		name, _, closed := strings.Cut(inside, "}}")
		if !closed {
			out = append(out, Piece{At: at, Unclosed: true})
			at += 2
			continue
		}
		out = append(out, Piece{At: at, Name: strings.TrimSpace(name)})
		at += 2 + len(name) + 2
	}
	return out
}

// Tidy writes every placeholder in its one form. What Pieces finds wrong stays.
func Tidy(s string) string {
	var out strings.Builder
	for _, p := range Pieces(s) {
		switch {
		case p.Unclosed:
			out.WriteString("{{")
		case p.Text != "":
			out.WriteString(p.Text)
		default:
			out.WriteString("{{" + p.Name + "}}")
		}
	}
	return out.String()
}
