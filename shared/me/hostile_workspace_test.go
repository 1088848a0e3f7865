//go:build engine

package me_test

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"foyer/shared/api"
	"foyer/shared/catalog"
	"foyer/shared/foyertest"
	"foyer/shared/table"
)

// trap is the hostile workspace: Olga, its owner, has invited Carl's address, whom she
// calls otherwise than he does.
type trap struct {
	*foyertest.World
	acme               foyertest.Acme
	olga               foyertest.Person
	workspace, project string
	contact, company   string
	item               string           // of Acme, shared with Carl
	phone              foyertest.Person // another session of Carl's
}

func hostile(t *testing.T) *trap {
	t.Helper()
	w := foyertest.New(t)
	h := &trap{World: w, acme: w.Acme()}
	h.item = w.Do(h.acme.Ann, "POST", "/v1/projects/"+h.acme.Project+"/items", map[string]any{"kind": "message", "title": "Acme's secret", "clientCanSee": true}).Must(201).String("id")
	h.phone = w.SignIn(h.acme.Carl)
	w.SecondFactor(h.acme.Carl)
	h.olga, h.workspace = w.Workspace("Hostile Agency", "Olga Other", "olga@hostile.example")
	h.project = w.Project(h.olga, h.workspace, "A trap")
	added := w.Do(h.olga, "POST", "/v1/projects/"+h.project+"/clients", map[string]any{"companyName": "Trap Inc", "name": "Mister X", "email": h.acme.Carl.Email}).Must(201)
	h.contact, h.company = added.String("contact"), w.Invitations(h.acme.Carl.Email, h.workspace)[0].Company
	return h
}

// hiredAddress is whom the sample of members-invite invites.
const hiredAddress = "mia@acme.example"

// theirs are the rows that are none of the hostile workspace's: Carl's own, Acme's, and
// which address is whose.
func (h *trap) theirs() map[table.Key]table.Item {
	rows := h.Rows()
	// Whom she invites to her team had no account before.
	var hired table.AddressRow
	key := table.Address(hiredAddress)
	if _, err := h.Table.Get(h.T.Context(), key, &hired); err != nil {
		h.T.Fatal(err)
	}
	maps.DeleteFunc(rows, func(k table.Key, _ table.Item) bool {
		return k == key || hired.Person != "" && strings.HasPrefix(k.PK, table.UserPartition(hired.Person))
	})
	maps.DeleteFunc(rows, func(key table.Key, _ table.Item) bool {
		asked := slices.ContainsFunc([]string{"MAIL#", "MAILED#", "PASSWORD-RESET"}, func(p string) bool { return strings.HasPrefix(key.SK, p) })
		return asked || strings.Contains(key.String(), strings.TrimPrefix(h.workspace, "wks_")) || strings.HasPrefix(key.PK, table.RealmAuth) && !strings.HasPrefix(key.PK, "AUTH#EMAIL#") ||
			strings.HasPrefix(key.PK, table.UserPartition(h.olga.ID)) || strings.HasPrefix(key.PK, table.RealmDue)
	})
	return rows
}

// endings are what ends the contact, and the workspace itself: nothing can be tried
// afterwards.
var endings = []string{"contacts-delete", "workspaces-close"}

// operations are all, and at last, where it ends, those that end something.
func operations(ends bool) []api.Endpoint {
	var all, last []api.Endpoint
	for _, op := range catalog.Operations() {
		if slices.Contains(endings, op.Meta().ID) {
			last = append(last, op)
		} else {
			all = append(all, op)
		}
	}
	if !ends {
		return all
	}
	return append(all, last...)
}

// tries are all requests of the catalogue that Olga can make of her own places and of
// Acme's, about Carl by every id that he has.
func (h *trap) tries(ends bool) (all []func() foyertest.Response) {
	candidates := map[string][]string{
		"workspace": {h.workspace, h.acme.Workspace}, "project": {h.project, h.acme.Project}, "person": {h.acme.Carl.ID, h.contact, h.acme.Carl.Contact},
		"contact": {h.contact, h.acme.Carl.Contact}, "company": {h.company, h.acme.Company}, "item": {h.item},
	}
	for _, op := range operations(ends) {
		m := op.Meta()
		if m.Public() || m.Access == api.SignedIn && m.Method != "GET" {
			continue // they name nobody but the caller
		}
		targets := []string{m.Path}
		for name, ids := range candidates {
			var more []string
			for _, target := range targets {
				if !strings.Contains(target, "{"+name+"}") {
					more = append(more, target)
					continue
				}
				for _, id := range ids {
					more = append(more, strings.ReplaceAll(target, "{"+name+"}", id))
				}
			}
			targets = more
		}
		sample := catalog.SampleOf(m.ID)
		for _, target := range targets {
			if strings.Contains(target, "{") {
				continue // a thing that this test has none of
			}
			all = append(all, func() foyertest.Response {
				var body any
				if sample.Body != "" {
					body = foyertest.Raw(sample.Body)
				}
				var headers []foyertest.Header
				for name, value := range sample.Headers {
					headers = append(headers, foyertest.Header{Name: name, Value: value})
				}
				return h.Do(h.olga, m.Method, strings.TrimSuffix(target+"?"+sample.Query, "?"), body, headers...)
			})
		}
	}
	return all
}

