//go:build engine

package cost

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// Month is the month that `make cost` prices: what people do in it, by the operation, and
// what the measuring cannot say.
var Month = struct {
	Name                  string
	Clients, Members      int
	PerClient, PerMember  map[string]float64 // of each, in the month
	Besides               map[string]float64 // of all together
	Pages                 float64            // loads of the page, of each client and member
	Told                  []string           // operations whose change is told to the people of the project
	SharedFromTheStart    float64            // share of new items that are shared: only a change that tells
	Reminded              float64            // reminders for each invitation
	InvitedByOne          float64            // contacts of a company whom one invitations-send-all invites
	TableGB               float64
	OwnMilliseconds       float64 // of a call beside its round trips
	RoundTripMilliseconds float64
	MemoryGB              float64 // template.yaml
	LogBytes              float64 // of an invocation: the access log, the function's line, Lambda's own
	AnswerBytes           float64 // of an operation
	PageBytes             float64 // of the page, compressed
	SecretLifeHours       float64 // of a process that has read the secret
}{
	Name:    "1,000 active clients, with 100 members who work with them",
	Clients: 1000, Members: 100,
	PerClient: map[string]float64{
		"sessions-create": 8, "sessions-refresh": 12, "sessions-end": 2, "me-get": 8, "portal-projects-list": 12, "portal-projects-get": 20, "portal-items-list": 60,
		"portal-items-get": 40, "portal-notifications-list": 40, "settings-get": 1, "settings-put": 0.2,
	},
	PerMember: map[string]float64{
		"sessions-create": 20, "sessions-refresh": 140, "sessions-end": 5, "me-get": 20, "items-list": 400, "items-get": 300, "items-create": 60, "items-visibility": 30,
		"people-list": 60, "notifications-list": 200, "projects-create": 1, "settings-get": 1, "settings-put": 0.5, "audit-list": 2,
		"companies-list": 60, "companies-get": 40, "contacts-list": 40, "contacts-get": 40, "invitations-list": 20, "licences-list": 4, "subscription-get": 8,
		"members-list": 10, "workspaces-get": 10,
	},
	Besides: map[string]float64{
		"clients-add": 120, "invitations-view": 240, "invitations-open": 110, "invitations-accept": 100, "access-remove": 10, "access-restore": 2,
		"workspaces-create": 2, "workspaces-update": 4, "workspaces-export": 1, "audit-export": 4, "jobs-get": 60,
		"companies-create": 20, "companies-update": 5, "companies-archive": 3, "companies-unarchive": 1, "licences-grant": 15, "licences-release": 5, "subscription-update": 2,
		"contacts-create": 60, "contacts-update": 20, "contacts-delete": 3, "imports-create": 3, "imports-plan": 4, "imports-apply": 3, "imports-get": 30,
		"invitations-send": 60, "invitations-send-all": 5, "invitations-revoke": 5, "address-corrected": 3,
		"members-invite": 5, "members-update": 2, "members-remove": 2, "member-invitations-send": 2, "member-invitations-revoke": 1,
		"invitation-template-get": 8, "invitation-template-put": 4, "invitation-template-preview": 12, "invitation-template-test": 4, "invitation-template-reset": 1,
		"passwords-forgot": 60, "passwords-reset": 50, "me-password": 10, "me-update": 20, "me-address-change": 5, "me-address-confirm": 4,
		"sessions-answer": 800, "totp-start": 30, "totp-confirm": 25, "totp-remove": 3, "mfa-reset": 2, "sessions-end-all": 10,
	},
	Pages:              12,
	Told:               []string{"items-create", "items-visibility"},
	SharedFromTheStart: 1,
	Reminded:           0.5,
	InvitedByOne:       10,
	TableGB:            2,
	OwnMilliseconds:    5, RoundTripMilliseconds: 6, MemoryGB: 0.25,
	LogBytes: 2 << 10, AnswerBytes: 4 << 10, PageBytes: 100 << 10,
	SecretLifeHours: 1,
}

// Calls is how often each operation is called in the month.
func Calls() map[string]float64 {
	calls := maps.Clone(Month.Besides)
	for id, n := range Month.PerClient {
		calls[id] += n * float64(Month.Clients)
	}
	for id, n := range Month.PerMember {
		calls[id] += n * float64(Month.Members)
	}
	return calls
}

// changes are the operations that record an activity.
var changes = []string{"workspaces-create", "workspaces-update", "workspaces-export", "access-remove", "access-restore", "invitations-accept", "audit-export", "projects-create", "clients-add",
	"items-create", "items-visibility", "me-update", "me-address-confirm", "mfa-reset", "companies-create", "companies-update", "companies-archive", "companies-unarchive",
	"licences-grant", "licences-release", "subscription-update", "contacts-create", "contacts-update", "contacts-delete", "imports-apply", "invitations-send", "invitations-send-all",
	"invitations-revoke", "address-corrected", "members-invite", "members-update", "members-remove", "member-invitations-send", "member-invitations-revoke",
	"invitation-template-put", "invitation-template-reset"}

