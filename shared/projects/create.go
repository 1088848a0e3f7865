// Package projects is the work that an agency does for its clients.
package projects

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"foyer/shared/activity"
	"foyer/shared/api"
	"foyer/shared/companies"
	"foyer/shared/table"
)

// CreateInput is a new project of a workspace.
type CreateInput struct {
	Workspace string `path:"workspace"`
	Body      NewProject
}

// NewProject is what a member says of a new project.
type NewProject struct {
	Name    api.Line `json:"name" minLength:"1" maxLength:"100" example:"New website"`
	Company string   `json:"company,omitempty" maxLength:"64" doc:"Whom it is for; absent, the company of the first client who is added"`
}

// CreateOutput is the project that was made, and where it is.
type CreateOutput struct {
	Location string `header:"Location"`
	ETag     string `header:"ETag"`
	Body     Project
}

// Project is a project as its team sees it.
type Project struct {
	ID        string    `json:"id" example:"prj_01JD000000000000000000000001JD0000000000000000000001"`
	Workspace string    `json:"workspace"`
	Name      string    `json:"name"`
	Company   string    `json:"company,omitempty" doc:"Id of the company that it is for"`
	Archived  bool      `json:"archived" doc:"Read-only for everyone"`
	CreatedAt time.Time `json:"createdAt"`
}

// Create makes a project. Its creator is the first of its people.
var Create = api.Operation[CreateInput, CreateOutput]{
	ID: "projects-create", Method: http.MethodPost, Path: "/workspaces/{workspace}/projects", Access: api.Staff, Status: http.StatusCreated,
	Summary: "Create a project",
	Doc: "For the staff of the workspace. The creator is the first of the project's people; no client is. " +
		"422 (body.company) where company is none of this workspace; 409 `company-archived` where it is archived.",
	Reads: creator, Handle: create, Replay: createAgain,
}

func create(ctx context.Context, c *api.Call, in *CreateInput) (*CreateOutput, error) {
	if in.Body.Company != "" && !api.ValidID("company", in.Body.Company) {
		return nil, unknownCompany()
	}
	rows, err := c.Read(ctx, creator(c, nil)...)
	if err != nil {
		return nil, err
	}
	var me table.MemberRow
	found, err := rows.Into(table.Member(c.Workspace, c.Person), &me)
	if err != nil {
		return nil, err
	}
	if !found {
		return nil, fmt.Errorf("%s has a role in %s and no row of a member", c.Person, c.Workspace)
	}
	row := table.ProjectFactsRow{
		Project: c.NewProjectID(c.Workspace), Workspace: c.Workspace, Name: in.Body.Name.String(), Company: in.Body.Company, CreatedAt: c.Now(), Version: 1,
	}
	id, now, tx := row.Project, row.CreatedAt, &table.Tx{}
	c.Remember(tx, id)
	tx.Put(table.ProjectFacts(id), row).If(table.Absent())
	tx.Put(table.WorkspaceProject(c.Workspace, id), table.PointerRow{Project: id}).If(table.Absent())
	if row.Company != "" {
		tx.Check(table.CompanyGate(c.Workspace, row.Company), table.Is("archived", false)).Else(errCompany)
		tx.Put(table.CompanyProject(c.Workspace, row.Company, id), table.PointerRow{Project: id}) // says nothing but its key
	}
	tx.Put(table.Project(c.Person, id), table.PersonProjectRow{Project: id, Kind: table.KindMember, CreatedAt: now}).If(table.Absent())
	tx.Put(table.Person(id, c.Person), table.PersonRow{Person: c.Person, Name: me.Name, Kind: table.KindMember}).If(table.Absent())
	tx.Put(table.TeamPerson(id, c.Person), table.TeamPersonRow{Person: c.Person, Kind: table.KindMember, AddedBy: c.Person, AddedAt: now}).If(table.Absent())
	made := *c // the activity belongs to the project that is being made
	made.Project = id
	activity.InProject(&made, tx, false, table.ActivityRow{Type: table.ActivityProjectCreated})
	err = c.Table.Write(ctx, tx)
	switch {
	case errors.Is(err, errCompany):
		return nil, whyNotFor(ctx, c, row.Company)
	case err != nil:
		return nil, err
	}
	return outputOf(row), nil
}

// creator is the caller as the team knows them, to be read with the access
// (api.Operation.Reads).
func creator(c *api.Call, _ func(string) string) []table.Key {
	return []table.Key{table.Member(c.Workspace, c.Person)}
}

// errCompany: the company is none of the workspace, or archived.
var errCompany = errors.New("the company is not open to projects")

// whyNotFor says why a project cannot be for the company: asked only where the
// transaction was refused, so that others need not read it.
func whyNotFor(ctx context.Context, c *api.Call, company string) error {
	exists, err := c.Table.Get(ctx, table.CompanyGate(c.Workspace, company), &table.CompanyGateRow{})
	switch {
	case err != nil:
		return err
	case !exists:
		return unknownCompany()
	}
	return companies.Archived()
}

func unknownCompany() error {
	return api.Invalid(api.Fault("body.company", "is not a company of this workspace"))
}

// createAgain answers a repeated request with the project as it is now.
func createAgain(ctx context.Context, c *api.Call, _ *CreateInput, id string) (*CreateOutput, error) {
	var row table.ProjectFactsRow
	found, err := c.Table.Get(ctx, table.ProjectFacts(id), &row)
	if err != nil {
		return nil, err
	}
	if !found {
		return nil, api.NotFound()
	}
	return outputOf(row), nil
}

// Of is the row as the project's team sees it.
func Of(row table.ProjectFactsRow) Project {
	return Project{ID: row.Project, Workspace: row.Workspace, Name: row.Name, Company: row.Company, Archived: row.Archived, CreatedAt: row.CreatedAt}
}

func outputOf(row table.ProjectFactsRow) *CreateOutput {
	p := Of(row)
	return &CreateOutput{Location: api.Prefix + "/projects/" + p.ID, ETag: api.TagOf(p), Body: p}
}
