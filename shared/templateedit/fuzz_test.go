package templateedit

import (
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"foyer/shared/api"
	"foyer/shared/invitationtemplate"
	"foyer/shared/letters"
	"foyer/shared/table"
)

const token = "https://portal.example.com/#/invitation/q0b2yVnYwV3n4fJv0m1tq4Yy2a8c6sKQXo3rJm5t7uE"

// Whatever is saved can be saved again as it is, and makes a mail in which nothing runs,
// nothing loads but images, the link is there and leads nowhere else, and the values
// that are filled in stay text.
func FuzzTemplate(f *testing.F) {
	for _, source := range []string{
		link, "<p>{{contactName}}</p>" + link, "<style>p { color: red }</style>" + link, `<img src="https://acme.example/x.png" alt="{{companyName}}">` + link,
		`<table><tr><td style="padding:1px">` + link + "</td></tr></table>", link + "<script>x</script>", link + `<p title="&quot; onclick=x">&#123;{link}}</p>`,
		`<svg><style><a title="</style><img src=x onerror=x>">` + link, link + `<a href="https://x.example/&#123;{link}}">y</a>`, "<noscript><p title=\"</noscript><img src=x onerror=x>\">" + link,
		link + "<!-- --!><img src=x onerror=x> -->", link + "<textarea></textarea>", `<a href="https://link.invalid/">{{link}}</a>`, link + "<p style='font-family:\"a\"'>x</p>", "<title>" + link,
	} {
		f.Add(source, "", "Hello {{contactName}}", "Carl")
		f.Add(source, "Hello\n{{link}}", "{{invitedTo}}", "\"><script>{{link}}</script>\r\nBcc: x@example.com")
	}
	f.Fuzz(func(t *testing.T, source, text, subject, value string) {
		row, err := checked(invitationtemplate.Template{HTML: api.Text(source), Text: api.Text(text), Subject: api.Line(subject)})
		if err != nil || row.HTML == "" {
			return
		}
		again, err := checked(invitationtemplate.Of(row))
		if err != nil || again.HTML != row.HTML || again.Text != row.Text || again.TextMade != row.TextMade {
			t.Fatalf("saved again: got %+v (%v), want %+v", again, err, row)
		}
		got, want := rendered(t, row, value), rendered(t, row, "x")
		if strings.ContainsAny(got.Subject, "\r\n") || !strings.Contains(got.Text, token) {
			t.Errorf("got the subject %q and the text %q", got.Subject, got.Text)
		}
		elements := tagsOf(t, got.HTML)
		if others := tagsOf(t, want.HTML); !slices.EqualFunc(elements, others, func(a, b html.Token) bool { return a.Data == b.Data && len(a.Attr) == len(b.Attr) }) {
			t.Errorf("a value changed the elements: %v and %v", elements, others)
		}
		safe(t, elements)
	})
}

func rendered(t *testing.T, row table.TemplateRow, value string) letters.Message {
	t.Helper()
	content, err := letters.FromTemplate(row, table.InvitationRow{Email: "carl@globex.example", Name: value, CompanyName: value, ProjectName: value, Project: "prj_1",
		WorkspaceName: value, InviterName: value, Note: "x" + strings.NewReplacer("\r", "", "\n", "").Replace(value), ExpiresAt: time.Unix(0, 0)}, token, false)
	if err != nil {
		t.Fatalf("%+v: %v", row, err)
	}
	m, err := letters.Render(content)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// tagsOf are the tags of a page as a browser reads it.
func tagsOf(t *testing.T, page string) (out []html.Token) {
	t.Helper()
	for z := html.NewTokenizer(strings.NewReader(page)); ; {
		switch kind := z.Next(); kind {
		case html.ErrorToken:
			if z.Err() != io.EOF { //nolint:errorlint // as the package says
				t.Fatal(z.Err())
			}
			return out
		case html.StartTagToken, html.EndTagToken, html.SelfClosingTagToken:
			out = append(out, z.Token())
		case html.CommentToken:
			t.Errorf("there is a comment: %s", z.Raw())
		case html.TextToken, html.DoctypeToken:
		}
	}
}

// safe asserts of a page's tags that nothing in them runs or loads.
func safe(t *testing.T, tags []html.Token) {
	t.Helper()
	page := []string{"html", "head", "body", "title", "meta", "style"} // Foyer's own
	linked := false
	for _, tag := range tags {
		if !slices.Contains(allowed, tag.Data) && !slices.Contains(page, tag.Data) {
			t.Errorf("there is a <%s>", tag.Data)
		}
		for _, a := range tag.Attr {
			value := strings.ToLower(a.Val)
			switch {
			case strings.HasPrefix(a.Key, "on"), a.Key == "action", a.Key == "http-equiv", a.Key == "srcset", a.Key == "background":
				t.Errorf("there is %s", tag)
			case a.Key == "href":
				linked = linked || a.Val == token
				if !strings.HasPrefix(value, "http") && !strings.HasPrefix(value, "mailto:") && !strings.HasPrefix(value, "tel:") || strings.Contains(a.Val, token) && a.Val != token {
					t.Errorf("a link leads to %s", a.Val)
				}
			case a.Key == "src" && (!strings.HasPrefix(value, "https://") || strings.Contains(a.Val, token)):
				t.Errorf("an image is at %s", a.Val)
			case a.Key == "style" && strings.Contains(value, "url("):
				t.Errorf("a style loads: %s", a.Val)
			}
		}
	}
	if !linked {
		t.Error("the link is not there")
	}
}
