//go:build engine

package races_test

import (
	"fmt"
	"math/rand/v2"
	"slices"

	"foyer/infra/guards/races"
	"foyer/shared/foyertest"
)

// accessOfAClient: from the answer of access-remove on every request of the client
// is refused, until the answer of access-restore.
var accessOfAClient = race{
	name:  "access of a client",
	model: races.Model(activeStep, true),
	begin: func(a *arena) func(int, *rand.Rand) {
		if a.things == nil {
			a.things = a.Client()
		}
		who := a.things.(foyertest.Person)
		access := "/v1/workspaces/" + a.WorkspaceID + "/contacts/" + who.Contact + "/access"
		a.Do(a.Ann, "PUT", access, nil).Must(204)
		return func(client int, random *rand.Rand) {
			ask := func(what string, do func() races.Heard) { a.Record(client, races.Asked{What: what}, do) }
			switch random.IntN(6) {
			case 0:
				ask("remove", func() races.Heard { return a.ask(a.Ann, "DELETE", access, nil, nil) })
			case 1:
				ask("restore", func() races.Heard { return a.ask(a.Ann, "PUT", access, nil, nil) })
			case 2:
				ask("open the project", func() races.Heard { return a.ask(who, "GET", "/v1/portal/projects/"+a.ProjectID, nil, nil) })
			case 3:
				ask("open its items", func() races.Heard {
					return a.ask(who, "GET", "/v1/portal/projects/"+a.ProjectID+"/items?kind=message", nil, nil)
				})
			case 4:
				ask("list", func() races.Heard {
					return a.ask(who, "GET", "/v1/portal/projects", nil, has("items", "id", a.ProjectID))
				})
			case 5:
				ask("list", func() races.Heard {
					return a.ask(who, "GET", "/v1/me", nil, has("memberships", "workspace", a.WorkspaceID))
				})
			}
		}
	},
}

// activeStep is a client who has access, or has not.
func activeStep(active bool, asked races.Asked, heard races.Heard) []bool {
	switch asked.What {
	case "remove", "restore":
		return change(active, asked.What == "restore", heard)
	case "list":
		return races.Only(heard.Unknown() || heard.Status == 200 && heard.Value == fmt.Sprint(active), active)
	}
	return races.Only(heard.Unknown() || heard.Status == 200 && active || heard.Status == 404 && heard.Code == "not-found" && !active, active)
}

// change is a request that brings a thing from one state into another.
func change[S any](from, to S, heard races.Heard) []S {
	switch {
	case heard.Done():
		return []S{to}
	case heard.NotNow():
		return []S{from}
	case heard.Unknown():
		return races.Either(from, to)
	}
	return nil
}

// has says whether a list of the answer has one with that value.
func has(list, name, value string) func(map[string]any) string {
	return func(body map[string]any) string {
		items, _ := body[list].([]any)
		return fmt.Sprint(slices.ContainsFunc(items, func(i any) bool { return i.(map[string]any)[name] == value }))
	}
}

// visibilityOfAnItem: a client sees the item exactly while it is shared, and the
// team always, in one place.
var visibilityOfAnItem = race{
	name:  "visibility of an item",
	model: races.Model(sharedStep, false),
	begin: func(a *arena) func(int, *rand.Rand) {
		item := a.Item(false)
		inTeam, inPortal := "/v1/projects/"+a.ProjectID+"/items/"+item, "/v1/portal/projects/"+a.ProjectID+"/items"
		set := func(shared bool) races.Heard {
			return a.ask(a.Mia, "PUT", inTeam+"/visibility", map[string]any{"clientCanSee": shared}, field("clientCanSee"))
		}
		return func(client int, random *rand.Rand) {
			ask := func(what string, do func() races.Heard) { a.Record(client, races.Asked{What: what}, do) }
			switch random.IntN(6) {
			case 0:
				ask("share", func() races.Heard { return set(true) })
			case 1:
				ask("take back", func() races.Heard { return set(false) })
			case 2, 3:
				ask("client opens", func() races.Heard { return a.ask(a.Carl, "GET", inPortal+"/"+item, nil, nil) })
			case 4:
				ask("client lists", func() races.Heard {
					return a.ask(a.Carl, "GET", inPortal+"?kind=message&limit=100", nil, has("items", "id", item))
				})
			case 5:
				ask("team opens", func() races.Heard { return a.ask(a.Mia, "GET", inTeam, nil, field("clientCanSee")) })
			}
		}
	},
}

func field(name string) func(map[string]any) string {
	return func(body map[string]any) string { return fmt.Sprint(body[name]) }
}

// sharedStep is an item that is shared, or is not.
func sharedStep(shared bool, asked races.Asked, heard races.Heard) []bool {
	switch asked.What {
	case "share", "take back":
		to := asked.What == "share"
		if heard.Done() && heard.Value != fmt.Sprint(to) {
			return nil
		}
		return change(shared, to, heard)
	case "client opens":
		return races.Only(heard.Unknown() || heard.Status == 200 && shared || heard.Status == 404 && !shared, shared)
	}
	return races.Only(heard.Unknown() || heard.Status == 200 && heard.Value == fmt.Sprint(shared), shared)
}

// sessionsOfAPerson: from the answer of sessions-end on the session's token is
// refused, and no other's.
var sessionsOfAPerson = race{
	name:  "sessions of a person",
	model: races.ByWhat(races.Model(sessionStep, true)),
	begin: func(a *arena) func(int, *rand.Rand) {
		sessions := make([]foyertest.Person, 5)
		for i := range sessions {
			sessions[i] = a.SignIn(a.Carl)
		}
		return func(client int, random *rand.Rand) {
			i := random.IntN(len(sessions))
			of := fmt.Sprint("session ", i+1)
			if random.IntN(8) > 0 {
				a.Record(client, races.Asked{What: "read", Of: of}, func() races.Heard { return a.ask(sessions[i], "GET", "/v1/me", nil, nil) })
				return
			}
			// Whoever hears that it has ended it was let in before, by the session.
			letIn := func(heard races.Heard) (races.Asked, races.Heard, bool) {
				return races.Asked{What: "read", Of: of}, races.Heard{Status: 200}, heard.Done()
			}
			a.Record(client, races.Asked{What: "end", Of: of}, func() races.Heard { return a.ask(sessions[i], "DELETE", "/v1/sessions", nil, nil) }, letIn)
		}
	},
}

// sessionStep is a session that is there, or has ended.
func sessionStep(there bool, asked races.Asked, heard races.Heard) []bool {
	switch {
	case heard.Status == 401:
		return races.Only(!there, there)
	case asked.What == "end":
		return change(there, false, heard)
	}
	return races.Only(heard.Unknown() || heard.Status == 200 && there, there)
}
