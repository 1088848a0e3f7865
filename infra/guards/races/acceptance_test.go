//go:build engine

package races_test

import (
	"math/rand/v2"
	"time"

	"foyer/infra/guards/races"
	"foyer/shared/foyertest"
)

// passwords that are chosen at once.
var passwords = []string{"Correct-Horse-7", "Another-Horse-8"}

// acceptance of one invitation: it is accepted once, by one password; what the
// person with the link and what the team see agrees with that and with each other.
var acceptance = race{
	name:  "acceptance of an invitation",
	model: races.Model(invitationStep, invitationState{}),
	turns: 3,
	begin: func(a *arena) func(int, *rand.Rand) {
		who := a.Invitee()
		of := invited{arena: a, who: who, link: "/v1/invitations/" + a.Link(who.Email, a.WorkspaceID)}
		a.things = of
		return func(client int, random *rand.Rand) {
			what := []string{"accept", "accept", "accept", "view", "view", "open", "open", "people", "people", "remove", "restore", "restore"}[random.IntN(12)]
			password := ""
			if what == "accept" {
				password = passwords[random.IntN(len(passwords))]
			}
			a.Record(client, races.Asked{What: what, Of: password}, func() races.Heard { return of.ask(what, password) })
		}
	},
	// At rest: nobody has it any more, what was removed is restored, and it can be
	// accepted if it was not; then one password signs in.
	end: func(a *arena) {
		of := a.things.(invited)
		a.Clock.Advance(time.Minute)
		defer a.Clock.Advance(-time.Minute)
		for _, ask := range []races.Asked{{What: "restore"}, {What: "people"}, {What: "view"}, {What: "accept", Of: passwords[0]}, {What: "accept", Of: passwords[1]},
			{What: "people at rest"}, {What: "view"}, {What: "sign in", Of: passwords[0]}, {What: "sign in", Of: passwords[1]}} {
			a.Record(0, ask, func() races.Heard { return of.ask(ask.What, ask.Of) })
		}
	},
}

// invited is an invitation, and how it is asked about.
type invited struct {
	*arena
	who  foyertest.Person
	link string
}

func (i invited) ask(what, password string) races.Heard {
	access := "/v1/workspaces/" + i.WorkspaceID + "/contacts/" + i.who.Contact + "/access"
	nobody := foyertest.Person{}
	switch what {
	case "accept":
		return i.arena.ask(nobody, "POST", i.link+"/acceptance", map[string]any{"password": password}, nil)
	case "view":
		return i.arena.ask(nobody, "GET", i.link, nil, nil)
	case "open":
		return i.arena.ask(nobody, "POST", i.link+"/opening", nil, nil)
	case "remove":
		return i.arena.ask(i.Ann, "DELETE", access, nil, nil)
	case "restore":
		return i.arena.ask(i.Ann, "PUT", access, nil, nil)
	case "sign in":
		return i.arena.ask(nobody, "POST", "/v1/sessions", map[string]any{"email": i.who.Email, "password": password}, nil)
	}
	return i.arena.ask(i.Ann, "GET", "/v1/projects/"+i.ProjectID+"/people?limit=100", nil, func(body map[string]any) string {
		people, _ := body["items"].([]any)
		for _, p := range people {
			if p := p.(map[string]any); p["person"] == i.who.ID {
				state, _ := p["invitation"].(map[string]any)["state"].(string)
				return state
			}
		}
		return "absent"
	})
}

// invitationState is an invitation.
type invitationState struct {
	Opened   bool
	Password string // with which it was accepted; empty: it was not
	Removed  bool   // the contact's access was taken away
}

func (s invitationState) waits() bool { return s.Password == "" && !s.Removed }

func (s invitationState) shown() string {
	switch {
	case s.Removed:
		return "removed"
	case s.Password != "":
		return "accepted"
	case s.Opened:
		return "opened"
	}
	return "queued"
}

func invitationStep(s invitationState, asked races.Asked, heard races.Heard) []invitationState {
	after := s
	switch asked.What {
	case "accept":
		after.Password = asked.Of
		switch heard.Code {
		case "acceptance-under-way", "password-differs": // another has it, or began it
			return []invitationState{s}
		case "sign-in-first":
			return races.Only(s.Password != "", s)
		}
	case "open":
		after.Opened = true
	case "remove", "restore":
		after.Removed = asked.What == "remove"
		return change(s, after, heard)
	case "view":
		return races.Only(heard.Unknown() || heard.Status == 200 && s.waits() || heard.Status == 404 && !s.waits(), s)
	case "people":
		return races.Only(heard.Unknown() || heard.Status == 200 && heard.Value == s.shown(), s)
	case "people at rest":
		return races.Only(heard.Value == "accepted" && s.shown() == "accepted", s)
	case "sign in":
		return races.Only((heard.Status == 201) == (s.Password == asked.Of) || s.Password == "", s)
	}
	// accept and open, of what waits for its answer alone.
	switch {
	case heard.Done():
		return races.Only(s.waits(), after)
	case heard.Status == 404:
		return races.Only(!s.waits(), s)
	case heard.NotNow():
		return []invitationState{s}
	case heard.Unknown() && s.waits():
		return races.Either(s, after)
	}
	return races.Only(heard.Unknown(), s)
}
