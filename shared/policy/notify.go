package policy

// Level is how much a person wants to be told (rule 13).
type Level string

// The levels.
const (
	LevelAll     Level = "all"     // all non-private activity of the project
	LevelLimited Level = "limited" // a task assigned to me, an @mention of me, a direct message to me
	LevelNone    Level = "none"
)

// Valid says whether it is one of the three levels.
func (l Level) Valid() bool { return l == LevelAll || l == LevelLimited || l == LevelNone }

// Settings are what a person has chosen; an empty General means the default of
// the role, and a project that is not listed follows General.
type Settings struct {
	General  Level
	Projects map[string]Level
}

// LevelIn is the person's level in a project: the project's own if chosen, else
// the general one, else limited for clients and all for members (rule 13).
func (s Settings) LevelIn(project string, client bool) Level {
	if l := s.Projects[project]; l.Valid() {
		return l
	}
	if s.General.Valid() {
		return s.General
	}
	if client {
		return LevelLimited
	}
	return LevelAll
}

// Reason is why a person is told of a change; empty: not told.
type Reason string

// The reasons.
const (
	ReasonAssigned  Reason = "assigned"
	ReasonMentioned Reason = "mentioned"
	ReasonActivity  Reason = "activity" // non-private activity, at level all
)

// Change is what happened, as far as telling people of it matters.
type Change struct {
	Actor     string
	Assignee  string
	Mentions  []string
	TeamOnly  bool // it happened where only the team may see it
	NeverTold bool // a change that is recorded and notifies no one
}

// Recipient is a person of the project at the moment of telling.
type Recipient struct {
	Person string
	Client bool
	Active bool // has access now: membership and project row, company open
	Level  Level
}

// TellOf says why (if at all) a recipient is told of a change. Never the person
// who acted (rule 16); never a client of what only the team may see, nor anyone
// without access (rule 14).
//
// “Non-private activity” at level all is, for a member, what happened where they
// may see it, the team's own included; for a client, what is shared.
func TellOf(c Change, r Recipient) Reason {
	switch {
	case c.NeverTold, !r.Active, r.Person == c.Actor, r.Client && c.TeamOnly, r.Level == LevelNone:
		return ""
	case r.Person == c.Assignee:
		return ReasonAssigned
	}
	for _, m := range c.Mentions {
		if m == r.Person {
			return ReasonMentioned
		}
	}
	if r.Level == LevelAll {
		return ReasonActivity
	}
	return ""
}
