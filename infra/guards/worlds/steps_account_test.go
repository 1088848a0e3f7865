//go:build engine

package worlds

import (
	"net/http"
	"strings"
	"time"

	"pgregory.net/rapid"

	"foyer/infra/guards/machine"
	"foyer/shared/foyertest"
)

// What clients do about their accounts is public: all of it is theirs. What somebody
// does about an account that is known in secret is answered as for one that nobody has.
func init() { // not with the others: what they do goes through the steps' own run
	publicSteps = append(publicSteps, accountSteps...)
	secretSteps = append(secretSteps, secretAccountSteps...)
}

// present are the clients who can sign in and have a session.
func (r *run) present() []*client {
	return machine.Where(r.clients, func(c *client) bool { return c.cognito && c.session[plain] != "" })
}

// askOf has a client ask something of their own account.
func (r *run) askOf(rt *rapid.T, c *client, op, method, path string, f fields) int {
	q := request{op: op, who: c.person, method: method, target: "/v1" + path, headers: map[string]string{}}
	if f != nil {
		q.body = body(f)
	}
	if op == "me-update" {
		q.headers["If-Match"] = "*"
	}
	return r.ask(rt, q).status
}

var accountSteps = []step{
	{name: "a session goes on", operations: []string{"sessions-refresh"}, do: func(r *run, rt *rapid.T) bool {
		c := machine.OneOf(rt, "client who is signed in", r.present())
		return r.ask(rt, request{op: "sessions-refresh", who: c.person, method: "POST", target: "/v1/sessions/refresh",
			each: func(which int) string { return body(fields{"refresh": c.own[which]["refresh"]}) }}).status == http.StatusOK
	}},
	{name: "sign out everywhere", operations: []string{"sessions-end-all"}, do: func(r *run, rt *rapid.T) bool {
		c := machine.OneOf(rt, "client who is signed in", r.present())
		done := r.askOf(rt, c, "sessions-end-all", "DELETE", "/sessions/all", nil) == http.StatusNoContent
		return r.signIn(rt, c, foyertest.Password) == http.StatusCreated && done
	}},
	{name: "forget a password", operations: []string{"passwords-forgot"}, do: func(r *run, rt *rapid.T) bool {
		return r.forgot(rt, machine.OneOf(rt, "client", r.clients).email)
	}},
	{name: "ask for the password of an address that is known in secret", operations: []string{"passwords-forgot"}, do: func(r *run, rt *rapid.T) bool {
		return r.forgot(rt, machine.OneOf(rt, "secret client", r.hidden.clients).email)
	}},
	{name: "choose a new password", operations: []string{"passwords-reset"}, do: func(r *run, rt *rapid.T) bool {
		c := machine.OneOf(rt, "client with a password", machine.Where(r.clients, func(c *client) bool { return c.cognito }))
		r.forgot(rt, c.email)
		r.settle(rt)
		if c.reset == "" {
			machine.Skip("they have had mails enough")
		}
		done := r.askOf(rt, c, "passwords-reset", "POST", "/password-resets/"+c.reset, fields{"password": foyertest.Password}) == http.StatusNoContent
		c.reset = ""
		return r.signIn(rt, c, foyertest.Password) == http.StatusCreated && done
	}},
	{name: "change one's name", operations: []string{"me-update"}, do: func(r *run, rt *rapid.T) bool {
		c := machine.OneOf(rt, "client who is signed in", r.present())
		return r.askOf(rt, c, "me-update", "PATCH", "/me", fields{"name": rapid.SampledFrom([]string{c.name, "Chris Renamed"}).Draw(rt, "name")}) == http.StatusOK
	}},
	{name: "change one's password", operations: []string{"me-password"}, do: func(r *run, rt *rapid.T) bool {
		c := machine.OneOf(rt, "client who is signed in", r.present())
		return r.askOf(rt, c, "me-password", "PUT", "/me/password", fields{"current": foyertest.Password, "new": foyertest.Password}) == http.StatusNoContent
	}},
	{name: "change one's address", operations: []string{"me-address-change", "me-address-confirm"}, do: changeAddress},
	{name: "a second factor, and without it again", operations: []string{"totp-start", "totp-confirm", "sessions-answer", "totp-remove"}, do: func(r *run, rt *rapid.T) bool {
		c := machine.OneOf(rt, "client who is signed in", r.present())
		return r.secondFactor(rt, c) && r.ask(rt, request{op: "totp-remove", who: c.person, method: "DELETE", target: "/v1/me/totp", each: r.proof(c)}).status == http.StatusNoContent
	}},
	{name: "a second factor that is lost", operations: []string{"mfa-reset"}, do: func(r *run, rt *rapid.T) bool {
		c := machine.OneOf(rt, "client who is signed in, with access", machine.Where(r.present(), func(c *client) bool { return !c.removed }))
		if !r.secondFactor(rt, c) {
			return false
		}
		done := r.ask(rt, request{op: "mfa-reset", who: r.ann, method: "POST", target: "/v1/workspaces/" + r.workspace + "/people/" + c.id + "/mfa-reset"}).status == http.StatusNoContent
		return r.signIn(rt, c, foyertest.Password) == http.StatusCreated && done
	}},
}

