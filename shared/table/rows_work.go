package table

import "time"

// Kinds of items; the prefix of an item's id says its kind.
const (
	ItemMessage = "message"
	ItemFile    = "file"
	ItemTask    = "task"
	ItemEvent   = "event"
)

// ItemPrefix is the prefix of the ids of that kind, and false for an unknown kind.
func ItemPrefix(kind string) (string, bool) {
	p, ok := map[string]string{ItemMessage: "msg_", ItemFile: "fil_", ItemTask: "tsk_", ItemEvent: "evt_"}[kind]
	return p, ok
}

// WorkspaceRow is a workspace (key Workspace).
type WorkspaceRow struct {
	Key
	Workspace string    `dynamodbav:"workspace"`
	CreatedAt time.Time `dynamodbav:"createdAt"`
}

// WorkspaceGateRow is a workspace as its clients may know it, and its settings, which
// every request below it reads anyway (key WorkspaceGate).
type WorkspaceGateRow struct {
	Key
	Name               string `dynamodbav:"name"`
	PortalNeedsLicence bool   `dynamodbav:"portalNeedsLicence"`
	Closed             bool   `dynamodbav:"closed"`
	InvitationDays     int    `dynamodbav:"invitationDays,omitempty"` // 0: as the deployment has it
	// Reminders are how many days after its sending an invitation is reminded of, in
	// order; nil: as the deployment has it.
	Reminders *ReminderDays `dynamodbav:"reminders,omitempty"`
	Version   int           `dynamodbav:"version"` // of name and settings
}

// RemindersOff says whether the workspace has chosen that nobody is reminded.
func (r WorkspaceGateRow) RemindersOff() bool {
	return r.Reminders != nil && len(r.Reminders.Days) == 0
}

// ReminderDays are the days that a workspace has chosen; none: no reminders.
type ReminderDays struct {
	Days []int `dynamodbav:"days,omitempty"`
}

// CompanyGateRow gates a company's clients (key CompanyGate).
type CompanyGateRow struct {
	Key
	Licensed bool `dynamodbav:"licensed"`
	Archived bool `dynamodbav:"archived"`
}

// ProjectFactsRow is a project as its clients may know it (key ProjectFacts).
type ProjectFactsRow struct {
	Key
	Project   string    `dynamodbav:"project"`
	Workspace string    `dynamodbav:"workspace"`
	Name      string    `dynamodbav:"name"`
	Company   string    `dynamodbav:"company,omitempty"`
	Archived  bool      `dynamodbav:"archived"`
	CreatedAt time.Time `dynamodbav:"createdAt"`
	Version   int       `dynamodbav:"version"`
	Moved     string    `dynamodbav:"moved,omitempty"` // another with each item that is shared or taken back; never shown
}

// PointerRow names another row; the id is in its sort key (keys WorkspaceProject
// and CompanyProject).
type PointerRow struct {
	Key
	Project string `dynamodbav:"project"`
}

// ItemRow is an item (key PrivateItem or SharedItem). Everything in it may be
// shown to clients once the item is shared; what must not, has rows of its own
// in the team's realm.
type ItemRow struct {
	Key
	Item      string     `dynamodbav:"item"`
	Kind      string     `dynamodbav:"kind"`
	Title     string     `dynamodbav:"title"`
	Text      string     `dynamodbav:"text,omitempty"`
	Author    string     `dynamodbav:"author"`
	Assignee  string     `dynamodbav:"assignee,omitempty"` // tasks
	Ask       string     `dynamodbav:"ask,omitempty"`      // tasks for a client: feedback or approval
	Due       *time.Time `dynamodbav:"due,omitempty"`      // tasks
	Start     *time.Time `dynamodbav:"start,omitempty"`    // events
	End       *time.Time `dynamodbav:"end,omitempty"`      // events
	CreatedAt time.Time  `dynamodbav:"createdAt"`
	UpdatedAt time.Time  `dynamodbav:"updatedAt"` // of the content; a change of visibility leaves it
	Version   int        `dynamodbav:"version"`   // of the row, for conditional writes; never shown
}

// Shared says in which realm the row was found.
func (r ItemRow) Shared() bool {
	return len(r.PK) > len(RealmClient) && r.PK[:len(RealmClient)] == RealmClient
}

