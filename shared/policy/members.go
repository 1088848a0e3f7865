package policy

// ManageMember allows owner and admins to invite a member, to change their role, and to
// remove them; an owner, or who is to be one, only an owner. roles are those that the
// member has and is to have.
func ManageMember(caller Role, roles ...Role) error {
	if caller != Owner && caller != Admin {
		return ErrRole
	}
	for _, role := range roles {
		if role == Owner && caller != Owner {
			return ErrRole
		}
	}
	return nil
}
