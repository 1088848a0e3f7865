//go:build engine

package worlds

import (
	"fmt"
	"net/http"
	"time"

	"pgregory.net/rapid"

	"foyer/infra/guards/machine"
	"foyer/shared/due"
	"foyer/shared/foyertest"
	"foyer/shared/table"
)

// titles are those of public and of secret items: that a secret one has the title
// of a public one must not show either.
var titles = []string{"Kick-off", "Design of the home page", "Invoice", "Räume & <Zeiten>"}

var kinds = []string{table.ItemMessage, table.ItemFile, table.ItemTask, table.ItemEvent}

// publicSteps are what clients do, and what members do that clients may see.
var publicSteps = []step{
	{name: "share a new item", operations: []string{"items-create"}, do: func(r *run, rt *rapid.T) bool {
		return r.newItem(rt, fields{"clientCanSee": true})
	}},
	{name: "make an item that may be shared later", operations: []string{"items-create"}, do: func(r *run, rt *rapid.T) bool {
		return r.newItem(rt, fields{"clientCanSee": false})
	}},
	{name: "assign a task to a client", operations: []string{"items-create"}, do: assignToClient},
	{name: "make an item twice with one key", operations: []string{"items-create"}, do: func(r *run, rt *rapid.T) bool {
		q := r.itemRequest(rt, fields{"clientCanSee": true}, "message", machine.OneOf(rt, "project", r.projects))
		r.made++
		q.headers = map[string]string{"Idempotency-Key": fmt.Sprint("key-", r.number, "-", r.made)}
		first := r.ask(rt, q)
		r.keep(first)
		return first.status == http.StatusCreated && r.ask(rt, q).get("id") == first.get("id")
	}},
	{name: "share an item", operations: []string{"items-visibility"}, visibility: true, do: func(r *run, rt *rapid.T) bool {
		return r.move(rt, machine.OneOf(rt, "private item", r.those(false)), true)
	}},
	{name: "take an item back", operations: []string{"items-visibility"}, visibility: true, do: func(r *run, rt *rapid.T) bool {
		return r.move(rt, machine.OneOf(rt, "shared item", r.those(true)), false)
	}},
	{name: "set an item's visibility as it is", operations: []string{"items-visibility"}, do: func(r *run, rt *rapid.T) bool {
		i := machine.OneOf(rt, "item", r.items)
		return r.move(rt, i, i.shared)
	}},
	{name: "one more project for Carl", operations: []string{"projects-create", "clients-add"}, do: func(r *run, rt *rapid.T) bool {
		if len(r.projects) > 1 || r.clients[0].removed {
			machine.Skip("has two, or no access")
		}
		p := r.project(rt, "Newsletter")
		done := r.add(rt, r.clients[0], "Globex", p).status == http.StatusCreated
		r.projects = append(r.projects, p)
		return done
	}},
	{name: "invite a client", operations: []string{"clients-add"}, do: func(r *run, rt *rapid.T) bool {
		if len(r.clients) > 6 {
			machine.Skip("clients enough")
		}
		company := rapid.SampledFrom([]string{"Globex", "initech ", "Hooli"}).Draw(rt, "company")
		return r.add(rt, r.stranger("Nina New"), company, r.projects[0]).status == http.StatusCreated
	}},
	{name: "add a client again", operations: []string{"clients-add"}, do: func(r *run, rt *rapid.T) bool {
		c := machine.OneOf(rt, "client", r.clients)
		company := rapid.SampledFrom([]string{"Globex", "Initech"}).Draw(rt, "company")
		return r.ask(rt, request{op: "clients-add", who: r.ann, method: "POST", target: "/v1/projects/" + r.projects[0] + "/clients",
			body: body(fields{"companyName": company, "name": c.name, "email": c.email})}).status == http.StatusOK
	}},
	{name: "look at an invitation", operations: []string{"invitations-view"}, do: func(r *run, rt *rapid.T) bool {
		c := machine.OneOf(rt, "invited client", r.waiting())
		return r.ask(rt, request{op: "invitations-view", method: "GET", target: "/v1/invitations/" + c.token}).status == http.StatusOK
	}},
	{name: "open an invitation", operations: []string{"invitations-open"}, do: func(r *run, rt *rapid.T) bool {
		c := machine.OneOf(rt, "invited client", r.waiting())
		return r.ask(rt, request{op: "invitations-open", method: "POST", target: "/v1/invitations/" + c.token + "/opening"}).status == http.StatusNoContent
	}},
	{name: "accept an invitation", operations: []string{"invitations-accept"}, do: acceptWithPassword},
	{name: "sign in", operations: []string{"sessions-create"}, do: func(r *run, rt *rapid.T) bool {
		c := machine.OneOf(rt, "client with a password", machine.Where(r.clients, func(c *client) bool { return c.cognito }))
		return r.signIn(rt, c, foyertest.Password) == http.StatusCreated
	}},
	{name: "sign in with a wrong password", operations: []string{"sessions-create"}, do: func(r *run, rt *rapid.T) bool {
		return r.signIn(rt, machine.OneOf(rt, "client", r.clients), "Wrong-Horse-7") == http.StatusUnauthorized
	}},
	{name: "sign out", operations: []string{"sessions-end"}, do: func(r *run, rt *rapid.T) bool {
		c := machine.OneOf(rt, "client who can sign in again", machine.Where(r.clients, func(c *client) bool { return c.cognito && c.session[plain] != "" }))
		return r.ask(rt, request{op: "sessions-end", who: c.person, method: "DELETE", target: "/v1/sessions"}).status == http.StatusNoContent
	}},
	{name: "change a client's settings", operations: []string{"settings-put"}, do: changeSettings},
	{name: "take a client's access away", operations: []string{"access-remove"}, visibility: true, do: func(r *run, rt *rapid.T) bool {
		c := machine.OneOf(rt, "client with access", machine.Where(r.clients, func(c *client) bool { return !c.removed }))
		c.removed = true
		return r.access(rt, c, "access-remove", "DELETE")
	}},
	{name: "give a client's access back", operations: []string{"access-restore"}, visibility: true, do: func(r *run, rt *rapid.T) bool {
		c := machine.OneOf(rt, "removed client", machine.Where(r.clients, func(c *client) bool { return c.removed }))
		c.removed = false
		return r.access(rt, c, "access-restore", "PUT")
	}},
	{name: "archive a company and bring it back", operations: []string{"companies-archive", "companies-unarchive"}, visibility: true, do: func(r *run, rt *rapid.T) bool {
		at := r.companies("/" + machine.OneOf(rt, "client", r.clients).company + "/archive")
		gone := r.ask(rt, request{op: "companies-archive", who: r.ann, method: "PUT", target: at}).status
		r.settle(rt)
		r.sweep(rt)
		return r.ask(rt, request{op: "companies-unarchive", who: r.ann, method: "DELETE", target: at}).status == gone && gone == http.StatusOK
	}},
	{name: "the invitation mail changes", operations: []string{"invitation-template-put"}, do: func(r *run, rt *rapid.T) bool {
		r.made++
		template := fields{"subject": fmt.Sprint("{{workspaceName}} {{invitedTo}} ", r.made), "html": `<p>{{contactName}} of {{companyName}}, {{note}}, {{expires}}</p><a href="{{link}}">Accept</a>`, "language": rapid.SampledFrom([]string{"de", "en"}).Draw(rt, "language")}
		return r.ask(rt, request{op: "invitation-template-put", who: r.ann, method: "PUT", target: "/v1/workspaces/" + r.workspace + "/invitation-template", headers: map[string]string{"If-Match": "*"}, body: body(template)}).status == http.StatusOK
	}},
	{name: "the invitation mail is the default again", operations: []string{"invitation-template-reset"}, do: func(r *run, rt *rapid.T) bool {
		return r.ask(rt, request{op: "invitation-template-reset", who: r.ann, method: "DELETE", target: "/v1/workspaces/" + r.workspace + "/invitation-template"}).status == http.StatusNoContent
	}},
	{name: "the workspace has another name, and its portal needs a licence for a while", operations: []string{"workspaces-update"}, visibility: true, do: func(r *run, rt *rapid.T) bool {
		set := func(f fields) bool {
			return r.ask(rt, request{op: "workspaces-update", who: r.ann, method: "PATCH", target: "/v1/workspaces/" + r.workspace, headers: map[string]string{"If-Match": "*"}, body: body(f)}).status == http.StatusOK
		}
		done := set(fields{"name": rapid.SampledFrom([]string{"Acme Agency", "Acme & Co"}).Draw(rt, "name"), "portalNeedsLicence": true})
		r.settle(rt)
		r.sweep(rt)
		return set(fields{"portalNeedsLicence": false}) && done
	}},
	{name: "reminders fall due", do: func(r *run, rt *rapid.T) bool {
		if len(r.waiting()) == 0 && !r.later {
			machine.Skip("nobody to remind, and nobody for whom mail may wait")
		}
		r.later = false
		before := r.stats.mails
		r.tick(reminder)
		r.atOnce(func(which int) {
			if err := r.sides[which].RunDue(); err != nil {
				r.t.Fatalf("%s: %v", due.ID, err)
			}
		})
		r.settle(rt)
		return r.stats.mails > before
	}},
	{name: "another agency signs up", operations: []string{"workspaces-create"}, do: func(r *run, rt *rapid.T) bool {
		return r.signUp(rt, r.stranger("Nora Newcomer").email) == http.StatusCreated
	}},
	{name: "an agency signs up with an address that is known in secret", operations: []string{"workspaces-create"}, do: func(r *run, rt *rapid.T) bool {
		return r.signUp(rt, machine.OneOf(rt, "secret client", r.hidden.clients).email) == http.StatusCreated
	}},
}

