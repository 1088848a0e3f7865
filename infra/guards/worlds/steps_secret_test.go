//go:build engine

package worlds

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"pgregory.net/rapid"

	"foyer/infra/guards/machine"
	"foyer/shared/foyertest"
	"foyer/shared/mailevents"
	"foyer/shared/table"
)

// secretSteps happen in one world only. Nobody of r.clients may notice any of them.
var secretSteps = []step{
	{name: "secretly make a private item", operations: []string{"items-create"}, do: func(r *run, rt *rapid.T) bool {
		return r.hide(rt, fields{"clientCanSee": false})
	}},
	{name: "secretly make ten private items", operations: []string{"items-create"}, do: func(r *run, rt *rapid.T) bool {
		if len(r.hidden.items) > 15 {
			machine.Skip("there are many")
		}
		done := true
		for range 10 {
			done = r.hide(rt, nil) && done
		}
		return done
	}},
	{name: "secretly assign a task to a member", operations: []string{"items-create"}, do: func(r *run, rt *rapid.T) bool {
		q := r.itemRequest(rt, fields{"assignee": rapid.SampledFrom([]string{r.ann.id, r.mia.id}).Draw(rt, "assignee"), "due": r.now.Add(reminder)}, table.ItemTask, r.projects[0])
		return r.hid(r.privately(rt, q))
	}},
	{name: "secretly make an item twice with one key", operations: []string{"items-create"}, do: func(r *run, rt *rapid.T) bool {
		q := r.itemRequest(rt, nil, table.ItemFile, r.projects[0])
		r.made++
		q.headers = map[string]string{"Idempotency-Key": fmt.Sprint("secret-", r.number, "-", r.made)}
		first := r.privately(rt, q)
		return r.hid(first) && r.privately(rt, q).get("id") == first.get("id")
	}},
	{name: "secretly fail to make an item", operations: []string{"items-create"}, do: func(r *run, rt *rapid.T) bool {
		wrong := machine.OneOf(rt, "fault", []fields{{"assignee": r.absent("person")}, {"start": r.now}, {"title": ""}, {"ask": "approval"}})
		return r.privately(rt, r.itemRequest(rt, wrong, table.ItemTask, r.projects[0])).status == http.StatusUnprocessableEntity
	}},
	{name: "secretly set a private item's visibility as it is", operations: []string{"items-visibility"}, do: func(r *run, rt *rapid.T) bool {
		i := machine.OneOf(rt, "secret item", machine.Where(r.hidden.items, func(i item) bool { return !i.shared }))
		return r.privately(rt, request{op: "items-visibility", who: r.ann, method: "PUT", target: "/v1/projects/" + i.project + "/items/" + i.id + "/visibility", body: `{"clientCanSee":false}`}).status == http.StatusOK
	}},
	{name: "secretly make a project with a client of its own", operations: []string{"projects-create", "clients-add"}, do: secretProject},
	{name: "secretly share an item in a secret project", operations: []string{"items-create", "items-visibility"}, do: func(r *run, rt *rapid.T) bool {
		p := machine.OneOf(rt, "secret project", r.hidden.projects)
		a := r.privately(rt, r.itemRequest(rt, fields{"clientCanSee": false}, rapid.SampledFrom(kinds).Draw(rt, "kind"), p))
		if !r.hid(a) {
			return false
		}
		return r.privately(rt, request{op: "items-visibility", who: r.ann, method: "PUT", target: "/v1/projects/" + p + "/items/" + a.get("id") + "/visibility", body: `{"clientCanSee":true}`}).status == http.StatusOK
	}},
	{name: "a secret client accepts", operations: []string{"invitations-open", "invitations-accept", "sessions-create", "sessions-end"}, do: secretAcceptance},
	{name: "a secret client loses access", operations: []string{"access-remove"}, do: func(r *run, rt *rapid.T) bool {
		c := machine.OneOf(rt, "secret client with access", machine.Where(r.hidden.clients, func(c *client) bool { return !c.removed }))
		c.removed = true
		return r.privately(rt, request{op: "access-remove", who: r.ann, method: "DELETE", target: "/v1/workspaces/" + r.workspace + "/contacts/" + c.contact + "/access"}).status == http.StatusNoContent
	}},
	{name: "a secret client gets access back", operations: []string{"access-restore"}, do: func(r *run, rt *rapid.T) bool {
		c := machine.OneOf(rt, "secret client without access", machine.Where(r.hidden.clients, func(c *client) bool { return c.removed }))
		c.removed = false
		return r.privately(rt, request{op: "access-restore", who: r.ann, method: "PUT", target: "/v1/workspaces/" + r.workspace + "/contacts/" + c.contact + "/access"}).status == http.StatusNoContent
	}},
	{name: "a company comes in secret", operations: []string{"companies-create"}, do: func(r *run, rt *rapid.T) bool {
		name := rapid.SampledFrom([]string{"Umbrella", "Vandelay"}).Draw(rt, "name") // never one that is found by name in both worlds
		a := r.privately(rt, request{op: "companies-create", who: r.mia, method: "POST", target: r.companies(""), body: body(fields{"name": name})})
		if a.status == http.StatusCreated {
			r.hidden.companies = append(r.hidden.companies, r.names.call(a.get("id"), "secret company"))
		}
		return a.status == http.StatusCreated
	}},
	{name: "a secret company is renamed, archived and back", operations: []string{"companies-update", "companies-archive", "companies-unarchive"}, do: func(r *run, rt *rapid.T) bool {
		at := r.companies("/" + machine.OneOf(rt, "secret company", r.hidden.companies))
		name := rapid.SampledFrom([]string{"Umbrella", "Vandelay"}).Draw(rt, "name")
		return r.all(rt, request{op: "companies-update", who: r.mia, method: "PATCH", target: at, headers: map[string]string{"If-Match": "*"}, body: body(fields{"name": name})},
			request{op: "companies-archive", who: r.ann, method: "PUT", target: at + "/archive"},
			request{op: "companies-unarchive", who: r.ann, method: "DELETE", target: at + "/archive"})
	}},
	{name: "a secret company gets a licence and loses it", operations: []string{"subscription-update", "licences-grant", "licences-release"}, do: func(r *run, rt *rapid.T) bool {
		r.made++
		at := "/v1/workspaces/" + r.workspace
		of := at + "/licences/" + machine.OneOf(rt, "secret company", r.hidden.companies)
		return r.all(rt, request{op: "subscription-update", who: r.ann, method: "PUT", target: at + "/subscription", body: body(fields{"seats": 100 + r.made})},
			request{op: "licences-grant", who: r.ann, method: "PUT", target: of}, request{op: "licences-release", who: r.ann, method: "DELETE", target: of})
	}},
	{name: "a contact more in secret", operations: []string{"contacts-create", "contacts-update"}, do: func(r *run, rt *rapid.T) bool {
		company := machine.OneOf(rt, "company", append([]string{r.clients[0].company}, r.hidden.companies...))
		a := r.privately(rt, request{op: "contacts-create", who: r.mia, method: "POST", target: r.companies("/" + company + "/contacts"), body: body(fields{"name": "Carl Client", "email": r.secretAddress()})})
		if a.status != http.StatusCreated {
			return false
		}
		contact := r.names.call(a.get("id"), "secret contact")
		r.hidden.contacts = append(r.hidden.contacts, contact)
		return r.all(rt, request{op: "contacts-update", who: r.mia, method: "PATCH", target: "/v1/workspaces/" + r.workspace + "/contacts/" + contact,
			headers: map[string]string{"If-Match": "*"}, body: body(fields{"name": "Cora Changed", "email": r.secretAddress()})})
	}},
	{name: "a secret contact is invited, twice, and not any more", operations: []string{"invitations-send", "invitations-revoke"}, do: func(r *run, rt *rapid.T) bool {
		at := "/v1/workspaces/" + r.workspace + "/contacts/" + machine.OneOf(rt, "secret contact", r.hidden.contacts) + "/invitation"
		sent := request{op: "invitations-send", who: r.mia, method: "POST", target: at, body: `{"note":"Welcome."}`}
		a := r.privately(rt, sent)
		if a.status != http.StatusAccepted {
			return false
		}
		r.hidden.persons = append(r.hidden.persons, r.names.call(a.get("person"), "secret person"))
		return r.all(rt, sent, request{op: "invitations-revoke", who: r.mia, method: "DELETE", target: at})
	}},
	{name: "a secret contact whose mail came back is reached by another address", operations: []string{"address-corrected"}, do: func(r *run, rt *rapid.T) bool {
		email := r.secretAddress()
		made := r.privately(rt, request{op: "contacts-create", who: r.mia, method: "POST", target: r.companies("/" + machine.OneOf(rt, "secret company", r.hidden.companies) + "/contacts"), body: body(fields{"name": "Carl Client", "email": email})})
		if made.status != http.StatusCreated {
			return false
		}
		contact := r.names.call(made.get("id"), "secret contact")
		at := "/v1/workspaces/" + r.workspace + "/contacts/" + contact
		sent := r.privately(rt, request{op: "invitations-send", who: r.mia, method: "POST", target: at + "/invitation"})
		if sent.status != http.StatusAccepted {
			return false
		}
		r.hidden.contacts, r.hidden.persons = append(r.hidden.contacts, contact), append(r.hidden.persons, r.names.call(sent.get("person"), "secret person"))
		side, tx := r.sides[secret], &table.Tx{}
		mailevents.Bounced(side.Env(mailevents.ID), tx, side.Invitations(email, r.workspace)[0])
		if err := side.Table.Write(context.Background(), tx); err != nil {
			r.t.Fatal(err)
		}
		corrected := r.privately(rt, request{op: "address-corrected", who: r.mia, method: "POST", target: at + "/address-correction", body: body(fields{"email": r.secretAddress()})})
		if corrected.status == http.StatusAccepted {
			r.hidden.persons = append(r.hidden.persons, r.names.call(corrected.get("person"), "secret person"))
		}
		return corrected.status == http.StatusAccepted
	}},
	{name: "a secret contact is invited and erased", operations: []string{"contacts-delete"}, do: func(r *run, rt *rapid.T) bool {
		made := r.privately(rt, request{op: "contacts-create", who: r.mia, method: "POST", target: r.companies("/" + machine.OneOf(rt, "secret company", r.hidden.companies) + "/contacts"), body: body(fields{"name": "Carl Client", "email": r.secretAddress()})})
		if made.status != http.StatusCreated {
			return false
		}
		at := "/v1/workspaces/" + r.workspace + "/contacts/" + r.names.call(made.get("id"), "secret contact")
		sent := r.privately(rt, request{op: "invitations-send", who: r.mia, method: "POST", target: at + "/invitation"})
		if sent.status != http.StatusAccepted {
			return false
		}
		r.hidden.persons = append(r.hidden.persons, r.names.call(sent.get("person"), "secret person"))
		return r.privately(rt, request{op: "contacts-delete", who: r.ann, method: "DELETE", target: at}).status == http.StatusNoContent
	}},
	{name: "all of a secret company are invited", operations: []string{"invitations-send-all"}, do: func(r *run, rt *rapid.T) bool {
		a := r.privately(rt, request{op: "invitations-send-all", who: r.ann, method: "POST", target: r.companies("/" + machine.OneOf(rt, "secret company", r.hidden.companies) + "/invitations")})
		r.hidden.jobs = append(r.hidden.jobs, r.names.call(a.get("id"), "secret job"))
		return a.status == http.StatusAccepted
	}},
	{name: "the invitation mail is changed, looked at, tried and put back in secret", operations: []string{"invitation-template-put", "invitation-template-preview", "invitation-template-test"}, do: func(r *run, rt *rapid.T) bool {
		at, anyOne := "/v1/workspaces/"+r.workspace+"/invitation-template", map[string]string{"If-Match": "*"}
		before := r.privately(rt, request{op: "invitation-template-get", who: r.ann, method: "GET", target: at})
		done := before.status == http.StatusOK && r.all(rt,
			request{op: "invitation-template-put", who: r.ann, method: "PUT", target: at, headers: anyOne, body: body(fields{"subject": "Secret {{contactName}}", "html": `<a href="{{link}}">Secret</a>`, "language": "de"})},
			request{op: "invitation-template-preview", who: r.ann, method: "POST", target: at + "/preview"})
		tried := r.privately(rt, request{op: "invitation-template-test", who: r.ann, method: "POST", target: at + "/test"}).status
		putBack := request{op: "invitation-template-put", who: r.ann, method: "PUT", target: at, headers: anyOne, body: before.body}
		if strings.TrimSpace(before.body) == "{}" {
			putBack = request{op: "invitation-template-reset", who: r.ann, method: "DELETE", target: at}
		}
		back := r.all(rt, putBack)
		return done && back && (tried == http.StatusAccepted || tried == http.StatusTooManyRequests)
	}},
	{name: "the audit is exported", operations: []string{"audit-export"}, do: func(r *run, rt *rapid.T) bool {
		a := r.privately(rt, request{op: "audit-export", who: r.ann, method: "POST", target: "/v1/workspaces/" + r.workspace + "/audit/export", body: `{"format":"csv"}`})
		r.hidden.jobs = append(r.hidden.jobs, r.names.call(a.get("id"), "secret job"))
		return a.status == http.StatusAccepted
	}},
	{name: "the workspace is exported", operations: []string{"workspaces-export"}, do: func(r *run, rt *rapid.T) bool {
		a := r.privately(rt, request{op: "workspaces-export", who: r.ann, method: "POST", target: "/v1/workspaces/" + r.workspace + "/export"})
		r.hidden.jobs = append(r.hidden.jobs, r.names.call(a.get("id"), "secret job"))
		return a.status == http.StatusAccepted
	}},
	{name: "contacts are imported in secret", operations: []string{"imports-create", "imports-plan", "imports-apply"}, do: secretImport},
	{name: "another agency signs up in secret", operations: []string{"workspaces-create"}, do: func(r *run, rt *rapid.T) bool {
		a := r.privately(rt, request{op: "workspaces-create", method: "POST", target: "/v1/workspaces", body: body(fields{"name": "Acme Agency", "ownerName": "Sam Secret", "ownerEmail": r.secretAddress()})})
		if a.status == http.StatusCreated {
			r.hidden.workspaces = append(r.hidden.workspaces, r.names.call(a.get("id"), "secret workspace"))
		}
		return a.status == http.StatusCreated
	}},
	{name: "a member more in secret", do: func(r *run, rt *rapid.T) bool {
		r.made++
		p := r.newPerson("Max Member", "secret person")
		r.put(secret, append(p.rows(r.now), r.memberRows(p, "")...)...)
		r.hidden.persons = append(r.hidden.persons, p.id)
		return true
	}},
	{name: "a member is invited in secret, and removed", operations: []string{"members-invite", "members-update", "members-remove", "member-invitations-send", "member-invitations-revoke"}, do: secretMember},
	{name: "the settings of the workspace are chosen as they are", operations: []string{"workspaces-update"}, do: func(r *run, rt *rapid.T) bool {
		return r.privately(rt, request{op: "workspaces-update", who: r.ann, method: "PATCH", target: "/v1/workspaces/" + r.workspace, headers: map[string]string{"If-Match": "*"},
			body: body(fields{"invitationDays": 7})}).status == http.StatusOK
	}},
	{name: "members change their settings", operations: []string{"settings-put"}, do: func(r *run, rt *rapid.T) bool {
		who := machine.OneOf(rt, "member", []*person{r.ann, r.mia})
		level := rapid.SampledFrom([]string{"all", "limited", "none"}).Draw(rt, "level")
		return r.privately(rt, request{op: "settings-put", who: who, method: "PUT", target: "/v1/me/notification-settings", headers: map[string]string{"If-Match": "*"},
			body: body(fields{"level": level, "projects": fields{r.projects[0]: level}})}).status == http.StatusOK
	}},
	{name: "members look at everything", do: func(r *run, rt *rapid.T) bool {
		p, seen := r.projects[0], true
		for _, target := range []string{
			"/projects/" + p + "/items?kind=message&limit=100", "/projects/" + p + "/people", "/workspaces/" + r.workspace + "/notifications", "/me",
			"/portal/projects/" + p + "?as=" + r.clients[1].id, // a preview records nothing
		} {
			seen = r.privately(rt, request{op: "(a read)", who: r.ann, method: "GET", target: "/v1" + target}).status == http.StatusOK && seen
		}
		return seen || r.clients[1].removed
	}},
	{name: "a client looks for what is secret", do: func(r *run, rt *rapid.T) bool {
		i := machine.OneOf(rt, "secret item", r.hidden.items)
		return r.privately(rt, request{op: "portal-items-get", who: r.clients[0].person, method: "GET", target: "/v1/portal/projects/" + i.project + "/items/" + i.id}).status == http.StatusNotFound
	}},
	{name: "a scanner of mails fetches a link", do: func(r *run, rt *rapid.T) bool {
		c := machine.OneOf(rt, "invited client", r.waiting())
		return r.privately(rt, request{op: "invitations-view", method: "GET", target: "/v1/invitations/" + c.token}).status < http.StatusInternalServerError
	}},
	{name: "attempts to sign in fail", operations: []string{"sessions-create"}, do: func(r *run, rt *rapid.T) bool {
		addresses := []string{r.ann.email, r.secretAddress()}
		for _, c := range r.hidden.clients {
			addresses = append(addresses, c.email)
		}
		email := machine.OneOf(rt, "address", addresses)
		return r.privately(rt, request{op: "sessions-create", method: "POST", target: "/v1/sessions", body: body(fields{"email": email, "password": "Wrong-Horse-7"})}).status == http.StatusUnauthorized
	}},
}

