package letters

import (
	"io"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/html"

	"foyer/shared/policy"
	"foyer/shared/table"
)

// words are what people wrote that stands in mails.
type words struct{ name, inviter, workspace, project, note, title string }

// plain are words of the same form that mean nothing: a line for a line, nothing for
// nothing.
func (w words) plain() words {
	p := words{name: "x", inviter: "x", workspace: "x", project: "x", title: "x"}
	if line(w.inviter) == "" {
		p.inviter = ""
	}
	if w.note != "" {
		p.note = strings.Repeat("x\n", len(lines(w.note)))
	}
	return p
}

// contents are all kinds of mail, with these words.
var contents = []func(words) Content{
	func(w words) Content { return Invitation(w.invitation(), testLink, false, "") },
	func(w words) Content { return Invitation(w.invitation(), testLink, true, "") },
	func(w words) Content {
		inv := w.invitation()
		inv.Project, inv.ProjectName = "", ""
		return Invitation(inv, testLink, false, "")
	},
	func(w words) Content {
		inv := w.invitation()
		inv.Project, inv.Role = "", table.RoleMember
		return Invitation(inv, testLink, false, "")
	},
	func(w words) Content {
		inv := w.invitation()
		inv.Role, inv.SelfService = table.RoleOwner, true
		return Invitation(inv, testLink, false, "")
	},
	func(w words) Content { return Added{w.about()} },
	func(w words) Content {
		return Account{Kind: table.MailMFAReset, Email: carl.Email, Name: w.name, Workspace: w.workspace, Link: testLink}.Clean()
	},
	func(w words) Content { return w.told() },
	func(w words) Content {
		n := w.told()
		n.Client, n.Reason, n.Type = false, policy.ReasonActivity, table.ActivityItemShared
		return n
	},
}

func (w words) invitation() table.InvitationRow {
	inv := carl
	inv.Name, inv.InviterName, inv.WorkspaceName, inv.ProjectName, inv.Note = w.name, w.inviter, w.workspace, w.project, w.note
	return inv
}

func (w words) about() About {
	return About{Email: carl.Email, Name: w.name, Inviter: w.inviter, Workspace: w.workspace, Project: w.project, Link: testLink}.Clean()
}

func (w words) told() Notification {
	return Notification{About: w.about(), Item: table.ItemRow{Item: "tsk_1", Kind: table.ItemTask, Title: w.title, Due: &until}, Client: true, Reason: policy.ReasonAssigned, Type: table.ActivityItemCreated}
}

// Whatever people write stays text where it stands: it makes no line, no header, no
// element and no attribute of a mail.
func FuzzMail(f *testing.F) {
	for kind := range contents {
		for _, s := range []words{
			{"Carl Client", "Ann Archer", "Acme Agency", "New website", "Hello,\nand welcome.", "Approve the homepage"},
			{hostile, hostile, hostile, hostile, hostile, hostile},
			{},
			{"{{.Link}}", "<br>", "</title><script>", "\" href=\"javascript:x", "\r\n.\r\nQUIT", "\u2028\u2029\x00"},
			{"\xff\xfe", "\u200b", "&lt;b&gt;", "</style>", " \r \n ", "-->"},
			{"x\n-- \ny", "\t", "\u00a0", "=?utf-8?q?x?=", "\u2028", strings.Repeat("ü", 300)},
		} {
			f.Add(uint8(kind), s.name, s.inviter, s.workspace, s.project, s.note, s.title)
		}
	}
	f.Fuzz(func(t *testing.T, kind uint8, name, inviter, workspace, project, note, title string) {
		w, content := words{name, inviter, workspace, project, note, title}, contents[int(kind)%len(contents)]
		got, err := Render(content(w))
		if err != nil {
			t.Fatal(err)
		}
		want, err := Render(content(w.plain()))
		if err != nil {
			t.Fatal(err)
		}
		for what, s := range map[string]string{"subject": got.Subject, "address": got.To, "text": got.Text, "HTML": got.HTML} {
			if bad := strings.IndexFunc(s, unprintable(what == "text" || what == "HTML")); bad >= 0 || !utf8.ValidString(s) {
				t.Errorf("the %s has what is no text at %d: %q", what, bad, s)
			}
		}
		if n := utf8.RuneCountInString(got.Subject); n > subjectMost {
			t.Errorf("a subject of %d characters", n)
		}
		if g, w := strings.Count(got.Text, "\n"), strings.Count(want.Text, "\n"); g != w {
			t.Errorf("got %d lines, want %d: %q", g, w, got.Text)
		}
		if g, w := elements(t, got.HTML), elements(t, want.HTML); g != w {
			t.Errorf("the elements are %s, want %s", g, w)
		}
	})
}

func unprintable(lineEnds bool) func(rune) bool {
	return func(r rune) bool {
		return unicode.IsControl(r) && (r != '\n' || !lineEnds) || r == '\u2028' || r == '\u2029' || unicode.In(r, unicode.Bidi_Control)
	}
}

// elements are the elements of a page with their attributes, comments too, without
// the text between them.
func elements(t *testing.T, page string) string {
	t.Helper()
	var out strings.Builder
	for z := html.NewTokenizer(strings.NewReader(page)); ; {
		switch kind := z.Next(); kind {
		case html.ErrorToken:
			if z.Err() != io.EOF { //nolint:errorlint // as the package says
				t.Fatal(z.Err())
			}
			return out.String()
		case html.TextToken:
		case html.StartTagToken, html.EndTagToken, html.SelfClosingTagToken, html.CommentToken, html.DoctypeToken:
			out.WriteString(z.Token().String() + "\n")
		}
	}
}