// inviting are the operations that send an invitation's mail.
var inviting = []string{"clients-add", "workspaces-create", "invitations-send", "member-invitations-send", "members-invite", "address-corrected", "invitation-template-test"}

// starting are the operations that start a job; each is priced as an export's.
var starting = []string{"audit-export", "workspaces-export", "imports-plan", "imports-apply", "invitations-send-all", "contacts-update", "contacts-delete", "address-corrected", "members-remove"}

// accountMails are the operations that send a mail about an account.
var accountMails = []string{"passwords-forgot", "passwords-reset", "me-password", "me-address-change", "me-address-confirm", "mfa-reset"}

const minutesOfMonth = 730 * 60

// Line is one line of the bill.
type Line struct {
	price Price
	n     float64
}

func (l Line) usd() float64 { return l.n * l.price.each() }

// Bill is the month's bill, by the metered costs in the typical state.
func Bill(t testing.TB, metered map[string]Metered) []Line {
	t.Helper()
	calls := Calls()
	for id := range calls {
		if _, ok := metered[id]; !ok {
			t.Errorf("the month names %s, which was not metered: infra/guards/cost/month.go", id)
		}
	}
	requests := sumOf(calls)
	told := 0.0
	for _, id := range Month.Told {
		told += calls[id] * Month.SharedFromTheStart
	}
	recorded := 0.0
	for _, id := range changes {
		recorded += calls[id]
	}
	// What follows by itself. A put of the audit is all that an activity costs that is
	// told to nobody; each that tells puts a mail for each who is told.
	follows := map[string]float64{
		"stream-notify": told,
		"stream-mail":   told * told4(metered),
		"due-run":       minutesOfMonth,
	}
	for _, id := range starting {
		follows["stream-notify of a job"] += calls[id]
		follows["jobs-run of an export"] += calls[id]
	}
	for _, id := range inviting {
		follows["stream-mail of an invitation"] += calls[id]
	}
	follows["stream-mail of an invitation"] += calls["invitations-send-all"] * Month.InvitedByOne
	for _, id := range accountMails {
		follows["stream-mail of a reset"] += calls[id] // the others cost a row less
	}
	invitations := follows["stream-mail of an invitation"]
	follows["due-run with a reminder"] = invitations * Month.Reminded
	follows["due-run"] -= follows["due-run with a reminder"]
	follows["stream-mail of an invitation"] += follows["due-run with a reminder"] // its mail
	untold := recorded - told
	signIns := calls["sessions-create"]
	pages := Month.Pages * float64(Month.Clients+Month.Members)

	all := maps.Clone(calls)
	maps.Copy(all, follows)
	var read, write, seconds float64
	services := map[string]float64{}
	for name, n := range all {
		m := metered[name]
		read, write = read+n*m.Use.Read, write+n*m.Use.Write
		seconds += n * (Month.OwnMilliseconds + Month.RoundTripMilliseconds*float64(m.Use.Rounds)) / 1000
		for service, k := range m.Services {
			services[service] += n * float64(k)
		}
	}
	write += untold
	seconds += (untold + signIns + pages) * (Month.OwnMilliseconds + Month.RoundTripMilliseconds) / 1000
	invocations := sumOf(all) + untold + signIns + pages
	windows := 0.0 // of five minutes, in which a function asks for the table's key at most once
	for _, n := range all {
		windows += min(n, minutesOfMonth/5)
	}
	mails := follows["stream-mail"] + follows["stream-mail of an invitation"] + follows["stream-mail of a reset"]
	return []Line{
		{httpCall, requests + pages},
		{invocation, invocations},
		{gbSecond, seconds * Month.MemoryGB},
		{readUnit, read},
		{writeUnit, write},
		{stored, Month.TableGB},
		{recoverable, Month.TableGB},
		{keyUse, windows},
		{activeUser, float64(Month.Clients + Month.Members)},
		{mailSent, mails},
		{queueCall, services["SQS"] * 3},
		{secretKept, 1},
		{secretRead, 2 * minutesOfMonth / 60 / Month.SecretLifeHours},
		{scheduled, minutesOfMonth},
		{trace, invocations},
		{logged, invocations * Month.LogBytes / 1e9},
		{alarm, float64(alarms(t))},
		{fileWritten, services["S3"]},
		{sentOut, (requests*Month.AnswerBytes + pages*Month.PageBytes) / 1e9},
	}
}

// told4 is to how many people an activity is told in the typical state: a line in the
// feed and a mail each, and one more write for the audit.
func told4(metered map[string]Metered) float64 { return (metered["stream-notify"].Use.Write - 1) / 2 }

func sumOf(m map[string]float64) (n float64) {
	for _, k := range slices.Sorted(maps.Keys(m)) {
		n += m[k]
	}
	return n
}

// alarms are those of template.yaml.
func alarms(t testing.TB) int {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("..", "..", "..", "template.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	return strings.Count(string(raw), "Type: AWS::CloudWatch::Alarm")
}
