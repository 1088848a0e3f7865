package letters

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"foyer/shared/policy"
	"foyer/shared/table"
)

var (
	update = flag.Bool("update", false, "write the golden files anew")
	write  = flag.String("mails", "", "where to write all mails, to look at them (make mails)")
)

var until = time.Date(2026, time.November, 29, 14, 5, 0, 0, time.UTC)

const testLink = "https://portal.example.com/#/invitation/q0b2yVnYwV3n4fJv0m1tq4Yy2a8c6sKQXo3rJm5t7uE"

var carl = table.InvitationRow{
	Person: "per_1", Workspace: "wks_1", Subject: "con_1", Company: "com_1", Project: "prj_1", Email: "carl@globex.example", Name: "Carl Client",
	WorkspaceName: "Acme Agency", ProjectName: "New website", InviterName: "Ann Archer", ExpiresAt: until,
	Note: "Hello Carl,\nhere is everything for the launch & the “relaunch”.\n\nSee you on Monday!",
}

func invitationTo(change func(*table.InvitationRow)) table.InvitationRow {
	inv := carl
	change(&inv)
	return inv
}

func toClient(change func(*Notification)) Notification {
	n := Notification{
		About:  About{Email: "carl@globex.example", Name: "Carl Client", Inviter: "Ann Archer", Workspace: "Acme Agency", Project: "New website", Link: "https://portal.example.com/#/portal/projects/prj_1/items/tsk_1"},
		Item:   table.ItemRow{Item: "tsk_1", Kind: table.ItemTask, Title: "Approve the homepage design", Ask: askApproval, Due: &until},
		Client: true, Reason: policy.ReasonAssigned, Type: table.ActivityItemCreated,
	}
	change(&n)
	return n
}

// mails are all kinds of mail, each with its golden files in testdata.
var mails = map[string]Content{
	"invitation-project":  Invitation(carl, testLink, false, ""),
	"reminder-project":    Invitation(carl, testLink, true, ""),
	"invitation-no-note":  Invitation(invitationTo(func(i *table.InvitationRow) { i.Note = "" }), testLink, false, ""),
	"invitation-portal":   Invitation(invitationTo(func(i *table.InvitationRow) { i.Project, i.ProjectName, i.Note = "", "", "" }), testLink, false, ""),
	"invitation-team":     Invitation(invitationTo(func(i *table.InvitationRow) { i.Role, i.Project, i.Note = table.RoleMember, "", "" }), testLink, false, ""),
	"invitation-owner":    Invitation(invitationTo(func(i *table.InvitationRow) { i.Role, i.SelfService = table.RoleOwner, true }), testLink, false, ""),
	"reminder-owner":      Invitation(invitationTo(func(i *table.InvitationRow) { i.Role, i.SelfService = table.RoleOwner, true }), testLink, true, ""),
	"added":               Added{About{Email: "carl@globex.example", Name: "Carl Client", Inviter: "Ann Archer", Workspace: "Acme Agency", Project: "Second shop", Link: "https://portal.example.com/#/portal/projects/prj_2"}},
	"notification-ask":    toClient(func(*Notification) {}),
	"notification-task":   toClient(func(n *Notification) { n.Item.Ask, n.Item.Due, n.Item.Title = "", nil, "Send us the logo" }),
	"notification-shared": toClient(func(n *Notification) { n.Item.Kind, n.Item.Due, n.Reason = table.ItemEvent, nil, policy.ReasonActivity }),
	"notification-to-team": toClient(func(n *Notification) {
		n.Client, n.Reason, n.Type = false, policy.ReasonActivity, table.ActivityItemShared
	}),
}

func digestOf(projects ...[]Notification) Digest {
	return Digest{Projects: projects, Link: "https://portal.example.com/#/"}
}

