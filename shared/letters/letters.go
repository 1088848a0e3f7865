package letters

import "foyer/shared/table"

// letter of an invitation: whom it comes from is the workspace and its people,
// except where somebody asked for a workspace of their own.
func (m invitation) letter() letter {
	if m.kind == toOwnWorkspace {
		return m.ownWorkspaceLetter()
	}
	about := "Foyer is where " + m.Workspace + " shares its work with you: you see what is meant for you, and give feedback and approvals in one place."
	preheader := "Choose a password and see what " + m.Workspace + " shares with you."
	subject, to := "to “"+m.Project+"”", paragraph{{words: "the project "}, {words: "“" + m.Project + "”", strong: true}}
	switch m.kind {
	case toPortal:
		subject, to = "to the client portal of "+m.Workspace, say("its client portal")
	case toTeam:
		about = "Foyer is where " + m.Workspace + " brings its clients into its projects: what you share is shown to them, the rest stays with the team."
		preheader = "Choose a password and join the team."
		subject, to = "to the team of "+m.Workspace, say("its team")
	}
	l := letter{preheader: preheader, why: "This mail went to " + m.Email + " because " + m.fromLong() +
		" invited you. If you did not expect it, ignore it: nothing happens unless you accept. The link is for you alone."}
	var news paragraph
	if m.Reminder {
		l.subject = "Reminder: " + m.from() + " invited you " + subject
		news = append(append(say(m.fromLong()+" invited you to "), to...), run{words: ", and the invitation is still open."})
	} else {
		l.subject = m.from() + " invites you " + subject
		news = append(append(say(m.fromLong()+" invites you to "), to...), run{words: "."})
	}
	l.blocks = []block{say("Hello " + m.Name + ","), news, say(about), m.note(), button{label: "Accept the invitation", link: m.Link}, m.once()}
	return l
}

// ownWorkspaceLetter: anybody can have this mail sent to anybody, so it carries
// no word of theirs.
func (m invitation) ownWorkspaceLetter() letter {
	l := letter{subject: "Open your workspace on Foyer", preheader: "Choose a password to open the workspace.",
		why: "This mail went to " + m.Email + " because the address was entered at Foyer's sign-up. If that was not you, ignore it: nothing happens unless you open the link and choose a password."}
	news := "Somebody, most likely you, asked for a workspace on Foyer with this e-mail address."
	if m.Reminder {
		l.subject = "Reminder: open your workspace on Foyer"
		news = "A workspace on Foyer was asked for with this e-mail address, and still waits to be opened."
	}
	l.blocks = []block{say("Hello,"), say(news),
		say("Foyer is where an agency brings its clients into its projects: they see what is shared with them, and give feedback and approvals in one place."),
		button{label: "Open the workspace", link: m.Link}, m.once()}
	return l
}

// once says what the link of an invitation does, and until when.
func (m invitation) once() footnote {
	return footnote("There you choose a password, or sign in if you use Foyer already. The link works once, until " + m.until() + ".")
}

func (a Added) letter() letter {
	return letter{
		subject: "You were added to “" + a.Project + "”", preheader: a.fromLong() + " added you to the project.",
		blocks: []block{say("Hello " + a.Name + ","),
			paragraph{{words: a.fromLong() + " added you to the project "}, {words: "“" + a.Project + "”", strong: true}, {words: ". You sign in as you always do."}},
			a.note(), button{label: "Open the project", link: a.Link}},
		why: "This mail went to " + a.Email + " because you were added to a project of " + a.Workspace + ".",
	}
}

func (n Notification) letter() letter {
	about := card{kind: kindLabels[n.Item.Kind], title: n.title()}
	if due := n.due(); due != "" {
		about.more = "Due: " + due
	}
	return letter{
		subject: n.headline() + ": " + n.title(), preheader: n.sentence(),
		blocks: []block{say("Hello " + n.Name + ","), say(n.sentence()), about, button{label: "Open it in Foyer", link: n.Link}},
		why:    "This mail went to " + n.Email + " because " + n.why() + " You choose in your notification settings in Foyer what you are told of.",
	}
}

// kindNames are the kinds of items in words, kindLabels as labels.
var (
	kindNames  = map[string]string{table.ItemMessage: "message", table.ItemFile: "file", table.ItemTask: "task", table.ItemEvent: "event"}
	kindLabels = map[string]string{table.ItemMessage: "Message", table.ItemFile: "File", table.ItemTask: "Task", table.ItemEvent: "Event"}
)
