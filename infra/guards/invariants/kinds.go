package invariants

import (
	"regexp"
	"strings"
	"sync"
	"time"

	"foyer/shared/table"
)

// kind is a kind of row: the form of its key, and what its rows must agree with.
type kind struct {
	name   string // of the function in shared/table/keys.go
	form   form
	agrees func(c *checker, at place)
}

// The kinds that rules name.
const (
	kindWorkspaceActivity     = "WorkspaceActivity"
	kindTeamProjectActivity   = "TeamProjectActivity"
	kindClientProjectActivity = "ClientProjectActivity"
	kindMail                  = "Mail"
	kindMailMark              = "MailMark"
	kindHeld                  = "Held"
	kindCompanyNamed          = "CompanyNamed"
	kindContact               = "Contact"
	kindLicence               = "Licence"
	kindSubscription          = "Subscription"
	kindPrivateItem           = "PrivateItem"
	kindSharedItem            = "SharedItem"
)

// kinds are all rows that there may be. Keys of shared/table/keys.go that are not
// here have no rows yet: the first operation that puts one has to state them.
var kinds []kind

func init() { // not above: what they must agree with asks for kinds
	kinds = []kind{
		// TEAM#
		{"Workspace", formOf(table.Workspace("‹w›")), of(workspace)},
		{"Member", formOf(table.Member("‹w›", "‹person›")), of(member)},
		{kindContact, formOf(table.Contact("‹w›", "‹contact›")), of(contact)},
		{"Company", formOf(table.Company("‹w›", "‹company›")), of(company)},
		{kindSubscription, formOf(table.Subscription("‹w›")), of(subscription)},
		{"Template", formOf(table.Template("‹w›")), of(template)},
		{kindLicence, formOf(table.Licence("‹w›", "‹name›", "‹company›")), of(licence)},
		{"CompanyByName", formOf(table.CompanyByName("‹w›", "‹name›", "‹company›")), of(companyByName)},
		{"CompanyWord", formOf(table.CompanyWord("‹w›", "‹word›", "‹name›", "‹company›")), of(companyWord)},
		{"ContactByName", formOf(table.ContactByName("‹w›", "‹company›", "‹name›", "‹contact›")), of(contactByName)},
		{"ContactWord", formOf(table.ContactWord("‹w›", "‹company›", "‹word›", "‹name›", "‹contact›")), of(contactWord)},
		{"WorkspaceProject", formOf(table.WorkspaceProject("‹w›", "‹p›")), of(workspaceProject)},
		{"Import", formOf(table.Import("‹w›", "‹import›")), of(importOf)},
		{"Job", formOf(table.Job("‹w›", "‹job›")), of(job)},
		{kindCompanyNamed, formOf(table.CompanyNamed("‹w›", "‹hash›", "‹company›")), of(companyNamed)},
		{"CompanyNameRevision", formOf(table.CompanyNameRevision("‹w›", "‹hash›")), of(companyNameRevision)},
		{"ContactAddress", formOf(table.ContactAddress("‹w›", "‹company›", "‹hash›")), of(contactAddress)},
		{kindWorkspaceActivity, formOf(table.WorkspaceActivity("‹w›", "‹activity›")), of(activity)},
		{kindTeamProjectActivity, formOf(table.TeamProjectActivity("‹p›", "‹activity›")), of(activity)},
		{"Audit", formOf(table.Audit("‹w›", sampleTime, "‹activity›")), of(audit)},
		{kindPrivateItem, formOf(table.PrivateItem("‹p›", "‹item›")), of(item)},
		{"TeamPerson", formOf(table.TeamPerson("‹p›", "‹person›")), of(teamPerson)},
		// CLIENT#
		{"WorkspaceGate", formOf(table.WorkspaceGate("‹w›")), of(workspaceGate)},
		{"CompanyGate", formOf(table.CompanyGate("‹w›", "‹company›")), of(companyGate)},
		{"CompanyProject", formOf(table.CompanyProject("‹w›", "‹company›", "‹p›")), of(companyProject)},
		{"ProjectFacts", formOf(table.ProjectFacts("‹p›")), of(projectFacts)},
		{"Person", formOf(table.Person("‹p›", "‹person›")), of(person)},
		{kindSharedItem, formOf(table.SharedItem("‹p›", "‹item›")), of(item)},
		{kindClientProjectActivity, formOf(table.ClientProjectActivity("‹p›", "‹activity›")), of(activity)},
		// USER#
		{"Account", formOf(table.Account("‹person›")), of(account)},
		{"Session", formOf(table.Session("‹person›", "‹session›")), of(session)},
		{"Membership", formOf(table.Membership("‹person›", "‹w›")), of(membership)},
		{"Project", formOf(table.Project("‹person›", "‹p›")), of(personProject)},
		{"Invitation", formOf(table.Invitation("‹person›", "‹w›", "‹subject›")), of(invitation)},
		{kindMail, formOf(table.Mail("‹person›", "‹mail›")), of(mail)},
		{kindHeld, formOf(table.Held("‹person›", "‹digest›", "‹activity›")), of(held)},
		{kindMailMark, formOf(table.MailMark("‹person›", "‹mail›")), of(mailMark)},
		{"Challenge", formOf(table.Challenge("‹person›", "‹hash›")), of(challenge)},
		{"PasswordReset", formOf(table.PasswordReset("‹person›")), of(passwordReset)},
		{"AddressChange", formOf(table.AddressChange("‹person›")), of(addressChange)},
		{"Settings", formOf(table.Settings("‹person›")), of(settings)},
		{"PortalFeed", formOf(table.PortalFeed("‹person›", "‹activity›")), of(portalFeed)},
		{"TeamFeed", formOf(table.TeamFeed("‹person›", "‹w›", "‹activity›")), of(teamFeed)},
		// AUTH#
		{"Address", formOf(table.Address("‹hash›")), of(address)},
		{"Suppressed", formOf(table.Suppressed("‹hash›")), of(suppressed)},
		{"Token", formOf(table.Token("‹hash›")), of(token)},
		{"Attempts", formOf(table.Key{PK: table.Attempts("‹kind›", "‹hash›", sampleTime).PK, SK: "‹window›"}), of(attempts)},
		{"Idempotency", formOf(table.Idempotency("‹sha256›")), of(idempotency)},
		// DUE#
		{"Due", formOf(table.Key{PK: table.DuePartition(sampleTime, 0), SK: "‹due›"}), of(due)},
		{"DueWatermark", formOf(table.Key{PK: table.DueWatermarkPartition, SK: "‹shard›"}), of(dueWatermark)},
	}
}