// Kinds of activity, as they stand in rows.
const (
	ActivityWorkspaceCreated   = "workspace-created"
	ActivityWorkspaceUpdated   = "workspace-updated"
	ActivityWorkspaceClosed    = "workspace-closed"
	ActivityMemberInvited      = "member-invited"
	ActivityMemberRoleChanged  = "member-role-changed"
	ActivityMemberRemoved      = "member-removed"
	ActivityTaskHandedOver     = "task-handed-over" // of a member who was removed, to another; or to who a client is by their corrected address; of a client who was erased, to nobody
	ActivityInvitationAccepted = "invitation-accepted"
	ActivityProjectCreated     = "project-created"
	ActivityClientAdded        = "client-added"
	ActivityAccessRemoved      = "access-removed"
	ActivityAccessRestored     = "access-restored"
	ActivityItemCreated        = "item-created"
	ActivityItemShared         = "item-shared"
	ActivityItemUnshared       = "item-unshared"
	ActivityReminderDue        = "invitation-reminder"
	ActivityInvitationSent     = "invitation-sent"      // to a contact for the first time (clients-add has its own), or to anybody again
	ActivityInvitationsSentAll = "invitations-sent-all" // of a company: asked for; what became of it are activities of their own
	ActivityInvitationRevoked  = "invitation-revoked"
	ActivityAddressCorrected   = "address-corrected"  // of a contact whose mail came back; their invitation was sent again with it
	ActivityInvitationBounced  = "invitation-bounced" // nobody's act: its mail came back, or was complained of
	ActivityCompanyCreated     = "company-created"
	ActivityCompanyRenamed     = "company-renamed"
	ActivityCompanyArchived    = "company-archived"
	ActivityCompanyUnarchived  = "company-unarchived"
	ActivityContactCreated     = "contact-created"
	ActivityContactUpdated     = "contact-updated"
	ActivityContactErased      = "contact-erased"
	ActivityLicenceGranted     = "licence-granted"
	ActivityLicenceReleased    = "licence-released"
	ActivitySeatsChanged       = "seats-changed"
	ActivityAuditExported      = "audit-exported"
	ActivityWorkspaceExported  = "workspace-exported"
	ActivityImportApplied      = "import-applied"  // its plan; each contact and company has a record of its own
	ActivityPersonRenamed      = "person-renamed"  // by themselves
	ActivityAddressChanged     = "address-changed" // by the person, from the new address
	ActivityMFAReset           = "mfa-reset"
	ActivityTemplateChanged    = "invitation-template-changed"
	ActivityTemplateReset      = "invitation-template-reset"
)

// ActivityRow is the record of one change: audit, feed and outbox at once (keys
// WorkspaceActivity, TeamProjectActivity, ClientProjectActivity, Audit). It holds
// ids, never content.
type ActivityRow struct {
	Key
	Activity  string    `dynamodbav:"activity"`
	Type      string    `dynamodbav:"type"`
	Workspace string    `dynamodbav:"workspace"`
	Project   string    `dynamodbav:"project,omitempty"`
	Item      string    `dynamodbav:"item,omitempty"`
	Actor     string    `dynamodbav:"actor,omitempty"`   // empty: Foyer itself
	Subject   string    `dynamodbav:"subject,omitempty"` // contact, member or company that it is about
	Assignee  string    `dynamodbav:"assignee,omitempty"`
	Mentions  []string  `dynamodbav:"mentions,omitempty"`
	At        time.Time `dynamodbav:"at"`
}

// FeedRow is one line of a person's feed (keys PortalFeed, TeamFeed): a pure
// function of activity and recipient, immutable.
type FeedRow struct {
	Key
	Activity  string    `dynamodbav:"activity"`
	Type      string    `dynamodbav:"type"`
	Reason    string    `dynamodbav:"reason"` // policy.Reason: why this person is told
	Workspace string    `dynamodbav:"workspace"`
	Project   string    `dynamodbav:"project"`
	Item      string    `dynamodbav:"item,omitempty"`
	Actor     string    `dynamodbav:"actor"`
	At        time.Time `dynamodbav:"at"`
}

