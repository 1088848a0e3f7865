package api

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"
	"strings"
	"time"

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

type callKey struct{}

// admit authenticates, reads what access needs in one strongly consistent
// BatchGet, and asks policy. It runs before the input is looked at, so that
// nobody learns from validation what they may not know of.
func (e *Env) admit(ctx huma.Context, id string, access Access, write bool) (*Call, error) {
	request := requestOf(ctx.Context())
	for _, name := range pathParameters(ctx.Operation().Path) {
		if !ValidID(name, ctx.Param(strings.TrimSuffix(name, "..."))) {
			if _, err := e.callerOf(request); err != nil && access != Public {
				return nil, err // who is not signed in hears so, whatever the path
			}
			return nil, NotFound()
		}
	}
	c := &Call{Env: e, Operation: id, RequestID: RequestID(request)}
	who, err := e.callerOf(request)
	if access == Public {
		if err != nil && !errors.Is(err, errNoToken) {
			return nil, err
		}
		c.Person, c.Session = who.person, who.session
		return c, nil
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
	asRow, viewerRow, err := c.load(ctx.Context(), as)
	if err != nil {
		return nil, err
	}
	if err := c.allowed(access, as, asRow, write); err != nil {
		return nil, err
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
	rows, err := c.Table.BatchGet(ctx, keys...)
	if err != nil {
		return asRow, own, err
	}
	into := func(key table.Key, out any) bool {
		found, e := rows.Into(key, out)
		err = errors.Join(err, e)
		return found
	}
	var s table.SessionRow
	c.facts.SignedIn = into(session, &s) && s.TTL > c.Now().Unix()
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
			return policy.PreviewOfProject(c.facts, policy.ProjectRow{Kind: asRow.Kind, Contact: asRow.Contact}, write)
		}
		return policy.ClientOfProject(c.facts)
	}
	return policy.ErrHidden // an access that nobody described lets nobody in
}

// CallerSignedIn says for a public operation whether its optional caller's
// session still holds.
func (c *Call) CallerSignedIn(ctx context.Context) (bool, error) {
	if c.Person == "" {
		return false, nil
	}
	var s table.SessionRow
	found, err := c.Table.Get(ctx, table.Session(c.Person, c.Session), &s)
	return found && s.TTL > c.Now().Unix(), err
}

// idempotency is the Idempotency-Key of a POST.
type idempotency struct {
	key         table.Key
	fingerprint string
}

// errRemembered: another request with the same key has had its effect meanwhile.
var errRemembered = errors.New("a request with that idempotency key was carried out")

// idempotencyFor is how long a key is remembered.
const idempotencyFor = 24 * time.Hour

// Remember puts the record of the Idempotency-Key (if the request has one) into
// the transaction that makes what result names: effect and record together.
func (c *Call) Remember(tx *table.Tx, result string) {
	if c.idem == nil {
		return
	}
	now := c.Now()
	row := table.IdempotencyRow{Fingerprint: c.idem.fingerprint, Result: result, TTL: now.Add(idempotencyFor).Unix()}
	tx.Put(c.idem.key, row).If(table.Absent().Or(table.Before("ttl", now.Unix()))).Else(errRemembered)
}

// remembered is the result of an earlier request with the same key, or empty.
func (c *Call) remembered(ctx context.Context) (string, error) {
	var row table.IdempotencyRow
	found, err := c.Table.Get(ctx, c.idem.key, &row)
	if err != nil || !found || row.TTL < c.Now().Unix() {
		return "", err
	}
	if row.Fingerprint != c.idem.fingerprint {
		return "", NewProblem(http.StatusUnprocessableEntity, "idempotency-key-reused", "This Idempotency-Key was used for another request.")
	}
	return row.Result, nil
}

// useIdempotencyKey takes the request's key, bound to caller, operation and path.
func (c *Call) useIdempotencyKey(ctx huma.Context) error {
	keys := requestOf(ctx.Context()).Header.Values("Idempotency-Key")
	if len(keys) == 0 {
		return nil
	}
	key := strings.Join(keys, ",") // as the gateway does
	if key == "" || len(key) > 255 || strings.ContainsFunc(key, func(r rune) bool { return r < 0x21 || r > 0x7e }) {
		return Invalid(Fault("header.Idempotency-Key", "must be 1 to 255 visible ASCII characters"))
	}
	sum := sha256.Sum256([]byte(strings.Join([]string{c.Person, c.Operation, ctx.URL().Path, key}, "\x00")))
	body := sha256.Sum256(bodyOf(ctx.Context()))
	c.idem = &idempotency{key: table.Idempotency(hex.EncodeToString(sum[:])), fingerprint: hex.EncodeToString(body[:])}
	return nil
}
