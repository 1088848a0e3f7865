//go:build engine

package invitation

import (
	"fmt"
	"slices"
	"time"
)

// The deployment's settings in this guard: minutes, so that no time that passes is long.
const (
	life      = 15 * time.Minute // of an invitation
	interval  = 4 * time.Minute  // between two reminders
	reminders = 3
	dueAhead  = 2 * time.Minute // what is due, is so at the earliest
)

// The states of an invitation. Expired is no state that it is put into: its time is over.
const (
	none     = "none"
	queued   = "queued"
	sent     = "sent"
	opened   = "opened"
	accepted = "accepted"
	expired  = "expired"
	revoked  = "revoked"
	bounced  = "bounced"
	removed  = "removed"
	restored = "restored" // it is again what it was before it was removed
)

// every is each state that has to occur; listed are those that the team lists by.
var (
	every  = []string{none, queued, sent, opened, accepted, expired, revoked, bounced, removed, restored}
	listed = []string{queued, sent, opened, accepted, expired, revoked, bounced, removed}
)

// What mails are of, and why no more go to an address.
const (
	invitationMail = "invitation"
	reminderMail   = "reminder"
	addedMail      = "added"
	bounce         = "Bounce"
	complaint      = "Complaint"
)

// account is somebody with an address, whom the workspaces share.
type account struct {
	name, email string
	person      string // the id, once somebody invited the address
	known       string // the name that the account got
	password    string
	confirmed   bool
	closed      string // bounce or complaint: no mail goes there
}

// agency is a workspace with one project, and its owner.
type agency struct {
	name, workspace, project string
	owner                    string // person
	ownerEmail               string
	companies                []*company
}

type company struct {
	of       *agency
	name, id string
}

// contact is a contact with their invitation.
type contact struct {
	in        *company
	id, name  string
	who       *account
	state     string // none, or of its invitation whatever the time
	removed   bool
	restored  bool // and nothing else happened to it since
	inProject bool
	moving    bool       // a job is to put the person of now in the project in the place of the one before
	former    []*account // who the contact was by other addresses

	generation int
	ends       time.Time
	remindAt   []time.Time
	project    bool // the invitation names the project
	accepted   int  // how often it was accepted
}

// letter is a mail of an invitation (or of being added), on its way or arrived.
type letter struct {
	kind       string
	of         *contact
	who        *account
	generation int
	number     int
	tags       map[string]string // of what arrived
}

func (l letter) String() string {
	return fmt.Sprintf("%s %d.%d of %s to %s", l.kind, l.generation, l.number, l.of.id, l.who.email)
}

// link is a link that left.
type link struct {
	of         *contact
	who        *account
	generation int
	token      string
}

// reminder is when an invitation is looked at again.
type reminder struct {
	letter
	minute time.Time
}

// model is what Foyer should be like.
type model struct {
	now      time.Time
	agencies []*agency
	accounts []*account
	contacts []*contact
	waiting  []letter   // mails that were put and have not left
	arrived  []letter   // mails that left
	due      []reminder // that nobody has looked at
	links    []*link
	all      []*company // of which everyone is to be invited, by jobs that have not begun
}

// waits says whether the invitation's state is one that waits for its answer, whatever
// the time.
func (c *contact) waits() bool { return slices.Contains([]string{queued, sent, opened}, c.state) }

// pending says whether it can be accepted.
func (m *model) pending(c *contact) bool { return c.waits() && !c.removed && m.now.Before(c.ends) }

// shown is the state that the team sees.
func (m *model) shown(c *contact) string {
	switch {
	case c.removed:
		return removed
	case c.waits() && !m.now.Before(c.ends):
		return expired
	}
	return c.state
}

// access is how far the contact is.
func (c *contact) access() string {
	switch {
	case c.removed:
		return "removed"
	case c.state == none:
		return "none"
	case c.state == accepted:
		return "active"
	}
	return "invited"
}