// hide makes a private item that only one world has.
func (r *run) hide(rt *rapid.T, more fields) bool {
	return r.hid(r.privately(rt, r.itemRequest(rt, more, rapid.SampledFrom(kinds).Draw(rt, "kind"), machine.OneOf(rt, "project", r.projects))))
}

func (r *run) hid(a answer) bool {
	if a.status == http.StatusCreated {
		r.hidden.items = append(r.hidden.items, item{id: r.names.call(a.get("id"), "secret item"), project: projectIn(a.target)})
	}
	return a.status == http.StatusCreated
}

// companies is a path below those of the workspace.
func (r *run) companies(path string) string {
	return "/v1/workspaces/" + r.workspace + "/companies" + path
}

// all asks one after another in secret, and says whether all of them succeeded.
func (r *run) all(rt *rapid.T, requests ...request) bool {
	for _, q := range requests {
		if r.privately(rt, q).status >= http.StatusMultipleChoices {
			return false
		}
	}
	return true
}

func (r *run) secretAddress() string {
	r.made++
	return fmt.Sprintf("secret-%d-%d@umbrella.example", r.number, r.made)
}

// secretMember goes the whole way of a member, from the invitation to the removal.
func secretMember(r *run, rt *rapid.T) bool {
	if len(r.hidden.persons) > 30 {
		rt.Skip("secret persons enough")
	}
	at, email := "/v1/workspaces/"+r.workspace+"/members", r.secretAddress()
	made := r.privately(rt, request{op: "members-invite", who: r.ann, method: "POST", target: at, body: body(fields{"name": "Max Member", "email": email, "role": "member"})})
	if made.status != http.StatusCreated {
		return false
	}
	id := r.names.call(made.get("person"), "secret person")
	r.hidden.persons = append(r.hidden.persons, id)
	at += "/" + id
	if !r.all(rt, request{op: "member-invitations-revoke", who: r.ann, method: "DELETE", target: at + "/invitation"},
		request{op: "member-invitations-send", who: r.ann, method: "POST", target: at + "/invitation"},
		request{op: "members-update", who: r.ann, method: "PATCH", target: at, headers: map[string]string{"If-Match": "*"}, body: body(fields{"role": "admin"})}) {
		return false
	}
	link := r.sides[secret].Link(email, r.workspace) // of the last sending
	return r.all(rt, request{op: "invitations-accept", method: "POST", target: "/v1/invitations/" + link + "/acceptance", body: body(fields{"password": foyertest.Password})},
		request{op: "members-remove", who: r.ann, method: "DELETE", target: at})
}

