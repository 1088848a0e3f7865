package table

import (
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"
)

// Roles of a member in a workspace, as they stand in rows and answers.
const (
	RoleOwner  = "owner"
	RoleAdmin  = "admin"
	RoleMember = "member"
)

// Kinds of a project's person.
const (
	KindMember = "member"
	KindClient = "client"
)

// States of an invitation (PRODUCT.md, rule 3). Expired is compared with
// ExpiresAt, never trusted to have been written.
const (
	InvitationQueued   = "queued"
	InvitationSent     = "sent"
	InvitationOpened   = "opened"
	InvitationAccepted = "accepted"
	InvitationExpired  = "expired"
	InvitationRevoked  = "revoked"
	InvitationBounced  = "bounced"
	InvitationRemoved  = "removed"
)

// States of an account.
const (
	AccountInvited   = "invited"   // minted, no Cognito user that can sign in yet
	AccountConfirmed = "confirmed" // a password was chosen
)

// AccountRow is a person (key Account).
type AccountRow struct {
	Key
	Person     string    `dynamodbav:"person"`
	Email      string    `dynamodbav:"email"` // canonical form, mail.Canonical
	Name       string    `dynamodbav:"name"`
	State      string    `dynamodbav:"state"`
	CreatedAt  time.Time `dynamodbav:"createdAt"`
	LeaseID    string    `dynamodbav:"leaseId,omitempty"`    // of an acceptance under way
	LeaseUntil int64     `dynamodbav:"leaseUntil,omitempty"` // epoch milliseconds
	Language   string    `dynamodbav:"language,omitempty"`   // the person's own choice; empty: none
	TOTP       bool      `dynamodbav:"totp,omitempty"`       // whether Cognito asks for a code; written after Cognito knows
	// Ended is how often sessions of the person were ended all at once. A sign-in that
	// began before opens none after: it proved what no longer holds.
	Ended int `dynamodbav:"ended,omitempty"`
}

// EndedIs holds where no sessions were ended all at once since the account was read.
func (a AccountRow) EndedIs() expression.ConditionBuilder {
	if a.Ended == 0 {
		return Exists().And(expression.AttributeNotExists(expression.Name("ended")))
	}
	return Is("ended", a.Ended)
}

// AddressRow leads from an address to the account (key Address).
type AddressRow struct {
	Key
	Person string `dynamodbav:"person"`
	// Invited is how many invitations were made to it since it leads there: an account
	// that nobody accepted ends only if there was none more meanwhile.
	Invited int `dynamodbav:"invited,omitempty"`
}

// Same holds where the address is as it was read.
func (a AddressRow) Same() expression.ConditionBuilder {
	person := Is("person", a.Person)
	if a.Invited == 0 {
		return person.And(expression.AttributeNotExists(expression.Name("invited")))
	}
	return person.And(Is("invited", a.Invited))
}

// SessionRow is a sign-in (key Session).
type SessionRow struct {
	Key
	CreatedAt time.Time `dynamodbav:"createdAt"`
	TTL       int64     `dynamodbav:"ttl"` // epoch seconds; after the refresh token's life
}

// MembershipRow is a person's place in a workspace (key Membership). Either
// Role or Contacts counts, never both.
type MembershipRow struct {
	Key
	Workspace string            `dynamodbav:"workspace"`
	Role      string            `dynamodbav:"role,omitempty"`
	Contacts  map[string]string `dynamodbav:"contacts,omitempty"` // active contact → company
	CreatedAt time.Time         `dynamodbav:"createdAt"`
}

// PersonProjectRow is a person's row of a project (key Project).
type PersonProjectRow struct {
	Key
	Project   string    `dynamodbav:"project"`
	Kind      string    `dynamodbav:"kind"`
	Contact   string    `dynamodbav:"contact,omitempty"`
	Company   string    `dynamodbav:"company,omitempty"`
	CreatedAt time.Time `dynamodbav:"createdAt"`
}

// PersonRow is a project's person as its clients see them (key Person).
type PersonRow struct {
	Key
	Person string `dynamodbav:"person"`
	Name   string `dynamodbav:"name"`
	Kind   string `dynamodbav:"kind"`
}