// counters are the rows that count others. What counts is added here with how it
// is counted: a licence's seats, an unread count.
var counters = []counter{
	// A name's revision changes with every company that takes or leaves it: it is
	// never less than the companies that have it.
	{kind: "CompanyNameRevision", what: "revision", atLeast: true, counted: func(c *checker, at place) int {
		n := 0
		for _, one := range c.of[kindCompanyNamed] {
			if one.key.PK == at.key.PK {
				n++
			}
		}
		return n
	}},
	// Rule 17: a seat is taken by one licence, and by nothing else.
	{kind: kindSubscription, what: "used", counted: func(c *checker, at place) int {
		n := 0
		for _, one := range c.of[kindLicence] {
			if one.ids["w"] == at.ids["w"] {
				n++
			}
		}
		return n
	}},
}

// counter is an attribute that counts rows.
type counter struct {
	kind, what string
	atLeast    bool // counts those that are gone too
	counted    func(c *checker, at place) int
}

// count reports the counters of the row that do not count what is there.
func (c *checker) count(kind string, at place, value map[string]int) {
	for _, one := range counters {
		if one.kind != kind {
			continue
		}
		got, want := value[one.what], one.counted(c, at)
		c.want(at.key, got == want || one.atLeast && got > want, "%s is %d, what it counts are %d", one.what, got, want)
	}
}

const ulid = "[0-7][0-9A-HJKMNP-TV-Z]{25}"

// forms are the forms of what stands in keys.
var forms = map[string]string{
	"w": "wks_" + ulid, "p": "prj_" + ulid + ulid, "person": "per_" + ulid, "company": "com_" + ulid, "contact": "con_" + ulid,
	"item": "(?:msg|fil|tsk|evt)_" + ulid, "activity": "act_" + ulid, "job": "job_" + ulid, "import": "imp_" + ulid, "subject": "(?:con|per)_" + ulid,
	"session": "[^#]+", "hash": "[A-Za-z0-9_-]{43}", "sha256": "[0-9a-f]{64}", "mail": ".+", "name": ".*", "word": "[^#]+", "due": "(?:reminder|digest)#.+",
	"kind": "[a-z-]+", "window": `\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ`,
	"day": `\d{4}-\d\d-\d\d`, "minute": `\d{4}-\d\d-\d\dT\d\d:\d\d`, "shard": `\d\d`,
	"digest": `\d{4}-\d\d-\d\dT\d\d:\d\d:00Z`,
}

// sampleTime stands in keys for any time.
var sampleTime = time.Date(2001, 2, 3, 4, 5, 0, 0, time.UTC)

// form is the form of a key.
type form struct{ pk, sk *regexp.Regexp }

// formOf is the form of keys that are made like this one, in which names of forms
// stand in ‹› for ids, plain or hashed.
func formOf(k table.Key) form { return form{expression(k.PK), expression(k.SK)} }

var named = regexp.MustCompile("‹([a-z0-9]+)›")

func expression(s string) *regexp.Regexp {
	s = strings.NewReplacer(table.Hash("‹hash›"), "‹hash›", sampleTime.Format("2006-01-02T15:04")+"#00", "‹minute›#‹shard›",
		sampleTime.Format(time.DateOnly), "‹day›").Replace(s)
	return regexp.MustCompile("^" + named.ReplaceAllStringFunc(regexp.QuoteMeta(s), func(name string) string {
		name = named.FindStringSubmatch(name)[1]
		return "(?P<" + name + ">" + forms[name] + ")"
	}) + "$")
}

func (f form) match(k table.Key) (map[string]string, bool) {
	ids := map[string]string{}
	for _, part := range []struct {
		form *regexp.Regexp
		s    string
	}{{f.pk, k.PK}, {f.sk, k.SK}} {
		found := part.form.FindStringSubmatch(part.s)
		if found == nil {
			return nil, false
		}
		for i, name := range part.form.SubexpNames() {
			if name != "" {
				ids[name] = found[i]
			}
		}
	}
	return ids, true
}

// seenKind is a key's kind and ids.
type seenKind struct {
	kind kind
	ids  map[string]string
	ok   bool
}

// seen has the kinds of the keys that were asked for: tables are gone over again
// and again, and hardly change.
var seen sync.Map

func kindOf(key table.Key) (kind, map[string]string, bool) {
	if f, ok := seen.Load(key); ok {
		f := f.(seenKind)
		return f.kind, f.ids, f.ok
	}
	f := seenKind{}
	for _, k := range kinds {
		if f.ids, f.ok = k.form.match(key); f.ok {
			f.kind = k
			break
		}
	}
	seen.Store(key, f)
	return f.kind, f.ids, f.ok
}

// of reads a row for what its kind must agree with.
func of[R any](agrees func(c *checker, at place, row R)) func(*checker, place) {
	return func(c *checker, at place) {
		if row, ok := look[R](c, at.key); ok {
			agrees(c, at, row)
		}
	}
}
