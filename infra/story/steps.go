package story

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

func (s *story) ownerComesIn() {
	made := s.do(person{}, "POST", "/v1/workspaces", fmt.Sprintf(`{"name":"Acme Agency","ownerName":"Ann Archer","ownerEmail":%q}`, s.owner.email)).must(http.StatusCreated)
	s.workspace = made.str("id")
	mail := s.mail(s.owner.email, 1)
	if strings.Contains(mail.Subject+mail.Text+mail.HTML, "Acme Agency") {
		s.t.Fatalf("the mail of a sign-up has text of the caller in it: %s", mail.Text)
	}
	token := s.link(mail)
	s.want("workspace", s.do(person{}, "GET", "/v1/invitations/"+token, "").must(http.StatusOK).str("workspaceName"), "Acme Agency")
	s.do(person{}, "POST", "/v1/invitations/"+token+"/opening", "").must(http.StatusNoContent)
	s.do(person{}, "POST", "/v1/invitations/"+token+"/acceptance", fmt.Sprintf(`{"password":%q}`, s.owner.password)).must(http.StatusOK)
	s.signIn(&s.owner)
	me := s.do(s.owner, "GET", "/v1/me", "").must(http.StatusOK)
	memberships, _ := me.get("memberships").([]any)
	if len(memberships) != 1 {
		s.t.Fatalf("got %d memberships, want 1: %s", len(memberships), me.body)
	}
	m, _ := memberships[0].(map[string]any)
	s.want("membership", []any{m["workspace"], m["kind"], m["role"]}, []any{s.workspace, "member", "owner"})
}

func (s *story) clientIsAdded() {
	s.project = s.do(s.owner, "POST", "/v1/workspaces/"+s.workspace+"/projects", `{"name":"New website"}`).must(http.StatusCreated).str("id")
	body := fmt.Sprintf(`{"companyName":"Globex","name":"Carl Client","email":%q,"note":"Glad to have you with us."}`, s.client.email)
	added := s.do(s.owner, "POST", "/v1/projects/"+s.project+"/clients", body).must(http.StatusCreated)
	s.want("state of the invitation", added.str("invitation.state"), "queued")
	s.clientID, s.contact = added.str("person"), added.str("contact")
	people := s.do(s.owner, "GET", "/v1/projects/"+s.project+"/people", "").items(func(m map[string]any) string { return field("name")(m) + "|" + field("label")(m) })
	slices.Sort(people)
	s.want("people", people, "[Ann Archer| Carl Client|The Client]")
	s.eventually(func() string { return s.invitationIs("sent") })
	for _, p := range []struct{ name, email string }{{"Lena Quick", s.lena.email}, {"Nora Late", s.nora.email}} {
		s.do(s.owner, "POST", "/v1/projects/"+s.project+"/clients", fmt.Sprintf(`{"companyName":"  GLOBEX ","name":%q,"email":%q}`, p.name, p.email)).must(http.StatusCreated)
	}
	s.want("a second clients-add", s.do(s.owner, "POST", "/v1/projects/"+s.project+"/clients", body).must(http.StatusOK).str("contact"), s.contact)
}

// invitationIs says what is missing for the client's invitation to be in that state.
func (s *story) invitationIs(state string) string {
	s.t.Helper()
	states := s.do(s.owner, "GET", "/v1/projects/"+s.project+"/people", "").items(func(m map[string]any) string {
		if m["person"] != s.clientID {
			return ""
		}
		return field("invitation", "state")(m)
	})
	if got := strings.Join(states, ""); got != state {
		return fmt.Sprintf("the client's invitation is %q, want %q", got, state)
	}
	return ""
}

