package invariants

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"foyer/shared/hours"
	"foyer/shared/mailtoken"
	"foyer/shared/policy"
	"foyer/shared/table"
)

func equal[T any](a, b T) bool { return reflect.DeepEqual(a, b) }

func account(c *checker, at place, row table.AccountRow) {
	id := at.ids["person"]
	same(c, at.key, "person", row.Person, id)
	if by, ok := needs[table.AddressRow](c, at.key, table.Address(row.Email)); ok {
		same(c, at.key, "account of its address", by.Person, id)
	}
	gone := len(c.erasures("", id)) > 0 // an invitation of theirs may be
	c.want(at.key, gone || len(c.invited[id]) > 0, "was never invited to anything")
	c.want(at.key, len(c.invited[id]) > 0 || row.State == table.AccountConfirmed || c.erasing("", id), "was accepted by nobody, and nothing invites them any more")
	state := table.AccountInvited
	if slices.Contains(c.invited[id], table.InvitationAccepted) {
		state = table.AccountConfirmed
	}
	c.want(at.key, row.State == state || gone && row.State == table.AccountConfirmed, "is %s, by its invitations it should be %s", row.State, state)
	same(c, at.key, "a lease has its end", row.LeaseID != "", row.LeaseUntil != 0)
	c.want(at.key, row.LeaseID == "" || row.State == table.AccountInvited, "is confirmed, and leased to an acceptance")
}

func address(c *checker, at place, row table.AddressRow) {
	of, ok := needs[table.AccountRow](c, at.key, table.Account(row.Person))
	if !ok {
		return
	}
	same(c, at.key, "address", table.Hash(of.Email), at.ids["hash"])
	// Invitations are there until their contact is erased; one who moved was invited to
	// another address, too.
	there := len(c.invited[row.Person])
	ever := there + len(c.erasures("", row.Person))
	c.want(at.key, row.Invited <= ever && (row.Invited >= there || of.State == table.AccountConfirmed), "was invited %d times, there are %d invitations and were %d", row.Invited, there, ever)
}

// suppressed: no mail goes to the address; whether anybody has it is all the same.
func suppressed(c *checker, at place, row table.SuppressedRow) {
	c.want(at.key, row.Why == table.SuppressedBounce || row.Why == table.SuppressedComplaint, "is for %q", row.Why)
	c.want(at.key, row.Message != "" && !row.At.IsZero(), "is of no mail")
}

func session(c *checker, at place, row table.SessionRow) {
	c.has(at.key, table.Account(at.ids["person"]))
	c.want(at.key, row.TTL > row.CreatedAt.Unix(), "ends before it begins")
}

func membership(c *checker, at place, row table.MembershipRow) {
	w, id := at.ids["w"], at.ids["person"]
	same(c, at.key, "workspace", row.Workspace, w)
	c.has(at.key, table.WorkspaceGate(w))
	c.has(at.key, table.Account(id))
	c.want(at.key, row.Role == "" || len(row.Contacts) == 0, "is of the team and a client")
	if row.Role != "" {
		if of, ok := needs[table.MemberRow](c, at.key, table.Member(w, id)); ok {
			same(c, at.key, "role", of.Role, row.Role)
			same(c, at.key, "state of the member", of.InvitationState, table.InvitationAccepted)
		}
	}
	for contact, company := range row.Contacts {
		if of, ok := needs[table.ContactRow](c, at.key, table.Contact(w, contact)); ok {
			same(c, at.key, "person and company of "+contact, [2]string{of.Person, of.Company}, [2]string{id, company})
			same(c, at.key, "state of "+contact, of.InvitationState, table.InvitationAccepted)
		}
	}
}

// personProject is a person's own row of a project.
func personProject(c *checker, at place, row table.PersonProjectRow) {
	p, id := at.ids["p"], at.ids["person"]
	w, _ := table.WorkspaceOf(p)
	same(c, at.key, "project", row.Project, p)
	c.has(at.key, table.ProjectFacts(p))
	c.has(at.key, table.TeamPerson(p, id)) // which compares the two
	switch row.Kind {
	case table.KindMember:
		c.want(at.key, c.inTeam(w, id), "there is no member %s of %s", id, w)
	case table.KindClient:
		if c.erased(w, row.Contact) {
			c.want(at.key, c.erasing(w, id), "is of a contact who was erased")
		} else if of, ok := needs[table.ContactRow](c, at.key, table.Contact(w, row.Contact)); ok && !c.moving(w, row.Contact, id) {
			same(c, at.key, "person and company of its contact", [2]string{of.Person, of.Company}, [2]string{id, row.Company})
		}
	default:
		c.fail(at.key, "is of the kind %q", row.Kind)
	}
}

