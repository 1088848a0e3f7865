package imports

import (
	"context"
	"errors"

	"golang.org/x/sync/errgroup"

	"foyer/shared/api"
	"foyer/shared/companies"
	"foyer/shared/table"
)

// callsAtOnce bounds how many calls of AWS a slice makes at once.
const callsAtOnce = 8

// compareWith settles what becomes of rows that are not refused yet, by what there is
// now, and gives how many companies begin with them.
func compareWith(ctx context.Context, c *api.Call, entries []entry) (companies int, err error) {
	named, err := companiesOf(ctx, c, entries)
	if err != nil {
		return 0, err
	}
	var keys []table.Key
	for i := range entries {
		e := &entries[i]
		if e.Verdict == verdictRefused {
			continue
		}
		switch all := named[e.group()].Companies; len(all) {
		case 0:
			if e.Verdict = verdictNew; e.NewCompany {
				companies++
			}
		case 1:
			e.CompanyID, e.Company, e.NewCompany = all[0].Company, all[0].Name, false
			keys = append(keys, table.ContactAddress(c.Workspace, e.CompanyID, e.Email))
		default:
			e.refuse(reasonCompanyAmbiguous)
		}
	}
	return companies, withContacts(ctx, c, entries, keys)
}

// companiesOf finds the companies of each name that the rows have.
func companiesOf(ctx context.Context, c *api.Call, entries []entry) (map[string]companies.Named, error) {
	var order []entry // one of each name
	place := map[string]int{}
	for _, e := range entries {
		if _, seen := place[e.group()]; !seen && e.Verdict != verdictRefused {
			place[e.group()] = len(order)
			order = append(order, e)
		}
	}
	found := make([]companies.Named, len(order))
	group, gctx := errgroup.WithContext(ctx)
	group.SetLimit(callsAtOnce)
	for i, e := range order {
		group.Go(func() (err error) {
			found[i], err = companies.ByName(gctx, c, e.Company)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	out := make(map[string]companies.Named, len(order))
	for folded, i := range place {
		out[folded] = found[i]
	}
	return out, nil
}

// withContacts settles the rows of companies that there are. keys are where the
// companies have the rows' addresses.
func withContacts(ctx context.Context, c *api.Call, entries []entry, keys []table.Key) error {
	addresses, err := c.Table.BatchGet(ctx, keys...) // of none: no call
	taken := map[table.Key]table.ContactAddressRow{}
	var of []table.Key
	for _, key := range keys {
		var row table.ContactAddressRow
		found, failed := addresses.Into(key, &row)
		if err = errors.Join(err, failed); found {
			taken[key] = row
			of = append(of, table.Contact(c.Workspace, row.Contact))
		}
	}
	if err != nil { // of the reading, or of a row
		return err
	}
	contacts, err := c.Table.BatchGet(ctx, of...)
	if err != nil {
		return err
	}
	for i := range entries {
		e := &entries[i]
		if e.CompanyID == "" { // refused, or of a company that there is not yet
			continue
		}
		e.Verdict = verdictNew
		at, has := taken[table.ContactAddress(c.Workspace, e.CompanyID, e.Email)]
		if !has {
			continue
		}
		var contact table.ContactRow
		if _, err := contacts.Into(table.Contact(c.Workspace, at.Contact), &contact); err != nil {
			return err
		}
		e.Verdict, e.Contact = verdictUnchanged, at.Contact
		if contact.Name != e.Name {
			e.Verdict, e.Was = verdictChanged, contact.Name
		}
	}
	return nil
}
