package contacts

import (
	"context"
	"errors"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"

	"foyer/shared/activity"
	"foyer/shared/api"
	"foyer/shared/jobs/work"
	"foyer/shared/names"
	"foyer/shared/search"
	"foyer/shared/table"
)

// UpdateInput changes a contact.
type UpdateInput struct {
	Workspace string `path:"workspace"`
	Contact   string `path:"contact"`
	api.IfMatch
	Body ContactChange
}

// ContactChange is what changes; what is absent stays.
type ContactChange struct {
	Name  api.Line  `json:"name,omitempty" minLength:"1" maxLength:"100"`
	Email api.Email `json:"email,omitempty" minLength:"3" maxLength:"254" doc:"Only of somebody who was not invited yet"`
}

// Update changes a contact's name or address.
var Update = api.Operation[UpdateInput, Output]{
	ID: "contacts-update", Method: http.MethodPatch, Path: "/workspaces/{workspace}/contacts/{contact}", Access: api.Staff,
	Summary: "Change a contact's name or address",
	Doc: "For the staff of the workspace. A name changes in the contact's projects too, a moment later (a job). An address can be changed until the contact is invited: " +
		"409 `address-invited` afterwards, since it leads to the person's own account, which only they change. 409 `contact-exists` where the company has a contact of that address. " +
		"412 where it was changed since it was read, 428 without If-Match.",
	Reads: Named, Handle: update, Problems: []int{http.StatusPreconditionFailed, http.StatusPreconditionRequired},
}

func update(ctx context.Context, c *api.Call, in *UpdateInput) (*Output, error) {
	if in.Body.Name != "" && names.Fold(in.Body.Name.String()) == "" {
		return nil, api.Invalid(api.Fault("body.name", "must not be blank"))
	}
	var out *Output
	err := table.Retry(ctx, attempts, func() error {
		row, company, err := WithCompany(ctx, c, in.Contact)
		if err != nil {
			return err
		}
		if err := in.Require(outputOf(c, row, company).ETag); err != nil {
			return err
		}
		to := row
		if in.Body.Name != "" {
			to.Name = in.Body.Name.String()
		}
		if in.Body.Email != "" {
			to.Email = in.Body.Email.Canonical()
		}
		out = outputOf(c, to, company)
		if to.Name == row.Name && to.Email == row.Email {
			return nil
		}
		if to.Email != row.Email && row.Person != "" {
			return addressInvited()
		}
		err = c.Table.Write(ctx, Changing(c, row, to))
		if errors.Is(err, ErrAddress) {
			return Taken(ctx, c, row.Company, to.Email, table.ErrConflict)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// attempts at a change while others change the same contact.
const attempts = 4

// ErrAddress says that the company has a contact of that address.
var ErrAddress = errors.New("the address is another contact's")

// Readdress adds to the transaction that the contact is found by another address from
// then on; ErrAddress where the company has a contact of that one. The contact's own row
// is the caller's to change.
func Readdress(c *api.Call, tx *table.Tx, row table.ContactRow, to string) {
	tx.Delete(table.ContactAddress(c.Workspace, row.Company, row.Email)).If(table.Is("contact", row.Contact)).Else(table.ErrConflict)
	tx.Put(table.ContactAddress(c.Workspace, row.Company, to), table.ContactAddressRow{Contact: row.Contact}).If(table.Absent()).Else(ErrAddress)
}

func addressInvited() *api.Problem {
	return api.Conflict("address-invited", "This contact was invited: the address leads to their account, which they change themselves. A bounced address can be corrected.")
}

// Changing is the one transaction that gives the contact another name, another
// address, or both: table.ErrConflict where it is not as it was read any more.
func Changing(c *api.Call, row, to table.ContactRow) *table.Tx {
	tx := &table.Tx{}
	as := table.Is("name", row.Name).And(table.Is("email", row.Email))
	if row.Person == "" {
		as = as.And(expression.Name("person").AttributeNotExists())
	}
	tx.Update(table.Contact(c.Workspace, row.Contact), table.Set("name", to.Name).Set(expression.Name("email"), expression.Value(to.Email))).If(as).Else(table.ErrConflict)
	if to.Email != row.Email {
		Readdress(c, tx, row, to.Email)
	}
	if to.Name != row.Name {
		if before, after := names.Sort(row.Name), names.Sort(to.Name); before != after {
			tx.Delete(table.ContactByName(c.Workspace, row.Company, before, row.Contact)).If(table.Exists()).Else(table.ErrConflict)
			tx.Put(table.ContactByName(c.Workspace, row.Company, after, row.Contact), table.NamedRow{ID: row.Contact}).If(table.Absent())
		}
		search.Reindex(tx, row.Contact, row.Name, to.Name, wordKey(c, row, row.Name), wordKey(c, row, to.Name))
		if row.InvitationState != "" { // whoever accepts or is reminded from now on has the new name
			tx.Update(table.Invitation(row.Person, c.Workspace, row.Contact), table.Set("name", to.Name)).If(table.Exists()).Else(table.ErrConflict)
		}
		if row.Person != "" {
			work.Start(c, tx, renameKind, map[string]string{"contact": row.Contact})
		}
	}
	activity.InWorkspace(c, tx, c.Workspace, table.ActivityRow{Type: table.ActivityContactUpdated, Subject: row.Contact})
	return tx
}