// TeamPersonRow is the team's side of a project's person (key TeamPerson).
type TeamPersonRow struct {
	Key
	Person  string    `dynamodbav:"person"`
	Kind    string    `dynamodbav:"kind"`
	Contact string    `dynamodbav:"contact,omitempty"`
	Company string    `dynamodbav:"company,omitempty"`
	AddedBy string    `dynamodbav:"addedBy"`
	AddedAt time.Time `dynamodbav:"addedAt"`
}

// MemberRow is a person of the team (key Member).
type MemberRow struct {
	Key
	Person          string    `dynamodbav:"person"`
	Name            string    `dynamodbav:"name"`
	Email           string    `dynamodbav:"email"`
	Role            string    `dynamodbav:"role"`
	InvitationState string    `dynamodbav:"invitationState"`
	ExpiresAt       time.Time `dynamodbav:"expiresAt"` // of the invitation
	CreatedAt       time.Time `dynamodbav:"createdAt"`
	Stated
}

// ContactRow is a person of a client company (key Contact).
type ContactRow struct {
	Key
	Contact         string    `dynamodbav:"contact"`
	Company         string    `dynamodbav:"company"`
	Person          string    `dynamodbav:"person,omitempty"`
	Name            string    `dynamodbav:"name"`
	Email           string    `dynamodbav:"email"`
	InvitationState string    `dynamodbav:"invitationState,omitempty"`
	ExpiresAt       time.Time `dynamodbav:"expiresAt,omitempty"` // of the invitation
	Removed         bool      `dynamodbav:"removed,omitempty"`
	RemovedFrom     string    `dynamodbav:"removedFrom,omitempty"` // the state that access-restore gives back
	InvitedBy       string    `dynamodbav:"invitedBy,omitempty"`   // the job that invited them, if one did: where it does a slice again, it counts them as its own
	Formerly        string    `dynamodbav:"formerly,omitempty"`    // who the contact was by addresses that were corrected, apart by spaces
	CreatedAt       time.Time `dynamodbav:"createdAt"`
	Stated
}

// ContactAddressRow makes (company, e-mail) unique (key ContactAddress).
type ContactAddressRow struct {
	Key
	Contact string `dynamodbav:"contact"`
}

// CompanyRow is a client company (key Company).
type CompanyRow struct {
	Key
	Company   string    `dynamodbav:"company"`
	Name      string    `dynamodbav:"name"`
	CreatedAt time.Time `dynamodbav:"createdAt"`
}

// CompanyNamedRow is one company under its folded name (key CompanyNamed).
type CompanyNamedRow struct {
	Key
	Company string `dynamodbav:"company"`
	Name    string `dynamodbav:"name"`
}

// RevisionRow counts changes (key CompanyNameRevision).
type RevisionRow struct {
	Key
	Revision int `dynamodbav:"revision"`
}

// Why no mail goes to an address.
const (
	SuppressedBounce    = "bounce"
	SuppressedComplaint = "complaint"
)

// SuppressedRow says why no mail goes to an address (key Suppressed).
type SuppressedRow struct {
	Key
	Why     string    `dynamodbav:"why"`
	Message string    `dynamodbav:"message"` // SES's id of the mail
	At      time.Time `dynamodbav:"at"`
}

// InvitationRow is an invitation (key Invitation). It carries the names to show,
// so that viewing it needs no row of the team's realm.
type InvitationRow struct {
	Key
	Person        string    `dynamodbav:"person"`
	Workspace     string    `dynamodbav:"workspace"`
	Subject       string    `dynamodbav:"subject"` // contact's id, or the person's where a member is invited
	Role          string    `dynamodbav:"role,omitempty"`
	Company       string    `dynamodbav:"company,omitempty"`
	Project       string    `dynamodbav:"project,omitempty"`
	Email         string    `dynamodbav:"email"`
	Name          string    `dynamodbav:"name"`
	WorkspaceName string    `dynamodbav:"workspaceName"`
	CompanyName   string    `dynamodbav:"companyName,omitempty"` // of a client
	ProjectName   string    `dynamodbav:"projectName,omitempty"`
	InviterName   string    `dynamodbav:"inviterName,omitempty"`
	Note          string    `dynamodbav:"note,omitempty"`
	SelfService   bool      `dynamodbav:"selfService,omitempty"` // made by workspaces-create: nobody vouches for its names, so its mails carry none
	Generation    int       `dynamodbav:"generation"`
	State         string    `dynamodbav:"state"`
	Reminders     int       `dynamodbav:"reminders"` // sent so far
	CreatedAt     time.Time `dynamodbav:"createdAt"`
	ExpiresAt     time.Time `dynamodbav:"expiresAt"`
	// RemindAt is when it is reminded of, in order, as was settled when it was sent.
	RemindAt []time.Time `dynamodbav:"remindAt,omitempty"`
}

