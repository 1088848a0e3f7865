package api

import (
	"context"
	"errors"
	"maps"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"foyer/shared/policy"
	"foyer/shared/table"
)

// Access is who may call an operation (API.md, the column “who”). What is hidden
// from a caller is a 404, what their role may not is a 403.
type Access int

// The kinds of access.
const (
	Public           Access = iota // anyone; a token, if sent and valid, names the caller
	SignedIn                       // anyone signed in
	Staff                          // members of {workspace}
	Admins                         // owner and admins of {workspace}
	Owners                         // owners of {workspace}
	StaffOfProject                 // members of {project}, and owner and admins of its workspace
	ClientsOfProject               // clients of {project}; its staff with ?as=, reading only
)

// Call is one request that was let in: its caller, and the rows that were read to
// let it in. Handlers get what they need to know of the caller from here only.
type Call struct {
	*Env
	RequestID string
	Operation string

	Person  string // who calls; empty for an anonymous public call
	Session string // origin_jti of their sign-in

	// Viewer is whose view is rendered: the caller, or in a preview the client
	// that ?as= names.
	Viewer  string
	Preview bool

	Workspace  string
	Project    string
	Gate       table.WorkspaceGateRow
	Membership table.MembershipRow // the caller's; zero where there is none
	Facts      table.ProjectFactsRow
	// ViewerCompany and ViewerContact: as which contact of which company the viewer
	// is a client of the project (ClientsOfProject only).
	ViewerContact, ViewerCompany string

	facts policy.Facts
	list  string
	idem  *idempotency

	reads []table.Key        // of the operation, to be read with the access
	rows  table.Rows         // what was read with the access
	fresh map[table.Key]bool // the keys of that, until they are taken by Read
}

// MayChange asks whether the project may be changed (409 when archived).
func (c *Call) MayChange() error { return policy.ChangeInProject(c.facts) }

// CompanyGateKey is the row that gates the viewer's company; read it with the payload.
func (c *Call) CompanyGateKey() table.Key { return table.CompanyGate(c.Workspace, c.ViewerCompany) }

// CompanyOpen lets the viewer pass only while their company is open to clients.
// A preview shows what the client would see, a closed company's refusal too.
func (c *Call) CompanyOpen(rows table.Rows) error {
	var gate table.CompanyGateRow
	found, err := rows.Into(c.CompanyGateKey(), &gate)
	if err != nil {
		return err
	}
	return policy.CompanyOpen(policy.Company{Exists: found, Archived: gate.Archived, Licensed: gate.Licensed}, c.Gate.PortalNeedsLicence)
}

// Read reads rows. Those that came with the access (Operation.Reads, and the rows of
// the access itself) are taken from there, once: whoever asks for a row again, since a
// write met another, gets it anew.
func (c *Call) Read(ctx context.Context, keys ...table.Key) (table.Rows, error) {
	rows := make(table.Rows, len(keys))
	var missing []table.Key
	for _, k := range keys {
		if !c.fresh[k] {
			missing = append(missing, k)
			continue
		}
		if item, found := c.rows[k]; found {
			rows[k] = item
		}
	}
	for _, k := range keys {
		delete(c.fresh, k)
	}
	more, err := c.Table.BatchGet(ctx, missing...) // of none: no call
	maps.Copy(rows, more)
	return rows, err
}

// Need reads a row into row, as Read does; where there is none it is the one 404.
func (c *Call) Need(ctx context.Context, key table.Key, row any) error {
	rows, err := c.Read(ctx, key)
	if err != nil {
		return err
	}
	found, err := rows.Into(key, row)
	if !found {
		return NotFound()
	}
	return err
}

type callKey struct{}

// admission is what letting a call in depends on.
type admission struct {
	operation string
	access    Access
	write     bool
	keyed     bool // takes an Idempotency-Key
	reads     func(c *Call, path func(name string) string) []table.Key
}

