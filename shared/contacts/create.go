package contacts

import (
	"context"
	"errors"
	"net/http"

	"foyer/shared/activity"
	"foyer/shared/api"
	"foyer/shared/names"
	"foyer/shared/table"
)

// CreateInput is a new contact of a company.
type CreateInput struct {
	Workspace string `path:"workspace"`
	Company   string `path:"company"`
	Body      NewContact
}

// NewContact is what a member says of a contact.
type NewContact struct {
	Name  api.Line  `json:"name" minLength:"1" maxLength:"100" example:"Carl Client"`
	Email api.Email `json:"email" minLength:"3" maxLength:"254" example:"carl@globex.example"`
}

// CreateOutput is the contact that was made, and where it is.
type CreateOutput struct {
	Location string `header:"Location"`
	ETag     string `header:"ETag"`
	Body     Contact
}

// Create makes a contact by hand (rule 21). Nobody is invited by it.
var Create = api.Operation[CreateInput, CreateOutput]{
	ID: "contacts-create", Method: http.MethodPost, Path: "/workspaces/{workspace}/companies/{company}/contacts", Access: api.Staff, Status: http.StatusCreated,
	Summary: "Create a contact",
	Doc: "For the staff of the workspace. Nothing is sent: invitations-send invites. 409 `contact-exists`, with the contact in matches, where the company has one of that address. " +
		"The same address may be a contact of other companies.",
	Reads: company, Handle: create, Replay: createAgain,
}

func create(ctx context.Context, c *api.Call, in *CreateInput) (*CreateOutput, error) {
	if names.Fold(in.Body.Name.String()) == "" {
		return nil, api.Invalid(api.Fault("body.name", "must not be blank"))
	}
	company, err := ofPath(ctx, c, in.Company)
	if err != nil {
		return nil, err
	}
	row := table.ContactRow{Contact: c.NewID("con_"), Company: in.Company, Name: in.Body.Name.String(), Email: in.Body.Email.Canonical(), CreatedAt: c.Now()}
	tx := &table.Tx{}
	c.Remember(tx, row.Contact)
	Making(c, tx, row)
	err = c.Table.Write(ctx, tx)
	if errors.Is(err, table.ErrConflict) {
		return nil, Taken(ctx, c, in.Company, row.Email, err)
	}
	if err != nil {
		return nil, err
	}
	return created(c, row, company), nil
}

// Making adds to the transaction a new contact whom nobody invites, with its record:
// table.ErrConflict where the company has one of that address meanwhile, a 404 where
// there is no such company.
func Making(c *api.Call, tx *table.Tx, row table.ContactRow) {
	Put(c, tx, row)
	tx.Check(table.Company(c.Workspace, row.Company), table.Exists()).Else(api.NotFound())
	activity.InWorkspace(c, tx, c.Workspace, table.ActivityRow{Type: table.ActivityContactCreated, Subject: row.Contact})
}

// Taken says of a write that met another whether that was for the address: then it
// is the 409 that names the contact. Asked only then, so that others need not read it.
func Taken(ctx context.Context, c *api.Call, company, email string, conflict error) error {
	other, err := ByAddress(ctx, c, company, email)
	switch {
	case err != nil:
		return err
	case other == "":
		return conflict
	}
	return exists(ctx, c, other)
}

// exists is the 409 of an address that a contact of the company has.
func exists(ctx context.Context, c *api.Call, id string) error {
	row, err := Load(ctx, c, id)
	if err != nil {
		return err
	}
	p := api.Conflict("contact-exists", "The company has a contact with this address already.")
	p.Matches = []api.Match{{ID: row.Contact, Name: row.Name}}
	return p
}

func createAgain(ctx context.Context, c *api.Call, _ *CreateInput, id string) (*CreateOutput, error) {
	row, company, err := WithCompany(ctx, c, id)
	if err != nil {
		return nil, err
	}
	return created(c, row, company), nil
}

func created(c *api.Call, row table.ContactRow, company table.CompanyRow) *CreateOutput {
	out := outputOf(c, row, company)
	return &CreateOutput{Location: api.Prefix + "/workspaces/" + c.Workspace + "/contacts/" + row.Contact, ETag: out.ETag, Body: out.Body}
}
