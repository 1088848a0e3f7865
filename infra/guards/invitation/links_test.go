//go:build engine

package invitation

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"time"

	"pgregory.net/rapid"

	"foyer/infra/guards/machine"
	"foyer/shared/mailevents"
)

// linkSteps are what happens to invitations beside what the staff does.
var linkSteps = []step{
	{"the mail leaves", (*run).mailLeaves},
	{"time passes over a reminder", (*run).timePasses},
	{"time passes over the end", (*run).timeIsOver},
	{"scanners fetch the links", (*run).scan},
	{"the page says that a link was opened", (*run).opening},
	{"the page says so of a link that is dead", (*run).openingDead},
	{"an acceptance with a new password", (*run).acceptNew},
	{"an acceptance with the account that there is", (*run).acceptOwn},
	{"two clicks at once of somebody new", (*run).clickTwiceNew},
	{"two clicks at once of somebody with an account", (*run).clickTwiceOwn},
	{"a forwarded link in another browser", (*run).forwarded},
	{"a link replayed after its acceptance", (*run).replayed},
	{"an acceptance by an old link", (*run).acceptOld},
	{"a bounce", (*run).bounces},
	{"a complaint", (*run).complains},
	{"a bounce of an older mail", (*run).bouncesLate},
	{"news of a mail that may arrive yet", (*run).mayArrive},
}

func (r *run) mailLeaves(rt *rapid.T) {
	r.settle(rt)
}

func (r *run) timePasses(rt *rapid.T) {
	minutes := rapid.IntRange(1, 6).Draw(rt, "minutes")
	if !slices.ContainsFunc(r.due, func(d reminder) bool {
		return r.standsFor(d.letter) && !d.minute.After(r.now.Add(time.Duration(minutes)*time.Minute))
	}) {
		machine.Skip("nobody is reminded by then")
	}
	r.goOn(rt, time.Duration(minutes)*time.Minute)
}

func (r *run) timeIsOver(rt *rapid.T) {
	if !slices.ContainsFunc(r.contacts, r.pending) {
		machine.Skip("nobody's invitation is open")
	}
	r.goOn(rt, life+time.Duration(rapid.IntRange(-2, 1).Draw(rt, "minutes"))*time.Minute)
}

func (r *run) goOn(rt *rapid.T, d time.Duration) {
	r.pass(d)
	r.runDue(rt)
	r.remind()
}

// scan fetches each link several times, as scanners of mails do, some at once.
func (r *run) scan(rt *rapid.T) {
	l := machine.OneOf(rt, "link", r.links)
	r.unchanged(rt, "fetching links", func() {
		fetch := func(number int) answer { return r.askFrom(number, "", "GET", l.path(""), nil) }
		for _, got := range r.atOnce(fetch, fetch, fetch) {
			if got.ok() != r.shows(l) {
				rt.Fatalf("link %d of %s, who is %s: got %s", l.generation, l.of.name, r.shown(l.of), got)
			}
		}
		for _, l := range r.links {
			r.link(rt, l)
		}
	})
}

// aLink draws one of the links for which it holds.
func (r *run) aLink(rt *rapid.T, holds func(*link) bool) *link {
	return machine.OneOf(rt, "such link", machine.Where(r.links, holds))
}

func (r *run) opening(rt *rapid.T) {
	l := r.aLink(rt, r.shows)
	r.must(rt, r.ask("", "POST", l.path("/opening"), nil))
	l.of.become(opened)
	r.unchanged(rt, "a second opening", func() { r.must(rt, r.ask("", "POST", l.path("/opening"), nil)) })
}

func (r *run) openingDead(rt *rapid.T) {
	l := r.aLink(rt, func(l *link) bool { return !r.shows(l) })
	r.unchanged(rt, "an opening by a dead link", func() { r.absent(rt, "opening", r.ask("", "POST", l.path("/opening"), nil)) })
}

// password is what somebody chooses.
func (r *run) password() string {
	r.made++
	return fmt.Sprintf("Correct-Horse-%d", r.made)
}

