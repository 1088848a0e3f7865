//go:build engine

package races_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/anishathalye/porcupine"

	"foyer/infra/guards/races"
	"foyer/shared/api"
	"foyer/shared/foyertest"
	"foyer/shared/settings"
	"foyer/shared/table"
)

// keysOfRequests: many send the same few requests with the same few
// Idempotency-Keys. Each is done once, and all who hear of it hear of the same.
var keysOfRequests = race{
	name:  "keys of requests",
	model: races.ByWhat(races.Model(madeStep, "")),
	begin: func(a *arena) func(int, *rand.Rand) {
		project := a.Project(a.Ann, a.WorkspaceID, fmt.Sprint("Requests ", a.number))
		items := "/v1/projects/" + project + "/items"
		return func(client int, random *rand.Rand) {
			of := fmt.Sprintf("item %d", random.IntN(4))
			if random.IntN(4) == 0 {
				a.Record(client, races.Asked{What: "list", Of: of}, func() races.Heard {
					return a.ask(a.Ann, "GET", items+"?kind=message&limit=100", nil, func(body map[string]any) string { return titled(body, of) })
				})
				return
			}
			a.Record(client, races.Asked{What: "make", Of: of}, func() races.Heard {
				return a.ask(a.Ann, "POST", items, map[string]any{"kind": "message", "title": of}, field("id"), foyertest.Header{Name: "Idempotency-Key", Value: of[len("item "):]})
			})
		}
	},
}

// titled are the ids of the items of that title.
func titled(body map[string]any, title string) string {
	var ids []string
	items, _ := body["items"].([]any)
	for _, i := range items {
		if i := i.(map[string]any); i["title"] == title {
			ids = append(ids, fmt.Sprint(i["id"]))
		}
	}
	return strings.Join(ids, " ")
}

// madeStep is the id of what was made; "?" where nobody has heard it yet.
func madeStep(id string, asked races.Asked, heard races.Heard) []string {
	if asked.What == "list" {
		if id == unheard && heard.Value != "" && !strings.Contains(heard.Value, " ") {
			return []string{heard.Value}
		}
		return races.Only(heard.Unknown() || heard.Status == 200 && heard.Value == id, id)
	}
	switch {
	case heard.Status == 201:
		return races.Only(id == "" || id == unheard || id == heard.Value, heard.Value)
	case heard.NotNow():
		return []string{id}
	case heard.Unknown() && id == "":
		return races.Either(id, unheard)
	}
	return races.Only(heard.Unknown(), id)
}

// settingsOfAPerson: If-Match lets one change at a time through, and none that was
// decided on what has changed since.
var settingsOfAPerson = race{
	name:  "settings of a person",
	model: races.Model(settingsStep, ""),
	long:  2,
	begin: func(a *arena) func(int, *rand.Rand) {
		if a.things == nil {
			a.things = newTags(a)
		}
		of := a.things.(*tags)
		get := func(client int) string {
			return a.Record(client, races.Asked{What: "get"}, func() races.Heard {
				r := a.Do(a.Carl, "GET", "/v1/me/notification-settings", nil)
				return races.Heard{Status: r.Status, Value: r.Header.Get("ETag")}
			}).Value
		}
		get(0)
		return func(client int, random *rand.Rand) {
			if tag := get(client); tag != "" {
				body, to := of.next()
				a.Record(client, races.Asked{What: "put", Of: tag + " " + to}, func() races.Heard {
					return a.ask(a.Carl, "PUT", "/v1/me/notification-settings", body, nil, foyertest.Header{Name: "If-Match", Value: tag})
				})
			}
		}
	},
}

// tags are settings of which no two are alike for long: a tag that comes back would
// be a state that comes back.
type tags struct {
	projects []string
	n        atomic.Int64
}

// newTags puts Carl into more projects: each has a level of its own.
func newTags(a *arena) *tags {
	t := &tags{projects: []string{a.ProjectID}}
	for i := range 4 {
		p := a.Project(a.Ann, a.WorkspaceID, fmt.Sprint("More ", i))
		a.Do(a.Ann, "POST", "/v1/projects/"+p+"/clients", map[string]any{"company": a.CompanyID, "name": "Carl", "email": a.Carl.Email}).Must(201)
		t.projects = append(t.projects, p)
	}
	return t
}

// next gives the next settings and their tag; after 4⁵ they come again.
func (t *tags) next() (settings.NotificationSettings, string) {
	body := settings.NotificationSettings{Projects: map[string]settings.Level{}}
	for i, n := 0, t.n.Add(1); i < len(t.projects); i, n = i+1, n/4 {
		if level := []settings.Level{"", "all", "limited", "none"}[n%4]; level != "" {
			body.Projects[t.projects[i]] = level
		}
	}
	return body, api.TagOf(body)
}