func (r *run) itemRequest(rt *rapid.T, more fields, kind, project string) request {
	f := fields{"kind": kind, "title": rapid.SampledFrom(titles).Draw(rt, "title"), "text": "As we said: @Carl Client, please look."}
	if kind == table.ItemEvent {
		f["start"] = r.now.Add(48 * time.Hour)
	}
	for name, value := range more {
		f[name] = value
	}
	author := r.ann
	if project == r.projects[0] && rapid.Bool().Draw(rt, "Mia makes it") {
		author = r.mia
	}
	return request{op: "items-create", who: author, method: "POST", target: "/v1/projects/" + project + "/items", body: body(f)}
}

func (r *run) newItem(rt *rapid.T, more fields) bool {
	return r.keep(r.ask(rt, r.itemRequest(rt, more, rapid.SampledFrom(kinds).Draw(rt, "kind"), machine.OneOf(rt, "project", r.projects))))
}

// keep notes the item that an answer made.
func (r *run) keep(a answer) bool {
	if a.status != http.StatusCreated {
		return false
	}
	id := a.get("id")
	for _, i := range r.items {
		if i.id == id {
			return true // made before, with the same key
		}
	}
	r.items = append(r.items, item{id: r.names.call(id, "item"), project: projectIn(a.target), shared: a.flag("clientCanSee")})
	return true
}