// admit authenticates, reads what access needs in one strongly consistent
// BatchGet, and asks policy. It runs before the input is looked at, so that
// nobody learns from validation what they may not know of. What the operation
// reads at keys that are known by now comes in the same BatchGet, for everybody:
// nothing of it is looked at unless the call is let in.
func (e *Env) admit(ctx huma.Context, a admission) (*Call, error) {
	access := a.access
	request := requestOf(ctx.Context())
	for _, name := range pathParameters(ctx.Operation().Path) {
		if !ValidID(name, ctx.Param(strings.TrimSuffix(name, "..."))) {
			if _, err := e.callerOf(request); err != nil && access != Public {
				return nil, err // who is not signed in hears so, whatever the path
			}
			return nil, NotFound()
		}
	}
	c := &Call{Env: e, Operation: a.operation, RequestID: RequestID(request)}
	who, err := e.callerOf(request)
	if access == Public {
		if err != nil && !errors.Is(err, errNoToken) {
			return nil, err
		}
		c.Person, c.Session = who.person, who.session
		return c, c.useIdempotencyKey(ctx, a.keyed)
	}
	if err != nil {
		return nil, err
	}
	c.Person, c.Session, c.Viewer = who.person, who.session, who.person
	c.Workspace, c.Project = ctx.Param("workspace"), ctx.Param("project")
	if c.Project != "" {
		c.Workspace, _ = table.WorkspaceOf(c.Project) // its form was checked above
	}
	as := ""
	if access == ClientsOfProject {
		if as = ctx.Query("as"); as != "" && !ValidID("person", as) {
			return nil, NotFound()
		}
	}
	badKey := c.useIdempotencyKey(ctx, a.keyed)
	if a.reads != nil {
		c.reads = a.reads(c, ctx.Param)
	}
	asRow, viewerRow, err := c.load(ctx.Context(), as)
	if err != nil {
		return nil, err
	}
	if err := c.allowed(access, as, asRow, a.write); err != nil {
		return nil, err
	}
	if badKey != nil {
		return nil, badKey
	}
	if access == ClientsOfProject {
		c.ViewerContact, c.ViewerCompany = viewerRow.Contact, viewerRow.Company
		if as != "" {
			c.Viewer, c.Preview, c.ViewerContact, c.ViewerCompany = as, true, asRow.Contact, asRow.Company
		} else {
			c.ViewerCompany = c.Membership.Contacts[viewerRow.Contact]
		}
	}
	return c, nil
}

// load reads what access needs and fills in the call's facts.
func (c *Call) load(ctx context.Context, as string) (asRow, own table.PersonProjectRow, err error) {
	session, gate := table.Session(c.Person, c.Session), table.WorkspaceGate(c.Workspace)
	membership, project := table.Membership(c.Person, c.Workspace), table.Project(c.Person, c.Project)
	facts, asKey := table.ProjectFacts(c.Project), table.Project(as, c.Project)
	keys := []table.Key{session}
	if c.Workspace != "" {
		keys = append(keys, gate, membership)
	}
	if c.Project != "" {
		keys = append(keys, project, facts)
	}
	if as != "" {
		keys = append(keys, asKey)
	}
	keys = append(keys, c.reads...)
	if c.idem != nil {
		keys = append(keys, c.idem.key)
	}
	rows, err := c.Table.BatchGet(ctx, keys...)
	if err != nil {
		return asRow, own, err
	}
	c.rows, c.fresh = rows, make(map[table.Key]bool, len(keys))
	for _, k := range keys {
		c.fresh[k] = true
	}
	into := func(key table.Key, out any) bool {
		found, e := rows.Into(key, out)
		err = errors.Join(err, e)
		return found
	}
	var s table.SessionRow
	into(session, &s)
	c.facts.SignedIn = s.TTL > c.Now().Unix() // no row, no end that is yet to come
	c.facts.WorkspaceExists = into(gate, &c.Gate)
	c.facts.WorkspaceClosed = c.Gate.Closed
	into(membership, &c.Membership)
	c.facts.Membership = policy.Membership{Role: policy.Role(c.Membership.Role), Contacts: c.Membership.Contacts}
	into(project, &own)
	c.facts.Project = policy.ProjectRow{Kind: own.Kind, Contact: own.Contact}
	c.facts.ProjectExists = into(facts, &c.Facts)
	c.facts.ProjectArchived = c.Facts.Archived
	into(asKey, &asRow)
	return asRow, own, err
}

func (c *Call) allowed(access Access, as string, asRow table.PersonProjectRow, write bool) error {
	switch access {
	case SignedIn:
		return policy.SignedIn(c.facts)
	case Staff:
		return policy.StaffOfWorkspace(c.facts)
	case Admins:
		return policy.AdminOfWorkspace(c.facts)
	case Owners:
		return policy.OwnerOfWorkspace(c.facts)
	case StaffOfProject:
		return policy.StaffOfProject(c.facts)
	case ClientsOfProject:
		if as != "" {
			return policy.PreviewOfProject(c.facts, policy.ProjectRow{Kind: asRow.Kind}, write)
		}
		return policy.ClientOfProject(c.facts)
	}
	return policy.ErrHidden // an access that nobody described lets nobody in
}

// SessionKey is the caller's session: for a public operation to read with what else it
// reads, if it wants to know who calls.
func (c *Call) SessionKey() table.Key { return table.Session(c.Person, c.Session) }

// SignedIn says for a public operation whether its optional caller's session still
// holds; rows were read at its SessionKey.
func (c *Call) SignedIn(rows table.Rows) (bool, error) {
	if c.Person == "" {
		return false, nil
	}
	var s table.SessionRow
	_, err := rows.Into(c.SessionKey(), &s)
	return s.TTL > c.Now().Unix(), err // no row, no end that is yet to come
}
