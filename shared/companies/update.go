package companies

import (
	"context"
	"net/http"

	"foyer/shared/activity"
	"foyer/shared/api"
	"foyer/shared/names"
	"foyer/shared/search"
	"foyer/shared/table"
)

// UpdateInput changes a company.
type UpdateInput struct {
	Workspace string `path:"workspace"`
	Company   string `path:"company"`
	api.IfMatch
	Body NewCompany
}

// Update renames a company.
var Update = api.Operation[UpdateInput, Output]{
	ID: "companies-update", Method: http.MethodPatch, Path: "/workspaces/{workspace}/companies/{company}", Access: api.Staff,
	Summary: "Rename a company",
	Doc: "For the staff of the workspace. From then on it is found by the new name alone. An invitation that was sent goes on naming the old one. " +
		"412 where it was changed since it was read, 428 without If-Match.",
	Reads: InPath, Handle: update, Problems: []int{http.StatusPreconditionFailed, http.StatusPreconditionRequired},
}

// attempts at a change while others change the same company.
const attempts = 4

func update(ctx context.Context, c *api.Call, in *UpdateInput) (*Output, error) {
	name := in.Body.Name.String()
	if names.Fold(name) == "" {
		return nil, api.Invalid(api.Fault("body.name", "must not be blank"))
	}
	var out *Output
	err := table.Retry(ctx, attempts, func() error {
		row, gate, err := Load(ctx, c, in.Company)
		if err != nil {
			return err
		}
		if err := in.Require(outputOf(row, gate).ETag); err != nil {
			return err
		}
		if row.Name != name {
			if err := c.Table.Write(ctx, renaming(c, row, gate, name)); err != nil {
				return err
			}
			row.Name = name
		}
		out = outputOf(row, gate)
		return nil
	})
	return out, err
}

// renaming is the one transaction that gives a company another name: in its row, in
// every list that is sorted by it, and among the words that find it.
func renaming(c *api.Call, row table.CompanyRow, gate table.CompanyGateRow, name string) *table.Tx {
	tx, id := &table.Tx{}, row.Company
	tx.Update(table.Company(c.Workspace, id), table.Set("name", name)).If(table.Is("name", row.Name)).Else(table.ErrConflict)
	tx.Check(table.CompanyGate(c.Workspace, id), table.Is("licensed", gate.Licensed)).Else(table.ErrConflict)
	before, after := names.Sort(row.Name), names.Sort(name)
	if before != after {
		tx.Delete(table.CompanyByName(c.Workspace, before, id)).If(table.Exists()).Else(table.ErrConflict)
		tx.Put(table.CompanyByName(c.Workspace, after, id), table.NamedRow{ID: id}).If(table.Absent())
		if gate.Licensed {
			tx.Delete(table.Licence(c.Workspace, before, id)).If(table.Exists()).Else(table.ErrConflict)
			tx.Put(table.Licence(c.Workspace, after, id), table.NamedRow{ID: id}).If(table.Absent())
		}
	}
	named := tx.Put(table.CompanyNamed(c.Workspace, names.Fold(name), id), table.CompanyNamedRow{Company: id, Name: name})
	if was, is := names.Fold(row.Name), names.Fold(name); was != is {
		named.If(table.Absent())
		tx.Delete(table.CompanyNamed(c.Workspace, was, id)).If(table.Exists()).Else(table.ErrConflict)
		changed(c, tx, row.Name)
		changed(c, tx, name)
	} else {
		named.If(table.Exists()).Else(table.ErrConflict)
	}
	search.Reindex(tx, id, row.Name, name, wordKey(c, row.Name, id), wordKey(c, name, id))
	activity.InWorkspace(c, tx, c.Workspace, table.ActivityRow{Type: table.ActivityCompanyRenamed, Subject: id})
	return tx
}
