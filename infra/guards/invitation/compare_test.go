//go:build engine

package invitation

import (
	"encoding/base64"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"pgregory.net/rapid"

	"foyer/shared/foyertest"
)

// deadTurns is after how many steps every dead link was looked at once more; at the end of
// a run all are.
const deadTurns = 4

// compare ends the run where Foyer is not what the model says.
func (r *run) compare(rt *rapid.T) {
	rt.Helper()
	r.mails(rt)
	r.memory.Look(true)
	defer r.memory.Look(false)
	for _, c := range r.contacts {
		r.contact(rt, c)
		r.stats.saw(r.shown(c))
		if c.restored {
			r.stats.saw(restored)
		}
	}
	for _, a := range r.agencies {
		r.list(rt, a, append([]string{""}, listed...)[r.stats.steps%(len(listed)+1)])
	}
	for n, l := range r.links {
		if r.shows(l) || (n+r.stats.steps)%deadTurns == 0 {
			r.link(rt, l)
		}
	}
	for _, who := range r.accounts {
		if who.confirmed {
			r.me(rt, who)
		}
	}
	if wrote := r.memory.Wrote(); len(wrote) > 0 {
		rt.Fatalf("a look changes something: %v", wrote)
	}
}

// contact compares what the team sees of a contact.
func (r *run) contact(rt *rapid.T, c *contact) {
	rt.Helper()
	got := r.must(rt, r.ask(c.in.of.owner, "GET", c.path(""), nil))
	want := fields{"access": c.access(), "name": c.name, "email": c.who.email, "company": c.in.id}
	have := fields{"access": got.text("access"), "name": got.text("name"), "email": got.text("email"), "company": got.text("company", "id")}
	r.same(rt, "contacts-get of "+c.name, have, want)
	inv, invited := got.json()["invitation"].(fields)
	if invited != (c.state != none) {
		rt.Fatalf("%s is %s, and got %s", c.name, c.state, got)
	}
	if invited {
		r.standing(rt, c, inv)
		if c.who.person == "" {
			c.who.person = got.text("person")
		}
		if got.text("person") != c.who.person || c.who.person == "" {
			rt.Fatalf("%s is who %s is, %s: got %s", c.name, c.who.email, c.who.person, got)
		}
	}
}

// standing compares where the invitation stands, as it is shown anywhere.
func (r *run) standing(rt *rapid.T, c *contact, inv fields) {
	rt.Helper()
	want := r.shown(c)
	if inv["state"] != want {
		rt.Fatalf("the invitation of %s is %v, want %s", c.name, inv["state"], want)
	}
	ends, _ := inv["expiresAt"].(string)
	if timed := c.waits() && !c.removed; timed && !sameTime(ends, c.ends) || !timed && ends != "" {
		rt.Fatalf("the invitation of %s, which is %s, ends at %q, want %s", c.name, want, ends, c.ends)
	}
}

func sameTime(text string, want time.Time) bool {
	got, err := time.Parse(time.RFC3339Nano, text)
	return err == nil && got.Equal(want)
}

// list compares the workspace's invitations in that state (empty: in all), and how many
// there are in each.
func (r *run) list(rt *rapid.T, a *agency, state string) {
	rt.Helper()
	got := r.must(rt, r.ask(a.owner, "GET", "/v1/workspaces/"+a.workspace+"/invitations?limit=100&counts=true&state="+state, nil)).json()
	want, counts := map[string]*contact{}, map[string]int{accepted: 1} // the owner
	for _, c := range r.contacts {
		if c.in.of != a || c.state == none {
			continue
		}
		counts[r.shown(c)]++
		if state == "" || state == r.shown(c) {
			want[c.id] = c
		}
	}
	owner := state == "" || state == accepted
	have, _ := got["items"].([]any)
	for _, i := range have {
		one := i.(fields)
		if owner && one["kind"] == "member" && one["person"] == a.owner {
			owner = false
			continue
		}
		id, _ := one["contact"].(string)
		c := want[id]
		if c == nil {
			rt.Fatalf("the list of %q of %s has %v, which is not so or there twice", state, a.name, one)
		}
		delete(want, id)
		r.standing(rt, c, one["invitation"].(fields))
		if one["email"] != c.who.email || one["name"] != c.name {
			rt.Fatalf("the list of %q of %s has %v for %s", state, a.name, one, c.name)
		}
	}
	if len(want) > 0 || owner || got["next"] != nil {
		rt.Fatalf("the list of %q of %s lacks %d invitations: %v", state, a.name, len(want), got)
	}
	numbers, _ := got["counts"].(fields)
	for _, s := range listed {
		if numbers[s] != float64(counts[s]) {
			rt.Fatalf("%s counts %v that are %s, want %d", a.name, numbers[s], s, counts[s])
		}
	}
}