func (r *run) accepts(number int, person string, l *link, password string) answer {
	body := fields{}
	if password != "" {
		body["password"] = password
	}
	return r.askFrom(number, person, "POST", l.path("/acceptance"), body)
}

func (r *run) acceptsOnce(person string, l *link, password string) answer {
	r.asked++
	return r.accepts(r.asked, person, l, password)
}

// taken records an acceptance, and signs in whoever chose a password by it; nobody
// signs in with any other.
func (r *run) taken(rt *rapid.T, l *link, password string, others ...string) {
	rt.Helper()
	r.accept(l.of, password)
	if l.of.accepted > 1 {
		rt.Fatalf("%s accepted %d times", l.of.name, l.of.accepted)
	}
	if password == "" {
		return
	}
	r.signedIn(l.who)
	r.must(rt, r.ask("", "POST", "/v1/sessions", fields{"email": l.who.email, "password": password}))
	for _, other := range others {
		if other != password {
			r.refused(rt, r.ask("", "POST", "/v1/sessions", fields{"email": l.who.email, "password": other}), http.StatusUnauthorized, "invalid-credentials")
		}
	}
}

// isNew and hasAccount are links that can be accepted, of somebody without an account
// and with one.
func (r *run) isNew(l *link) bool      { return r.shows(l) && !l.who.confirmed }
func (r *run) hasAccount(l *link) bool { return r.shows(l) && l.who.confirmed }

// acceptNew may happen in a browser where somebody else is signed in: the link is what
// counts of somebody who has no account.
func (r *run) acceptNew(rt *rapid.T) {
	l, password, browser := r.aLink(rt, r.isNew), r.password(), ""
	if rapid.Bool().Draw(rt, "somebody else is signed in") {
		browser = l.of.in.of.owner
	}
	r.unchanged(rt, "a password that is too weak", func() {
		if got := r.acceptsOnce("", l, "weak"); got.status != http.StatusUnprocessableEntity {
			rt.Fatalf("got %s, want 422", got)
		}
	})
	r.must(rt, r.acceptsOnce(browser, l, password))
	r.taken(rt, l, password)
}

func (r *run) acceptOwn(rt *rapid.T) {
	l := r.aLink(rt, r.hasAccount)
	r.must(rt, r.acceptsOnce(l.who.person, l, ""))
	r.taken(rt, l, "")
}

func (r *run) clickTwiceNew(rt *rapid.T) {
	l, first := r.aLink(rt, r.isNew), r.password()
	second := first
	if rapid.Bool().Draw(rt, "two passwords") {
		second = r.password()
	}
	passwords := []string{first, second}
	won := r.clickTwice(rt, l, "", passwords)
	r.taken(rt, l, passwords[won], passwords...)
}

func (r *run) clickTwiceOwn(rt *rapid.T) {
	l := r.aLink(rt, r.hasAccount)
	r.clickTwice(rt, l, l.who.person, []string{"", ""})
	r.taken(rt, l, "")
}

// clickTwice accepts twice at once: one of the two has it, and which is given back; the
// other is told why not, in a way that a page can show.
func (r *run) clickTwice(rt *rapid.T, l *link, person string, passwords []string) (won int) {
	rt.Helper()
	got := r.atOnce(
		func(number int) answer { return r.accepts(number, person, l, passwords[0]) },
		func(number int) answer { return r.accepts(number, person, l, passwords[1]) },
	)
	if got[0].ok() == got[1].ok() {
		rt.Fatalf("of two clicks at once exactly one is to accept; got %s and %s", got[0], got[1])
	}
	if got[1].ok() {
		won = 1
	}
	lost := got[1-won]
	if status := lost.status; status != http.StatusNotFound && status != http.StatusConflict {
		rt.Fatalf("the click that came second: got %s, want 404 or 409", lost)
	}
	return won
}