func (s *story) clientAccepts() {
	mail := s.mail(s.client.email, 1)
	for _, want := range []string{"Ann Archer", "New website", "Foyer", "Glad to have you with us."} {
		if !strings.Contains(mail.Text, want) {
			s.t.Fatalf("the invitation does not name %q: %s", want, mail.Text)
		}
	}
	token := s.link(mail)
	first := s.do(person{}, "GET", "/v1/invitations/"+token, "").must(http.StatusOK)
	for range 5 { // a scanner fetching the link
		s.want("viewing again", s.do(person{}, "GET", "/v1/invitations/"+token, "").must(http.StatusOK).body, first.body)
	}
	if missing := s.invitationIs("sent"); missing != "" {
		s.t.Fatalf("viewing changed something: %s", missing)
	}
	s.do(person{}, "POST", "/v1/invitations/"+token+"/opening", "").must(http.StatusNoContent)
	if missing := s.invitationIs("opened"); missing != "" {
		s.t.Fatal(missing)
	}
	weak := s.do(person{}, "POST", "/v1/invitations/"+token+"/acceptance", `{"password":"short"}`).must(http.StatusUnprocessableEntity)
	if !strings.Contains(weak.body, "body.password") || strings.Contains(weak.body, "short\"") {
		s.t.Fatalf("a weak password: no place, or the password itself, in %s", weak.body)
	}
	s.do(person{}, "POST", "/v1/invitations/"+token+"/acceptance", fmt.Sprintf(`{"password":%q}`, s.client.password)).must(http.StatusOK)
	again := s.do(person{}, "POST", "/v1/invitations/"+token+"/acceptance", `{"password":"Another-Pass-9"}`).must(http.StatusNotFound)
	invented := s.do(person{}, "POST", "/v1/invitations/"+strings.Repeat("x", 43)+"/acceptance", `{"password":"Another-Pass-9"}`).must(http.StatusNotFound)
	s.want("used and invented tokens", again.body, invented.body)
	s.signIn(&s.client)
	if missing := s.invitationIs("accepted"); missing != "" {
		s.t.Fatal(missing)
	}
	quick := s.link(s.mail(s.lena.email, 1)) // accepts long before a reminder is due
	s.do(person{}, "POST", "/v1/invitations/"+quick+"/acceptance", fmt.Sprintf(`{"password":%q}`, s.lena.password)).must(http.StatusOK)
	s.signIn(&s.lena)
	s.want("mails to the client (the second clients-add sent none)", len(s.stage.Mails(s.client.email)), 1)
}

func (s *story) itemsAreShared() {
	items := "/v1/projects/" + s.project + "/items"
	s.private = s.do(s.owner, "POST", items, `{"kind":"message","title":"Budget for us alone"}`).must(http.StatusCreated).str("id")
	s.shared = s.do(s.owner, "POST", items, `{"kind":"message","title":"Kick-off","text":"We start on Monday."}`).must(http.StatusCreated).str("id")
	s.do(s.owner, "POST", items, `{"kind":"event","title":"Workshop","start":"2026-12-01T09:00:00Z","end":"2026-12-01T10:00:00Z"}`).must(http.StatusCreated)
	s.want("a new item is private", s.do(s.owner, "GET", items+"/"+s.shared, "").must(http.StatusOK).get("clientCanSee"), false)
	s.do(s.owner, "PUT", items+"/"+s.shared+"/visibility", `{"clientCanSee":true}`).must(http.StatusOK)
	marks := s.do(s.owner, "GET", items+"?kind=message", "").items(func(m map[string]any) string { return fmt.Sprint(m["id"], "=", m["clientCanSee"]) })
	s.want("what the client sees, newest first", marks, []string{s.shared + "=true", s.private + "=false"})
	s.do(s.owner, "PUT", items+"/"+s.shared+"/visibility", `{"clientCanSee":false}`).must(http.StatusOK)
	s.do(s.client, "GET", "/v1/portal/projects/"+s.project+"/items/"+s.shared, "").must(http.StatusNotFound)
	s.do(s.owner, "PUT", items+"/"+s.shared+"/visibility", `{"clientCanSee":true}`).must(http.StatusOK)
}

