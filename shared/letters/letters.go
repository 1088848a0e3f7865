package letters

import "foyer/shared/table"

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
