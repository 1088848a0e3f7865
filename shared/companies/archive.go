package companies

import (
	"context"
	"net/http"

	"foyer/shared/activity"
	"foyer/shared/api"
	"foyer/shared/table"
)

// Archive takes a company's clients' access away until it is unarchived (rule 36).
var Archive = api.Operation[GetInput, Output]{
	ID: "companies-archive", Method: http.MethodPut, Path: "/workspaces/{workspace}/companies/{company}/archive", Access: api.Admins,
	Summary: "Archive a company",
	Doc: "For the workspace's owner and admins. From that moment the company's clients see nothing as its contacts, and no mail goes to them; nobody can be invited. " +
		"Its licence, its contacts and their invitations stay as they are. Repeating it changes nothing.",
	Reads: InPath,
	Handle: func(ctx context.Context, c *api.Call, in *GetInput) (*Output, error) {
		return setArchived(ctx, c, in.Company, true)
	},
}

// Unarchive gives a company's clients their access back, as it was.
var Unarchive = api.Operation[GetInput, Output]{
	ID: "companies-unarchive", Method: http.MethodDelete, Path: "/workspaces/{workspace}/companies/{company}/archive", Access: api.Admins, Status: http.StatusOK,
	Summary: "Unarchive a company",
	Doc:     "For the workspace's owner and admins. Everything is as it was before the company was archived; nothing is sent. Repeating it changes nothing.",
	Reads:   InPath,
	Handle: func(ctx context.Context, c *api.Call, in *GetInput) (*Output, error) {
		return setArchived(ctx, c, in.Company, false)
	},
}

func setArchived(ctx context.Context, c *api.Call, company string, archived bool) (*Output, error) {
	var out *Output
	err := table.Retry(ctx, attempts, func() error {
		row, gate, err := Load(ctx, c, company)
		if err != nil {
			return err
		}
		if gate.Archived != archived {
			what := map[bool]string{true: table.ActivityCompanyArchived, false: table.ActivityCompanyUnarchived}[archived]
			tx := &table.Tx{}
			tx.Update(table.CompanyGate(c.Workspace, company), table.Set("archived", archived)).If(table.Is("archived", gate.Archived)).Else(table.ErrConflict)
			activity.InWorkspace(c, tx, c.Workspace, table.ActivityRow{Type: what, Subject: company})
			if err := c.Table.Write(ctx, tx); err != nil {
				return err
			}
			gate.Archived = archived
		}
		out = outputOf(row, gate)
		return nil
	})
	return out, err
}