var roles = []string{table.RoleOwner, table.RoleAdmin, table.RoleMember}

var states = []string{table.InvitationQueued, table.InvitationSent, table.InvitationOpened, table.InvitationAccepted, table.InvitationExpired,
	table.InvitationRevoked, table.InvitationBounced, table.InvitationRemoved}

func invitation(c *checker, at place, row table.InvitationRow) {
	w, id, subject := at.ids["w"], at.ids["person"], at.ids["subject"]
	same(c, at.key, "person, workspace and subject", [3]string{row.Person, row.Workspace, row.Subject}, [3]string{id, w, subject})
	c.want(at.key, slices.Contains(states, row.State), "is in the state %q", row.State)
	c.want(at.key, row.Generation >= 1, "is of the generation %d", row.Generation)
	c.want(at.key, row.ExpiresAt.After(row.CreatedAt), "expires before it was made")
	for _, when := range row.RemindAt {
		c.want(at.key, when.After(row.CreatedAt) && when.Before(row.ExpiresAt), "is reminded of %s, which is not while it is open", when)
	}
	c.has(at.key, table.Account(id))
	same(c, at.key, "is of a member", strings.HasPrefix(subject, "per_"), row.Role != "")
	if c.erased(w, subject) {
		c.want(at.key, c.erasing(w, id) && row.State == table.InvitationBounced, "is of a contact who was erased")
		return
	}
	if row.Role != "" {
		c.want(at.key, slices.Contains(roles, row.Role), "is to the role %q", row.Role)
		_, member := c.rows[row.SubjectKey()] // which compares the two
		same(c, at.key, "invited and not removed, as recorded", c.invitedTo(w, id), map[bool]int{true: 1}[member])
		c.want(at.key, member || c.recorded(table.ActivityMemberRemoved, w, "", id) > 0, "is of nobody of the team, nor of anybody who was removed")
		c.want(at.key, member || !pending(row.State), "waits for the answer of one who was removed")
	} else if of, ok := needs[table.ContactRow](c, at.key, row.SubjectKey()); ok && of.Person != id && c.recorded(table.ActivityAddressCorrected, w, "", subject) > 0 {
		same(c, at.key, "state, of the wrong address", row.State, table.InvitationBounced)
		same(c, at.key, "company of its contact", of.Company, row.Company)
	} else if ok { // which compares the states
		same(c, at.key, "person and company of its contact", [2]string{of.Person, of.Company}, [2]string{id, row.Company})
	}
	if row.Project != "" {
		c.has(at.key, table.ProjectFacts(row.Project))
	}
	if row.State == table.InvitationQueued {
		c.has(at.key, table.Mail(id, mailID(table.MailInvitation, w, subject, row.Generation, 0)))
	}
	if row.State == table.InvitationSent {
		sent := slices.ContainsFunc(c.of[kindMailMark], func(m place) bool {
			mark, ok := look[table.MailMarkRow](c, m.key)
			return ok && mark.SentAt != nil && m.ids["person"] == id && strings.Contains(m.ids["mail"], "#"+w+"#"+subject+"#")
		})
		c.want(at.key, sent, "is sent, and no mail of it was")
	}
	counted, again := c.reminders(row)
	reminded := c.recorded(table.ActivityReminderDue, w, row.Project, subject)
	c.want(at.key, counted == reminded || again && counted < reminded, "has %d reminders, %d are recorded", counted, reminded)
}

// reminders is how many were sent of the invitation and of those to the addresses that
// its contact had before or has since, which are recorded as one; and whether one of them
// was sent again, which begins its count anew.
func (c *checker) reminders(of table.InvitationRow) (counted int, again bool) {
	persons := []string{of.Person}
	if contact, ok := look[table.ContactRow](c, of.SubjectKey()); ok && of.Role == "" {
		persons = append(strings.Fields(contact.Formerly), contact.Person)
		slices.Sort(persons)
		persons = slices.Compact(persons) // the first address may be the right one after all
	}
	for _, p := range persons {
		if row, ok := look[table.InvitationRow](c, table.Invitation(p, of.Workspace, of.Subject)); ok && row.Project == of.Project {
			counted, again = counted+row.Reminders, again || row.Generation > 1
		}
	}
	return counted, again
}

func mailID(kind, w, subject string, generation, number int) string {
	return fmt.Sprintf("%s#%s#%s#%d#%d", kind, w, subject, generation, number)
}