// The digests.
func init() {
	website := []Notification{toClient(func(*Notification) {}), toClient(func(n *Notification) {
		n.Item.Kind, n.Item.Title, n.Item.Due, n.Reason = table.ItemFile, "Brand guide.pdf", nil, policy.ReasonActivity
	})}
	shop := []Notification{toClient(func(n *Notification) {
		n.Project, n.Workspace, n.Link = "Second shop", "Beta Builders", "https://portal.example.com/#/projects/prj_2/items/msg_1"
		n.Client, n.Reason, n.Item.Kind, n.Item.Title, n.Item.Due = false, policy.ReasonActivity, table.ItemMessage, "Opening hours", nil
	})}
	many := make([]Notification, 0, 60)
	for i := range 60 {
		many = append(many, toClient(func(n *Notification) {
			n.Item.Title, n.Item.Due, n.Reason = fmt.Sprintf("Page %d", i+1), nil, policy.ReasonActivity
		}))
	}
	mails["digest"], mails["digest-one"], mails["digest-project"], mails["digest-many"] = digestOf(website, shop), digestOf(shop), digestOf(website), digestOf(many, shop)
}

// The invitations in German.
func init() {
	for name, inv := range map[string]table.InvitationRow{
		"project": carl,
		"portal":  invitationTo(func(i *table.InvitationRow) { i.Project, i.ProjectName, i.Note = "", "", "" }),
		"team":    invitationTo(func(i *table.InvitationRow) { i.Role, i.Project, i.Note = table.RoleMember, "", "" }),
		"owner":   invitationTo(func(i *table.InvitationRow) { i.Role, i.SelfService = table.RoleOwner, true }),
	} {
		mails["invitation-"+name+"-de"] = Invitation(inv, testLink, false, german)
		mails["reminder-"+name+"-de"] = Invitation(inv, testLink, true, german)
		mails["reminder-"+name] = Invitation(inv, testLink, true, "")
	}
}

// The invitation as a workspace's template has it.
var own = table.TemplateRow{
	SenderName: "{{inviterName}} at Acme", ReplyTo: "hello@acme.example", Subject: "{{workspaceName}}: {{invitedTo}}", TextMade: "Hello {{contactName}}\n\n{{note}}\n\nSee {{invitedTo}}:\n{{link}}",
	HTML: "<style>@media (max-width: 520px) { .inner { padding: 16px !important; } }</style>\n" + `<table role="presentation" width="100%" cellpadding="0" cellspacing="0"><tr><td align="center" bgcolor="#0b3d2e" class="inner" style="padding: 32px; font-family: Georgia, serif; color: #ffffff">
<h1 style="margin: 0 0 16px">Hello {{contactName}}</h1><p>{{note}}</p><p>See {{invitedTo}} for {{companyName}}, until {{expires}}.</p><p><a href="{{link}}" style="display: inline-block; padding: 12px 24px; background-color: #ffd54a; color: #0b3d2e; text-decoration: none">Come in</a></p></td></tr></table>`,
}

func init() {
	inv := invitationTo(func(i *table.InvitationRow) { i.CompanyName = "Globex" })
	for name, change := range map[string]func(*table.TemplateRow){
		"template": func(*table.TemplateRow) {}, "template-subject": func(r *table.TemplateRow) { r.HTML, r.Language = "", german },
		"template-german": func(r *table.TemplateRow) { r.Language, r.Text = german, "{{link}}" },
	} {
		row := own
		change(&row)
		for _, reminder := range []bool{false, true} {
			content, err := FromTemplate(row, inv, testLink, reminder)
			if err != nil {
				panic(err)
			}
			mails[name+map[bool]string{true: "-reminder"}[reminder]] = content
		}
	}
}

// Each mail about an account, in both languages.
func init() {
	links := map[string]string{table.MailPasswordReset: "password-reset/q0b2yVnYwV3n4fJv0m1tq4Yy2a8c6sKQXo3rJm5t7uE", table.MailAddressChange: "address-change/q0b2yVnYwV3n4fJv0m1tq4Yy2a8c6sKQXo3rJm5t7uE",
		table.MailPasswordChanged: "password-forgotten", table.MailAddressChanged: "", table.MailMFAReset: "account"}
	for kind, page := range links {
		for name, language := range map[string]string{"": "", "-de": german} {
			m := Account{Kind: kind, Email: "carl@globex.example", Name: "Carl Client", Language: language, Link: "https://portal.example.com/#/" + page}
			switch kind {
			case table.MailPasswordReset:
				m.Until = until
			case table.MailAddressChange:
				m.Until, m.Name, m.Email = until, "", "carl@new.example"
			case table.MailMFAReset:
				m.Workspace = "Acme Agency"
			}
			mails[kind+name] = m
		}
	}
}

