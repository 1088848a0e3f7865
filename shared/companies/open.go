package companies

import (
	"foyer/shared/api"
	"foyer/shared/table"
)

// MayInvite refuses where the company's contacts cannot be invited: it is archived
// (rule 36), or the portal needs a licence that it has not (rule 18).
func MayInvite(c *api.Call, gate table.CompanyGateRow) error {
	switch {
	case gate.Archived:
		return Archived()
	case c.Gate.PortalNeedsLicence && !gate.Licensed:
		return api.Conflict("company-not-licensed", "The portal needs a licence, which this company has not: its contacts cannot be invited.")
	}
	return nil
}

// CheckOpen adds to the transaction that MayInvite still holds: table.ErrConflict
// where it does not.
func CheckOpen(c *api.Call, tx *table.Tx, company string) {
	open := table.Is("archived", false)
	if c.Gate.PortalNeedsLicence {
		open = open.And(table.Is("licensed", true))
	}
	tx.Check(table.CompanyGate(c.Workspace, company), open).Else(table.ErrConflict)
}