// Pending says whether the invitation can still be accepted at now, by its state
// and its time; the token's generation is compared by the caller.
func (i InvitationRow) Pending(now time.Time) bool {
	switch i.State {
	case InvitationQueued, InvitationSent, InvitationOpened:
		return now.Before(i.ExpiresAt)
	}
	return false
}

// SubjectKey is the row of the team's realm that shows the invitation's state.
func (i InvitationRow) SubjectKey() Key {
	if i.Role != "" {
		return Member(i.Workspace, i.Person)
	}
	return Contact(i.Workspace, i.Subject)
}

// TemplateRow is a workspace's own invitation mail (key Template). What is empty is as
// in the default mail.
type TemplateRow struct {
	Key
	SenderName string `dynamodbav:"senderName,omitempty"`
	ReplyTo    string `dynamodbav:"replyTo,omitempty"` // canonical form
	Subject    string `dynamodbav:"subject,omitempty"`
	HTML       string `dynamodbav:"html,omitempty"`     // sanitised
	Text       string `dynamodbav:"text,omitempty"`     // as given
	TextMade   string `dynamodbav:"textMade,omitempty"` // from the HTML, where none was given
	Language   string `dynamodbav:"language,omitempty"`
	Version    int    `dynamodbav:"version"`
}

// TokenRow is what a token in a mail opens (key Token).
type TokenRow struct {
	Key
	Purpose    string    `dynamodbav:"purpose"`
	Person     string    `dynamodbav:"person"`
	Workspace  string    `dynamodbav:"workspace"`
	Subject    string    `dynamodbav:"subject"`
	Generation int       `dynamodbav:"generation"`
	ExpiresAt  time.Time `dynamodbav:"expiresAt"`
	TTL        int64     `dynamodbav:"ttl"`
}

// IdempotencyRow is the record of a POST with an Idempotency-Key (key
// Idempotency): the id of what was made, never a body.
type IdempotencyRow struct {
	Key
	Fingerprint string `dynamodbav:"fingerprint"`
	Result      string `dynamodbav:"result"`
	TTL         int64  `dynamodbav:"ttl"`
}

// SettingsRow are a person's notification settings (key Settings). An empty
// level means the default of the role (PRODUCT.md, rule 13).
type SettingsRow struct {
	Key
	Level    string            `dynamodbav:"level,omitempty"`
	Projects map[string]string `dynamodbav:"projects,omitempty"`

	Digest    string `dynamodbav:"digest,omitempty"`    // hh:mm, when mail of what happens goes; empty: at once
	QuietFrom string `dynamodbav:"quietFrom,omitempty"` // hh:mm, both or neither: between them none goes
	QuietTo   string `dynamodbav:"quietTo,omitempty"`
	TimeZone  string `dynamodbav:"timeZone,omitempty"` // of these times; IANA

	Version int    `dynamodbav:"version"`
	Change  string `dynamodbav:"change,omitempty"` // id of the change that made it so
}

// NamedRow lists something in the order of names (keys CompanyByName,
// ContactByName, Licence).
type NamedRow struct {
	Key
	ID string `dynamodbav:"id"`
}

// WordRow finds something by one word of its name (keys CompanyWord, ContactWord).
type WordRow struct {
	Key
	ID    string   `dynamodbav:"id"`
	Words []string `dynamodbav:"words"` // all of the name's, sorted
}

// SubscriptionRow is the workspace's seats (key Subscription). Used never exceeds
// Seats, and is the number of licensed companies.
type SubscriptionRow struct {
	Key
	Seats int `dynamodbav:"seats"`
	Used  int `dynamodbav:"used"`
}
