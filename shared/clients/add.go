// Package clients brings clients into projects: the main job of Foyer.
package clients

import (
	"context"
	"net/http"

	"foyer/shared/api"
	"foyer/shared/contacts"
	"foyer/shared/invitations"
	"foyer/shared/names"
	"foyer/shared/table"
)

// AddInput is a client of a project.
type AddInput struct {
	Project string `path:"project"`
	Body    NewClient
}

// NewClient is whom a member adds.
type NewClient struct {
	CompanyName api.Line  `json:"companyName,omitempty" minLength:"1" maxLength:"100" doc:"The company of that name is used, however it is written; where there is none, it is made" example:"Globex"`
	Company     string    `json:"company,omitempty" maxLength:"64" doc:"Instead of companyName: the id of a company of the workspace"`
	Name        api.Line  `json:"name" minLength:"1" maxLength:"100" example:"Carl Client"`
	Email       api.Email `json:"email" minLength:"3" maxLength:"254" example:"carl@globex.example"`
	Note        api.Text  `json:"note,omitempty" maxLength:"1000" doc:"A personal note, for the invitation's mail"`
}

// AddOutput is the client, and whether they are new to the project: 201 or 200.
type AddOutput struct {
	Status int
	Body   Client
}

// Client is a client of a project, as its team sees them.
type Client struct {
	Person     string              `json:"person" example:"per_01JD0000000000000000000000"`
	Contact    string              `json:"contact" example:"con_01JD0000000000000000000000"`
	Company    Company             `json:"company"`
	Name       string              `json:"name"`
	Email      string              `json:"email"`
	Label      string              `json:"label" enum:"The Client" doc:"How a client is shown wherever people are listed"`
	Invitation contacts.Invitation `json:"invitation"`
}

// Company is the company of a client.
type Company struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// Add makes somebody a client of a project: it makes the company and the contact
// if they do not exist yet, and invites whoever was not invited (rules 1 to 4).
var Add = api.Operation[AddInput, AddOutput]{
	ID: "clients-add", Method: http.MethodPost, Path: "/projects/{project}/clients", Access: api.StaffOfProject, Status: http.StatusCreated, Also: http.StatusOK,
	Summary: "Add a client to a project",
	Doc: "For the staff of the project. Names the company by companyName or by company, never both. The contact of that company with that address is used as it is, name included; " +
		"else it is made. Who was not invited yet is invited by mail, with the note; who has access already is told by mail that they were added; " +
		"whose invitation waits for its answer gets no second mail; and whose invitation has expired, bounced or was revoked is added with that state shown, and no mail: send it again. " +
		"The answer is the same whether or not Foyer knew the address. A project without a company becomes one of this company. " +
		"200 instead of 201 where the person is a client of the project already, as whichever contact: nothing was changed. " +
		"409 `company-ambiguous` with matches where several companies have the name; `company-archived`; `company-not-licensed` where the workspace's portal needs a licence; " +
		"`access-removed` for a removed contact; `erasure-under-way`, for a moment, where they were in the project as a contact who has just been erased; `is-member` where the address belongs to (somebody invited as) a member of the team; `project-archived`. 422 (body.company) where company is none of this workspace.",
	Floor: invitations.Floor,
	Reads: adder, Handle: add, Replay: addAgain,
}

// adder is the caller as the team knows them, to be read with the access
// (api.Operation.Reads).
func adder(c *api.Call, _ func(string) string) []table.Key {
	return []table.Key{table.Member(c.Workspace, c.Person)}
}

// attempts at the transaction: somebody may be adding the same person, making a
// company of the same name or minting the same address; the next attempt finds
// what the other made.
const attempts = 4

func add(ctx context.Context, c *api.Call, in *AddInput) (*AddOutput, error) {
	if err := c.MayChange(); err != nil {
		return nil, err
	}
	if faults := in.Body.faults(); len(faults) > 0 {
		return nil, api.Invalid(faults...)
	}
	var out *AddOutput
	err := table.Retry(ctx, attempts, func() error {
		s, err := load(ctx, c, in.Body)
		if err != nil {
			return err
		}
		if s.inProject() {
			out, err = s.asItIs(ctx, c)
			return err
		}
		if err := s.allowed(c); err != nil {
			return err
		}
		tx, contact, company := s.adding(c, in.Body)
		if err := c.Table.Write(ctx, tx); err != nil {
			return err
		}
		out = outputOf(c, http.StatusCreated, contact, company)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// faults are what the schema does not say of the input.
func (n NewClient) faults() []api.FieldError {
	switch {
	case n.CompanyName == "" && n.Company == "":
		return []api.FieldError{api.Fault("body.companyName", "is needed, or company instead of it")}
	case n.CompanyName != "" && n.Company != "":
		return []api.FieldError{api.Fault("body.company", "cannot stand beside companyName: name the company in one way")}
	case n.CompanyName != "" && names.Fold(n.CompanyName.String()) == "":
		return []api.FieldError{api.Fault("body.companyName", "must not be blank")}
	}
	return nil
}

// addAgain answers a repeated request with the client as they are now; id is the
// contact's.
func addAgain(ctx context.Context, c *api.Call, _ *AddInput, id string) (*AddOutput, error) {
	contact, company, err := contacts.WithCompany(ctx, c, id)
	if err != nil {
		return nil, err
	}
	return outputOf(c, http.StatusCreated, contact, company), nil
}

func outputOf(c *api.Call, status int, contact table.ContactRow, company table.CompanyRow) *AddOutput {
	return &AddOutput{Status: status, Body: Client{
		Person: contact.Person, Contact: contact.Contact, Company: Company{ID: contact.Company, Name: company.Name},
		Name: contact.Name, Email: contact.Email, Label: contacts.Label, Invitation: contacts.InvitationOf(contact, c.Now()),
	}}
}
