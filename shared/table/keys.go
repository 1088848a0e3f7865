// Package table is Foyer's one DynamoDB table: every key and access pattern
// (keys.go), the rows (rows_*.go), and a thin, strongly consistent way to read
// and write them. It holds no business rule.
package table

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"strings"
	"time"
)

// The realms: the first segment of every partition key says who may ever be
// shown the row. IAM grants by it (dynamodb:LeadingKeys), so a function that a
// client can call cannot read TEAM# rows even by a mistake in its code.
const (
	RealmTeam   = "TEAM#"   // the agency's own: staff, stream and job functions
	RealmClient = "CLIENT#" // what clients of a project may see, and what gates them
	RealmUser   = "USER#"   // one person's own rows
	RealmAuth   = "AUTH#"   // addresses, token hashes, idempotency records
	RealmDue    = "DUE#"    // what has to happen later
)

// Key is the primary key of a row.
type Key struct {
	PK string `dynamodbav:"PK"`
	SK string `dynamodbav:"SK"`
}

// String is for logs: keys hold ids and hashes, never content.
func (k Key) String() string { return k.PK + " / " + k.SK }

// Sort key prefixes that are queried or filtered on by the stream mappings in
// template.yaml.
const (
	PrefixActivity   = "act_"
	PrefixMail       = "MAIL#"
	PrefixMembership = "MEMBERSHIP#"
	PrefixInvitation = "INVITATION#"
	PrefixSession    = "SESSION#"
	PrefixProject    = "PROJECT#"
	PrefixPerson     = "PERSON#"
	PrefixItem       = "ITEM#"
	PrefixMember     = "MEMBER#"
	PrefixContact    = "CONTACT#"
	PrefixJob        = "JOB#"
)

// Realm TEAM#: a workspace and what only its members see.

// Workspace is the workspace itself; read by workspaces-get.
func Workspace(w string) Key { return Key{RealmTeam + "W#" + w, "WORKSPACE"} }

// Member is a person of the team with role, address and the state of their
// invitation; read by members-list and projects-create.
func Member(w, person string) Key { return Key{RealmTeam + "W#" + w, PrefixMember + person} }

// Contact is a person of a client company, with the state of their invitation;
// read by people-list, access-remove and access-restore.
func Contact(w, contact string) Key { return Key{RealmTeam + "W#" + w, PrefixContact + contact} }

// Company is a client company; read by clients-add.
func Company(w, company string) Key { return Key{RealmTeam + "W#" + w, "COMPANY#" + company} }

// WorkspaceProject lists a project for those who may open every project of the
// workspace (owner, admin).
func WorkspaceProject(w, p string) Key { return Key{RealmTeam + "W#" + w, PrefixProject + p} }

// Template is the workspace's own invitation mail; absent: the default. Read by
// invitation-template-get and stream-mail.
func Template(w string) Key { return Key{RealmTeam + "W#" + w, "TEMPLATE"} }

// Subscription is the workspace's seats, and how many licences are in use; changed
// together with a company's gate.
func Subscription(w string) Key { return Key{RealmTeam + "W#" + w, "SUBSCRIPTION"} }

// Import is a file of contacts, what was planned of it and what was applied; read by
// imports-get.
func Import(w, id string) Key { return Key{RealmTeam + "W#" + w, "IMPORT#" + id} }

// Job is long work: its progress; read by jobs-get and jobs-run. Its insertion is
// what starts it (stream-notify).
func Job(w, id string) Key { return Key{RealmTeam + "W#" + w, PrefixJob + id} }

// Licence lists a licensed company by name; read by licences-list.
func Licence(w, folded, company string) Key {
	return Key{LicencePartition(w), folded + "#" + company}
}

// LicencePartition is the partition of all licensed companies.
func LicencePartition(w string) string { return RealmTeam + "W#" + w + "#LICENCES" }

// CompanyByName lists a company in the order of names; read by companies-list.
func CompanyByName(w, folded, company string) Key {
	return Key{CompaniesPartition(w), folded + "#" + company}
}

