//go:build engine

package worlds

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"time"

	"github.com/oklog/ulid/v2"
	"pgregory.net/rapid"

	"foyer/shared/foyertest"
	"foyer/shared/table"
)

// client is a client of the workspace that both worlds know.
type client struct {
	*person
	contact, company string
	projects         []string
	token            string // of their invitation's mail, while nobody has used it
	accepted         bool
	removed          bool
	cognito          bool     // chose a password in this run, and can sign in
	reset, change    string   // tokens of mails: to choose a new password, to confirm an address
	others           []string // addresses that they had, or want
}

// item is an item that both worlds have.
type item struct {
	id, project string
	shared      bool
}

// hidden is what only the world with secrets has.
type hidden struct {
	items      []item // also of secret projects, where some are shared
	projects   []string
	workspaces []string
	companies  []string
	clients    []*client
	contacts   []string // who were not invited
	persons    []string
	jobs       []string
	imports    []string
}

// run is one run of the state machine: a workspace of its own, in both worlds.
type run struct {
	*twins
	number    int
	workspace string
	projects  []string // the first has Mia and all clients in it, others Carl alone
	ann, mia  *person
	clients   []*client
	items     []item
	hidden    hidden
	used      []string // tokens of invitations that were accepted
	names     names
	made      int // addresses and titles so far
	sweeps    int
	since     int  // steps since the last sweep
	later     bool // somebody may have mail that waits
	trace     []string
}

// begin makes Acme Agency anew: Ann (owner), Mia (member), the clients Carl and
// Rita of Globex and Cleo of Initech who have accepted, and Ivy who was invited.
func (g *twins) begin(rt *rapid.T) *run {
	g.runs++
	for _, s := range g.sides {
		s.memory.Forget()
	}
	r := &run{twins: g, number: g.runs}
	r.ann, r.mia = r.account("Ann Archer"), r.account("Mia Member")
	made := r.ask(rt, request{op: "workspaces-create", method: "POST", target: "/v1/workspaces", body: body(fields{"name": "Acme Agency", "ownerName": r.ann.name, "ownerEmail": r.ann.email})})
	r.workspace = r.names.call(made.get("id"), "workspace")
	r.accept(rt, r.ann)
	r.projects = []string{r.project(rt, "New website")}
	r.member(r.mia)
	for _, c := range []struct{ name, company string }{{"Carl Client", "Globex"}, {"Cleo Client", "Initech"}, {"Rita Removed", "Globex"}} {
		one := &client{person: r.account(c.name), accepted: true}
		r.add(rt, one, c.company, r.projects[0])
		r.accept(rt, one.person)
	}
	r.add(rt, r.stranger("Ivy Invited"), "Globex", r.projects[0])
	r.settle(rt)
	return r
}

type fields = map[string]any

func body(f fields) string {
	raw, err := json.Marshal(f)
	if err != nil {
		panic(err) // strings, numbers and times
	}
	return string(raw)
}

// stranger is somebody whom nobody has invited yet.
func (r *run) stranger(name string) *client {
	r.made++
	return &client{person: &person{name: name, email: fmt.Sprintf("person-%d-%d@globex.example", r.number, r.made)}}
}

// account is somebody who has an account already, and is signed in.
func (r *run) account(name string) *person {
	p := r.newPerson(name, "person")
	r.rows(p.rows(r.now)...)
	return p
}

func (r *run) newPerson(name, kind string) *person {
	r.made++
	sum := sha256.Sum256(fmt.Appendf(nil, "%d %d %d", r.seed, r.number, r.made))
	var id ulid.ULID
	copy(id[:], sum[:])
	session := fmt.Sprintf("%x", sum[16:])
	return &person{name: name, email: fmt.Sprintf("person-%d-%d@example.com", r.number, r.made), id: r.names.call("per_"+id.String(), kind), session: [2]string{session, session}}
}

