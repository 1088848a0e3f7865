package companies

import (
	"context"
	"errors"
	"time"

	"foyer/shared/api"
	"foyer/shared/table"
)

// Company is a client company, as the team sees it.
type Company struct {
	ID        string    `json:"id" example:"com_01JD0000000000000000000000"`
	Name      string    `json:"name"`
	Licensed  bool      `json:"licensed" doc:"Whether it holds a licence for the portal"`
	Archived  bool      `json:"archived" doc:"Whether its clients have no access until it is unarchived"`
	CreatedAt time.Time `json:"createdAt"`
}

// Output is a company with its entity tag.
type Output struct {
	ETag string `header:"ETag"`
	Body Company
}

// Of is the rows as the team sees them.
func Of(row table.CompanyRow, gate table.CompanyGateRow) Company {
	return Company{ID: row.Company, Name: row.Name, Licensed: gate.Licensed, Archived: gate.Archived, CreatedAt: row.CreatedAt}
}

func outputOf(row table.CompanyRow, gate table.CompanyGateRow) *Output {
	company := Of(row, gate)
	return &Output{ETag: api.TagOf(company), Body: company}
}

// Load loads a company of the call's workspace and what gates its clients; one of
// another workspace is absent, a 404.
func Load(ctx context.Context, c *api.Call, id string) (row table.CompanyRow, gate table.CompanyGateRow, err error) {
	rows, err := c.Read(ctx, table.Company(c.Workspace, id), table.CompanyGate(c.Workspace, id))
	if err != nil {
		return row, gate, err
	}
	found, e1 := rows.Into(table.Company(c.Workspace, id), &row)
	_, e2 := rows.Into(table.CompanyGate(c.Workspace, id), &gate)
	if !found {
		return row, gate, api.NotFound()
	}
	return row, gate, errors.Join(e1, e2)
}

// InPath is the company that the path names and what gates its clients, to be read
// with the access (api.Operation.Reads).
func InPath(c *api.Call, path func(string) string) []table.Key {
	return []table.Key{table.Company(c.Workspace, path("company")), table.CompanyGate(c.Workspace, path("company"))}
}

// show loads companies by their ids; keep says which are shown.
func show(ctx context.Context, c *api.Call, ids []string, keep func(Company) bool) (map[string]Company, error) {
	keys := make([]table.Key, 0, 2*len(ids))
	for _, id := range ids {
		keys = append(keys, table.Company(c.Workspace, id), table.CompanyGate(c.Workspace, id))
	}
	rows, err := c.Table.BatchGet(ctx, keys...)
	if err != nil {
		return nil, err
	}
	out := make(map[string]Company, len(ids))
	for _, id := range ids {
		var row table.CompanyRow
		var gate table.CompanyGateRow
		found, e1 := rows.Into(table.Company(c.Workspace, id), &row)
		_, e2 := rows.Into(table.CompanyGate(c.Workspace, id), &gate)
		if err := errors.Join(e1, e2); err != nil {
			return nil, err
		}
		if company := Of(row, gate); found && keep(company) {
			out[id] = company
		}
	}
	return out, nil
}