func mail(c *checker, at place, row table.MailRow) {
	id := at.ids["person"]
	same(c, at.key, "mail and person", [2]string{row.Mail, row.Person}, [2]string{at.ids["mail"], id})
	c.want(at.key, strings.HasPrefix(row.Mail, row.Kind+"#"), "is of the kind %q", row.Kind)
	if _, ok := accountMails[row.Kind]; ok {
		accountMail(c, at, row)
		return
	}
	c.account(at.key, id)
	if row.Kind != table.MailDigest { // which is of all workspaces that its lines are of
		c.has(at.key, table.WorkspaceGate(row.Workspace))
	}
	switch row.Kind {
	case table.MailInvitation, table.MailReminder:
		if row.Project != "" {
			c.has(at.key, table.ProjectFacts(row.Project))
		}
		if c.erased(row.Workspace, row.Subject) {
			break // stream-mail drops it, if it has not left before
		}
		if inv, ok := needs[table.InvitationRow](c, at.key, table.Invitation(id, row.Workspace, row.Subject)); ok {
			c.want(at.key, row.Generation >= 1 && row.Generation <= inv.Generation, "is of the generation %d, its invitation of %d", row.Generation, inv.Generation)
			same(c, at.key, "project", row.Project, inv.Project)
		}
		c.want(at.key, strings.HasPrefix(row.Mail, fmt.Sprintf("%s#%s#%s#%d#", row.Kind, row.Workspace, row.Subject, row.Generation)), "tells of another than it names")
	case table.MailAdded:
		if !c.erased(row.Workspace, row.Subject) {
			c.has(at.key, table.Contact(row.Workspace, row.Subject))
			c.has(at.key, table.TeamPerson(row.Project, id))
		}
		c.has(at.key, table.Account(row.Actor))
		same(c, at.key, "mail", row.Mail, row.Kind+"#"+row.Subject+"#"+row.Project)
	case table.MailTemplateTest:
		same(c, at.key, "who asked for it", row.Actor, id)
		c.has(at.key, table.Member(row.Workspace, id))
	case table.MailNotification:
		line := table.TeamFeed(id, row.Workspace, row.Activity)
		if row.Audience == table.KindClient {
			line = table.PortalFeed(id, row.Activity)
		}
		if of, ok := needs[table.FeedRow](c, at.key, line); ok { // which compares itself with the activity
			same(c, at.key, "line of the feed", [6]string{of.Workspace, of.Project, of.Item, of.Actor, of.Type, of.Reason},
				[6]string{row.Workspace, row.Project, row.Item, row.Actor, row.Type, row.Reason})
		}
		same(c, at.key, "mail", row.Mail, row.Kind+"#"+row.Activity)
		if row.Digest != "" {
			c.has(at.key, table.Held(id, row.Digest, row.Activity)) // which compares itself with it
		}
	case table.MailDigest:
		same(c, at.key, "mail", row.Mail, row.Kind+"#"+row.Digest)
		c.waits(at.key, id, row.Digest)
	default:
		c.fail(at.key, "is of the unknown kind %q: say in infra/guards/invariants what it must agree with", row.Kind)
	}
}

// held is a notification that waits, or waited, for a digest: a copy of its mail.
func held(c *checker, at place, row table.MailRow) {
	if of, ok := needs[table.MailRow](c, at.key, table.Mail(at.ids["person"], row.Mail)); ok {
		of.Key = row.Key
		same(c, at.key, "copy", row, of)
	}
	same(c, at.key, "activity", row.Activity, at.ids["activity"])
	minute, err := time.Parse(time.RFC3339, row.Digest)
	c.want(at.key, err == nil && row.Digest == at.ids["digest"], "waits for another digest than its own")
	_, ahead := c.rows[table.Due(minute, table.DueDigest+"#"+row.Person)]
	_, over := c.rows[table.Mail(row.Person, table.MailDigest+"#"+row.Digest)]
	c.want(at.key, ahead != over, "its digest is to come: %v, and has come: %v", ahead, over)
}

// waits reports the row unless something waits for that digest of the person.
func (c *checker) waits(key table.Key, person, minute string) {
	c.want(key, slices.ContainsFunc(c.of[kindHeld], func(at place) bool { return at.key.PK == table.HeldPartition(person, minute) }), "nothing waits for the digest")
}

func mailMark(c *checker, at place, row table.MailMarkRow) {
	c.has(at.key, table.Mail(at.ids["person"], at.ids["mail"]))
	c.want(at.key, row.ClaimID != "", "is nobody's claim")
	c.want(at.key, row.SentAt == nil || row.Dropped == "", "was sent and dropped")
	same(c, at.key, "sent has SES's id", row.MessageID != "", row.SentAt != nil)
}

