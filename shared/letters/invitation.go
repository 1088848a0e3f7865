package letters

import (
	"fmt"
	"strings"
	"time"

	"foyer/shared/table"
)

// invitation is the mail of an invitation, or a reminder of it.
type invitation struct {
	About
	kind     invitationKind
	Company  string // the invited contact's
	Until    time.Time
	Reminder bool
	language string // german, or empty: English
}

// invitationKind is to what somebody is invited.
type invitationKind int

const (
	toPortal invitationKind = iota
	toProject
	toTeam
	toOwnWorkspace
)

// Invitation is the mail of that invitation with that link, in a language (empty:
// English). An invitation that somebody made for themselves at sign-up has a mail
// without a word of theirs: else anybody could have Foyer send their own text to anybody.
func Invitation(inv table.InvitationRow, link string, reminder bool, language string) Content {
	return invitationOf(inv, link, reminder, language)
}

func invitationOf(inv table.InvitationRow, link string, reminder bool, language string) invitation {
	m := invitation{
		About: About{Email: inv.Email, Name: inv.Name, Inviter: inv.InviterName, Workspace: inv.WorkspaceName, Project: inv.ProjectName, Note: inv.Note, Link: link}.Clean(),
		kind:  toPortal, Company: line(inv.CompanyName), Until: inv.ExpiresAt, Reminder: reminder,
	}
	if language == german {
		m.language = german
	}
	switch {
	case inv.SelfService:
		m.kind, m.Company, m.About = toOwnWorkspace, "", About{Email: m.Email, Link: link}
	case inv.Role != "":
		m.kind = toTeam
	case inv.Project != "":
		m.kind = toProject
	}
	return m
}

// until is until when the invitation can be accepted.
func (m invitation) until() string {
	if m.language == german {
		return germanDate(m.Until)
	}
	return m.Until.UTC().Format(dateForm)
}

// letter of an invitation: whom it comes from is the workspace and its people,
// except where somebody asked for a workspace of their own.
func (m invitation) letter() letter {
	words := invitationWords[m.language]
	if m.kind == toOwnWorkspace {
		return m.ownWorkspaceLetter(words)
	}
	kind, subject, news := words.kinds[m.kind], words.subject, words.news
	if m.Reminder {
		subject, news = words.reminder+words.reminded, words.newsAgain
	}
	to := paragraph{{words: kind.to}}
	if m.kind == toProject {
		to = append(to, run{words: fmt.Sprintf(words.quoted, m.Project), strong: true})
	}
	return letter{
		language: m.language, subject: fmt.Sprintf(subject, m.from(), m.subjectTo(words)), preheader: with(kind.preheader, m.Workspace),
		blocks: []block{
			say(words.hello + " " + m.Name + ","),
			append(append(say(fmt.Sprintf(news[0], m.fromIn())), to...), run{words: news[1]}),
			say(with(kind.about, m.Workspace)),
			note{from: m.from(), words: m.Note, language: m.language}, button{words.accept, m.Link, m.language}, m.once(words),
		},
		why: fmt.Sprintf(words.why, m.Email, m.fromIn()),
	}
}

// subjectTo is what somebody is invited to, in a subject.
func (m invitation) subjectTo(words wordsOfInvitations) string {
	if m.kind == toProject {
		return fmt.Sprintf(words.quoted, m.Project)
	}
	return with(words.kinds[m.kind].subject, m.Workspace)
}

// fromIn is fromLong in the mail's language.
func (m invitation) fromIn() string {
	if m.Inviter == "" {
		return m.Workspace
	}
	return fmt.Sprintf(invitationWords[m.language].of, m.Inviter, m.Workspace)
}

// ownWorkspaceLetter: anybody can have this mail sent to anybody, so it carries
// no word of theirs.
func (m invitation) ownWorkspaceLetter(words wordsOfInvitations) letter {
	own := words.own
	l := letter{language: m.language, subject: own.subject, preheader: own.preheader, why: fmt.Sprintf(own.why, m.Email)}
	news := own.news
	if m.Reminder {
		l.subject, news = words.reminder+own.subjectAgain, own.newsAgain
	}
	l.blocks = []block{say(words.hello + ","), say(news), say(own.about), button{own.open, m.Link, m.language}, m.once(words)}
	return l
}

// once says what the link of an invitation does, and until when.
func (m invitation) once(words wordsOfInvitations) footnote {
	return footnote(fmt.Sprintf(words.once, m.until()))
}

// with puts a name into a sentence that may name it.
func with(sentence, name string) string { return strings.ReplaceAll(sentence, "%s", name) }
