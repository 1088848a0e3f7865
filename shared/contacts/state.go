// Package contacts is the people of client companies, as the team sees them.
package contacts

import (
	"time"

	"foyer/shared/api"
	"foyer/shared/table"
)

// Label is how a client is shown wherever people are listed (rule 3).
const Label = "The Client"

// Invitation is where an invitation stands, for the team.
type Invitation struct {
	State     string     `json:"state" enum:"queued,sent,opened,accepted,expired,bounced,revoked,removed" doc:"removed: access was taken away, and can be restored"`
	ExpiresAt *time.Time `json:"expiresAt,omitempty" doc:"Until when it can, or could, be accepted; absent where that does not matter any more"`
}

// InvitationOf is where a contact's invitation stands at now. Expired is found by
// comparing, whatever the row says.
func InvitationOf(row table.ContactRow, now time.Time) Invitation {
	if row.Removed {
		return Invitation{State: table.InvitationRemoved}
	}
	return Standing(row.InvitationState, row.ExpiresAt, now)
}

// Standing is where an invitation in that state, which ends then, stands at now.
func Standing(state string, expires, now time.Time) Invitation {
	inv := Invitation{State: state}
	if Pending(state) {
		inv.ExpiresAt = &expires
		if !now.Before(expires) {
			inv.State = table.InvitationExpired
		}
	}
	return inv
}

// Pending says whether an invitation in that state waits for its answer; its time
// is compared by whoever asks.
func Pending(state string) bool {
	return state == table.InvitationQueued || state == table.InvitationSent || state == table.InvitationOpened
}

// IsMember is the 409 of what would make a person of the team, or one invited to
// it, a client of the same workspace.
func IsMember() *api.Problem {
	return api.Conflict("is-member", "This person is, or is invited as, a member of your team, and cannot be a client of the same workspace as well.")
}

// AccessRemoved is the 409 of what would give a removed contact access by another
// way than restoring it.
func AccessRemoved() *api.Problem {
	return api.Conflict("access-removed", "This contact's access was removed. Restore it first.")
}