func settings(c *checker, at place, row table.SettingsRow) {
	c.has(at.key, table.Account(at.ids["person"]))
	c.want(at.key, row.Version >= 1, "version is %d", row.Version)
	levels := []policy.Level{"", policy.LevelAll, policy.LevelLimited, policy.LevelNone}
	c.want(at.key, slices.Contains(levels, policy.Level(row.Level)), "level is %q", row.Level)
	_, e1 := hours.ParseClock(row.Digest)
	_, e2 := hours.ParseClock(row.QuietFrom)
	_, e3 := hours.ParseClock(row.QuietTo)
	_, e4 := hours.ParseZone(row.TimeZone)
	c.want(at.key, (e1 == nil || row.Digest == "") && (e2 == nil && e3 == nil || row.QuietFrom+row.QuietTo == ""), "its times cannot be read")
	c.want(at.key, e4 == nil || row.TimeZone+row.Digest+row.QuietFrom == "", "its time zone is %q", row.TimeZone)
	for p, level := range row.Projects {
		c.has(at.key, table.ProjectFacts(p))
		c.want(at.key, slices.Contains(levels, policy.Level(level)), "level of %s is %q", p, level)
	}
}

func token(c *checker, at place, row table.TokenRow) {
	if row.Purpose == mailtoken.PasswordReset || row.Purpose == mailtoken.AddressChange {
		accountToken(c, at, row)
		return
	}
	same(c, at.key, "purpose", row.Purpose, mailtoken.Invitation)
	if c.erased(row.Workspace, row.Subject) {
		return // it opens nothing, and goes when its time is over
	}
	if inv, ok := needs[table.InvitationRow](c, at.key, table.Invitation(row.Person, row.Workspace, row.Subject)); ok {
		c.want(at.key, row.Generation >= 1 && row.Generation <= inv.Generation, "is of the generation %d, its invitation of %d", row.Generation, inv.Generation)
		c.want(at.key, !row.ExpiresAt.After(inv.ExpiresAt), "outlives its invitation")
	}
	c.want(at.key, row.TTL >= row.ExpiresAt.Unix(), "goes before it expires")
}

// idempotency is the record of what was made: it is there.
func idempotency(c *checker, at place, row table.IdempotencyRow) {
	c.want(at.key, row.Fingerprint != "", "has no fingerprint")
	c.want(at.key, c.ids[row.Result] || c.erasedAnywhere[row.Result], "its result %q is nowhere", row.Result)
}

// resultKinds are what requests with an Idempotency-Key make, and which id of the
// key is the result.
var resultKinds = map[string]string{"Workspace": "w", "Account": "person", kindMail: "mail", kindContact: "contact", "Company": "company", "ProjectFacts": "p", "Job": "job", "Import": "import", kindPrivateItem: "item", kindSharedItem: "item"}

func due(c *checker, at place, row table.DueRow) {
	same(c, at.key, "due", row.Due, at.ids["due"])
	minute, err := time.Parse("2006-01-02T15:04", at.ids["minute"])
	c.want(at.key, err == nil && table.Due(minute, row.Due) == at.key, "is in another shard than its own")
	if row.Kind == table.DueDigest {
		same(c, at.key, "due", row.Due, row.Kind+"#"+row.Person)
		same(c, at.key, "minute", row.Digest, minute.Format(time.RFC3339))
		c.waits(at.key, row.Person, row.Digest)
		return
	}
	same(c, at.key, "kind", row.Kind, table.DueReminder)
	same(c, at.key, "due", row.Due, mailID(row.Kind, row.Workspace, row.Subject, row.Generation, row.Number))
	if !c.erased(row.Workspace, row.Subject) { // due-run takes it away when it comes to it
		c.has(at.key, table.Invitation(row.Person, row.Workspace, row.Subject))
	}
}

func dueWatermark(c *checker, at place, row table.WatermarkRow) {
	_, err := time.Parse(time.RFC3339, row.Done)
	c.want(at.key, err == nil, "is done until %q", row.Done)
	c.want(at.key, at.ids["shard"] < fmt.Sprintf("%02d", table.DueShards), "is of a shard that there is not")
	same(c, at.key, "a lease has its end", row.LeaseID != "", row.LeaseUntil != 0)
}

// brokenUsers compares the accounts with the users of the pool, by their status.
func brokenUsers(rows Rows, users map[string]string) (broken []string) {
	c := &checker{rows: rows}
	for id := range users {
		if _, there := rows[table.Account(id)]; !there {
			broken = append(broken, "the user "+id+" has no account")
		}
	}
	for key := range rows {
		if k, ids, ok := kindOf(key); ok && k.name == "Account" {
			a, _ := look[table.AccountRow](c, key)
			if status := users[ids["person"]]; a.State == table.AccountConfirmed && status != "CONFIRMED" {
				broken = append(broken, fmt.Sprintf("the account %s is confirmed, its user is %q", ids["person"], status))
			}
		}
	}
	slices.Sort(broken)
	return broken
}