func (s *story) clientSeesTheSharedItem() {
	portal := "/v1/portal/projects"
	s.want("projects", s.do(s.client, "GET", portal, "").items(field("id")), []string{s.project})
	s.want("project", s.do(s.client, "GET", portal+"/"+s.project, "").must(http.StatusOK).str("name"), "New website")
	s.want("messages", s.do(s.client, "GET", portal+"/"+s.project+"/items?kind=message", "").items(field("id")), []string{s.shared})
	s.want("events", s.do(s.client, "GET", portal+"/"+s.project+"/items?kind=event", "").items(field("id")), []string{})
	seen := s.do(s.client, "GET", portal+"/"+s.project+"/items/"+s.shared, "").must(http.StatusOK)
	s.want("title", seen.str("title"), "Kick-off")

	hidden := s.do(s.client, "GET", portal+"/"+s.project+"/items/"+s.private, "").must(http.StatusNotFound)
	last := s.private[len(s.private)-1:]
	other := "0"
	if last == "0" {
		other = "1"
	}
	absent := s.do(s.client, "GET", portal+"/"+s.project+"/items/"+s.private[:len(s.private)-1]+other, "").must(http.StatusNotFound)
	s.want("the 404 of a private item", hidden.body, absent.body)
	s.want("its headers", comparable(hidden.header), comparable(absent.header))

	for _, path := range []string{"", "/items?kind=message", "/items/" + s.shared} {
		own := s.do(s.client, "GET", portal+"/"+s.project+path, "").must(http.StatusOK)
		with := "?"
		if strings.Contains(path, "?") {
			with = "&"
		}
		preview := s.do(s.owner, "GET", portal+"/"+s.project+path+with+"as="+url.QueryEscape(s.clientID), "").must(http.StatusOK)
		s.want("the preview of "+path, preview.body, own.body)
		s.want("its ETag", preview.header.Get("ETag"), own.header.Get("ETag"))
	}
	s.do(s.client, "GET", "/v1/projects/"+s.project+"/items/"+s.shared, "").must(http.StatusNotFound)
	s.do(s.client, "GET", "/v1/projects/"+s.project+"/people", "").must(http.StatusNotFound)
	s.do(person{}, "GET", portal, "").must(http.StatusUnauthorized)
}

// comparable are the headers that do not differ by their nature from answer to answer.
func comparable(h http.Header) http.Header {
	h = h.Clone()
	for _, name := range []string{"Date", "Apigw-Requestid", "X-Amzn-Requestid", "X-Amz-Request-Id", "X-Amzn-Trace-Id", "X-Amz-Apigw-Id", "X-Amz-Id-2"} {
		h.Del(name)
	}
	return h
}

func (s *story) clientIsTold() {
	items := "/v1/projects/" + s.project + "/items"
	mails := len(s.stage.Mails(s.client.email))
	task := func(title string) string {
		made := s.do(s.owner, "POST", items, fmt.Sprintf(`{"kind":"task","title":%q,"assignee":%q,"ask":"feedback"}`, title, s.clientID)).must(http.StatusCreated)
		s.want("a task for a client is shared", made.get("clientCanSee"), true)
		return made.str("id")
	}
	feed := func(who person) []string {
		return s.do(who, "GET", "/v1/portal/notifications", "").items(field("item", "id"))
	}
	lineOf := func(who person, id string) func() string {
		return func() string {
			if lines := feed(who); len(lines) == 0 || lines[0] != id {
				return fmt.Sprintf("a line of %s at the top of the feed; there are %v", id, lines)
			}
			return ""
		}
	}

	s.task = task("Your thoughts on the sketches")
	s.eventually(lineOf(s.client, s.task))
	s.want("the client's feed: the shared message of before is not in it", feed(s.client), []string{s.task})
	mail := s.mail(s.client.email, mails+1)
	if !strings.Contains(mail.Text, "Your thoughts on the sketches") {
		s.t.Fatalf("the mail does not say which task: %s", mail.Text)
	}

	// Level all: the next shared message is told. Level none: not even a task is.
	s.setLevel(s.client, "all")
	message := s.do(s.owner, "POST", items, `{"kind":"message","title":"News","clientCanSee":true}`).must(http.StatusCreated).str("id")
	s.eventually(lineOf(s.client, message))
	s.mail(s.client.email, mails+2)
	s.setLevel(s.client, "none")
	s.setLevel(s.lena, "all")
	unheard := task("Not to be told")
	witness := s.do(s.owner, "POST", items, `{"kind":"message","title":"After it","clientCanSee":true}`).must(http.StatusCreated).str("id")
	s.eventually(lineOf(s.lena, witness)) // the project's changes are told in their order, so the task has been told of too
	s.setLevel(s.client, "limited")
	last := task("And the last one")
	s.eventually(lineOf(s.client, last))
	s.want("the client's feed, newest first", feed(s.client), []string{last, message, s.task})
	s.want("the feed of a client at level all", feed(s.lena), []string{last, witness, unheard})
	s.mail(s.client.email, mails+3)
	s.want("mails to the client", len(s.stage.Mails(s.client.email)), mails+3)
	s.want("notifications of the one who acted", s.do(s.owner, "GET", "/v1/workspaces/"+s.workspace+"/notifications", "").items(field("id")), []string{})
}

