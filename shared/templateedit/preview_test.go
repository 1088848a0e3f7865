//go:build engine

package templateedit_test

import (
	"strings"
	"testing"

	"foyer/shared/foyertest"
)

func (s scene) preview(template any) foyertest.Response {
	s.T.Helper()
	return s.Do(s.Ann, "POST", s.path+"/preview", template)
}

func TestAPreviewShowsTheMailAndChangesNothing(t *testing.T) {
	s := begin(t)
	s.put("*", fields{"subject": "Stored: {{contactName}}", "senderName": "{{workspaceName}}"}).Must(200)
	s.Drain()
	s.Unchanged(func() {
		stored := s.preview(nil).Must(200)
		if stored.String("subject") != "Stored: Robin Reader" || stored.String("senderName") != "Acme Agency" || !strings.Contains(stored.String("html"), "Ann Archer of Acme Agency invites you") {
			t.Errorf("got %s, want the stored subject on the default mail", stored.Body)
		}
		given := s.preview(fields{"html": body, "language": "de"}).Must(200)
		for _, want := range []string{"<p>Hello Klara Kunde of Globex, come to „Neue Website“ until ", "Uhr (UTC).", `<a href="https://portal.example.com/#/invitation/sample">Accept</a>`, "Diese E-Mail ging an ann@acme.example, weil"} {
			if !strings.Contains(given.String("html"), want) {
				t.Errorf("the HTML has no %s: %s", want, given.String("html"))
			}
		}
		if !strings.Contains(given.String("text"), "Accept:\nhttps://portal.example.com/#/invitation/sample\n") || given.String("subject") != "Ann Archer lädt Sie ein: „Neue Website“" {
			t.Errorf("got %s", given.Body)
		}
		if empty := s.preview(fields{}).Must(200); empty.String("subject") != "Ann Archer invites you to “New website”" {
			t.Errorf("an empty template: got %s, want the default", empty.Body)
		}
		s.preview(fields{"html": "<p>no link</p>"}).Fault("body.html")
		s.Do(s.acme.Carl, "POST", s.path+"/preview", fields{}).Problem(404, "not-found")
		s.Do(foyertest.Person{}, "GET", "/v1/invitations/sample", nil).Problem(404, "not-found")
	})
	s.Drain()
	if got := s.Mails(""); len(got) != 0 {
		t.Errorf("a preview sent %+v", got)
	}
}
