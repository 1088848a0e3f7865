//go:build engine

package invariants_test

import (
	"testing"
	"time"

	"foyer/infra/guards/invariants"
	"foyer/infra/guards/scene"
	"foyer/shared/catalog"
	"foyer/shared/foyertest"
	"foyer/shared/mailevents"
	"foyer/shared/table"
)

// lived is a scene in which every operation was asked, what that told people was
// sent, an invitation was reminded of, a digest went and one waits, and the mail of one
// came back.
func lived(t *testing.T) *scene.Scene {
	t.Helper()
	s := scene.New(t)
	for _, op := range catalog.Operations() {
		r := s.Prepare(op)
		if r.Op.Keyed {
			r.Headers = append(r.Headers, foyertest.Header{Name: "Idempotency-Key", Value: "k-" + r.Op.ID})
		}
		if got := s.Send(r); got.Status >= 300 {
			t.Fatalf("%s: got %d %s", r.Op.ID, got.Status, got.Body)
		}
	}
	s.Do(s.Ann, "POST", "/v1/projects/"+s.Project(s.Ann, s.WorkspaceID, "Second")+"/clients",
		map[string]any{"companyName": "Globex", "name": "Carl", "email": s.Carl.Email}).Must(201)
	s.Do(s.Ann, "PUT", "/v1/me/notification-settings", map[string]any{"level": "all", "projects": map[string]any{s.ProjectID: "all"}}, foyertest.Header{Name: "If-Match", Value: "*"}).Must(200)
	s.Do(s.Mia, "POST", "/v1/projects/"+s.ProjectID+"/items", map[string]any{"kind": "task", "title": "Look at it", "assignee": s.Carl.ID, "ask": "feedback"}).Must(201)
	s.Drain()
	if failed := s.RunJobs(); failed > 0 {
		t.Fatalf("%d jobs failed", failed)
	}
	bounced := s.Invitee()
	s.Drain()
	mails := s.Mails(bounced.Email)
	if err := mailevents.Run(t.Context(), s.Env(mailevents.ID), mailevents.Permanent(bounced.Email, mails[len(mails)-1].Tags)); err != nil {
		t.Fatal(err)
	}
	s.Template(`<p>Hello {{contactName}}</p><p><a href="{{link}}">Accept</a></p>`)
	asked := s.Client() // for a code, and does not answer
	s.SecondFactor(asked)
	s.Do(foyertest.Person{}, "POST", "/v1/sessions", map[string]any{"email": asked.Email, "password": asked.Password}).Must(200)
	// A digest that comes with the reminder, and one that is still to come.
	clock := func(ahead time.Duration) string { return table.DueMinute(s.Clock.Now(), ahead).Format("15:04") }
	s.Do(s.Ann, "PUT", "/v1/me/notification-settings", map[string]any{"level": "all", "digest": clock(s.Config.Reminder), "timeZone": "UTC"}, foyertest.Header{Name: "If-Match", Value: "*"}).Must(200)
	s.Do(s.Carl, "PUT", "/v1/me/notification-settings", map[string]any{"digest": clock(s.Config.Reminder + 5*time.Hour), "quietHours": map[string]any{"from": "00:00", "to": "00:01"}, "timeZone": "UTC"}, foyertest.Header{Name: "If-Match", Value: "*"}).Must(200)
	s.Do(s.Mia, "POST", "/v1/projects/"+s.ProjectID+"/items", map[string]any{"kind": "task", "title": "Look at this too", "assignee": s.Carl.ID, "ask": "feedback"}).Must(201)
	reminded := s.Invitee()
	s.Drain()
	s.Clock.Advance(s.Config.Reminder + time.Minute)
	if err := s.RunDue(); err != nil {
		t.Fatal(err)
	}
	s.Drain()
	if got := s.Invitations(reminded.Email, s.WorkspaceID)[0].Reminders; got != 1 {
		t.Fatalf("%d reminders, want 1", got)
	}
	return s
}

func TestATableThatWasLivedIn(t *testing.T) {
	s := lived(t)
	for _, what := range []struct {
		name string
		test func(t *testing.T, s *scene.Scene)
	}{
		{"is whole", isWhole},
		{"shows what is missing or otherwise", showsWhatIsMissingOrOtherwise},
		{"shows what is broken by hand", showsWhatIsBrokenByHand},
		{"is exported whole", isExportedWhole},
	} {
		t.Run(what.name, func(t *testing.T) {
			s.T = t
			what.test(t, s)
		})
	}
	s.T = t
}

// Whatever the operations and consumers do, the table agrees with itself.
func isWhole(t *testing.T, s *scene.Scene) {
	t.Helper()
	rows := invariants.Hold(s.World)
	if broken := invariants.BrokenUsers(s.World, rows); len(broken) > 0 {
		t.Errorf("the pool does not agree with the table: %v", broken)
	}
	have := map[string]bool{}
	for key := range rows {
		have[invariants.Kind(key)] = true
	}
	for _, kind := range invariants.Known() {
		if !have[kind] {
			t.Errorf("no row of the kind %s was made, so nothing was asked of it: make one in lived", kind)
		}
	}
}
