package templateedit

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"foyer/shared/api"
	"foyer/shared/invitationtemplate"
	"foyer/shared/letters"
)

// link is a link of an invitation, which every template has.
const link = `<a href="{{link}}">Accept</a>`

// told is a fault as a test states it: line:column and a part of the message.
func told(found []api.FieldError) string {
	var out []string
	for _, f := range found {
		out = append(out, fmt.Sprintf("%s %d:%d %s", strings.TrimPrefix(f.Location, "body."), f.Line, f.Column, f.Message))
	}
	return strings.Join(out, "\n")
}

func TestWhatIsBrokenOrDangerousIsRefusedWithItsPlace(t *testing.T) {
	for what, test := range map[string]struct{ source, want string }{
		"a script":                            {link + "\n<p>ä<script>alert(1)</script></p>", "2:5 <script>: scripts"},
		"an unclosed script":                  {link + "<script>alert(1)", "1:30 <script>: scripts"},
		"an event handler":                    {link + `<p onclick="x()">y</p>`, "1:33 onclick: scripts"},
		"an event handler in capitals":        {link + `<P OnClick=x>y</P>`, "1:33 onclick: scripts"},
		"a form":                              {link + `<form action="https://evil.example"></form>`, "1:30 <form>: a mail has no form"},
		"a field":                             {link + `<input>`, "1:30 <input>: a mail has no form"},
		"a link that runs":                    {link + `<a href="javascript:alert(1)">x</a>`, "1:33 href leads to"},
		"a link that runs, in disguise":       {link + "<a href=\"java\tscript:alert(1)\">x</a>", "href leads to"},
		"a link that runs, in entities":       {link + `<a href="&#106;avascript:alert(1)">x</a>`, "href leads to"},
		"a link to nowhere":                   {link + `<a>x</a>`, "1:30 <a> has no href"},
		"a relative link":                     {link + `<a href="/portal">x</a>`, "href leads to"},
		"a link without a host":               {link + `<a href="https:///x">x</a>`, "href leads to"},
		"the token for another":               {link + `<a href="https://evil.example/?{{link}}">x</a>`, "1:33 href is {{link}} alone"},
		"the token for an image":              {link + `<img src="https://evil.example/{{link}}">`, "1:35 an image is at an https: address"},
		"a name for an image":                 {link + `<img src="https://evil.example/{{contactName}}">`, "an image is at an https: address"},
		"an image without encryption":         {link + `<img src="http://acme.example/logo.png">`, "an image is at an https: address"},
		"an image in the mail":                {link + `<img src="data:image/png;base64,AA">`, "an image is at an https: address"},
		"an image that runs":                  {link + `<img src="javascript:alert(1)">`, "an image is at an https: address"},
		"an address of an unknown attribute":  {link + `<td background=" java script:x">x</td>`, "scripts cannot stand"},
		"the token glued to an address":       {link + `<p>https://evil.example/?{{link}}</p>`, "1:55 the link has to stand alone"},
		"glued across a tag":                  {link + `<p>https://evil.example/?<b>{{link}}</b></p>`, "the link has to stand alone"},
		"glued to what follows":               {link + `<p>{{link}}<b>.evil.example</b></p>`, "the link has to stand alone"},
		"glued by an entity":                  {link + `<p>x&#47;{{link}}</p>`, "the link has to stand alone"},
		"the link as the words of another":    {link + `<a href="https://evil.example">{{link}}</a>`, "an <a> that leads elsewhere"},
		"a link that shows nothing":           {`<a href="{{link}}"> <b>&nbsp;</b></a>`, "1:1 the link has nothing to press"},
		"a style from elsewhere":              {"<style>\n@import 'https://evil.example/x.css';</style>" + link, "2:1 a style has no @import"},
		"a style sheet from elsewhere":        {link + `<link rel="stylesheet" href="https://evil.example/x.css">`, "1:30 <link>: nothing is loaded"},
		"a style that loads an image":         {"<style>p { background: URL(x) }</style>" + link, "1:24 a style has no url("},
		"a style that hides what it loads":    {`<style>p { background: \75rl(x) }</style>` + link, `1:24 a style has no \`},
		"a style of a tag that loads":         {`<p style="background:url(//evil.example)">x</p>` + link, "1:22 a style has no url("},
		"a style of a tag, in entities":       {`<p style="background:u&#114;l(x)">x</p>` + link, "a style has no url("},
		"a style for some media":              {`<style media="print">p {}</style>` + link, "<style> takes no attribute"},
		"a placeholder in a style":            {`<style>p { color: {{contactName}} }</style>` + link, "a style has no {{"},
		"a frame":                             {link + `<iframe src="https://evil.example"></iframe>`, "<iframe>: nothing is loaded"},
		"a page that leads on":                {`<meta http-equiv="refresh" content="0;https://evil.example">` + link, "<meta http-equiv>: a mail leads nowhere"},
		"a base":                              {`<base href="https://evil.example">` + link, "<base>: addresses are written out"},
		"a drawing":                           {link + `<svg><a href="x">y</a></svg>`, "<svg>: hardly a mailbox"},
		"an unknown element":                  {link + `<blink>x</blink>`, "1:30 <blink> cannot stand in a mail"},
		"an unclosed tag":                     {link + "\n<p>\n  <b>x</p>", "3:3 <b> is not closed before </p>"},
		"an unclosed tag at the end":          {link + "<div>\nx", "1:30 <div> is not closed"},
		"an end of nothing":                   {link + "x</div>", "1:31 </div> closes nothing"},
		"a tag that is cut off":               {link + "\n<p", "2:1 the tag is not closed: >"},
		"a quotation mark that is not closed": {link + `<p class="x>y</p>`, "1:30 the tag is not closed: >"},
		"a comment that is not closed":        {link + "<!-- x", "1:30 the comment is not closed"},
		"a slash that closes nothing":         {link + "<div/>", "1:30 <div> is not closed: in HTML the slash"},
		"a link in a link":                    {`<a href="https://acme.example">` + link + `</a>`, "<a> stands in another <a>"},
		"an unknown placeholder":              {link + "\n\n{{ contactname }}", "3:1 there is no such placeholder; there are link, contactName"},
		"a placeholder that is not closed":    {link + "\nHello {{contactName", "2:7 {{ is not closed on its line"},
		"a placeholder as a class":            {link + `<p class="{{contactName}}">x</p>`, "1:33 a placeholder cannot stand here"},
		"several lines as a title":            {link + `<p title="{{note}}">x</p>`, "{{note}} cannot stand here"},
		"braces in entities":                  {link + `<p>&#123;{nothing}}</p>`, "there is no such placeholder"},
		"no link":                             {`<p>Hello {{contactName}}</p>`, `has no link of an invitation: <a href="{{link}}">`},
		"a link in a comment":                 {`<p>x</p><!-- ` + link + ` -->`, "has no link of an invitation"},
		"a link in words alone":               {`<p>{{link}}</p>`, "has no link of an invitation"},
	} {
		t.Run(what, func(t *testing.T) {
			got, found := sanitised(test.source)
			if got != "" || !strings.Contains(told(found), test.want) {
				t.Errorf("got %q with the faults\n%s\nwant %q", got, told(found), test.want)
			}
			for _, f := range found {
				if f.Location != "body.html" {
					t.Errorf("the fault is at %s, want body.html", f.Location)
				}
			}
		})
	}
}

func TestWhatMailsAreMadeOfIsKept(t *testing.T) {
	for what, source := range map[string]string{
		"the simplest":        `<p>Hello {{contactName}}</p><p>` + link + `</p>`,
		"tables and styles":   `<table width="100%" cellpadding="0" role="presentation"><tbody><tr><td align="center" style="padding: 24px 12px; font-family: Arial, sans-serif">` + link + `</td></tr></tbody></table>`,
		"a logo":              `<img src="https://acme.example/logo.png" alt="Logo of {{workspaceName}}" width="120"/>` + link,
		"a logo to press":     `<a href="{{link}}"><img src="https://acme.example/accept.png" alt="Accept"/></a>`,
		"the link in words":   link + `<p>Or open ({{link}}).</p>`,
		"another link":        link + `<a href="https://acme.example/help?a=1&amp;b=2">Help</a> <a href="mailto:help@acme.example">Mail</a> <a href="tel:+431234">Call</a>`,
		"text with signs":     `<p>1 &lt; 2 &amp; “3” {4} }}</p>` + link,
		"lists and headlines": `<h1>Welcome</h1><ul><li>One</li><li>Two</li></ul><hr/>` + link,
		"a style element":     "<style>@media (max-width: 520px) { .inner { padding: 24px 20px !important; } }</style>\n" + `<div class="inner">` + link + `</div>`,
		"the note":            `<blockquote>{{note}}</blockquote>` + link,
	} {
		t.Run(what, func(t *testing.T) {
			got, found := sanitised(source)
			if len(found) > 0 || got != source {
				t.Errorf("got %q with the faults\n%s\nwant it as it was: %q", got, told(found), source)
			}
		})
	}
}

func TestWhatDoesNothingInAMailIsLeftOut(t *testing.T) {
	page := `<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Hello {{nobody}}</title><style>p { color: #333 }</style></head>
<body bgcolor="#eee"><!--[if mso]><script>x</script><![endif]--><p data-x="1" style="position:fixed;color:red;mso-line-height-rule:exactly">Hello {{ contactName }}</p>` + link + `</body></html>`
	want := "<style>p { color: #333 }</style>\n" + `<p style="color: red; mso-line-height-rule: exactly">Hello {{contactName}}</p>` + link
	if got, found := sanitised(page); got != want || len(found) > 0 {
		t.Errorf("got %q with the faults\n%s\nwant %q", got, told(found), want)
	}
}

func TestTheFieldsAreCheckedEach(t *testing.T) {
	html := api.Text(link)
	for what, test := range map[string]struct {
		template invitationtemplate.Template
		want     string
	}{
		"a subject with the link":       {invitationtemplate.Template{Subject: "Hello {{link}}"}, "subject 1:7 {{link}} cannot stand here"},
		"a subject with the note":       {invitationtemplate.Template{Subject: "{{note}}"}, "subject 1:1 {{note}} cannot stand here"},
		"a sender's name unknown":       {invitationtemplate.Template{SenderName: "ä {{name}}"}, "senderName 1:3 there is no such placeholder"},
		"a sender's name with a link":   {invitationtemplate.Template{SenderName: "{{ link }}"}, "senderName 1:1 {{link}} cannot stand here"},
		"text without a link":           {invitationtemplate.Template{HTML: html, Text: "Hello"}, "text 0:0 has no {{link}}"},
		"text alone":                    {invitationtemplate.Template{Text: "{{link}}"}, "text 0:0 needs html beside it"},
		"text with the link glued":      {invitationtemplate.Template{HTML: html, Text: "Hello\nhttps://evil.example/?{{link}}"}, "text 2:23 the link has to stand alone"},
		"text with the link glued on":   {invitationtemplate.Template{HTML: html, Text: "{{link}}.evil.example"}, "text 1:1 the link has to stand alone"},
		"text with braces left open":    {invitationtemplate.Template{HTML: html, Text: "{{link}} {{"}, "text 1:10 {{ is not closed"},
		"several at once, in all three": {invitationtemplate.Template{Subject: "{{a}}", HTML: "<p>{{b}}</p>", Text: "{{c}}"}, "subject 1:1 there"},
	} {
		t.Run(what, func(t *testing.T) {
			_, err := checked(test.template)
			p, ok := err.(*api.Problem) //nolint:errorlint // never wrapped
			if !ok || p.Status != 422 || !strings.Contains(told(p.Errors), test.want) {
				t.Errorf("got %v, want a 422 with %q", err, test.want)
			}
		})
	}
}

func TestTheDocumentationNamesEveryPlaceholder(t *testing.T) {
	readme, err := os.ReadFile(filepath.Join("..", "..", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	for where, text := range map[string]string{"invitation-template-put": Put.Doc, "README.md": string(readme)} {
		for _, p := range letters.Placeholders {
			if !strings.Contains(text, "{{"+p.Name+"}}") {
				t.Errorf("%s does not name {{%s}}: %s", where, p.Name, p.Doc)
			}
		}
	}
}

func TestNoMoreFaultsAreNamedThanAnybodyReads(t *testing.T) {
	_, found := sanitised(strings.Repeat("<p onclick=x>", 500))
	if len(found) == 0 || len(found) > faultsMost {
		t.Errorf("got %d faults, want 1 to %d", len(found), faultsMost)
	}
}

func TestTheTextIsMadeFromTheHTML(t *testing.T) {
	for what, test := range map[string]struct{ html, want string }{
		"paragraphs":          {"<p>Hello\n  {{contactName}},</p><p>welcome.</p>" + link, "Hello {{contactName}},\n\nwelcome.\n\nAccept:\n{{link}}"},
		"a list":              {"<ul><li>One</li><li>Two <b>and</b> a half</li></ul>" + link, "- One\n- Two and a half\n\nAccept:\n{{link}}"},
		"a table":             {"<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>" + link, "a b\nc\n\nAccept:\n{{link}}"},
		"lines":               {"a<br>b<br><br>c " + link, "a\nb\n\nc Accept:\n{{link}}"},
		"other links":         {`<p><a href="https://acme.example">Acme</a> or <a href="mailto:a@acme.example">a@acme.example</a>.</p>` + link, "Acme <https://acme.example> or a@acme.example.\n\nAccept:\n{{link}}"},
		"a picture":           {`<a href="{{link}}"><img src="https://acme.example/a.png" alt="Accept"></a>`, "Accept:\n{{link}}"},
		"signs":               {"<p>1 &lt; 2 &amp; 3</p>" + link, "1 < 2 & 3\n\nAccept:\n{{link}}"},
		"its style":           {"<style>p { color: red }</style><p>a</p>" + link, "a\n\nAccept:\n{{link}}"},
		"the link as words":   {`<p>Open <a href="{{link}}">{{link}}</a></p>`, "Open {{link}}"},
		"what is glued to it": {`https://evil.example/?<a href="{{link}}">{{link}}</a>x`, ""},
	} {
		t.Run(what, func(t *testing.T) {
			row, err := checked(invitationtemplate.Template{HTML: api.Text(test.html)})
			if test.want == "" {
				if err == nil {
					t.Errorf("got %q, want it refused", row.TextMade)
				}
				return
			}
			if err != nil || row.TextMade != test.want || row.Text != "" {
				t.Errorf("got %q (%v), want %q", row.TextMade, err, test.want)
			}
		})
	}
}