var secretAccountSteps = []step{
	{name: "somebody asks for passwords in secret", operations: []string{"passwords-forgot"}, do: func(r *run, rt *rapid.T) bool {
		addresses := []string{r.ann.email, r.secretAddress()}
		for _, c := range r.hidden.clients {
			addresses = append(addresses, c.email)
		}
		r.tick(time.Minute) // a place asks so often only
		a := r.privately(rt, request{op: "passwords-forgot", method: "POST", target: "/v1/password-resets", body: body(fields{"email": machine.OneOf(rt, "address", addresses)})})
		return a.status == http.StatusAccepted
	}},
}

func (r *run) forgot(rt *rapid.T, email string) bool {
	return r.ask(rt, request{op: "passwords-forgot", method: "POST", target: "/v1/password-resets", body: body(fields{"email": email})}).status == http.StatusAccepted
}

// linked notes the token of a mail about an account.
func (r *run) linked(m foyertest.Mail) {
	for _, c := range r.clients {
		switch {
		case c.email == m.To && strings.Contains(m.Text, "/#/password-reset/"):
			c.reset = r.names.call(m.Token(), "token")
		case strings.Contains(m.Text, "/#/address-change/") && len(c.others) > 0 && c.others[len(c.others)-1] == m.To:
			c.change = r.names.call(m.Token(), "token")
		}
	}
}

// changeAddress goes the whole way: asked for, confirmed from the new one, signed in
// with it.
func changeAddress(r *run, rt *rapid.T) bool {
	c := machine.OneOf(rt, "client who is signed in", r.present())
	wanted := r.stranger(c.name).email
	c.others = append(c.others, wanted)
	if r.askOf(rt, c, "me-address-change", "POST", "/me/address", fields{"email": wanted, "password": foyertest.Password}) != http.StatusAccepted {
		return false
	}
	r.settle(rt)
	if c.change == "" {
		rt.Fatal("there is no mail to the new address")
	}
	if r.askOf(rt, c, "me-address-confirm", "POST", "/address-changes/"+c.change, nil) != http.StatusNoContent {
		return false
	}
	c.others, c.email, c.change = append(c.others, c.email), wanted, ""
	r.settle(rt)
	return r.signIn(rt, c, foyertest.Password) == http.StatusCreated
}

// proof is the body with the client's password and the code of their authenticator.
func (r *run) proof(c *client) func(which int) string {
	return func(which int) string {
		return body(fields{"password": foyertest.Password, "code": r.sides[which].Code(c.own[which]["secret"])})
	}
}

// secondFactor turns a client's second factor on, and signs them in with it.
func (r *run) secondFactor(rt *rapid.T, c *client) bool {
	if r.askOf(rt, c, "totp-start", "POST", "/me/totp", fields{"password": foyertest.Password}) != http.StatusOK {
		return false
	}
	on := r.ask(rt, request{op: "totp-confirm", who: c.person, method: "PUT", target: "/v1/me/totp", each: r.proof(c)}).status == http.StatusNoContent
	asked := r.signIn(rt, c, foyertest.Password) == http.StatusOK
	return on && asked && r.ask(rt, request{op: "sessions-answer", who: c.person, method: "POST", target: "/v1/sessions/challenges", each: func(which int) string {
		return body(fields{"challenge": c.own[which]["challenge"], "code": r.sides[which].Code(c.own[which]["secret"])})
	}}).status == http.StatusCreated
}