func TestMailsReadAsTheirGoldenFiles(t *testing.T) {
	for name, content := range mails {
		m, err := Render(content)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		sender := ""
		if m.SenderName != "" {
			sender = "From: " + m.SenderName + "\nReply-To: " + m.ReplyTo + "\n"
		}
		golden(t, name+".txt", sender+"To: "+m.To+"\nSubject: "+m.Subject+"\n\n"+m.Text)
		golden(t, name+".html", m.HTML)
		if *write != "" {
			if err := os.WriteFile(filepath.Join(*write, name+".html"), []byte(m.HTML), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v (go test ./shared/letters -update writes the golden files)", err)
	}
	if got != string(want) {
		t.Errorf("%s differs; if the change is meant: go test ./shared/letters -update\ngot:\n%s\nwant:\n%s", name, got, want)
	}
}

func TestThePlainTextSaysWhatTheHTMLSays(t *testing.T) {
	for name, content := range mails {
		m, err := Render(content)
		if err != nil {
			t.Fatal(err)
		}
		for what, s := range map[string]string{"text": m.Text, "HTML": m.HTML} {
			if !strings.Contains(s, "https://portal.example.com/#/") {
				t.Errorf("%s: the %s has no link: %s", name, what, s)
			}
			if !strings.Contains(s, m.To) {
				t.Errorf("%s: the %s does not say whom it went to: %s", name, what, s)
			}
		}
		if strings.HasSuffix(name, "-de") {
			own := strings.ReplaceAll(m.Text, carl.Note, "") // the inviter's words stay as they are
			for _, l := range lines(carl.Note) {
				own = strings.ReplaceAll(own, l, "")
			}
			if strings.Contains(own, "you") || strings.Contains(own, "writes") || !strings.Contains(m.HTML, `<html lang="de">`) || strings.Contains(m.HTML, "button does not work") {
				t.Errorf("%s: there is English in it: %s", name, m.HTML)
			}
		}
		for _, broken := range []string{"<no value>", "%!", "ZgotmplZ", "<p", "&#", "&amp;"} {
			if strings.Contains(m.Text, broken) {
				t.Errorf("%s: the text has %q: %s", name, broken, m.Text)
			}
		}
		if strings.Contains(m.HTML, "ZgotmplZ") {
			t.Errorf("%s: the HTML has an unsafe value: %s", name, m.HTML)
		}
	}
}

const hostile = "<script>alert(1)</script>\r\nBcc: everyone@example.com\u202e\" onmouseover=\"x"

func TestNamesAndNotesStayText(t *testing.T) {
	inv := carl
	inv.Name, inv.InviterName, inv.WorkspaceName, inv.ProjectName, inv.Note = hostile, hostile, hostile, hostile, hostile
	for name, c := range map[string]Content{
		"invitation": Invitation(inv, testLink, false, ""),
		"reminder":   Invitation(inv, testLink, true, ""),
		"notification": toClient(func(n *Notification) {
			n.Item.Title, n.About = hostile, About{Name: hostile, Inviter: hostile, Project: hostile, Link: testLink}.Clean()
		}),
		"digest": digestOf([]Notification{toClient(func(n *Notification) {
			n.Item.Title, n.About = hostile, About{Name: hostile, Inviter: hostile, Project: hostile, Workspace: hostile, Link: testLink}.Clean()
		})}),
		"account": Account{Kind: table.MailMFAReset, Name: hostile, Workspace: hostile, Link: testLink}.Clean(),
		"added":   Added{About{Name: hostile, Inviter: hostile, Project: hostile, Link: testLink}.Clean()},
	} {
		m, err := Render(c)
		if err != nil {
			t.Fatal(err)
		}
		if strings.ContainsAny(m.Subject, "\r\n\u202e") {
			t.Errorf("%s: the subject has a line end or turns the text's direction: %q", name, m.Subject)
		}
		for _, never := range []string{"<script", "\" onmouseover=\"", "\u202e"} {
			if strings.Contains(m.HTML, never) {
				t.Errorf("%s: the HTML has %q: %s", name, never, m.HTML)
			}
		}
		if strings.Contains(m.Text, "\nBcc:") || strings.Contains(m.Text, "\r") {
			t.Errorf("%s: a name begins a new line of the text: %q", name, m.Text)
		}
	}
}

func TestPlacesOfTheLayoutInANameStayText(t *testing.T) {
	inv := carl
	inv.ProjectName, inv.Note = "{{why}}", "{{blocks}} {{link}}"
	m, err := Render(Invitation(inv, testLink, false, ""))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"<strong>“{{why}}”</strong>", "<p style=\"margin:0;\">{{blocks}} {{link}}</p>"} {
		if !strings.Contains(m.HTML, want) {
			t.Errorf("the HTML has not %s: %s", want, m.HTML)
		}
	}
	if got := strings.Count(m.HTML, "This mail went to"); got != 1 {
		t.Errorf("got the last lines %d times, want once", got)
	}
}

func TestAButtonLeadsToAPageOrIsNotSent(t *testing.T) {
	for _, link := range []string{"javascript:alert(1)", "data:text/html,x", "//portal.example.com/", ""} {
		m, err := Render(Invitation(carl, link, false, ""))
		if err == nil {
			t.Errorf("%q: got %s, want it refused", link, m.HTML)
		} else if link != "" && strings.Contains(err.Error(), link) {
			t.Errorf("%q: the error, which is logged, has the link: %v", link, err)
		}
		if m, err := Render(digestOf([]Notification{toClient(func(n *Notification) { n.Link = link })})); err == nil {
			t.Errorf("%q: got %s, want the digest refused", link, m.HTML)
		}
	}
}

func TestTheMailOfASelfServiceSignUpHasNoWordOfTheCaller(t *testing.T) {
	inv := carl
	inv.Role, inv.SelfService = table.RoleOwner, true
	inv.Name, inv.WorkspaceName, inv.InviterName, inv.ProjectName, inv.Note = "SPAM-1", "SPAM-2", "SPAM-3", "SPAM-4", "SPAM-5"
	for _, reminder := range []bool{false, true} {
		m, err := Render(Invitation(inv, testLink, reminder, ""))
		if err != nil {
			t.Fatal(err)
		}
		if all := m.Subject + m.Text + m.HTML; strings.Contains(all, "SPAM") {
			t.Errorf("the mail repeats what the caller typed: %s", all)
		}
	}
}

func TestANoteIsMarkedAsTheInvitersOwnWords(t *testing.T) {
	m, err := Render(Invitation(carl, testLink, false, ""))
	if err != nil {
		t.Fatal(err)
	}
	if want := "Ann Archer writes:\n> Hello Carl,\n> here is everything for the launch & the “relaunch”.\n> \n> See you on Monday!\n"; !strings.Contains(m.Text, want) {
		t.Errorf("got %s, want it to contain %s", m.Text, want)
	}
	none, err := Render(mails["invitation-no-note"])
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(none.Text+none.HTML, "writes:") {
		t.Errorf("a mail without a note announces one: %s", none.Text)
	}
}

func TestALongSubjectIsCutAtACharacter(t *testing.T) {
	m, err := Render(toClient(func(n *Notification) { n.Item.Title = strings.Repeat("ü", 400) }))
	if err != nil {
		t.Fatal(err)
	}
	if got := len([]rune(m.Subject)); got != subjectMost {
		t.Errorf("got a subject of %d characters, want %d", got, subjectMost)
	}
	if !strings.HasSuffix(m.Subject, "ü…") {
		t.Errorf("got the end %q, want it cut after a whole character", m.Subject[len(m.Subject)-10:])
	}
}
