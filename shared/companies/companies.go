// Package companies is the client companies of a workspace.
package companies

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"

	"foyer/shared/api"
	"foyer/shared/names"
	"foyer/shared/search"
	"foyer/shared/table"
)

// Named are the companies of a workspace that have one name, as they were read:
// names need not be unique.
type Named struct {
	Companies []table.CompanyNamedRow

	folded   string
	revision int // 0: no company has had the name yet
}

// ByName finds the companies of the call's workspace that have that name, however
// it is written (Fold).
func ByName(ctx context.Context, c *api.Call, name string) (Named, error) {
	n := Named{folded: names.Fold(name)}
	type row struct { // a company of the name, or the revision, which stands before them
		table.CompanyNamedRow
		Revision int `dynamodbav:"revision"`
	}
	for q := (table.Query{PK: table.CompanyNamePartition(c.Workspace, n.folded)}); ; {
		rows, more, err := table.QueryInto[row](ctx, c.Table, q)
		if err != nil {
			return Named{}, err
		}
		for _, r := range rows {
			q.After = r.SK
			if r.Key == table.CompanyNameRevision(c.Workspace, n.folded) {
				n.revision = r.Revision
				continue
			}
			n.Companies = append(n.Companies, r.CompanyNamedRow)
		}
		if !more {
			return n, nil
		}
	}
}

// ByID finds a company of the call's workspace; false for one of another
// workspace, as for one that does not exist.
func ByID(ctx context.Context, c *api.Call, id string) (table.CompanyRow, bool, error) {
	var row table.CompanyRow
	if !api.ValidID("company", id) {
		return row, false, nil
	}
	found, err := c.Table.Get(ctx, table.Company(c.Workspace, id), &row)
	return row, found, err
}

// Make adds to the transaction a new company of the name, not licensed, on the
// condition that since ByName no company took or left the name
// (table.ErrConflict: read again).
func (n Named) Make(c *api.Call, tx *table.Tx, name string) table.CompanyRow {
	return n.MakeAs(c, tx, c.NewID("com_"), name)
}

// MakeAs is Make of a company with that id: table.ErrConditionFailed where there is one.
func (n Named) MakeAs(c *api.Call, tx *table.Tx, id, name string) table.CompanyRow {
	row := table.CompanyRow{Company: id, Name: name, CreatedAt: c.Now()}
	revision := tx.Put(table.CompanyNameRevision(c.Workspace, n.folded), table.RevisionRow{Revision: n.revision + 1})
	if n.revision == 0 {
		revision.If(table.Absent()).Else(table.ErrConflict)
	} else {
		revision.If(table.Is("revision", n.revision)).Else(table.ErrConflict)
	}
	put(c, tx, row)
	return row
}

// put adds to the transaction all rows of a new company but the revision of its name.
func put(c *api.Call, tx *table.Tx, row table.CompanyRow) {
	tx.Put(table.CompanyNamed(c.Workspace, names.Fold(row.Name), row.Company), table.CompanyNamedRow{Company: row.Company, Name: row.Name}).If(table.Absent())
	tx.Put(table.Company(c.Workspace, row.Company), row).If(table.Absent())
	tx.Put(table.CompanyGate(c.Workspace, row.Company), table.CompanyGateRow{}).If(table.Absent())
	tx.Put(table.CompanyByName(c.Workspace, names.Sort(row.Name), row.Company), table.NamedRow{ID: row.Company}).If(table.Absent())
	search.Index(tx, row.Company, row.Name, wordKey(c, row.Name, row.Company))
}

// wordKey is the key of a word of a company's name.
func wordKey(c *api.Call, name, company string) func(string) table.Key {
	sort := names.Sort(name)
	return func(word string) table.Key { return table.CompanyWord(c.Workspace, word, sort, company) }
}

// changed says that a company took or left the name: who is making “the” company of
// that name at the same time looks again.
func changed(c *api.Call, tx *table.Tx, name string) {
	tx.Update(table.CompanyNameRevision(c.Workspace, names.Fold(name)), expression.Add(expression.Name("revision"), expression.Value(1)))
}

// Archived is the 409 of what an archived company's clients would have no access
// to (rule 36).
func Archived() *api.Problem {
	return api.Conflict("company-archived", "The company is archived: its clients have no access. Unarchive it first.")
}
