//go:build engine

package worlds

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"pgregory.net/rapid"

	"foyer/infra/guards/proof"
	"foyer/shared/api"
	"foyer/shared/table"
)

// viewer is from where one looks: somebody, or a member who looks at the project
// as a given client does.
type viewer struct {
	who *person
	as  string // the client whose view a preview shows
}

// visit is one question of a sweep; a list is followed to its last page.
type visit struct {
	request
	query url.Values
	limit string // of a list
	again bool   // with the entity tag that the first answer had
}

// sweep asks everything that a client or a stranger can ask now, in both worlds.
// Nothing of it changes anything.
func (r *run) sweep(rt *rapid.T) {
	rt.Helper()
	r.since = 0
	r.stats.sweeps++
	r.sweeps++
	plan := r.plan(rt)
	var answers [2][]answer
	r.atOnce(func(which int) {
		s := r.sides[which]
		s.memory.Look(true)
		for _, v := range plan {
			answers[which] = append(answers[which], s.follow(which, v)...)
			if wrote := s.memory.Wrote(); len(wrote) > 0 {
				r.t.Fatalf("a sweep changes something: %s makes the calls %v", v.line(), wrote)
			}
		}
		s.memory.Look(false)
	})
	r.compared(answers[plain]...)
	r.report(rt, differences(answers[plain], answers[secret]))
}

// pagesMost is how many pages a list is followed, in case it never ends.
const pagesMost = 500

// follow asks, and goes on to the last page.
func (s *side) follow(which int, v visit) []answer {
	var out []answer
	query := v.query
	if v.limit != "" {
		query = with(query, "limit", v.limit)
	}
	for range pagesMost {
		q := v.request
		if len(query) > 0 {
			q.target += "?" + query.Encode()
		}
		got := s.ask(which, q)
		out = append(out, got)
		if tag := headerOf(got, "Etag"); v.again && tag != "" {
			q.headers = map[string]string{"If-None-Match": tag}
			out = append(out, s.ask(which, q))
		}
		next := got.get("next")
		if v.limit == "" || next == "" {
			return out
		}
		query = with(query, "cursor", next)
	}
	return out
}

// limits are the sizes of pages that a list is read in: each in its turn, unless there
// is time.
func (r *run) limits(n int) []string {
	all := []string{"1", "2", "100"}
	if proof.Deep() {
		return all
	}
	return all[(n+r.sweeps)%len(all):][:1]
}

// plan is what a sweep asks.
func (r *run) plan(rt *rapid.T) []visit {
	all, err := operations()
	if err != nil {
		rt.Fatal(err)
	}
	var out []visit
	viewers := r.viewers()
	for n, v := range viewers {
		for m, o := range all {
			if !o.reachable() && !proof.Deep() && (n+m+r.sweeps)%staffTurns > 0 {
				continue
			}
			if v.as != "" && (o.Access != api.ClientsOfProject || o.Method != http.MethodGet) {
				continue
			}
			out = append(out, r.visits(rt, v, o)...)
		}
	}
	return append(out, r.probes()...)
}

// staffTurns is in how many sweeps each viewer has asked once for all that no client is
// let in to, unless there is time.
const staffTurns = 8

// viewers are the clients of the workspace who have a session (with access or
// without), a member who looks as one of them, and a stranger.
func (r *run) viewers() []viewer {
	out := []viewer{{}}
	for _, c := range r.clients {
		if c.session[plain] != "" {
			out = append(out, viewer{who: c.person})
		}
	}
	return append(out, viewer{who: r.ann, as: r.clients[0].id})
}

// visits are the questions of one viewer to one operation.
func (r *run) visits(rt *rapid.T, v viewer, o operation) []visit {
	var out []visit
	for n, at := range r.targets(rt, v, o) {
		base := visit{request: request{op: o.ID, who: v.who, method: o.Method, target: at.path, headers: o.headersOf(), body: o.sample.Body}}
		if o.Method != http.MethodGet {
			out = append(out, o.refused(base)...)
			continue
		}
		base.again = n == 0
		for _, view := range o.views() {
			one := base
			if one.query = view; v.as != "" {
				one.query = with(view, "as", v.as)
			}
			if o.takes("cursor") && at.there {
				for _, one.limit = range r.limits(len(out)) {
					out = append(out, one)
				}
				continue
			}
			if out = append(out, one); !at.there {
				break // refused whatever it asks for
			}
		}
		if n > 0 || v.as != "" || v.who != r.clients[0].person || !o.reachable() {
			continue
		}
		for _, fault := range o.faults() {
			one := base
			one.query = fault
			out = append(out, one)
		}
		out = append(out, r.asOthers(base, o)...)
	}
	return out
}

// refused is a change that is refused after the caller was let in, before anything
// is done: by a parameter that nothing has, and by a body that is no JSON.
func (o operation) refused(base visit) []visit {
	unknown := base
	unknown.query = url.Values{"unknown": {"1"}}
	if base.body == "" || !o.reachable() {
		return []visit{unknown}
	}
	base.body = "{"
	return []visit{unknown, base}
}

// asOthers are the previews that a client tries, of themselves and of others.
func (r *run) asOthers(base visit, o operation) []visit {
	if !o.takes("as") {
		return nil
	}
	var out []visit
	for _, as := range slices.Concat([]string{r.clients[0].id, r.absent("person")}, last(r.hidden.persons, 1)) {
		one := base
		one.query = with(o.views()[0], "as", as)
		out = append(out, one)
	}
	return out
}

// target is a path; there says whether a viewer may be shown something at it.
type target struct {
	path  string
	there bool
}