// Kinds of mail.
const (
	MailInvitation   = "invitation"
	MailReminder     = "reminder"
	MailAdded        = "added"        // someone with access was added to one more project
	MailNotification = "notification" // one line of the feed, by mail

	MailPasswordReset   = "password-reset"
	MailPasswordChanged = "password-changed" // a notice
	MailAddressChange   = "address-change"   // to the new address, which has to confirm
	MailAddressChanged  = "address-changed"  // a notice to the address that was left
	MailMFAReset        = "mfa-reset"        // a notice

	MailDigest = "digest" // the notifications that waited, in one

	MailTemplateTest = "template-test" // the workspace's invitation with sample data, to an admin
)

// MailKeptFor is how long a mail's row, and the mark that it was sent, stand after the mail
// was asked for: longer than any stream or dead-letter queue keeps a record.
const MailKeptFor = 30 * 24 * time.Hour

// MailRow is one mail to send (key Mail): references, never content.
type MailRow struct {
	Key
	Mail       string `dynamodbav:"mail"`
	Kind       string `dynamodbav:"kind"`
	Person     string `dynamodbav:"person"`
	Workspace  string `dynamodbav:"workspace"`
	Subject    string `dynamodbav:"subject,omitempty"`    // of the invitation; the id of a reset or a change of address
	Generation int    `dynamodbav:"generation,omitempty"` // of the invitation
	Project    string `dynamodbav:"project,omitempty"`
	Item       string `dynamodbav:"item,omitempty"`
	Activity   string `dynamodbav:"activity,omitempty"`
	Type       string `dynamodbav:"type,omitempty"` // of the activity
	Actor      string `dynamodbav:"actor,omitempty"`
	Audience   string `dynamodbav:"audience,omitempty"` // KindClient or KindMember: which feed the line stands in
	Reason     string `dynamodbav:"reason,omitempty"`
	// Digest is the minute (RFC 3339) of the digest that the mail is, or that a
	// notification goes with instead of alone: then it stands under Held as well, where
	// the digest finds it.
	Digest string `dynamodbav:"digest,omitempty"`
	// Email is where the mail goes if that is no longer the person's address (the
	// notice to one that was left): the only content that a mail's row holds.
	Email string    `dynamodbav:"email,omitempty"`
	At    time.Time `dynamodbav:"at"`
	TTL   int64     `dynamodbav:"ttl"`
}

// Waits says whether the mail does not leave by itself: a digest tells what it is about.
func (m MailRow) Waits() bool { return m.Kind == MailNotification && m.Digest != "" }

// MailMarkRow is the claim on a mail and the mark that it was sent (key MailMark).
type MailMarkRow struct {
	Key
	ClaimID    string     `dynamodbav:"claimId"`
	ClaimUntil int64      `dynamodbav:"claimUntil"` // epoch milliseconds
	SentAt     *time.Time `dynamodbav:"sentAt,omitempty"`
	Dropped    string     `dynamodbav:"dropped,omitempty"` // why it was not sent
	KeyVersion string     `dynamodbav:"keyVersion,omitempty"`
	MessageID  string     `dynamodbav:"messageId,omitempty"`
	TTL        int64      `dynamodbav:"ttl"`
}

// The kinds of due rows.
const (
	DueReminder = "reminder" // looks at an invitation again
	DueDigest   = "digest"   // mails what was held for a person
)

// DueRow is something to look at later (key Due).
type DueRow struct {
	Key
	Due        string `dynamodbav:"due"`
	Kind       string `dynamodbav:"kind"`
	Person     string `dynamodbav:"person"`
	Workspace  string `dynamodbav:"workspace,omitempty"`
	Subject    string `dynamodbav:"subject,omitempty"`
	Generation int    `dynamodbav:"generation,omitempty"`
	Number     int    `dynamodbav:"number,omitempty"` // the how manieth reminder, from 1
	Digest     string `dynamodbav:"digest,omitempty"` // the minute, as in MailRow
}

// WatermarkRow is how far due-run has taken a shard (key DueWatermark).
type WatermarkRow struct {
	Key
	Done       string `dynamodbav:"done"` // the last whole minute taken, RFC 3339
	LeaseID    string `dynamodbav:"leaseId,omitempty"`
	LeaseUntil int64  `dynamodbav:"leaseUntil,omitempty"` // epoch milliseconds
}
