package invariants

import (
	"slices"
	"strings"

	"foyer/shared/table"
)

// erased says whether that is a contact who was erased: nothing of theirs is there, and
// what is recorded of them stays.
func (c *checker) erased(w, contact string) bool {
	return contact != "" && c.recorded(table.ActivityContactErased, w, "", contact) > 0
}

// erasedIn is how many contacts of the workspace were erased.
func (c *checker) erasedIn(w string) (n int) {
	for contact := range c.erasedAnywhere {
		if c.erased(w, contact) {
			n++
		}
	}
	return n
}

// erasures are the jobs of contacts who were erased; of that person, unless it is empty,
// and that workspace likewise.
func (c *checker) erasures(w, person string) (all []table.JobRow) {
	for _, at := range c.of["Job"] {
		row, _ := look[table.JobRow](c, at.key)
		if row.Kind == "contacts-delete" && (w == "" || row.Workspace == w) && (person == "" || slices.Contains(strings.Fields(row.About["persons"]), person)) {
			all = append(all, row)
		}
	}
	return all
}

// erasing says whether the person was erased as a contact of the workspace, and what
// follows from that is not done yet.
func (c *checker) erasing(w, person string) bool {
	return slices.ContainsFunc(c.erasures(w, person), func(row table.JobRow) bool { return row.State != table.JobDone })
}

// subject reports an activity whose contact, or member's invitation, is nowhere.
func (c *checker) subject(of table.Key, w, subject string) {
	if !c.erased(w, subject) {
		c.has(of, subjectKey(w, subject))
	}
}

// account reports what is of a person who has no account, unless it has ended: with the
// last invitation, where nobody had accepted it.
func (c *checker) account(of table.Key, person string) {
	if len(c.erasures("", person)) == 0 || len(c.invited[person]) > 0 {
		c.has(of, table.Account(person))
	}
}

// erasure is a contact of whom nothing is left once the job is done.
func erasure(c *checker, at place, row table.JobRow) {
	w, id, persons := at.ids["w"], row.About["contact"], strings.Fields(row.About["persons"])
	c.want(at.key, c.erased(w, id), "is of nobody who was erased")
	same(c, at.key, "file", row.Result, "")
	c.want(at.key, len(persons) > 0, "is of no person")
	for _, p := range persons {
		c.account(at.key, p)
		if row.State == table.JobDone {
			_, there := c.rows[table.Invitation(p, w, id)]
			c.want(at.key, !there, "is done, and there is an invitation of %s", p)
		}
	}
	for _, kind := range []string{"Project", "TeamPerson"} {
		for _, one := range c.of[kind] {
			of, _ := look[table.TeamPersonRow](c, one.key) // the person's own row has a contact too
			c.want(at.key, of.Contact != id || row.State != table.JobDone, "is done, and there is %s", one.key)
		}
	}
}