// assault has Olga do all that she can, and asserts that Carl and Acme are as before.
func (h *trap) assault(when string, ends ...bool) {
	h.T.Helper()
	h.Drain()
	h.ForgetMails()
	carl := h.acme.Carl
	before := h.theirs()
	secrets := []string{h.acme.Workspace, h.acme.Project, "Acme", h.acme.Company, carl.Name, h.acme.Ann.Name, "Acme's secret", "totp", carl.Contact}
	tried, done := 0, 0
	for _, try := range h.tries(len(ends) > 0) {
		r := try()
		tried++
		if r.Status < 300 {
			done++
		}
		for _, s := range secrets {
			if strings.Contains(r.Body, s) {
				h.T.Errorf("%s: Olga sees %q: %s", when, s, r.Body)
			}
		}
	}
	if tried < 40 || done < 5 {
		h.T.Errorf("%s: only %d requests, of which %d did something", when, tried, done)
	}
	h.Drain()
	after := h.theirs()
	for key, row := range before {
		if !reflect.DeepEqual(row, after[key]) {
			h.T.Errorf("%s: %s was %v, is %v", when, key, row, after[key])
		}
	}
	for key := range after {
		if _, ok := before[key]; !ok {
			h.T.Errorf("%s: %s is new", when, key)
		}
	}
	for _, m := range h.Mails(carl.Email) {
		if strings.Contains(m.Subject+m.Text, "Acme") || strings.Contains(m.Subject, "password") {
			h.T.Errorf("%s: Carl got %q", when, m.Subject)
		}
	}
	h.untouched(when)
}

// untouched: Carl goes on where he was, everywhere, as before.
func (h *trap) untouched(when string) {
	h.T.Helper()
	carl := h.acme.Carl
	for _, session := range []foyertest.Person{carl, h.phone} {
		me := h.Do(session, "GET", "/v1/me", nil).Must(200)
		if me.String("name") != carl.Name || me.String("email") != carl.Email || me.String("secondFactor") != "totp" {
			h.T.Errorf("%s: Carl is %s", when, me.Body)
		}
		h.Do(session, "GET", "/v1/portal/projects/"+h.acme.Project+"/items/"+h.item, nil).Must(200)
	}
	h.Do(foyertest.Person{}, "POST", "/v1/sessions/refresh", map[string]any{"refresh": carl.Refresh}).Must(200)
	if got := signIn(h.World, carl.Email, carl.Password); got != 200 {
		h.T.Errorf("%s: Carl's sign-in: got %d, want 200 and a challenge", when, got)
	}
	if h.PersonID(carl.Email) != carl.ID {
		h.T.Errorf("%s: Carl's address leads to somebody else", when)
	}
}

// Rule 24: an owner who invites somebody else's address can neither see, change, sign
// out nor take over anything of theirs elsewhere: not while they are invited, not when
// they have accepted, and not by taking them out again.
func TestAHostileWorkspaceHasNoHoldOnWhomItInvites(t *testing.T) {
	h := hostile(t)
	carl := h.acme.Carl
	h.assault("invited")
	// The link of the invitation, which Olga may have got to see, is no way in either.
	// She has taken it back among all that she tried.
	h.Do(h.olga, "POST", "/v1/workspaces/"+h.workspace+"/contacts/"+h.contact+"/invitation", map[string]any{}).Must(202)
	h.Drain()
	link := h.Link(carl.Email, h.workspace)
	view := h.Do(foyertest.Person{}, "GET", "/v1/invitations/"+link, nil).Must(200)
	if strings.Contains(view.Body, "Acme") || strings.Contains(view.Body, carl.Name) {
		t.Errorf("the invitation shows %s", view.Body)
	}
	before := h.theirs()
	h.Do(foyertest.Person{}, "POST", "/v1/invitations/"+link+"/acceptance", map[string]any{"password": "Olgas-Horse-9"}).Problem(409, "sign-in-first")
	h.Do(h.olga, "POST", "/v1/invitations/"+link+"/acceptance", map[string]any{}).Problem(409, "other-account")
	if after := h.theirs(); !reflect.DeepEqual(before, after) {
		t.Errorf("the refused acceptances changed something of Carl's or Acme's: %s", fmt.Sprint(after))
	}
	h.untouched("the link tried")

	h.Do(carl, "POST", "/v1/invitations/"+link+"/acceptance", map[string]any{}).Must(200)
	var names []any
	for _, m := range h.Do(carl, "GET", "/v1/me", nil).Must(200).List("memberships") {
		names = append(names, m["workspaceName"])
	}
	if len(names) != 2 || !slices.Contains(names, any("Acme Agency")) {
		t.Errorf("Carl's memberships are %v, want both workspaces", names)
	}
	h.assault("accepted")
	h.Do(h.olga, "DELETE", "/v1/workspaces/"+h.workspace+"/contacts/"+h.contact+"/access", nil)
	h.untouched("removed there")
	h.assault("removed there", true)
	h.Do(h.olga, "GET", "/v1/workspaces/"+h.workspace, nil).Problem(404, "not-found") // it is closed
}
