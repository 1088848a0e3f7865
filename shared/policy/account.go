package policy

import "errors"

// ErrNotHere says that the account is not one workspace's alone to change: 409.
var ErrNotHere = errors.New("the account is not this workspace's alone")

// SecondFactor is a second factor that an admin of a workspace wants to reset.
type SecondFactor struct {
	Caller     Role       // of the admin, in the workspace
	Self       bool       // it is the admin's own
	Membership Membership // of the person, in the workspace
	On         bool       // there is one
	Elsewhere  bool       // the person has, or had, a place in another workspace
}

// ResetSecondFactor allows owner and admins to reset the second factor of a person
// of their workspace, while the person has no place in any other: workspaces do not
// trust one another, and the account is the same in all (rule 24). An owner's only
// another owner. Nobody their own: that takes password and code. Why it is refused is
// not told apart, for it would tell of other workspaces.
func ResetSecondFactor(f SecondFactor) error {
	switch {
	case !f.Membership.Staff() && len(f.Membership.Contacts) == 0:
		return ErrHidden
	case f.Membership.Role == Owner && f.Caller != Owner:
		return ErrRole
	case f.Self, f.Elsewhere, !f.On:
		return ErrNotHere
	case f.Caller != Owner && f.Caller != Admin:
		return ErrRole
	}
	return nil
}