// secretImport has a file planned and applied; what the job of the plan would write
// stands there at once.
func secretImport(r *run, rt *rapid.T) bool {
	if len(r.hidden.jobs) > 30 {
		machine.Skip("secret jobs enough")
	}
	at := "/v1/workspaces/" + r.workspace + "/imports"
	made := r.privately(rt, request{op: "imports-create", who: r.ann, method: "POST", target: at, body: `{"size":32,"sha256":"47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="}`})
	if made.status != http.StatusCreated {
		return false
	}
	id := r.names.call(made.get("id"), "secret import")
	r.hidden.imports = append(r.hidden.imports, id)
	at += "/" + id
	planned := r.privately(rt, request{op: "imports-plan", who: r.ann, method: "POST", target: at + "/plan"})
	if planned.status != http.StatusAccepted {
		return false
	}
	plan := r.names.call(planned.get("id"), "secret job")
	r.put(secret, table.Rowed{Key: table.Import(r.workspace, id), Row: table.ImportRow{
		Import: id, Size: 32, SHA256: "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=", Actor: r.ann.id, CreatedAt: r.now, PlanJob: plan,
		Plan: &table.ImportResult{New: 1}, TTL: r.now.AddDate(0, 0, 30).Unix(),
	}})
	applied := r.privately(rt, request{op: "imports-apply", who: r.ann, method: "POST", target: at + "/application", body: body(fields{"plan": plan})})
	r.hidden.jobs = append(r.hidden.jobs, plan, r.names.call(applied.get("id"), "secret job"))
	return applied.status == http.StatusAccepted
}

