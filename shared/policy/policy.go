// Package policy says who may do what in Foyer. Its functions are pure: facts
// are passed in, nothing is loaded, and whatever is not allowed here is denied.
package policy

import "errors"

// Denial is why something is not allowed. Err gives the caller's answer.
var (
	// ErrHidden: what the caller may not know of looks absent (rule 10): 404.
	ErrHidden = errors.New("hidden: looks absent")
	// ErrSignedOut: the session has ended: 401.
	ErrSignedOut = errors.New("the session has ended")
	// ErrRole: a member of the workspace, but not in a role that may: 403.
	ErrRole = errors.New("the role may not")
	// ErrReadOnly: the preview of a client's view is read-only (rule 11): 403.
	ErrReadOnly = errors.New("a preview is read-only")
	// ErrUnlicensed: the workspace's portal needs a licence that the company has not (rule 18): 403.
	ErrUnlicensed = errors.New("the company has no licence")
	// ErrArchived: an archived project is read-only for everyone (rule 36): 409.
	ErrArchived = errors.New("the project is archived")
)

// Role of a member in a workspace; empty: none.
type Role string

// The roles, from the strongest.
const (
	Owner  Role = "owner"
	Admin  Role = "admin"
	Member Role = "member"
)

// Membership is a person's place in one workspace: a team role or active
// contacts (contact → company), never both.
type Membership struct {
	Role     Role
	Contacts map[string]string
}

// Staff says whether the membership is one of the team.
func (m Membership) Staff() bool { return m.Role == Owner || m.Role == Admin || m.Role == Member }

// ProjectRow is a person's row of one project; Kind is empty where there is none.
// It counts only together with the membership (a removed contact keeps the row).
type ProjectRow struct {
	Kind    string // "member" or "client"
	Contact string
}

// Facts are what is known about a caller and the place that a request names.
type Facts struct {
	SignedIn        bool // the session row exists
	WorkspaceExists bool
	WorkspaceClosed bool
	Membership      Membership
	ProjectExists   bool
	ProjectArchived bool
	Project         ProjectRow
}

// SignedIn allows anyone whose session has not ended.
func SignedIn(f Facts) error {
	if !f.SignedIn {
		return ErrSignedOut
	}
	return nil
}

// StaffOfWorkspace allows members of the workspace, while it is open. To everyone else
// it looks absent.
func StaffOfWorkspace(f Facts) error {
	switch {
	case !f.SignedIn:
		return ErrSignedOut
	case !f.WorkspaceExists, f.WorkspaceClosed, !f.Membership.Staff():
		return ErrHidden
	}
	return nil
}

// AdminOfWorkspace allows its owner and admins.
func AdminOfWorkspace(f Facts) error {
	if err := StaffOfWorkspace(f); err != nil {
		return err
	}
	if f.Membership.Role != Owner && f.Membership.Role != Admin {
		return ErrRole
	}
	return nil
}

// OwnerOfWorkspace allows its owners.
func OwnerOfWorkspace(f Facts) error {
	if err := StaffOfWorkspace(f); err != nil {
		return err
	}
	if f.Membership.Role != Owner {
		return ErrRole
	}
	return nil
}

// StaffOfProject allows the project's members, and owner and admin of its workspace.
// To everyone else, a member outside the project too, it looks absent.
func StaffOfProject(f Facts) error {
	if err := StaffOfWorkspace(f); err != nil {
		return err
	}
	if !f.ProjectExists {
		return ErrHidden
	}
	if f.Membership.Role == Owner || f.Membership.Role == Admin {
		return nil
	}
	if f.Project.Kind != "member" {
		return ErrHidden
	}
	return nil
}

// ClientOfProject allows a client of the project whose contact has access. Whether the
// contact's company is open to clients is asked by CompanyOpen, with the payload.
func ClientOfProject(f Facts) error {
	switch {
	case !f.SignedIn:
		return ErrSignedOut
	case !f.WorkspaceExists, f.WorkspaceClosed, !f.ProjectExists, f.Project.Kind != "client":
		return ErrHidden
	}
	if _, active := f.Membership.Contacts[f.Project.Contact]; !active || f.Membership.Staff() {
		return ErrHidden
	}
	return nil
}

// PreviewOfProject allows staff of the project to look at it as one of its clients
// does (rule 11), invited or accepted; reading only.
func PreviewOfProject(staff Facts, as ProjectRow, write bool) error {
	if err := StaffOfProject(staff); err != nil {
		return err
	}
	if as.Kind != "client" {
		return ErrHidden
	}
	if write {
		return ErrReadOnly
	}
	return nil
}

// Company is what gates a company's clients.
type Company struct {
	Exists   bool
	Archived bool
	Licensed bool
}

// CompanyOpen gives a company's clients access while it is not archived (rule
// 36) and, where the workspace's whole portal needs one, has a licence (rule 18).
func CompanyOpen(c Company, portalNeedsLicence bool) error {
	switch {
	case !c.Exists, c.Archived:
		return ErrHidden
	case portalNeedsLicence && !c.Licensed:
		return ErrUnlicensed
	}
	return nil
}

// ChangeInProject refuses where the project is archived: it is read-only then, for
// everyone (rule 36). Ask after StaffOfProject or ClientOfProject.
func ChangeInProject(f Facts) error {
	if f.ProjectArchived {
		return ErrArchived
	}
	return nil
}
