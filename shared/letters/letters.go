package letters

import (
	"fmt"

	"foyer/shared/table"
)

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
	about := card{kind: kindLabels[n.Item.Kind], title: n.title(), more: n.until()}
	return letter{
		subject: n.headline() + ": " + n.title(), preheader: n.sentence(),
		blocks: []block{say("Hello " + n.Name + ","), say(n.sentence()), about, button{label: "Open it in Foyer", link: n.Link}},
		why:    "This mail went to " + n.Email + " because " + n.why() + " You choose in your notification settings in Foyer what you are told of.",
	}
}

// digestMost is how many lines of a digest are told one by one: a mailbox cuts off what
// is much longer.
const digestMost = 50

func (d Digest) letter() letter {
	first, n := d.Projects[0][0], 0
	blocks := []block{say("Hello " + first.Name + ",")}
	for _, project := range d.Projects {
		if n < digestMost {
			blocks = append(blocks, heading{project[0].Project, project[0].Workspace})
		}
		for _, line := range project {
			if n++; n <= digestMost {
				blocks = append(blocks, entry{happened: line.happened(), title: line.title(), more: line.until(), link: line.Link})
			}
		}
	}
	if more := n - digestMost; more > 0 {
		blocks = append(blocks, say(fmt.Sprintf("And %d more, which you find in Foyer.", more)))
	}
	return letter{
		subject: d.subject(n), preheader: first.sentence(), blocks: append(blocks, button{label: "Open Foyer", link: d.Link}),
		why: "This mail went to " + first.Email + " because you have chosen when you get mail of what happens. You change that in your notification settings in Foyer.",
	}
}

// subject of a digest of n lines.
func (d Digest) subject(n int) string {
	first := d.Projects[0][0]
	switch {
	case n == 1:
		return first.headline() + ": " + first.title()
	case len(d.Projects) == 1:
		return fmt.Sprintf("%d new in “%s”", n, first.Project)
	}
	return fmt.Sprintf("%d new in %d projects", n, len(d.Projects))
}

// kindNames are the kinds of items in words, kindLabels as labels.
var (
	kindNames  = map[string]string{table.ItemMessage: "message", table.ItemFile: "file", table.ItemTask: "task", table.ItemEvent: "event"}
	kindLabels = map[string]string{table.ItemMessage: "Message", table.ItemFile: "File", table.ItemTask: "Task", table.ItemEvent: "Event"}
)
