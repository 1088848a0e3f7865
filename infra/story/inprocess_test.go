//go:build engine

package story_test

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"foyer/infra/story"
	"foyer/shared/foyertest"
)

// inProcess plays the story in the test's own process: every function's AWS calls
// are held to its own policy of template.yaml, the stream is a real one.
type inProcess struct{ w *foyertest.World }

func (s inProcess) Send(r *http.Request) (*http.Response, error) {
	rec := httptest.NewRecorder()
	s.w.ServeHTTP(rec, r)
	return rec.Result(), nil
}

func (s inProcess) Mails(to string) []story.Mail {
	var out []story.Mail
	for _, m := range s.w.Mails(to) {
		out = append(out, story.Mail{To: to, Subject: m.Subject, HTML: m.HTML, Text: m.Text})
	}
	return out
}

func (s inProcess) Settle() { s.w.Drain() }

// CheckToken: the pool of a World has no triggers; the deployed one has.
func (s inProcess) CheckToken(string) error { return nil }

// ReminderFallsDue lets due-run run every minute, as its schedule does: what fell due before
// the last minutes, its first run does not look for.
func (s inProcess) ReminderFallsDue() {
	for end := s.w.Clock.Now().Add(s.w.Config.Reminder + 2*time.Minute); s.w.Clock.Now().Before(end); {
		s.w.Clock.Advance(time.Minute)
		if err := s.w.RunDue(); err != nil {
			s.w.T.Fatal(err)
		}
	}
	s.w.Drain()
}

func TestTheStoryInProcess(t *testing.T) {
	w := foyertest.New(t)
	w.Config.Reminder = 2 * time.Minute // within the life of an access token
	story.Play(t, inProcess{w}, "http://foyer.test", "t")
}
