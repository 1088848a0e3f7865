package imports

import (
	"context"
	"crypto/sha256"
	"errors"
	"strconv"
	"strings"

	"github.com/oklog/ulid/v2"

	"foyer/shared/activity"
	"foyer/shared/api"
	"foyer/shared/companies"
	"foyer/shared/contacts"
	"foyer/shared/table"
)

// found is the company of rows that the plan has as of a new one: the one that has the
// name by now, or it is made. made: this plan has made it, by this slice or one before.
// ambiguous: several have the name by now.
func (a *applier) found(ctx context.Context, e entry) (id string, made, ambiguous bool, err error) {
	own := idOf("com_", a.plan, e.group())
	err = table.Retry(ctx, attempts, func() error {
		named, err := companies.ByName(ctx, a.call, e.Company)
		if err != nil {
			return err
		}
		switch all := named.Companies; len(all) {
		case 0:
			tx := &table.Tx{}
			named.MakeAs(a.call, tx, own, e.Company)
			activity.InWorkspace(a.call, tx, a.call.Workspace, table.ActivityRow{Type: table.ActivityCompanyCreated, Subject: own})
			id = own
			if err = a.call.Table.Write(ctx, tx); errors.Is(err, table.ErrConditionFailed) {
				return nil // made before, and renamed since
			}
			return err
		case 1:
			id = all[0].Company
		default:
			ambiguous = true
		}
		return nil
	})
	return id, id == own, ambiguous, err
}

// row does what the plan has for the row, or changes its verdict where somebody has
// overtaken it. table.ErrConflict: to be looked at again.
func (a *applier) row(ctx context.Context, e *entry) error {
	if e.Verdict == verdictChanged {
		return a.rename(ctx, e)
	}
	id := idOf("con_", a.plan, strconv.Itoa(e.Line))
	tx := &table.Tx{}
	contacts.Making(a.call, tx, table.ContactRow{Contact: id, Company: e.CompanyID, Name: e.Name, Email: e.Email, CreatedAt: a.call.Now()})
	err := a.call.Table.Write(ctx, tx)
	switch {
	case errors.Is(err, table.ErrConflict), errors.Is(err, table.ErrConditionFailed):
		return a.there(ctx, e, id, err)
	case errors.Is(err, api.NotFound()):
		e.refuse(reasonOvertaken)
		return nil
	}
	return err
}

// there says what became of a row whose contact could not be made: made by a slice that
// was cut off, whatever its contact is by now, or by somebody else. Asked only then, so
// that rows that nobody has overtaken cost no reading.
func (a *applier) there(ctx context.Context, e *entry, id string, conflict error) error {
	var own, other table.ContactRow
	made, err := a.call.Table.Get(ctx, table.Contact(a.call.Workspace, id), &own)
	if err != nil || made {
		return err
	}
	taken, err := contacts.ByAddress(ctx, a.call, e.CompanyID, e.Email)
	if err != nil {
		return err
	}
	if taken == "" {
		return conflict
	}
	if _, err := a.call.Table.Get(ctx, table.Contact(a.call.Workspace, taken), &other); err != nil {
		return err
	}
	if e.Contact = taken; other.Name != e.Name {
		e.refuse(reasonOvertaken)
		return nil
	}
	e.Verdict = verdictUnchanged
	return nil
}

// rename gives the contact the row's name, if it is still the one that was planned
// with, in its company: one that is gone is in none. One that has that name already is
// done: by a slice that was cut off, or by somebody who wanted the same.
func (a *applier) rename(ctx context.Context, e *entry) error {
	var row table.ContactRow
	if _, err := a.call.Table.Get(ctx, table.Contact(a.call.Workspace, e.Contact), &row); err != nil {
		return err
	}
	switch {
	case row.Company != e.CompanyID, row.Email != e.Email, row.Name != e.Was && row.Name != e.Name:
		e.refuse(reasonOvertaken)
		return nil
	case row.Name == e.Name:
		return nil
	}
	to := row
	to.Name = e.Name
	return a.call.Table.Write(ctx, contacts.Changing(a.call, row, to))
}

// idOf is the id of what a plan makes of something: its time is the plan's, and what is
// drawn otherwise is a function of both.
func idOf(prefix, plan, of string) string {
	id := ulid.MustParseStrict(strings.TrimPrefix(plan, "job_")) // of a job that was made here
	sum := sha256.Sum256([]byte(prefix + plan + of))
	copy(id[6:], sum[:10]) // after the 48 bits of the time
	return prefix + id.String()
}
