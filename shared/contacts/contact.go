package contacts

import (
	"context"
	"errors"
	"time"

	"foyer/shared/api"
	"foyer/shared/names"
	"foyer/shared/search"
	"foyer/shared/table"
)

// How far a contact is on the way into the portal.
const (
	accessNone    = "none"    // not invited yet
	accessInvited = "invited" // and has not accepted: waiting, expired, bounced or revoked
	accessActive  = "active"
	accessRemoved = "removed"
)

// Contact is a person of a client company, as the team sees them.
type Contact struct {
	ID         string      `json:"id" example:"con_01JD0000000000000000000000"`
	Company    Company     `json:"company"`
	Name       string      `json:"name"`
	Email      string      `json:"email"`
	Access     string      `json:"access" enum:"none,invited,active,removed"`
	Invitation *Invitation `json:"invitation,omitempty" doc:"Where the invitation stands; absent where there was none"`
	Person     string      `json:"person,omitempty" doc:"Who the contact is in projects, from the first invitation on"`
	CreatedAt  time.Time   `json:"createdAt"`
}

// Company is the company of a contact.
type Company struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// Output is a contact with its entity tag.
type Output struct {
	ETag string `header:"ETag"`
	Body Contact
}

// AccessOf is how far the contact is.
func AccessOf(row table.ContactRow) string {
	switch {
	case row.Removed:
		return accessRemoved
	case row.InvitationState == "":
		return accessNone
	case row.InvitationState == table.InvitationAccepted:
		return accessActive
	}
	return accessInvited
}

// NotInvited says whether nobody has invited the contact yet.
func NotInvited(row table.ContactRow) bool { return AccessOf(row) == accessNone }

// Of is the contact as the team sees it at now.
func Of(row table.ContactRow, company table.CompanyRow, now time.Time) Contact {
	out := Contact{
		ID: row.Contact, Company: Company{ID: company.Company, Name: company.Name}, Name: row.Name, Email: row.Email,
		Access: AccessOf(row), Person: row.Person, CreatedAt: row.CreatedAt,
	}
	if row.InvitationState != "" {
		invitation := InvitationOf(row, now)
		out.Invitation = &invitation
	}
	return out
}

func outputOf(c *api.Call, row table.ContactRow, company table.CompanyRow) *Output {
	contact := Of(row, company, c.Now())
	return &Output{ETag: api.TagOf(contact), Body: contact}
}

// WithCompany loads a contact of the call's workspace and its company; one of
// another workspace is absent, a 404.
func WithCompany(ctx context.Context, c *api.Call, id string) (row table.ContactRow, company table.CompanyRow, err error) {
	if row, err = Load(ctx, c, id); err != nil {
		return row, company, err
	}
	key := table.Company(c.Workspace, row.Company)
	rows, err := c.Read(ctx, key)
	if err == nil {
		_, err = rows.Into(key, &company)
	}
	return row, company, err
}

// Put adds to the transaction all rows of a new contact: table.ErrConflict where
// the company has one of that address meanwhile.
func Put(c *api.Call, tx *table.Tx, row table.ContactRow) {
	tx.Put(table.ContactAddress(c.Workspace, row.Company, row.Email), table.ContactAddressRow{Contact: row.Contact}).If(table.Absent()).Else(table.ErrConflict)
	tx.Put(table.Contact(c.Workspace, row.Contact), row.In(c.Workspace)).If(table.Absent())
	tx.Put(table.ContactByName(c.Workspace, row.Company, names.Sort(row.Name), row.Contact), table.NamedRow{ID: row.Contact}).If(table.Absent())
	search.Index(tx, row.Contact, row.Name, wordKey(c, row, row.Name))
}

// wordKey is the key of a word of the contact's name.
func wordKey(c *api.Call, row table.ContactRow, name string) func(string) table.Key {
	sort := names.Sort(name)
	return func(word string) table.Key {
		return table.ContactWord(c.Workspace, row.Company, word, sort, row.Contact)
	}
}

// ByAddress finds the contact of that canonical address in a company.
func ByAddress(ctx context.Context, c *api.Call, company, email string) (id string, err error) {
	var at table.ContactAddressRow
	_, err = c.Table.Get(ctx, table.ContactAddress(c.Workspace, company, email), &at)
	return at.Contact, err
}

// show loads contacts of one company by their ids; keep says which are shown.
func show(ctx context.Context, c *api.Call, company table.CompanyRow, ids []string, keep func(Contact) bool) (map[string]Contact, error) {
	keys := make([]table.Key, len(ids))
	for i, id := range ids {
		keys[i] = table.Contact(c.Workspace, id)
	}
	rows, err := c.Table.BatchGet(ctx, keys...)
	if err != nil {
		return nil, err
	}
	out := make(map[string]Contact, len(ids))
	var failed error
	for i, id := range ids {
		var row table.ContactRow
		found, err := rows.Into(keys[i], &row)
		failed = errors.Join(failed, err)
		if contact := Of(row, company, c.Now()); found && keep(contact) {
			out[id] = contact
		}
	}
	return out, failed
}
