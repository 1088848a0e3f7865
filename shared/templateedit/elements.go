package templateedit

import (
	"strings"
	"sync"

	"github.com/microcosm-cc/bluemonday"
)

// allowed are the elements of a mail's body.
var allowed = []string{
	"a", "abbr", "address", "article", "b", "big", "blockquote", "br", "caption", "center", "cite", "code", "col", "colgroup", "dd", "del", "div", "dl", "dt", "em",
	"figcaption", "figure", "font", "footer", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "i", "img", "ins", "li", "main", "mark", "ol", "p", "pre", "q", "s",
	"section", "small", "span", "strong", "sub", "sup", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "tt", "u", "ul",
}

// left are the elements that are taken without a word and not kept: Foyer writes the
// page around the body itself. Of a style the content is kept (checker.style), a title
// goes with its content.
var left = []string{"html", "head", "body", "title", "meta", "style"}

// void are the elements that have no end.
var void = []string{"br", "col", "hr", "img", "meta", "area", "base", "embed", "input", "link", "param", "source", "track", "wbr"}

// refused are the elements that do something, with what.
var refused = map[string]string{
	"script": "scripts cannot stand in a mail", "noscript": "scripts cannot stand in a mail", "template": "scripts cannot stand in a mail",
	"form": "a mail has no form: link to a page", "input": "a mail has no form: link to a page", "button": "a mail has no form: link to a page with <a>",
	"select": "a mail has no form: link to a page", "textarea": "a mail has no form: link to a page", "option": "a mail has no form: link to a page",
	"link": "nothing is loaded from elsewhere: write the style into <style>", "base": "addresses are written out",
	"iframe": "nothing is loaded from elsewhere", "frame": "nothing is loaded from elsewhere", "frameset": "nothing is loaded from elsewhere",
	"object": "nothing is loaded from elsewhere", "embed": "nothing is loaded from elsewhere", "applet": "nothing is loaded from elsewhere",
	"audio": "nothing is loaded from elsewhere", "video": "nothing is loaded from elsewhere", "source": "nothing is loaded from elsewhere",
	"svg": "hardly a mailbox shows it: use <img> with an https: address", "math": "hardly a mailbox shows it",
}

// properties are what a style attribute may set: what mailboxes show, and nothing that
// moves an element away from its place.
var properties = strings.Fields(`background background-color border border-bottom border-bottom-color border-bottom-left-radius border-bottom-right-radius
border-bottom-style border-bottom-width border-collapse border-color border-left border-left-color border-left-style border-left-width border-radius
border-right border-right-color border-right-style border-right-width border-spacing border-style border-top border-top-color border-top-left-radius
border-top-right-radius border-top-style border-top-width border-width box-sizing clear color direction display float font font-family font-size font-style
font-variant font-weight height letter-spacing line-height list-style list-style-type margin margin-bottom margin-left margin-right margin-top max-height
max-width min-height min-width opacity overflow overflow-wrap padding padding-bottom padding-left padding-right padding-top table-layout text-align
text-decoration text-indent text-overflow text-transform vertical-align white-space width word-break word-spacing word-wrap
text-size-adjust interpolation-mode line-height-rule table-lspace table-rspace padding-alt border-alt hide`)

// policy is what the sanitiser lets stand, made on first use. It is asked after checker
// has found nothing wrong, and so takes away only what does nothing: that one of the two
// has a fault does not let a script into a mail.
var policy = sync.OnceValue(func() *bluemonday.Policy {
	p := bluemonday.NewPolicy()
	p.RequireParseableURLs(true)
	p.AllowURLSchemes("https", "http", "mailto", "tel")
	p.AllowElements(allowed...)
	p.AllowNoAttrs().OnElements(allowed...)
	p.AllowAttrs("href").OnElements("a")
	p.AllowAttrs("src", "alt", "width", "height", "border").OnElements("img")
	p.AllowAttrs("align", "valign", "width", "height", "bgcolor", "border", "cellpadding", "cellspacing", "role", "colspan", "rowspan", "scope", "nowrap").
		OnElements("table", "thead", "tbody", "tfoot", "tr", "td", "th", "col", "colgroup", "caption", "div", "p", "hr", "center")
	p.AllowAttrs("color", "face", "size").OnElements("font")
	p.AllowAttrs("start", "type").OnElements("ol", "ul", "li")
	p.AllowAttrs("class", "id", "dir", "lang", "title", "aria-hidden", "aria-label").Globally()
	p.AllowStyles(properties...).MatchingHandler(func(value string) bool { _, bad := badCSS(value); return !bad }).Globally()
	return p
})