// CompaniesPartition is the partition of all companies by name.
func CompaniesPartition(w string) string { return RealmTeam + "W#" + w + "#COMPANIES" }

// CompanyWord finds a company by the prefix of one word of its name; read by
// companies-list with search.
func CompanyWord(w, word, folded, company string) Key {
	return Key{CompanyWordPartition(w), word + "#" + folded + "#" + company}
}

// CompanyWordPartition is the partition of the words of all companies' names.
func CompanyWordPartition(w string) string { return RealmTeam + "W#" + w + "#WORDS" }

// ContactByName lists a contact of a company in the order of names; read by
// contacts-list and invitations-send-all.
func ContactByName(w, company, folded, contact string) Key {
	return Key{ContactsPartition(w, company), PrefixContact + folded + "#" + contact}
}

// ContactsPartition holds the contacts of a company by name, and their addresses.
func ContactsPartition(w, company string) string { return RealmTeam + "W#" + w + "#CO#" + company }

// ContactWord finds a contact of a company by the prefix of one word of the name.
func ContactWord(w, company, word, folded, contact string) Key {
	return Key{ContactWordPartition(w, company), word + "#" + folded + "#" + contact}
}

// ContactWordPartition is the partition of the words of a company's contacts' names.
func ContactWordPartition(w, company string) string {
	return RealmTeam + "W#" + w + "#CO#" + company + "#WORDS"
}

// CompanyNamed is one company under its folded name: clients-add finds the
// companies of a name with one query. Names need not be unique.
func CompanyNamed(w, folded, company string) Key {
	return Key{companyNamePK(w, folded), "COMPANY#" + company}
}

// CompanyNameRevision changes with every company that takes or leaves the name,
// so that two clients-add at once cannot both make “the” company of that name.
func CompanyNameRevision(w, folded string) Key { return Key{companyNamePK(w, folded), "#REVISION"} }

// CompanyNamePartition is the partition of all companies of one folded name.
func CompanyNamePartition(w, folded string) string { return companyNamePK(w, folded) }

func companyNamePK(w, folded string) string {
	return RealmTeam + "W#" + w + "#CONAME#" + Hash(folded)
}

// ContactAddress makes (company, e-mail) unique and finds the contact with that
// address; read by clients-add.
func ContactAddress(w, company, address string) Key {
	return Key{RealmTeam + "W#" + w + "#CO#" + company, "EMAIL#" + Hash(address)}
}

// WorkspaceActivity is one change of a workspace, its accounts or licences.
func WorkspaceActivity(w, id string) Key { return Key{RealmTeam + "W#" + w + "#ACT", id} }

// Audit is the copy of an activity in the workspace's audit log, a partition a
// day (UTC); written by stream-notify.
func Audit(w string, day time.Time, id string) Key {
	return Key{RealmTeam + "W#" + w + "#AUDIT#" + day.UTC().Format(time.DateOnly), id}
}

// TeamProjectActivity is a change in a project that only the team may see.
func TeamProjectActivity(p, id string) Key { return Key{RealmTeam + "P#" + p + "#ACT", id} }

// PrivateItem is an item while it is private. The row is the gate: it stands
// either here or at SharedItem, moved in one transaction.
func PrivateItem(p, id string) Key { return Key{RealmTeam + "P#" + p, PrefixItem + id} }

// TeamPerson is what only the team knows of a project's person: contact,
// company, who added them; read by people-list.
func TeamPerson(p, person string) Key { return Key{RealmTeam + "P#" + p, PrefixPerson + person} }

// TeamProjectPartition holds private items and the team's side of the people.
func TeamProjectPartition(p string) string { return RealmTeam + "P#" + p }

// Realm CLIENT#: what clients may see, and what gates them. The only copy of each.

// WorkspaceGate is what a client may know of a workspace (its name), and
// whether the portal needs a licence; read with every request below it.
func WorkspaceGate(w string) Key { return Key{RealmClient + "W#" + w, "GATE"} }