// targets are the paths of an operation: with what there is in both worlds, with
// what only one of them has, and with what neither has. Whoever is not let in
// whatever they name asks at one of each; of those, all but Carl at what is secret.
func (r *run) targets(rt *rapid.T, v viewer, o operation) []target {
	if len(o.path) == 0 {
		return []target{{o.Path, o.reachable()}}
	}
	var out []target
	fill := func(name, id string, there bool) {
		path := o.Path
		for _, p := range o.path {
			value := r.ids(rt, p)[0]
			if p == name {
				value = id
			}
			path = strings.ReplaceAll(path, "{"+p+"}", value)
		}
		if !slices.ContainsFunc(out, func(t target) bool { return t.path == path }) {
			out = append(out, target{path, there})
		}
	}
	all := o.reachable() && v.who != nil && o.Method == http.MethodGet
	for _, name := range o.path {
		for n, id := range r.ids(rt, name) {
			if all || n == 0 && (o.reachable() || v.who == nil || v.who == r.clients[0].person) {
				fill(name, id, o.reachable())
			}
		}
		if v.who == nil && !o.reachable() {
			continue // a 401 whatever they name
		}
		for _, id := range r.hiddenIDs(name) {
			fill(name, id, false)
		}
		fill(name, r.absent(name), false)
	}
	// What is secret, at its own place.
	if slices.Equal(o.path, []string{"project", "item"}) {
		for _, i := range last(r.hidden.items, 1) {
			out = append(out, target{strings.NewReplacer("{project}", i.project, "{item}", i.id).Replace(o.Path), false})
		}
	}
	return out
}

// ids are what a path's parameter can name in both worlds; the first is asked most.
func (r *run) ids(rt *rapid.T, name string) []string {
	var out []string
	switch name {
	case "workspace":
		return []string{r.workspace}
	case "project":
		return r.projects
	case "company":
		return []string{r.clients[0].company}
	case "contact", "person":
		for _, c := range r.clients {
			out = append(out, map[string]string{"contact": c.contact, "person": c.id}[name])
		}
		return out
	case "item":
		for _, i := range slices.Concat(r.those(true), r.those(false)) {
			out = append(out, i.id)
		}
		return append(out, r.absent("item"))
	case "job", "import":
		return []string{r.absent(name)} // none is a client's
	case "token":
		for _, c := range r.waiting() {
			out = append(out, c.token)
		}
		return append(out, r.used[0])
	}
	rt.Fatalf("a path has {%s}: say in run.ids, run.hiddenIDs and run.absent what that can be", name)
	return nil
}

// hiddenIDs are what a path's parameter can name in one world only: the newest.
func (r *run) hiddenIDs(name string) []string {
	var out []string
	switch name {
	case "workspace":
		out = r.hidden.workspaces
	case "project":
		out = r.hidden.projects
	case "company":
		out = r.hidden.companies
	case "person":
		out = r.hidden.persons
	case "job":
		out = r.hidden.jobs
	case "import":
		out = r.hidden.imports
	case "contact":
		out = slices.Clone(r.hidden.contacts)
		for _, c := range r.hidden.clients {
			out = append(out, c.contact)
		}
	case "item":
		for _, i := range r.hidden.items {
			out = append(out, i.id)
		}
	case "token": // whoever has one may see what it opens
	}
	return last(out, 1)
}

func last[T any](all []T, n int) []T { return all[max(0, len(all)-n):] }

// absent is an id that names nothing, in any world.
func (r *run) absent(name string) string {
	const ulid = "7ZZZZZZZZZZZZZZZZZZZZZZZZZ"
	switch name {
	case "project":
		return "prj_" + strings.TrimPrefix(r.workspace, "wks_") + ulid
	case "token":
		return strings.Repeat("x", 43)
	}
	return map[string]string{"workspace": "wks_", "company": "com_", "contact": "con_", "person": "per_", "item": "msg_", "job": "job_", "import": "imp_"}[name] + ulid
}

// probes are questions that no rule makes: what is secret, guessed at elsewhere
// than in a path.
func (r *run) probes() []visit {
	source := fmt.Sprintf("198.51.%d.%d", r.sweeps>>8&255, r.sweeps&255) // each sweep another's: attempts are limited
	signIn := func(email string) visit {
		return visit{request: request{op: "sessions-create", source: source, method: http.MethodPost, target: "/v1/sessions", body: body(fields{"email": email, "password": "Wrong-Horse-7"})}}
	}
	carl := r.clients[0]
	out := []visit{signIn(fmt.Sprintf("nobody-%d@umbrella.example", r.number))}
	for _, c := range last(r.hidden.clients, 2) {
		out = append(out, signIn(c.email))
	}
	for _, p := range slices.Concat(last(r.hidden.projects, 1), []string{r.absent("project")}) {
		out = append(out, visit{request: request{op: "settings-put", who: carl.person, method: http.MethodPut, target: "/v1/me/notification-settings",
			headers: map[string]string{"If-Match": "*"}, body: body(fields{"projects": fields{p: "all"}})}})
	}
	// A cursor is bound and not secret: a client can make one at any place.
	for _, i := range last(r.hidden.items, 2) {
		kind := ""
		for _, k := range kinds {
			if prefix, _ := table.ItemPrefix(k); strings.HasPrefix(i.id, prefix) {
				kind = k
			}
		}
		c := &api.Call{Operation: "portal-items-list", Viewer: carl.id, Workspace: r.workspace, Project: r.projects[0]}
		c.ListOf(kind)
		out = append(out, visit{request: request{op: c.Operation, who: carl.person, method: http.MethodGet, target: "/v1/portal/projects/" + r.projects[0] + "/items"},
			query: url.Values{"kind": {kind}, "cursor": {c.Cursor(i.id)}}, limit: fmt.Sprint(1)})
	}
	return out
}