func (p *person) rows(now time.Time) []table.Rowed {
	return []table.Rowed{
		{Key: table.Account(p.id), Row: table.AccountRow{Person: p.id, Email: p.email, Name: p.name, State: table.AccountConfirmed, CreatedAt: now}},
		{Key: table.Address(p.email), Row: table.AddressRow{Person: p.id}},
		{Key: table.Session(p.id, p.session[plain]), Row: table.SessionRow{CreatedAt: now, TTL: now.Add(30 * 24 * time.Hour).Unix()}},
	}
}

// memberRows are a member's, past the operations: inviting members comes later.
func (r *run) memberRows(p *person, project string) []table.Rowed {
	rows := []table.Rowed{
		{Key: table.Membership(p.id, r.workspace), Row: table.MembershipRow{Workspace: r.workspace, Role: table.RoleMember, CreatedAt: r.now}},
		{Key: table.Member(r.workspace, p.id), Row: table.MemberRow{Person: p.id, Name: p.name, Email: p.email, Role: table.RoleMember, InvitationState: table.InvitationAccepted, CreatedAt: r.now}.In(r.workspace)},
	}
	if project == "" {
		return rows
	}
	return append(rows,
		table.Rowed{Key: table.Project(p.id, project), Row: table.PersonProjectRow{Project: project, Kind: table.KindMember, CreatedAt: r.now}},
		table.Rowed{Key: table.Person(project, p.id), Row: table.PersonRow{Person: p.id, Name: p.name, Kind: table.KindMember}},
		table.Rowed{Key: table.TeamPerson(project, p.id), Row: table.TeamPersonRow{Person: p.id, Kind: table.KindMember, AddedBy: r.ann.id, AddedAt: r.now}},
	)
}

func (r *run) member(p *person) { r.rows(r.memberRows(p, r.projects[0])...) }

// rows writes rows past all operations, in both worlds.
func (r *run) rows(rows ...table.Rowed) {
	r.atOnce(func(which int) { r.put(which, rows...) })
}

func (r *run) put(which int, rows ...table.Rowed) {
	if err := r.sides[which].Table.BatchPut(context.Background(), rows...); err != nil {
		r.t.Fatal(err)
	}
}

// ask performs a public request in both worlds at the same instant, and compares
// what comes back.
func (r *run) ask(rt *rapid.T, q request) answer {
	rt.Helper()
	r.tick(time.Second)
	var got [2]answer
	r.atOnce(func(which int) { got[which] = r.sides[which].ask(which, q) })
	r.trace = append(r.trace, fmt.Sprint(q.line(), " → ", got[plain].status))
	if ofCognito[q.op] && got[plain].status < http.StatusMultipleChoices {
		for which := range got {
			q.who.keep(which, got[which])
			got[which] = withoutTokens(got[which])
			got[which].who = nil // who signs in has no session yet
		}
	}
	r.compared(got[plain])
	r.report(rt, difference(got[plain], got[secret]))
	return got[plain]
}

// settle hands on what the stream has, in both worlds, and compares the mails that
// went to clients.
func (r *run) settle(rt *rapid.T) {
	rt.Helper()
	var mails [2][]foyertest.Mail
	r.atOnce(func(which int) {
		s := r.sides[which]
		s.Drain()
		for s.jobsWait() {
			s.RunJobs()
		}
		for _, m := range s.Mails("") {
			if r.isClient(m.To) {
				mails[which] = append(mails[which], m)
			}
		}
		s.ForgetMails()
	})
	r.stats.mails += len(mails[plain])
	for _, m := range mails[plain] {
		if c := r.invited(m.To); c != nil && m.Token() != "" {
			c.token = r.names.call(m.Token(), "token")
		}
		r.linked(m)
	}
	r.report(rt, mailsDiffer(mails[plain], mails[secret]))
}