// forwarded is the link of somebody who has an account, in the browser of somebody else:
// it says whose it is, and accepts nothing.
func (r *run) forwarded(rt *rapid.T) {
	l := r.aLink(rt, r.hasAccount)
	others := machine.Where(r.accounts, func(who *account) bool { return who.confirmed && who != l.who })
	browser := l.of.in.of.owner
	if len(others) > 0 {
		browser = machine.OneOf(rt, "other person", others).person
	}
	r.unchanged(rt, "a forwarded link", func() {
		r.refused(rt, r.acceptsOnce(browser, l, ""), http.StatusConflict, "other-account")
		r.refused(rt, r.acceptsOnce("", l, ""), http.StatusConflict, "sign-in-first")
		r.refused(rt, r.acceptsOnce("", l, r.password()), http.StatusConflict, "sign-in-first")
	})
}

// replayed is a link that was used: the one 404, for its person too.
func (r *run) replayed(rt *rapid.T) {
	r.dead(rt, r.aLink(rt, func(l *link) bool {
		return l.of.who == l.who && l.of.generation == l.generation && l.of.state == accepted
	}))
}

// acceptOld is a link that is not the last, or whose invitation has ended otherwise.
func (r *run) acceptOld(rt *rapid.T) {
	r.dead(rt, r.aLink(rt, func(l *link) bool {
		return !r.shows(l) && (l.of.who != l.who || l.of.generation != l.generation || l.of.state != accepted)
	}))
}

func (r *run) dead(rt *rapid.T, l *link) {
	rt.Helper()
	r.unchanged(rt, "an acceptance by a dead link", func() {
		if l.who.confirmed {
			r.absent(rt, "acceptance by its person", r.acceptsOnce(l.who.person, l, ""))
		}
		r.absent(rt, "acceptance by a stranger", r.acceptsOnce("", l, r.password()))
	})
}

// isLast says whether the mail is of the invitation as it is now.
func isLast(l letter) bool { return l.of.who == l.who && l.of.generation == l.generation }

func (r *run) bounces(rt *rapid.T) {
	r.tell(rt, machine.OneOf(rt, "mail", machine.Where(r.arrived, func(l letter) bool { return isLast(l) && r.pending(l.of) })), bounce)
}

func (r *run) complains(rt *rapid.T) {
	r.tell(rt, machine.OneOf(rt, "mail", machine.Where(r.arrived, func(l letter) bool { return isLast(l) && r.pending(l.of) })), complaint)
}

// bouncesLate is a bounce of a mail whose invitation is not waiting for its answer as it
// was sent: it was sent again, answered, or has ended.
func (r *run) bouncesLate(rt *rapid.T) {
	r.tell(rt, machine.OneOf(rt, "mail", machine.Where(r.arrived, func(l letter) bool { return l.kind != addedMail && (!isLast(l) || !r.pending(l.of)) })), bounce)
}

// tell tells mail-events of a mail that left, twice as SES may.
func (r *run) tell(rt *rapid.T, l letter, what string) {
	rt.Helper()
	r.event(rt, l, what, "Permanent")
	r.unchanged(rt, "the same news again", func() { r.event(rt, l, what, "Permanent") })
	r.told(l, what)
}

func (r *run) mayArrive(rt *rapid.T) {
	l := machine.OneOf(rt, "mail", r.arrived)
	r.unchanged(rt, "a mail that may arrive yet", func() {
		r.event(rt, l, bounce, "Transient")
		r.event(rt, l, "Delivery", "")
	})
}

func (r *run) event(rt *rapid.T, l letter, what, kind string) {
	rt.Helper()
	tags := map[string][]string{}
	for name, value := range l.tags {
		tags[name] = []string{value}
	}
	to := []fields{{"emailAddress": l.who.email}}
	body, err := json.Marshal(fields{"eventType": what, "mail": fields{"messageId": "m1", "tags": tags},
		"bounce": fields{"bounceType": kind, "bouncedRecipients": to}, "complaint": fields{"complainedRecipients": to}})
	if err != nil {
		panic(err) // strings
	}
	if err := mailevents.Run(r.T.Context(), r.Env(mailevents.ID), string(body)); err != nil {
		rt.Fatalf("mail-events: %v", err)
	}
}
