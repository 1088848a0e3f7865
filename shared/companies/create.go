package companies

import (
	"context"
	"net/http"

	"foyer/shared/activity"
	"foyer/shared/api"
	"foyer/shared/names"
	"foyer/shared/table"
)

// CreateInput is a new company.
type CreateInput struct {
	Workspace string `path:"workspace"`
	Body      NewCompany
}

// NewCompany is what a member says of a company.
type NewCompany struct {
	Name api.Line `json:"name" minLength:"1" maxLength:"100" example:"Globex"`
}

// CreateOutput is the company that was made, and where it is.
type CreateOutput struct {
	Location string `header:"Location"`
	ETag     string `header:"ETag"`
	Body     Company
}

// Create makes a client company.
var Create = api.Operation[CreateInput, CreateOutput]{
	ID: "companies-create", Method: http.MethodPost, Path: "/workspaces/{workspace}/companies", Access: api.Staff, Status: http.StatusCreated,
	Summary: "Create a company",
	Doc:     "For the staff of the workspace. Names need not be unique. The company holds no licence yet.",
	Handle:  create, Replay: createAgain,
}

func create(ctx context.Context, c *api.Call, in *CreateInput) (*CreateOutput, error) {
	name := in.Body.Name.String()
	if names.Fold(name) == "" {
		return nil, api.Invalid(api.Fault("body.name", "must not be blank"))
	}
	row := table.CompanyRow{Company: c.NewID("com_"), Name: name, CreatedAt: c.Now()}
	tx := &table.Tx{}
	c.Remember(tx, row.Company)
	put(c, tx, row)
	changed(c, tx, name)
	activity.InWorkspace(c, tx, c.Workspace, table.ActivityRow{Type: table.ActivityCompanyCreated, Subject: row.Company})
	if err := c.Table.Write(ctx, tx); err != nil {
		return nil, err
	}
	return created(c, row, table.CompanyGateRow{}), nil
}

func createAgain(ctx context.Context, c *api.Call, _ *CreateInput, id string) (*CreateOutput, error) {
	row, gate, err := Load(ctx, c, id)
	if err != nil {
		return nil, err
	}
	return created(c, row, gate), nil
}

func created(c *api.Call, row table.CompanyRow, gate table.CompanyGateRow) *CreateOutput {
	out := outputOf(row, gate)
	return &CreateOutput{Location: api.Prefix + "/workspaces/" + c.Workspace + "/companies/" + row.Company, ETag: out.ETag, Body: out.Body}
}