// privately performs a secret request, in the world with secrets alone. The time
// does not move.
func (r *run) privately(rt *rapid.T, q request) answer {
	rt.Helper()
	r.aside()
	q.source = "203.0.113.7" // attempts are counted by where they come from, whoever makes them
	got := r.sides[secret].ask(secret, q)
	r.trace = append(r.trace, fmt.Sprint("secretly ", q.line(), " → ", got.status))
	if got.status >= http.StatusInternalServerError {
		r.report(rt, &finding{kind: "failure", where: q.line(), got: [2]string{"", got.body}})
	}
	return got
}

func (r *run) isClient(email string) bool {
	return slices.ContainsFunc(r.clients, func(c *client) bool { return c.email == email || slices.Contains(c.others, email) })
}

// invited is the client of that address who has not accepted yet.
func (r *run) invited(email string) *client {
	for _, c := range r.clients {
		if c.email == email && !c.accepted {
			return c
		}
	}
	return nil
}

// accept lets somebody who has an account accept their invitation to the workspace.
func (r *run) accept(rt *rapid.T, p *person) {
	rt.Helper()
	var links [2]string
	r.atOnce(func(which int) { links[which] = r.sides[which].Link(p.email, r.workspace) })
	if links[plain] != links[secret] {
		r.report(rt, &finding{kind: "link", where: p.name + ": the link of the invitation", got: links})
	}
	r.must(rt, http.StatusOK, r.ask(rt, request{op: "invitations-accept", who: p, method: "POST", target: "/v1/invitations/" + links[plain] + "/acceptance", body: "{}"}))
	r.used = append(r.used, r.names.call(links[plain], "token"))
}

func (r *run) project(rt *rapid.T, name string) string {
	rt.Helper()
	made := r.must(rt, http.StatusCreated, r.ask(rt, request{op: "projects-create", who: r.ann, method: "POST", target: "/v1/workspaces/" + r.workspace + "/projects", body: body(fields{"name": name})}))
	return r.names.call(made.get("id"), "project")
}

// add makes somebody a client of a project.
func (r *run) add(rt *rapid.T, c *client, company, project string) answer {
	rt.Helper()
	made := r.ask(rt, request{op: "clients-add", who: r.ann, method: "POST", target: "/v1/projects/" + project + "/clients",
		body: body(fields{"companyName": company, "name": c.name, "email": c.email, "note": "Welcome aboard."})})
	if made.status == http.StatusCreated {
		c.id, c.contact, c.company = r.names.call(made.get("person"), "person"), r.names.call(made.get("contact"), "contact"), r.names.call(made.get("company.id"), "company")
		c.projects = append(c.projects, project)
		if !slices.Contains(r.clients, c) {
			r.clients = append(r.clients, c)
		}
	}
	return made
}

// must ends the run unless the answer has that status: then the guard is wrong.
func (r *run) must(rt *rapid.T, status int, a answer) answer {
	rt.Helper()
	if a.status != status {
		rt.Fatalf("%s: got %d %s, want %d", r.names.in(a.line()), a.status, a.body, status)
	}
	return a
}

var cursorValue = regexp.MustCompile(`cursor=[^&\s]+`)

// report ends the run with the finding, if there is one. What it says of where is
// the same when the run is repeated; the ids and bytes are in the log.
func (r *run) report(rt *rapid.T, f *finding) {
	rt.Helper()
	if f == nil {
		return
	}
	if !r.told { // what cannot be repeated, rapid does not show
		r.told = true
		r.t.Logf("the first finding: %s: the %s\nwithout secrets: %s\nwith secrets:    %s", r.names.in(f.where), f.kind, r.names.in(f.got[plain]), r.names.in(f.got[secret]))
	}
	for _, line := range r.trace {
		rt.Log(r.names.in(line))
	}
	rt.Logf("without secrets: %s\nwith secrets:    %s", r.names.in(f.got[plain]), r.names.in(f.got[secret]))
	rt.Fatalf("%s: the %s tell the two worlds apart", cursorValue.ReplaceAllString(r.names.in(f.where), "cursor=…"), f.kind)
}