// settingsStep is the tag of what stands there; empty: nobody has read it yet.
func settingsStep(tag string, asked races.Asked, heard races.Heard) []string {
	if asked.What == "get" {
		if tag == "" && heard.Status == 200 {
			return []string{heard.Value}
		}
		return races.Only(heard.Unknown() || heard.Status == 200 && heard.Value == tag, tag)
	}
	from, to, _ := strings.Cut(asked.Of, " ")
	switch {
	case heard.Status == 200:
		return races.Only(tag == from, to)
	case heard.Status == 412:
		return races.Only(tag != from, tag)
	case heard.NotNow():
		return []string{tag}
	case heard.Unknown() && tag == from:
		return races.Either(tag, to)
	}
	return races.Only(heard.Unknown(), tag)
}

// workspacesOfAnAddress: many sign up with one new address. There is one account of
// it, which is invited to each workspace that somebody heard was made, once that was
// heard, and to no other.
var workspacesOfAnAddress = race{
	name:  "workspaces of an address",
	model: byWorkspace(races.Model(ownedStep, false)),
	begin: func(a *arena) func(int, *rand.Rand) {
		address := fmt.Sprintf("owner-%d@many.example", a.number)
		a.things = address
		return func(client int, random *rand.Rand) {
			if random.IntN(4) == 0 {
				a.Record(client, races.Asked{What: "invitations"}, func() races.Heard { return races.Heard{Status: 200, Value: a.workspacesOf(address)} })
				return
			}
			a.Record(client, races.Asked{What: "create"}, func() races.Heard {
				return a.ask(foyertest.Person{}, "POST", "/v1/workspaces", map[string]any{"name": "Many", "ownerName": "Olga", "ownerEmail": address}, field("id"))
			})
		}
	},
	end: func(a *arena) {
		var of string
		a.Record(0, races.Asked{What: "invitations"}, func() races.Heard {
			of = a.workspacesOf(a.things.(string))
			return races.Heard{Status: 200, Value: of}
		})
		made, maybe := a.Count("create", races.Heard.Done), a.Count("create", races.Heard.Unknown)
		if n := len(strings.Fields(of)); n < made || n > made+maybe {
			a.T.Errorf("the address is invited to %d workspaces, of which %d were heard of and %d may have been made", n, made, maybe)
		}
	},
}

// workspacesOf are the workspaces to which the account of the address is invited, as
// the table has it.
func (a *arena) workspacesOf(address string) string {
	var at table.AddressRow
	found, err := a.Table.Get(a.T.Context(), table.Address(address), &at)
	if err != nil || !found {
		return ""
	}
	rows, _, err := table.QueryInto[table.InvitationRow](a.T.Context(), a.Table, table.Query{PK: table.UserPartition(at.Person), Prefix: "INVITATION#"})
	if err != nil {
		return err.Error()
	}
	var ids []string
	for _, r := range rows {
		ids = append(ids, r.Workspace)
	}
	return strings.Join(ids, " ")
}

// byWorkspace splits a history by workspaces: each was made by the request that
// heard of it, or, where none did, by one that did not hear how it went.
func byWorkspace(model porcupine.Model) porcupine.Model {
	model.Partition = func(history []porcupine.Operation) (parts [][]porcupine.Operation) {
		seen := map[string]bool{} // → heard of by the one who made it
		for _, op := range history {
			heard := op.Output.(races.Heard)
			for id := range strings.FieldsSeq(heard.Value) {
				seen[id] = seen[id] || op.Input.(races.Asked).What == "create"
			}
		}
		for id, known := range seen {
			var part []porcupine.Operation
			for _, op := range history {
				heard := op.Output.(races.Heard)
				switch op.Input.(races.Asked).What {
				case "invitations":
					op.Output = races.Heard{Status: 200, Value: fmt.Sprint(slices.Contains(strings.Fields(heard.Value), id))}
				case "create":
					if heard.Value != id && (known || !heard.Unknown()) {
						continue
					}
				}
				part = append(part, op)
			}
			parts = append(parts, part)
		}
		return parts
	}
	return model
}

// ownedStep is one workspace: made, or not.
func ownedStep(made bool, asked races.Asked, heard races.Heard) []bool {
	switch {
	case asked.What == "invitations":
		return races.Only(heard.Value == fmt.Sprint(made), made)
	case heard.Unknown():
		return races.Either(made, true)
	}
	return races.Only(heard.Status == 201 && !made, true)
}