// link compares what a link shows.
func (r *run) link(rt *rapid.T, l *link) {
	rt.Helper()
	got := r.ask("", "GET", l.path(""), nil)
	if !r.shows(l) {
		r.absent(rt, fmt.Sprintf("link %d of %s, who is %s", l.generation, l.of.name, r.shown(l.of)), got)
		return
	}
	if r.must(rt, got); !sameTime(got.text("expiresAt"), l.of.ends) {
		rt.Fatalf("got %s, want the end %s", got, l.of.ends)
	}
	want := fields{"workspaceName": l.of.in.of.name, "company": l.of.in.name, "inviterName": "Ann Archer", "name": l.of.name, "email": l.who.email, "signInFirst": l.who.confirmed}
	if l.of.project {
		want["projectName"] = "New website"
	}
	have := got.json()
	delete(have, "expiresAt")
	delete(have, "$schema")
	r.same(rt, "invitations-view of "+l.of.name, have, want)
}

// me compares where somebody has access.
func (r *run) me(rt *rapid.T, who *account) {
	rt.Helper()
	got := r.must(rt, r.ask(who.person, "GET", "/v1/me", nil))
	want := fields{"email": who.email, "name": who.known}
	have := fields{"email": got.text("email"), "name": got.text("name")}
	for _, a := range r.agencies {
		if r.isIn(who, a) {
			want[a.workspace] = "client"
		}
	}
	places, _ := got.json()["memberships"].([]any)
	for _, p := range places {
		place := p.(fields)
		have[place["workspace"].(string)] = place["kind"]
	}
	r.same(rt, "me-get of "+who.email, have, want)
}

func (r *run) same(rt *rapid.T, what string, got, want fields) {
	rt.Helper()
	if !maps.Equal(got, want) {
		rt.Fatalf("%s: got %v, want %v", what, got, want)
	}
}

// mails compares each mail that left since the run began with what the model says, and
// takes the links from them.
func (r *run) mails(rt *rapid.T) {
	rt.Helper()
	left := r.arrived
	for i := range left {
		left[i].tags = nil
	}
	for _, m := range r.Mails("") {
		if !strings.HasPrefix(m.To, r.addresses()) {
			continue // a reminder of a run before
		}
		place := slices.IndexFunc(left, func(l letter) bool { return l.tags == nil && l.is(m) })
		if place < 0 {
			rt.Fatalf("to %s left a mail that must not, or twice: %s %q; want only %v", m.To, mailID(m), m.Subject, left)
		}
		left[place].tags = m.Tags
		if l := left[place]; l.kind != addedMail {
			r.keep(rt, l, m.Token())
		}
	}
	for _, l := range left {
		if l.tags == nil {
			rt.Fatalf("the mail did not leave: %s", l)
		}
	}
}

// is says whether that mail is this one.
func (l letter) is(m foyertest.Mail) bool {
	id := fmt.Sprintf("%s#%s#%s#%d#%d", l.kind, l.of.in.of.workspace, l.of.id, l.generation, l.number)
	if l.kind == addedMail {
		id = fmt.Sprintf("%s#%s#%s", l.kind, l.of.id, l.of.in.of.project)
	}
	return m.To == l.who.email && mailID(m) == id && strings.HasPrefix(m.Subject, "Reminder: ") == (l.kind == reminderMail)
}

func mailID(m foyertest.Mail) string {
	raw, _ := base64.RawURLEncoding.DecodeString(m.Tags["mail"]) // else it is nobody's
	return string(raw)
}

// keep keeps the link of a mail: one for each time that the invitation was sent.
func (r *run) keep(rt *rapid.T, l letter, token string) {
	rt.Helper()
	whose := fmt.Sprint(l.of.id, " ", l.generation)
	known, there := r.took[token]
	switch {
	case token == "", there && known != whose:
		rt.Fatalf("the link of %s is %q, which is that of %q", l, token, known)
	case there:
		return
	}
	for _, other := range r.links {
		if other.of == l.of && other.generation == l.generation {
			rt.Fatalf("%s has another link than the mail before it", l)
		}
	}
	r.took[token] = whose
	r.links = append(r.links, &link{of: l.of, who: l.who, generation: l.generation, token: token})
}

func (c *contact) path(more string) string {
	return "/v1/workspaces/" + c.in.of.workspace + "/contacts/" + c.id + more
}

func (l *link) path(more string) string { return "/v1/invitations/" + l.token + more }

// headerOf is one header of an answer.
func headerOf(a answer, name string) string {
	for line := range strings.SplitSeq(a.header, "\r\n") {
		if value, ok := strings.CutPrefix(line, name+": "); ok {
			return value
		}
	}
	return ""
}
