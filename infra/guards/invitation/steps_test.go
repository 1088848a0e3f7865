//go:build engine

package invitation

import (
	"fmt"
	"net/http"
	"slices"

	"pgregory.net/rapid"

	"foyer/infra/guards/machine"
)

// step is one thing that can happen.
type step struct {
	name string
	do   func(r *run, rt *rapid.T) // it skips where there is nothing to do it to
}

// steps are what the staff of the workspaces do; linkSteps what others do.
var steps = []step{
	{"contacts-create", (*run).create},
	{"clients-add somebody new", (*run).addNew},
	{"clients-add somebody whom the other workspace knows", (*run).addShared},
	{"clients-add a contact who was not invited", (*run).addContact},
	{"clients-add a contact who was", (*run).addInvited},
	{"invitations-send", (*run).send},
	{"invitations-send again", (*run).again},
	{"invitations-send of whom it is refused", (*run).sendRefused},
	{"invitations-send-all", (*run).sendAll},
	{"invitations-revoke", (*run).revoke},
	{"invitations-revoke where nothing waits", (*run).revokeNothing},
	{"access-remove", (*run).remove},
	{"access-restore", (*run).restore},
	{"contacts-update of the name", (*run).rename},
	{"address-corrected to the same", (*run).correctSame},
	{"address-corrected to a new one", (*run).correctNew},
	{"address-corrected to one that the other workspace knows", (*run).correctShared},
	{"address-corrected back to one that it was", (*run).correctBack},
	{"address-corrected of whom it is refused", (*run).correctRefused},
}

// mostContacts of a run: each is compared after each step.
const mostContacts = 7

func (r *run) room() {
	if len(r.contacts) >= mostContacts {
		machine.Skip("there are enough contacts")
	}
}

func (r *run) anyCompany(rt *rapid.T) *company {
	return machine.OneOf(rt, "company", machine.OneOf(rt, "agency", r.agencies).companies)
}

// aContact draws one of the contacts for which it holds.
func (r *run) aContact(rt *rapid.T, holds func(*contact) bool) *contact {
	return machine.OneOf(rt, "such contact", machine.Where(r.contacts, holds))
}

// free are the people whom the workspace does not know.
func (r *run) free(a *agency) []*account {
	return machine.Where(r.accounts, func(who *account) bool {
		for _, c := range r.contacts {
			if c.in.of == a && (c.who == who || slices.Contains(c.former, who)) {
				return false
			}
		}
		return true
	})
}

// known are those of them whom somebody knows.
func (r *run) known(a *agency) []*account {
	return machine.Where(r.free(a), func(who *account) bool { return who.known != "" })
}

func (r *run) name() string {
	r.made++
	return fmt.Sprintf("Ivy Invited %d", r.made)
}

func (r *run) keeps(c *contact) {
	r.contacts = append(r.contacts, c)
}

func (r *run) create(rt *rapid.T) {
	r.room()
	c := &contact{in: r.anyCompany(rt), name: r.name(), state: none}
	c.who = r.somebody(c.name)
	c.id = r.must(rt, r.ask(c.in.of.owner, "POST", "/v1/workspaces/"+c.in.of.workspace+"/companies/"+c.in.id+"/contacts", fields{"name": c.name, "email": c.who.email})).text("id")
	r.keeps(c)
}

func (r *run) addNew(rt *rapid.T) {
	r.room()
	name := r.name()
	r.adds(rt, r.anyCompany(rt), name, r.somebody(name))
}

func (r *run) addShared(rt *rapid.T) {
	r.room()
	in := r.anyCompany(rt)
	r.adds(rt, in, r.name(), machine.OneOf(rt, "person of another workspace", r.known(in.of)))
}

// adds makes somebody of whom the company has no contact a client of the project.
func (r *run) adds(rt *rapid.T, in *company, name string, who *account) {
	c := &contact{in: in, name: name, who: who, state: none, inProject: true, project: true}
	c.id = r.must(rt, r.add(c)).text("contact")
	r.keeps(c)
	r.invite(c)
}

func (r *run) add(c *contact) answer {
	return r.ask(c.in.of.owner, "POST", "/v1/projects/"+c.in.of.project+"/clients", fields{"company": c.in.id, "name": c.name, "email": c.who.email, "note": "Welcome aboard."})
}

func (r *run) addContact(rt *rapid.T) {
	c := r.aContact(rt, func(c *contact) bool { return c.state == none })
	if got := r.must(rt, r.add(c)); got.text("contact") != c.id {
		rt.Fatalf("got %s, want the contact %s", got, c.id)
	}
	c.inProject, c.project = true, true
	r.invite(c)
}

func (r *run) addInvited(rt *rapid.T) {
	c := r.aContact(rt, func(c *contact) bool { return c.state != none && !c.moving })
	if c.removed {
		r.unchanged(rt, "adding a removed contact", func() { r.refused(rt, r.add(c), http.StatusConflict, "access-removed") })
		return
	}
	got := r.must(rt, r.add(c))
	if want := map[bool]int{false: http.StatusCreated, true: http.StatusOK}[c.inProject]; got.status != want {
		rt.Fatalf("got %s, want %d", got, want)
	}
	if !c.inProject && c.state == accepted {
		r.waiting = append(r.waiting, letter{kind: addedMail, of: c, who: c.who})
	}
	c.inProject = true
}

