package letters

import (
	"fmt"
	"time"

	"foyer/shared/table"
)

// german is the language beside English, as it stands in rows and in pages.
const german = "de"

// said is what the mail of a kind says in one language: what happened, what to do, and
// what if it was not the recipient. %s is the workspace where there is one.
type said struct {
	subject, news, label string
	below                string // the button
}

// Account is a mail about the person's own account.
type Account struct {
	Kind      string // of the mail (table.MailPasswordReset …)
	Email     string
	Name      string // empty in the mail to an address that may be somebody else's
	Language  string // the person's choice; empty: none
	Workspace string // whose admin did it
	Link      string
	Until     time.Time // until when the link works
}

// To is the address that it goes to.
func (a Account) To() string { return a.Email }

// Clean makes one line of everything that is one.
func (a Account) Clean() Account {
	for _, s := range []*string{&a.Email, &a.Name, &a.Workspace, &a.Link} {
		*s = line(*s)
	}
	return a
}

// letter of an account, in the person's language. The words of the mail that goes to
// an address that nobody has confirmed are Foyer's alone: it may be anybody's.
func (a Account) letter() letter {
	language := a.Language
	if language != german {
		language = "" // English
	}
	words := accountWords[language]
	s := words.kinds[a.Kind]
	hello := words.hello + ","
	if a.Name != "" {
		hello = words.hello + " " + a.Name + ","
	}
	news, below := s.news, s.below
	if a.Kind == table.MailMFAReset {
		news = fmt.Sprintf(news, a.Workspace)
	}
	if !a.Until.IsZero() {
		below = fmt.Sprintf(words.once, words.date(a.Until)) + " " + below
	}
	return letter{
		language: language, subject: s.subject, preheader: news, blocks: []block{say(hello), say(news), button{s.label, a.Link, language}, footnote(below)},
		why: fmt.Sprintf(words.why, a.Email),
	}
}

// accountWords are the words by language; the first is for who has chosen none.
var accountWords = map[string]struct {
	hello, once, why string
	date             func(time.Time) string
	kinds            map[string]said
}{
	"": {
		hello: "Hello", once: "The link works once, until %s.",
		why:  "This mail went to %s because it concerns an account on Foyer.",
		date: func(t time.Time) string { return t.UTC().Format(dateForm) },
		kinds: map[string]said{
			table.MailPasswordReset: {"Choose a new password", "Somebody, most likely you, has asked to choose a new password for your account on Foyer.", "Choose a new password",
				"If that was not you, ignore this mail: your password stays as it is. The link is for you alone."},
			table.MailPasswordChanged: {"Your password was changed", "The password of your account on Foyer was changed, and all other sessions were signed out.", "Choose another password",
				"If it was you, there is nothing to do. If not, choose another at once."},
			table.MailAddressChange: {"Confirm your new e-mail address", "Somebody, most likely you, wants to use this e-mail address for their account on Foyer.", "Confirm the address",
				"If that was not you, ignore this mail: nothing happens. The link is for you alone."},
			table.MailAddressChanged: {"Your e-mail address was changed", "Your account on Foyer has another e-mail address from now on. This one no longer signs in.", "Open Foyer",
				"If that was not you, tell an administrator of a workspace that you are in: with this address you can no longer sign in."},
			table.MailMFAReset: {"Your second factor was turned off", "An administrator of %s turned the second factor of your account on Foyer off, and all sessions were signed out. From now on your password alone signs you in.", "Set it up again",
				"If you did not ask for that, change your password and tell them."},
		},
	},
	german: {
		hello: "Guten Tag", once: "Der Link funktioniert einmal, bis %s.",
		why:  "Diese E-Mail ging an %s, weil sie ein Konto bei Foyer betrifft.",
		date: germanDate,
		kinds: map[string]said{
			table.MailPasswordReset: {"Neues Passwort wählen", "Jemand, vermutlich Sie, möchte ein neues Passwort für Ihr Konto bei Foyer wählen.", "Neues Passwort wählen",
				"Wenn Sie das nicht waren, ignorieren Sie diese E-Mail: Ihr Passwort bleibt, wie es ist. Der Link ist nur für Sie bestimmt."},
			table.MailPasswordChanged: {"Ihr Passwort wurde geändert", "Das Passwort Ihres Kontos bei Foyer wurde geändert, alle anderen Sitzungen wurden abgemeldet.", "Anderes Passwort wählen",
				"Wenn Sie es waren, müssen Sie nichts tun. Wenn nicht, wählen Sie sofort ein anderes."},
			table.MailAddressChange: {"Neue E-Mail-Adresse bestätigen", "Jemand, vermutlich Sie, möchte diese E-Mail-Adresse für sein Konto bei Foyer verwenden.", "Adresse bestätigen",
				"Wenn Sie das nicht waren, ignorieren Sie diese E-Mail: Es geschieht nichts. Der Link ist nur für Sie bestimmt."},
			table.MailAddressChanged: {"Ihre E-Mail-Adresse wurde geändert", "Ihr Konto bei Foyer hat ab jetzt eine andere E-Mail-Adresse. Mit dieser können Sie sich nicht mehr anmelden.", "Foyer öffnen",
				"Wenn Sie das nicht waren, wenden Sie sich an die Administration eines Arbeitsbereichs, in dem Sie sind: Mit dieser Adresse kommen Sie nicht mehr hinein."},
			table.MailMFAReset: {"Ihr zweiter Faktor wurde abgeschaltet", "Die Administration von %s hat den zweiten Faktor Ihres Kontos bei Foyer abgeschaltet, alle Sitzungen wurden abgemeldet. Ab jetzt genügt zur Anmeldung Ihr Passwort.", "Wieder einrichten",
				"Wenn Sie nicht darum gebeten haben, ändern Sie Ihr Passwort und melden Sie sich dort."},
		},
	},
}

// germanDate is dateForm in German: the standard library knows English names alone.
func germanDate(t time.Time) string {
	t = t.UTC()
	days := [...]string{"Sonntag", "Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag"}
	months := [...]string{"Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November", "Dezember"}
	return fmt.Sprintf("%s, %d. %s %d, %s Uhr (UTC)", days[t.Weekday()], t.Day(), months[t.Month()-1], t.Year(), t.Format("15:04"))
}
