package letters

import "strings"

// block is a part of a letter, which says the same in both forms of the mail.
// Blocks stand one below the other; one without text is left out there.
type block interface {
	html() markup
	text() string
}

// run is a piece of a paragraph.
type run struct {
	words  string
	strong bool
}

// paragraph is one paragraph.
type paragraph []run

// say is a paragraph of plain words.
func say(words string) paragraph { return paragraph{{words: words}} }

func (p paragraph) html() markup {
	var runs markup
	for _, r := range p {
		if words := escaped(r.words); r.strong {
			runs += "<strong>" + words + "</strong>"
		} else {
			runs += words
		}
	}
	return `<p style="margin:0 0 16px;">` + runs + `</p>`
}

func (p paragraph) text() string {
	var out strings.Builder
	for _, r := range p {
		out.WriteString(r.words)
	}
	return out.String()
}

// note is the inviter's own words, marked as theirs; nothing where there are none.
type note struct {
	from, words string
	language    string // empty: English
}

// writes stands between who wrote the note and the note.
var writes = map[string]string{"": " writes:", german: " schreibt:"}

const noteHTML = `<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" style="margin:0 0 16px;">
<tr><td class="box" style="padding:12px 16px;border-left:4px solid #2b50d9;background:#f2f4fb;">
<p class="quiet" style="margin:0 0 4px;font-size:13px;color:#5c6470;">{{from}}</p>
<p style="margin:0;">{{lines}}</p>
</td></tr>
</table>`

func (n note) html() markup {
	if n.words == "" {
		return ""
	}
	var written []markup
	for _, l := range lines(n.words) {
		written = append(written, escaped(l))
	}
	return fill(noteHTML, map[string]markup{"from": escaped(n.from + writes[n.language]), "lines": joined(written, "<br>")})
}

func (n note) text() string {
	if n.words == "" {
		return ""
	}
	return n.from + writes[n.language] + "\n> " + strings.Join(lines(n.words), "\n> ")
}

// heading begins what is of one project.
type heading struct{ project, workspace string }

func (h heading) html() markup {
	return `<p style="margin:24px 0 12px;"><strong>` + escaped(h.project) + `</strong><br><span class="quiet" style="font-size:13px;color:#5c6470;">` + escaped(h.workspace) + `</span></p>`
}

func (h heading) text() string { return h.project + " (" + h.workspace + ")" }

// card shows an item: its kind, its title, and what else is to be known of it.
type card struct {
	kind, title string
	more        string // may be empty
}

// boxHTML is what happened or is to be done, and to what.
const boxHTML = `<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0"{{style}}>
<tr><td class="box" style="padding:12px 16px;border-left:4px solid #2b50d9;background:#f2f4fb;">
<p class="quiet" style="margin:0 0 4px;font-size:13px;color:#5c6470;">{{above}}</p>
<p style="margin:0;font-weight:600;">{{title}}</p>{{more}}
</td></tr>
</table>`

func (c card) html() markup {
	return fill(boxHTML, map[string]markup{"style": "", "above": escaped(c.kind), "title": escaped(c.title), "more": moreHTML(c.more)})
}

func moreHTML(words string) markup {
	if words == "" {
		return ""
	}
	return "\n" + `<p class="quiet" style="margin:4px 0 0;font-size:13px;color:#5c6470;">` + escaped(words) + `</p>`
}

func (c card) text() string {
	out := "    " + c.kind + ": " + c.title
	if c.more != "" {
		out += "\n    " + c.more
	}
	return out
}

// entry is one of several things that happened, with its own address.
type entry struct {
	happened, title, link string
	more                  string // may be empty
}

func (e entry) html() markup {
	title := `<a href="` + escaped(e.link) + `" style="color:#2b50d9;">` + escaped(e.title) + `</a>`
	return fill(boxHTML, map[string]markup{"style": ` style="margin:0 0 12px;"`, "above": escaped(e.happened + ":"), "title": title, "more": moreHTML(e.more)})
}

func (e entry) text() string {
	out := e.happened + ":\n    " + e.title
	if e.more != "" {
		out += "\n    " + e.more
	}
	return out + "\n    " + e.link
}

func (e entry) address() string { return e.link }

// button is the link that the mail is for, with its address to copy.
type button struct {
	label, link string
	language    string // empty: English
}

// copied leads to the address, for who cannot press the button.
var copied = map[string]markup{"": "If the button does not work, open this address:", german: "Wenn die Schaltfläche nicht funktioniert, öffnen Sie diese Adresse:"}

const buttonHTML = `<table role="presentation" cellpadding="0" cellspacing="0" border="0" style="margin:24px 0;width:100%;">
<tr><td class="button"><a href="{{link}}" style="display:inline-block;padding:12px 24px;border-radius:6px;background:#2b50d9;color:#ffffff;font-weight:600;text-decoration:none;">{{label}}</a></td></tr>
</table>
<p class="quiet" style="margin:0;font-size:13px;color:#5c6470;">{{copied}}<br><a href="{{link}}" style="color:#5c6470;word-break:break-all;">{{link}}</a></p>`

func (b button) html() markup {
	return fill(buttonHTML, map[string]markup{"link": escaped(b.link), "label": escaped(b.label), "copied": copied[b.language]})
}

func (b button) address() string { return b.link }

func (b button) text() string { return b.label + ":\n" + b.link }

// footnote is what is to be known below the button.
type footnote string

func (f footnote) html() markup {
	return `<p style="margin:16px 0 0;">` + escaped(string(f)) + `</p>`
}

func (f footnote) text() string { return string(f) }