// CompanyGate is what gates a company's clients: licence, archived.
func CompanyGate(w, company string) Key {
	return Key{RealmClient + "W#" + w + "#CO#" + company, "GATE"}
}

// CompanyProject lists a project of the company (its board gathers them).
func CompanyProject(w, company, p string) Key {
	return Key{RealmClient + "W#" + w + "#CO#" + company, PrefixProject + p}
}

// ProjectFacts is what a project's clients may know of it; the authority on its
// existence and on whether it is archived.
func ProjectFacts(p string) Key { return Key{RealmClient + "P#" + p, "PROJECT"} }

// Person is the name and label of a project's person, as its clients see them.
func Person(p, person string) Key { return Key{RealmClient + "P#" + p, PrefixPerson + person} }

// SharedItem is an item while the project's clients may see it.
func SharedItem(p, id string) Key { return Key{RealmClient + "P#" + p, PrefixItem + id} }

// ClientProjectPartition holds shared items and the people of a project.
func ClientProjectPartition(p string) string { return RealmClient + "P#" + p }

// ClientProjectActivity is a change in a project that its clients may see.
func ClientProjectActivity(p, id string) Key { return Key{RealmClient + "P#" + p + "#ACT", id} }

// Realm USER#: one person's own rows.

// Account is the person: state, name, address, the lease of an acceptance.
func Account(person string) Key { return Key{RealmUser + person, "ACCOUNT"} }

// Session is a sign-in: it exists until sign-out, and every request reads it.
func Session(person, originJTI string) Key { return Key{RealmUser + person, PrefixSession + originJTI} }

// Challenge is a sign-in whose password was right and that waits for the code of the
// second factor; read by sessions-answer.
func Challenge(person, session string) Key {
	return Key{RealmUser + person, "CHALLENGE#" + Hash(session)}
}

// Membership is the person's place in one workspace: a team role, or the map of
// their active contacts.
func Membership(person, w string) Key { return Key{RealmUser + person, PrefixMembership + w} }

// Project is the person's row of one project: member or client (and as which
// contact). It counts only together with the membership.
func Project(person, p string) Key { return Key{RealmUser + person, PrefixProject + p} }

// Invitation is an invitation of the person to a workspace; subject is the
// contact's id, or the person's own id where a member is invited.
func Invitation(person, w, subject string) Key {
	return Key{RealmUser + person, PrefixInvitation + w + "#" + subject}
}

// Mail is one mail to send to the person. The id is a pure function of what it
// tells, so that the same mail is never put twice.
func Mail(person, id string) Key { return Key{RealmUser + person, PrefixMail + id} }

// MailMark says that the mail of that id was claimed and sent; written by
// stream-mail.
func MailMark(person, id string) Key { return Key{RealmUser + person, "MAILED#" + id} }

// Held is a notification that waits for the person's digest of that minute (RFC 3339);
// read by stream-mail when it mails the digest.
func Held(person, minute, activity string) Key { return Key{HeldPartition(person, minute), activity} }

// HeldPartition is all that waits for the person's digest of that minute.
func HeldPartition(person, minute string) string { return RealmUser + person + "#HELD#" + minute }

// Settings are the person's notification settings.
func Settings(person string) Key { return Key{RealmUser + person, "SETTINGS"} }

// PasswordReset is the newest reset that the person asked for; a token of an older
// generation opens nothing. Read by passwords-reset and stream-mail.
func PasswordReset(person string) Key { return Key{RealmUser + person, "PASSWORD-RESET"} }

// AddressChange is the newest change of address that the person asked for, which
// the new address has to confirm. Read by me-address-confirm and stream-mail.
func AddressChange(person string) Key { return Key{RealmUser + person, "ADDRESS-CHANGE"} }

// UserPartition holds a person's own rows.
func UserPartition(person string) string { return RealmUser + person }

// PortalFeed is one line of the person's feed as a client, over all workspaces;
// read by portal-notifications-list.
func PortalFeed(person, activity string) Key { return Key{PortalFeedPartition(person), activity} }

