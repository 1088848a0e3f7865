package letters

import (
	"foyer/shared/policy"
	"foyer/shared/table"
)

// dateForm is how mails write a time; always UTC, since nobody's time zone is known.
const dateForm = "Monday, 2 January 2006, 15:04 UTC"

// About is what several mails say of who and where.
type About struct {
	Email     string // that the mail goes to
	Name      string // of the recipient
	Inviter   string // who did it; empty where that is nobody whom the recipient may know
	Workspace string
	Project   string
	Note      string // the inviter's own words, of several lines
	Link      string
	ByClient  bool // whoever did it is a client, not one of the workspace
}

// To is the address that it goes to.
func (a About) To() string { return a.Email }

// from is who did it, shortly.
func (a About) from() string {
	if a.Inviter != "" {
		return a.Inviter
	}
	return a.Workspace
}

// fromLong is who did it, with where they are.
func (a About) fromLong() string {
	if a.Inviter != "" && !a.ByClient {
		return a.Inviter + " of " + a.Workspace
	}
	return a.from()
}

func (a About) note() note { return note{from: a.from(), words: a.Note} }

// Clean makes one line of everything that is one.
func (a About) Clean() About {
	for _, s := range []*string{&a.Email, &a.Name, &a.Inviter, &a.Workspace, &a.Project, &a.Link} {
		*s = line(*s)
	}
	return a
}

// Added tells someone who has access that they were added to one more project.
type Added struct{ About }

// Notification is one line of the feed, by mail.
type Notification struct {
	About
	Item   table.ItemRow
	Client bool // the recipient is a client
	Reason policy.Reason
	Type   string // of the activity
}

// title is the item's title.
func (n Notification) title() string { return line(n.Item.Title) }

// until is until when a task is to be done; empty where nobody said.
func (n Notification) until() string {
	if n.Item.Due == nil {
		return ""
	}
	return "Due: " + n.Item.Due.UTC().Format(dateForm)
}

// Asks of a task for a client (rule 8), as they stand in the item's row.
const (
	askFeedback = "feedback"
	askApproval = "approval"
)

// headline is what the subject begins with.
func (n Notification) headline() string {
	switch {
	case n.Reason == policy.ReasonAssigned && n.Item.Ask == askFeedback:
		return "Your feedback is asked for"
	case n.Reason == policy.ReasonAssigned && n.Item.Ask == askApproval:
		return "Your approval is asked for"
	case n.Reason == policy.ReasonAssigned:
		return "Task for you"
	case n.Reason == policy.ReasonMentioned:
		return "You were mentioned"
	case n.Type == table.ActivityItemShared && !n.Client:
		return "Shared with the client"
	}
	return "New in “" + n.Project + "”"
}

// sentence says what happened, and where.
func (n Notification) sentence() string {
	return n.happened() + " in the project “" + n.Project + "”."
}

// happened says what happened.
func (n Notification) happened() string {
	thing := map[bool]string{true: "an ", false: "a "}[n.Item.Kind == table.ItemEvent] + kindNames[n.Item.Kind]
	switch {
	case n.Reason == policy.ReasonAssigned && n.Item.Ask == askFeedback:
		return n.fromLong() + " asks for your feedback"
	case n.Reason == policy.ReasonAssigned && n.Item.Ask == askApproval:
		return n.fromLong() + " asks for your approval"
	case n.Reason == policy.ReasonAssigned:
		return n.fromLong() + " assigned a task to you"
	case n.Reason == policy.ReasonMentioned:
		return n.fromLong() + " mentioned you"
	case n.Client:
		return n.fromLong() + " shared " + thing + " with you"
	case n.Type == table.ActivityItemShared:
		return n.from() + " shared " + thing + " with the client"
	}
	return n.from() + " added " + thing
}

// why is why the recipient has this mail.
func (n Notification) why() string {
	switch n.Reason {
	case policy.ReasonAssigned:
		return "the task is assigned to you."
	case policy.ReasonMentioned:
		return "you were mentioned."
	}
	return "your notification level for this project is “all”."
}

// Digest is what happened since the last one, or in quiet hours: several lines of the
// feed in one mail. There is at least one.
type Digest struct {
	Projects [][]Notification // one or several of each
	Link     string           // to Foyer's first page
}

// To is the address that it goes to.
func (d Digest) To() string { return d.Projects[0][0].To() }