func (s *story) setLevel(who person, level string) {
	s.t.Helper()
	path := "/v1/me/notification-settings"
	tag := s.do(who, "GET", path, "").must(http.StatusOK).header.Get("ETag")
	s.do(who, "PUT", path, fmt.Sprintf(`{"level":%q,"projects":{}}`, level), "If-Match", tag).must(http.StatusOK)
}

func (s *story) accessIsRemoved() {
	access := "/v1/workspaces/" + s.workspace + "/contacts/" + s.contact + "/access"
	seen := "/v1/portal/projects/" + s.project + "/items/" + s.shared
	s.do(s.client, "GET", seen, "").must(http.StatusOK)
	mails := len(s.stage.Mails(s.client.email))
	s.do(s.owner, "DELETE", access, "").must(http.StatusNoContent)
	s.do(s.client, "GET", seen, "").must(http.StatusNotFound)
	s.want("projects of a removed client", s.do(s.client, "GET", "/v1/portal/projects", "").items(field("id")), []string{})
	s.want("notifications of a removed client", s.do(s.client, "GET", "/v1/portal/notifications", "").items(field("id")), []string{})
	if missing := s.invitationIs("removed"); missing != "" {
		s.t.Fatal(missing)
	}
	s.do(s.owner, "PUT", access, "").must(http.StatusNoContent)
	s.do(s.client, "GET", seen, "").must(http.StatusOK)
	s.want("mails after removal and restoring", len(s.stage.Mails(s.client.email)), mails)
}

func (s *story) reminderComes() {
	invitation := s.link(s.mail(s.nora.email, 1))
	s.stage.ReminderFallsDue()
	reminder := s.mail(s.nora.email, 2)
	s.want("the reminder's link", s.link(reminder), invitation)
	if first := s.mail(s.nora.email, 1); reminder.Subject == first.Subject {
		s.t.Fatalf("the reminder reads like the invitation: %q", reminder.Subject)
	}
	s.do(person{}, "POST", "/v1/invitations/"+invitation+"/acceptance", fmt.Sprintf(`{"password":%q}`, s.nora.password)).must(http.StatusOK)
	for _, accepted := range []person{s.lena, s.client} {
		for _, m := range s.stage.Mails(accepted.email) {
			if m.Subject == reminder.Subject {
				s.t.Fatalf("%s has accepted and was reminded", accepted.email)
			}
		}
	}
}

func (s *story) signOut() {
	s.do(s.client, "GET", "/v1/me", "").must(http.StatusOK)
	s.do(s.client, "DELETE", "/v1/sessions", "").must(http.StatusNoContent)
	s.do(s.client, "GET", "/v1/me", "").must(http.StatusUnauthorized)
	s.do(s.client, "GET", "/v1/portal/projects", "").must(http.StatusUnauthorized)
}