// PortalFeedPartition is the person's feed as a client.
func PortalFeedPartition(person string) string { return RealmUser + person + "#FEED#PORTAL" }

// TeamFeed is one line of the person's feed as a member of a workspace; read by
// notifications-list.
func TeamFeed(person, w, activity string) Key { return Key{TeamFeedPartition(person, w), activity} }

// TeamFeedPartition is the person's feed as a member of that workspace.
func TeamFeedPartition(person, w string) string { return RealmUser + person + "#FEED#W#" + w }

// Realm AUTH#.

// Address leads from an e-mail address to the account; the only authority on
// addresses. The address itself is not in the key, only its SHA-256.
func Address(address string) Key { return Key{RealmAuth + "EMAIL#" + Hash(address), "ACCOUNT"} }

// Token leads from the SHA-256 of a token in a mail to what it opens.
func Token(token string) Key { return Key{RealmAuth + "TOKEN#" + Hash(token), "TOKEN"} }

// Idempotency is the record of a POST that carried an Idempotency-Key.
func Idempotency(hash string) Key { return Key{RealmAuth + "IDEM#" + hash, "KEY"} }

// Attempts counts attempts of one kind (sign-in, reset, …) by one address or
// source, in one window of time. Both are hashed.
func Attempts(kind, by string, window time.Time) Key {
	return Key{RealmAuth + "ATTEMPTS#" + kind + "#" + Hash(by), window.UTC().Format(time.RFC3339)}
}

// Suppressed says that mail to the address bounced or was complained of, and that
// no more is sent until that is mended; written by mail-events.
func Suppressed(address string) Key { return Key{RealmAuth + "EMAIL#" + Hash(address), "SUPPRESSED"} }

// Realm DUE#.

// DueShards is over how many partitions a minute's due rows are spread; due-run
// reads them all.
const DueShards = 16

// Due is something to look at in that minute (UTC). id is a pure function of
// what is due, so that it is put once.
func Due(minute time.Time, id string) Key {
	sum := sha256.Sum256([]byte(id))
	return Key{DuePartition(minute, int(sum[0])%DueShards), id}
}

// dueAtLeast is how far ahead a due row must lie: due-run may have taken the
// current minute and the next already begun (DESIGN.md).
const dueAtLeast = 2 * time.Minute

// DueMinute is the whole minute at or after now+delay, at least two minutes ahead.
func DueMinute(now time.Time, delay time.Duration) time.Time {
	at := now.UTC().Add(max(delay, dueAtLeast))
	if whole := at.Truncate(time.Minute); !whole.Equal(at) {
		return whole.Add(time.Minute)
	}
	return at
}

// DuePartition is one shard of one minute.
func DuePartition(minute time.Time, shard int) string {
	return fmt.Sprintf("%s%s#%02d", RealmDue, minute.UTC().Format("2006-01-02T15:04"), shard)
}

// DueWatermark is how far due-run has taken a shard, and its lease. All shards' stand
// together: one query reads them.
func DueWatermark(shard int) Key { return Key{DueWatermarkPartition, fmt.Sprintf("%02d", shard)} }

// DueWatermarkPartition is the partition of all watermarks.
const DueWatermarkPartition = RealmDue + "WATERMARK"

// StatePartition is the partition of the index of states (states.go) with all whose
// invitation is in that state; read by invitations-list.
func StatePartition(w, state string) string { return RealmTeam + "W#" + w + "#STATE#" + state }

// Hash is how addresses and tokens stand in keys: base64url of SHA-256. What
// is hashed must already be in its canonical form.
func Hash(s string) string {
	sum := sha256.Sum256([]byte(s))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// WorkspaceOf is the workspace whose id a project's id begins with, and false
// if p is not the id of a project.
func WorkspaceOf(p string) (string, bool) {
	rest, ok := strings.CutPrefix(p, "prj_")
	if !ok || len(rest) != 52 {
		return "", false
	}
	return "wks_" + rest[:26], true
}