func (r *run) sends(c *contact) answer {
	return r.ask(c.in.of.owner, "POST", c.path("/invitation"), fields{"note": "See you there."})
}

func (r *run) send(rt *rapid.T) {
	c := r.aContact(rt, func(c *contact) bool { return c.state == none })
	r.must(rt, r.sends(c))
	r.invite(c)
}

func (r *run) again(rt *rapid.T) {
	c := r.aContact(rt, func(c *contact) bool { return !c.removed && (c.waits() || c.state == revoked) })
	r.must(rt, r.sends(c))
	r.invite(c)
}

func (r *run) sendRefused(rt *rapid.T) {
	c := r.aContact(rt, func(c *contact) bool { return c.removed || c.state == accepted || c.state == bounced })
	code := map[string]string{accepted: "invitation-accepted", bounced: "address-bounced"}[c.state]
	if c.removed {
		code = "access-removed"
	}
	r.unchanged(rt, "a refused invitation", func() { r.refused(rt, r.sends(c), http.StatusConflict, code) })
}

func (r *run) sendAll(rt *rapid.T) {
	in := r.anyCompany(rt)
	r.must(rt, r.ask(in.of.owner, "POST", "/v1/workspaces/"+in.of.workspace+"/companies/"+in.id+"/invitations", nil))
	r.all = append(r.all, in)
	if rapid.Bool().Draw(rt, "the job runs at once") {
		r.settle(rt)
	}
}

func (r *run) revoke(rt *rapid.T) {
	c := r.aContact(rt, func(c *contact) bool { return !c.removed && c.waits() })
	r.must(rt, r.ask(c.in.of.owner, "DELETE", c.path("/invitation"), nil))
	c.become(revoked)
}

func (r *run) revokeNothing(rt *rapid.T) {
	c := r.aContact(rt, func(c *contact) bool { return c.removed || !c.waits() })
	r.unchanged(rt, "a revocation of nothing", func() {
		got := r.ask(c.in.of.owner, "DELETE", c.path("/invitation"), nil)
		switch {
		case c.removed:
			r.refused(rt, got, http.StatusConflict, "access-removed")
		case c.state == accepted:
			r.refused(rt, got, http.StatusConflict, "invitation-accepted")
		default:
			r.must(rt, got)
		}
	})
}

func (r *run) remove(rt *rapid.T) {
	c := machine.OneOf(rt, "contact", r.contacts)
	ask := func() { r.must(rt, r.ask(c.in.of.owner, "DELETE", c.path("/access"), nil)) }
	if c.removed || c.state == none {
		r.unchanged(rt, "a removal of nothing", ask)
		return
	}
	ask()
	c.removed, c.restored = true, false
}

func (r *run) restore(rt *rapid.T) {
	c := r.aContact(rt, func(c *contact) bool { return c.removed })
	r.must(rt, r.ask(c.in.of.owner, "PUT", c.path("/access"), nil))
	c.removed, c.restored = false, true
}

func (r *run) rename(rt *rapid.T) {
	c := machine.OneOf(rt, "contact", r.contacts)
	tag := headerOf(r.must(rt, r.ask(c.in.of.owner, "GET", c.path(""), nil)), "Etag")
	c.name = r.name()
	r.must(rt, r.ask(c.in.of.owner, "PATCH", c.path(""), tagged{fields{"name": c.name}, tag}))
}

func (r *run) corrects(c *contact, to *account) answer {
	return r.ask(c.in.of.owner, "POST", c.path("/address-correction"), fields{"email": to.email})
}

func (r *run) aBounced(rt *rapid.T) *contact {
	return r.aContact(rt, func(c *contact) bool { return !c.removed && c.state == bounced })
}

func (r *run) correctSame(rt *rapid.T) {
	c := r.aBounced(rt)
	if c.who.closed == complaint {
		r.unchanged(rt, "a correction against a complaint", func() { r.refused(rt, r.corrects(c, c.who), http.StatusConflict, "address-complained") })
		return
	}
	r.must(rt, r.corrects(c, c.who))
	r.correct(c, c.who)
}

func (r *run) correctNew(rt *rapid.T) {
	c := r.aBounced(rt)
	to := r.somebody(c.name)
	r.must(rt, r.corrects(c, to))
	r.correct(c, to)
}

func (r *run) correctShared(rt *rapid.T) {
	c := r.aBounced(rt)
	to := machine.OneOf(rt, "person of another workspace", r.known(c.in.of))
	r.must(rt, r.corrects(c, to))
	r.correct(c, to)
}

func (r *run) correctBack(rt *rapid.T) {
	c := r.aContact(rt, func(c *contact) bool { return !c.removed && c.state == bounced && len(c.former) > 0 })
	to := machine.OneOf(rt, "address of before", c.former)
	if to == c.who {
		machine.Skip("it is that one")
	}
	r.must(rt, r.corrects(c, to))
	r.correct(c, to)
}

func (r *run) correctRefused(rt *rapid.T) {
	c := r.aContact(rt, func(c *contact) bool { return c.removed || c.state != bounced })
	code := "address-not-bounced"
	switch {
	case c.removed:
		code = "access-removed"
	case c.state == accepted:
		code = "invitation-accepted"
	}
	r.unchanged(rt, "a refused correction", func() { r.refused(rt, r.corrects(c, c.who), http.StatusConflict, code) })
}