func assignToClient(r *run, rt *rapid.T) bool {
	c := machine.OneOf(rt, "client", r.clients)
	f := fields{"assignee": c.id, "due": r.now.Add(24 * time.Hour)}
	if ask := rapid.SampledFrom([]string{"", "feedback", "approval"}).Draw(rt, "ask"); ask != "" {
		f["ask"] = ask
	}
	return r.keep(r.ask(rt, r.itemRequest(rt, f, table.ItemTask, machine.OneOf(rt, "project of the client", c.projects))))
}

// those are the items that are shared, or those that are private, in both worlds.
func (r *run) those(shared bool) []item {
	return machine.Where(r.items, func(i item) bool { return i.shared == shared })
}

func (r *run) move(rt *rapid.T, i item, share bool) bool {
	a := r.ask(rt, request{op: "items-visibility", who: r.ann, method: "PUT", target: "/v1/projects/" + i.project + "/items/" + i.id + "/visibility", body: body(fields{"clientCanSee": share})})
	for n := range r.items {
		if r.items[n].id == i.id && a.status == http.StatusOK {
			r.items[n].shared = share
		}
	}
	return a.status == http.StatusOK
}

// waiting are the clients who have an invitation's mail and have not accepted.
func (r *run) waiting() []*client {
	return machine.Where(r.clients, func(c *client) bool { return c.token != "" && !c.accepted })
}

func acceptWithPassword(r *run, rt *rapid.T) bool {
	c := machine.OneOf(rt, "invited client", r.waiting())
	password := rapid.SampledFrom([]string{foyertest.Password, foyertest.Password, "short"}).Draw(rt, "password")
	a := r.ask(rt, request{op: "invitations-accept", method: "POST", target: "/v1/invitations/" + c.token + "/acceptance", body: body(fields{"password": password})})
	if a.status != http.StatusOK {
		return false
	}
	r.used = append(r.used, c.token)
	c.accepted, c.cognito, c.token = true, true, ""
	return r.signIn(rt, c, foyertest.Password) == http.StatusCreated
}

func (r *run) signIn(rt *rapid.T, c *client, password string) int {
	return r.ask(rt, request{op: "sessions-create", who: c.person, method: "POST", target: "/v1/sessions", body: body(fields{"email": c.email, "password": password})}).status
}

func (r *run) signUp(rt *rapid.T, email string) int {
	return r.ask(rt, request{op: "workspaces-create", method: "POST", target: "/v1/workspaces", body: body(fields{"name": "Next Agency", "ownerName": "Nora Newcomer", "ownerEmail": email})}).status
}

func changeSettings(r *run, rt *rapid.T) bool {
	c := machine.OneOf(rt, "client with a session", machine.Where(r.clients, func(c *client) bool { return c.session[plain] != "" }))
	level := rapid.SampledFrom([]string{"all", "limited", "none"}).Draw(rt, "level")
	projects := fields{}
	if rapid.Bool().Draw(rt, "for the project") {
		projects[c.projects[0]] = rapid.SampledFrom([]string{"all", "limited", "none"}).Draw(rt, "level in the project")
	}
	const target = "/v1/me/notification-settings"
	tag := headerOf(r.ask(rt, request{op: "settings-get", who: c.person, method: "GET", target: target}), "Etag")
	chosen := fields{"level": level, "projects": projects, "timeZone": "UTC"}
	// What waits comes with the reminders, so that what is hidden can show there as well.
	switch soon := r.now.UTC().Add(reminder).Format("15:04"); rapid.IntRange(0, 3).Draw(rt, "when") {
	case 0:
		chosen["digest"], r.later = soon, true
	case 1:
		r.later = true
		chosen["quietHours"] = fields{"from": r.now.UTC().Format("15:04"), "to": soon}
	}
	return r.ask(rt, request{op: "settings-put", who: c.person, method: "PUT", target: target, headers: map[string]string{"If-Match": tag}, body: body(chosen)}).status == http.StatusOK
}

func (r *run) access(rt *rapid.T, c *client, op, method string) bool {
	return r.ask(rt, request{op: op, who: r.ann, method: method, target: "/v1/workspaces/" + r.workspace + "/contacts/" + c.contact + "/access"}).status == http.StatusNoContent
}
