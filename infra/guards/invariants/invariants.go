// Package invariants says what a whole table must agree with itself on: markers with
// what they mark, pointers with what they point to, counters with what they count,
// two copies of one state, a change with its record; no orphan, and no item in two
// realms. A row of a kind that is not stated in kinds.go is reported: say there
// what it must agree with.
//
// The statement is the table's own rules (DESIGN.md) once more, and shares no code
// with the operations that keep them, but for keys, rows and the folding of names.
package invariants

import (
	"cmp"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"foyer/shared/table"
)

// Rows is every row of a table.
type Rows map[table.Key]table.Item

// Broken is what does not hold, one sentence each, in order; none: all is whole.
func Broken(rows Rows) []string {
	c := &checker{rows: rows, of: map[string][]place{}}
	for key := range rows {
		k, ids, ok := kindOf(key)
		if !ok {
			c.fail(key, "is of no known kind: say in infra/guards/invariants/kinds.go what this row must agree with")
			continue
		}
		c.of[k.name] = append(c.of[k.name], place{key: key, ids: ids})
	}
	c.gather()
	for _, k := range kinds {
		for _, at := range c.of[k.name] {
			k.agrees(c, at)
		}
	}
	slices.Sort(c.broken)
	return c.broken
}

// Kind is the kind of the row at the key, as kinds.go names it.
func Kind(key table.Key) string {
	if k, _, ok := kindOf(key); ok {
		return k.name
	}
	return "unknown " + key.String()
}

// Changes are the kinds of the rows that were added (+), removed (-) and changed
// (~) between two states of a table, in order: what an effect is, ids apart.
func Changes(before, after Rows) []string {
	var out []string
	for key, item := range after {
		switch was, ok := before[key]; {
		case !ok:
			out = append(out, "+ "+Kind(key))
		case !reflect.DeepEqual(was, item):
			out = append(out, "~ "+Kind(key))
		}
	}
	for key := range before {
		if _, ok := after[key]; !ok {
			out = append(out, "- "+Kind(key))
		}
	}
	slices.Sort(out)
	return out
}

// checker goes over one state of a table.
type checker struct {
	rows   Rows
	of     map[string][]place // kind → rows
	broken []string

	changes map[string][]table.ActivityRow // activities by what they are of: see changeKey
	invited map[string][]string            // account → the states of its invitations
	owned   map[string]bool                // workspaces that have an owner
	ids     map[string]bool                // of what requests make

	erasedAnywhere map[string]bool // contacts who were erased
}

// place is a row's key, and the ids in it by the names of kinds.go.
type place struct {
	key table.Key
	ids map[string]string
}

func (c *checker) fail(key table.Key, format string, args ...any) {
	c.broken = append(c.broken, fmt.Sprintf("%s (%s): ", Kind(key), key)+fmt.Sprintf(format, args...))
}

// want reports the row at the key unless it is so.
func (c *checker) want(key table.Key, so bool, format string, args ...any) {
	if !so {
		c.fail(key, format, args...)
	}
}

// same reports the row unless two copies of one thing are the same.
func same[T comparable](c *checker, key table.Key, what string, got, want T) {
	if got != want {
		c.fail(key, "%s is %v, should be %v", what, got, want)
	}
}

// look gives the row at the key if it is there.
func look[R any](c *checker, key table.Key) (row R, found bool) {
	item, ok := c.rows[key]
	if !ok {
		return row, false
	}
	row, err := read[R](item)
	if err != nil {
		c.fail(key, "cannot be read as a %T: %v", row, err)
	}
	return row, err == nil
}

// needs is look, and reports the row of which the other is a part if it is absent.
func needs[R any](c *checker, of, key table.Key) (R, bool) {
	row, found := look[R](c, key)
	if _, there := c.rows[key]; !there {
		c.fail(of, "there is no %s at %s", Kind(key), key)
	}
	return row, found
}

// has says whether there is a row at the key, and reports where there is none.
func (c *checker) has(of, key table.Key) bool {
	_, there := c.rows[key]
	c.want(of, there, "there is no %s at %s", Kind(key), key)
	return there
}

// gather indexes what several rules ask for.
func (c *checker) gather() {
	c.erasedAnywhere = map[string]bool{}
	c.changes, c.invited, c.owned, c.ids = map[string][]table.ActivityRow{}, map[string][]string{}, map[string]bool{}, map[string]bool{}
	for _, kind := range []string{kindWorkspaceActivity, kindTeamProjectActivity, kindClientProjectActivity} {
		for _, at := range c.of[kind] {
			if a, ok := look[table.ActivityRow](c, at.key); ok {
				about := changeKey(a.Type, a.Workspace, a.Project, aboutOf(a))
				c.changes[about] = append(c.changes[about], a)
				if a.Type == table.ActivityContactErased {
					c.erasedAnywhere[a.Subject] = true
				}
			}
		}
	}
	for _, at := range c.of["Invitation"] {
		if i, ok := look[table.InvitationRow](c, at.key); ok {
			c.invited[at.ids["person"]] = append(c.invited[at.ids["person"]], i.State)
		}
	}
	for _, at := range c.of["Member"] {
		if m, ok := look[table.MemberRow](c, at.key); ok && m.Role == table.RoleOwner {
			c.owned[at.ids["w"]] = true
		}
	}
	for kind, name := range resultKinds {
		for _, at := range c.of[kind] {
			c.ids[at.ids[name]] = true
		}
	}
}

// aboutOf is what in its workspace or project an activity is of; of the workspace
// and the project themselves it is empty.
func aboutOf(a table.ActivityRow) string {
	switch a.Type {
	case table.ActivityWorkspaceCreated, table.ActivityProjectCreated:
		return ""
	}
	return cmp.Or(a.Item, a.Subject)
}

// changeKey is what an activity is of: its type, where, and the item or subject.
func changeKey(kind, workspace, project, about string) string {
	return strings.Join([]string{kind, workspace, project, about}, " ")
}

// recorded is how often the change was recorded.
func (c *checker) recorded(kind, workspace, project, about string) int {
	return len(c.changes[changeKey(kind, workspace, project, about)])
}

// once reports the row unless the change that made it was recorded exactly once.
func (c *checker) once(key table.Key, kind, workspace, project, about string) {
	if n := c.recorded(kind, workspace, project, about); n != 1 {
		c.fail(key, "%q is recorded %d times, should be once", kind, n)
	}
}

// Known are the kinds that are stated, in order.
func Known() []string {
	names := map[string]bool{}
	for _, k := range kinds {
		names[k.name] = true
	}
	return slices.Sorted(maps.Keys(names))
}
