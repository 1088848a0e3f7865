package letters

// wordsOfInvitations is what the mails of invitations say in one language.
type wordsOfInvitations struct {
	hello, quoted     string
	of                string // a person of a workspace
	subject           string
	reminder          string    // before the subject of a reminder
	reminded          string    // the subject of a reminder
	news, newsAgain   [2]string // before and after what it is to
	accept, once, why string
	kinds             map[invitationKind]wordsOfAKind
	own               wordsOfOwn
}

// wordsOfAKind is what depends on what somebody is invited to; %s is the workspace.
type wordsOfAKind struct {
	subject, to      string // in the subject, in the sentence
	about, preheader string
}

// wordsOfOwn is the mail to who asked for a workspace of their own.
type wordsOfOwn struct {
	subject, subjectAgain, preheader, news, newsAgain, about, open, why string
}

// invitationWords are the words by language; the first is for where none was chosen.
var invitationWords = map[string]wordsOfInvitations{
	"": {
		hello: "Hello", quoted: "“%s”", of: "%s of %s",
		subject: "%s invites you to %s", reminder: "Reminder: ", reminded: "%s invited you to %s",
		news: [2]string{"%s invites you to ", "."}, newsAgain: [2]string{"%s invited you to ", ", and the invitation is still open."},
		accept: "Accept the invitation",
		once:   "There you choose a password, or sign in if you use Foyer already. The link works once, until %s.",
		why:    "This mail went to %s because %s invited you. If you did not expect it, ignore it: nothing happens unless you accept. The link is for you alone.",
		kinds: map[invitationKind]wordsOfAKind{
			toProject: {to: "the project ", about: aboutClients, preheader: "Choose a password and see what %s shares with you."},
			toPortal:  {subject: "the client portal of %s", to: "its client portal", about: aboutClients, preheader: "Choose a password and see what %s shares with you."},
			toTeam: {subject: "the team of %s", to: "its team", preheader: "Choose a password and join the team.",
				about: "Foyer is where %s brings its clients into its projects: what you share is shown to them, the rest stays with the team."},
		},
		own: wordsOfOwn{
			subject: "Open your workspace on Foyer", subjectAgain: "open your workspace on Foyer", preheader: "Choose a password to open the workspace.",
			news:      "Somebody, most likely you, asked for a workspace on Foyer with this e-mail address.",
			newsAgain: "A workspace on Foyer was asked for with this e-mail address, and still waits to be opened.",
			about:     "Foyer is where an agency brings its clients into its projects: they see what is shared with them, and give feedback and approvals in one place.",
			open:      "Open the workspace",
			why:       "This mail went to %s because the address was entered at Foyer's sign-up. If that was not you, ignore it: nothing happens unless you open the link and choose a password.",
		},
	},
	german: {
		hello: "Guten Tag", quoted: "„%s“", of: "%s von %s",
		subject: "%s lädt Sie ein: %s", reminder: "Erinnerung: ", reminded: "%s hat Sie eingeladen: %s",
		news: [2]string{"%s lädt Sie in ", " ein."}, newsAgain: [2]string{"%s hat Sie in ", " eingeladen, und die Einladung ist noch offen."},
		accept: "Einladung annehmen",
		once:   "Dort wählen Sie ein Passwort, oder Sie melden sich an, wenn Sie Foyer schon verwenden. Der Link funktioniert einmal, bis %s.",
		why:    "Diese E-Mail ging an %s, weil %s Sie eingeladen hat. Wenn Sie sie nicht erwartet haben, ignorieren Sie sie: Es geschieht nichts, solange Sie nicht annehmen. Der Link ist nur für Sie bestimmt.",
		kinds: map[invitationKind]wordsOfAKind{
			toProject: {to: "das Projekt ", about: aboutClientsGerman, preheader: "Wählen Sie ein Passwort und sehen Sie, was %s mit Ihnen teilt."},
			toPortal:  {subject: "Kundenportal von %s", to: "das Kundenportal", about: aboutClientsGerman, preheader: "Wählen Sie ein Passwort und sehen Sie, was %s mit Ihnen teilt."},
			toTeam: {subject: "Team von %s", to: "das Team", preheader: "Wählen Sie ein Passwort und kommen Sie ins Team.",
				about: "Mit Foyer holt %s Kunden in die Projekte: Was Sie freigeben, sehen die Kunden, alles andere bleibt im Team."},
		},
		own: wordsOfOwn{
			subject: "Öffnen Sie Ihren Arbeitsbereich bei Foyer", subjectAgain: "Öffnen Sie Ihren Arbeitsbereich bei Foyer", preheader: "Wählen Sie ein Passwort, um den Arbeitsbereich zu öffnen.",
			news:      "Jemand, vermutlich Sie, hat mit dieser E-Mail-Adresse einen Arbeitsbereich bei Foyer angefordert.",
			newsAgain: "Mit dieser E-Mail-Adresse wurde ein Arbeitsbereich bei Foyer angefordert, der noch darauf wartet, geöffnet zu werden.",
			about:     "Mit Foyer holt eine Agentur ihre Kunden in die Projekte: Sie sehen, was mit ihnen geteilt wird, und geben Rückmeldungen und Freigaben an einem Ort.",
			open:      "Arbeitsbereich öffnen",
			why:       "Diese E-Mail ging an %s, weil die Adresse bei der Registrierung für Foyer eingegeben wurde. Wenn Sie das nicht waren, ignorieren Sie sie: Es geschieht nichts, solange Sie nicht den Link öffnen und ein Passwort wählen.",
		},
	},
}

// What Foyer is to a client.
const (
	aboutClients       = "Foyer is where %s shares its work with you: you see what is meant for you, and give feedback and approvals in one place."
	aboutClientsGerman = "Bei Foyer teilt %s Arbeit mit Ihnen: Sie sehen, was für Sie bestimmt ist, und geben Rückmeldungen und Freigaben an einem Ort."
)