// shows says whether the link shows the invitation.
func (m *model) shows(l *link) bool {
	return l.of.who == l.who && l.of.generation == l.generation && m.pending(l.of)
}

// isIn says whether the person has access to the workspace as a client.
func (m *model) isIn(who *account, a *agency) bool {
	return slices.ContainsFunc(m.contacts, func(c *contact) bool {
		return c.in.of == a && c.who == who && c.state == accepted && !c.removed
	})
}

func (c *contact) become(state string) { c.state, c.restored = state, false }

// invite sends the invitation, for the first time or again.
func (m *model) invite(c *contact) {
	if c.who.known == "" {
		c.who.known = c.name
	}
	c.become(queued)
	c.generation++
	c.ends, c.remindAt = m.now.Add(life), nil
	for n := 1; n <= reminders; n++ {
		if after := time.Duration(n) * interval; after < life {
			c.remindAt = append(c.remindAt, m.now.Add(after))
		}
	}
	m.waiting = append(m.waiting, letter{kind: invitationMail, of: c, who: c.who, generation: c.generation})
	m.remindLater(c, 1)
}

// remindLater puts the next reminder that is still to come.
func (m *model) remindLater(c *contact, number int) {
	for _, at := range c.remindAt {
		if !at.After(m.now) {
			continue
		}
		if soonest := m.now.Add(dueAhead); at.Before(soonest) {
			at = soonest
		}
		minute := at.Truncate(time.Minute)
		if !minute.Equal(at) {
			minute = minute.Add(time.Minute)
		}
		m.due = append(m.due, reminder{letter{kind: reminderMail, of: c, who: c.who, generation: c.generation, number: number}, minute})
		return
	}
}

// standsFor says whether a mail is of the invitation as it is now.
func (m *model) standsFor(l letter) bool {
	return l.of.who == l.who && l.of.generation == l.generation && m.pending(l.of)
}

// remind looks at what is due by now.
func (m *model) remind() {
	all := m.due
	m.due = nil
	for _, d := range all {
		switch {
		case d.minute.After(m.now):
			m.due = append(m.due, d)
		case m.standsFor(d.letter) && d.number <= len(d.of.remindAt):
			m.waiting = append(m.waiting, d.letter)
			m.remindLater(d.of, d.number+1)
		}
	}
}

// leave lets the mails leave that still hold.
func (m *model) leave() {
	all := m.waiting
	m.waiting = nil
	for _, l := range all {
		c := l.of
		switch {
		case l.kind == addedMail:
			if c.state == accepted && !c.removed && l.who.closed == "" {
				m.arrived = append(m.arrived, l)
			}
		case !m.standsFor(l):
		case l.who.closed != "":
			c.become(bounced)
		default:
			m.arrived = append(m.arrived, l)
			if c.state == queued {
				c.become(sent)
			}
		}
	}
}

// told is what SES says of a mail that left.
func (m *model) told(l letter, what string) {
	if c := l.of; c.who == l.who && c.generation == l.generation && c.waits() && !c.removed {
		c.become(bounced)
	}
	if l.who.closed == "" || what == complaint {
		l.who.closed = what
	}
}

// inviteAll does the jobs: who was not invited yet is invited.
func (m *model) inviteAll() {
	all := m.all
	m.all = nil
	for _, in := range all {
		for _, c := range m.contacts {
			if c.in == in && c.state == none {
				m.invite(c)
			}
		}
	}
}

// correct makes the contact the person of another address, or of the same.
func (m *model) correct(c *contact, to *account) {
	if c.who == to {
		to.closed = "" // whoever corrects says that mail arrives there again
	} else {
		c.former, c.moving = append(c.former, c.who), c.inProject
	}
	c.who = to
	m.invite(c)
}

func (m *model) accept(c *contact, password string) {
	c.become(accepted)
	c.accepted++
	if !c.who.confirmed {
		c.who.confirmed, c.who.password = true, password
	}
}