// secretProject is one of the same workspace, with a client of a company of its
// own, or of the company that Carl is of.
func secretProject(r *run, rt *rapid.T) bool {
	if len(r.hidden.projects) > 2 {
		machine.Skip("secret projects enough")
	}
	made := r.privately(rt, request{op: "projects-create", who: r.ann, method: "POST", target: "/v1/workspaces/" + r.workspace + "/projects", body: `{"name":"New website"}`})
	if made.status != http.StatusCreated {
		return false
	}
	p := r.names.call(made.get("id"), "secret project")
	r.hidden.projects = append(r.hidden.projects, p)
	company := rapid.SampledFrom([]string{"Globex", "Umbrella"}).Draw(rt, "company")
	c := &client{person: &person{name: "Carl Client", email: r.secretAddress()}}
	added := r.privately(rt, request{op: "clients-add", who: r.ann, method: "POST", target: "/v1/projects/" + p + "/clients", body: body(fields{"companyName": company, "name": c.name, "email": c.email})})
	if added.status != http.StatusCreated {
		return false
	}
	c.id, c.contact = r.names.call(added.get("person"), "secret person"), r.names.call(added.get("contact"), "secret contact")
	c.company = added.get("company.id")
	if company == "Umbrella" {
		r.hidden.companies = append(r.hidden.companies, r.names.call(c.company, "secret company"))
	}
	r.hidden.persons, r.hidden.clients = append(r.hidden.persons, c.id), append(r.hidden.clients, c)
	return true
}

// secretAcceptance goes the whole way of a client, by the link past the mail.
func secretAcceptance(r *run, rt *rapid.T) bool {
	c := machine.OneOf(rt, "secret client who was invited", machine.Where(r.hidden.clients, func(c *client) bool { return !c.accepted && !c.removed }))
	link := "/v1/invitations/" + r.sides[secret].Link(c.email, r.workspace)
	r.privately(rt, request{op: "invitations-open", method: "POST", target: link + "/opening"})
	accepted := r.privately(rt, request{op: "invitations-accept", method: "POST", target: link + "/acceptance", body: body(fields{"password": foyertest.Password})})
	if accepted.status != http.StatusOK {
		return false
	}
	c.accepted = true
	in := r.privately(rt, request{op: "sessions-create", method: "POST", target: "/v1/sessions", body: body(fields{"email": c.email, "password": foyertest.Password})})
	c.session[secret] = originOf(in.get("accessToken"))
	r.privately(rt, request{op: "portal-projects-list", who: c.person, method: "GET", target: "/v1/portal/projects"})
	return r.privately(rt, request{op: "sessions-end", who: c.person, method: "DELETE", target: "/v1/sessions"}).status == http.StatusNoContent
}
