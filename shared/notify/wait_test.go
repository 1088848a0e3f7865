//go:build engine

package notify_test

import (
	"testing"
	"time"

	"foyer/shared/table"
)

// waits is the minute (hh:mm) of the digest that Max' one mail waits for; empty: it does not.
func (s scene) waits(settings table.SettingsRow) string {
	s.T.Helper()
	settings.Level, settings.Version = "all", 1
	s.put(table.Settings(s.Max.ID), settings)
	before := len(s.told(s.Max))
	s.item(map[string]any{"kind": "message", "title": "News"})
	s.Drain(notifyID)
	mails := s.told(s.Max)
	if len(mails) != before+1 {
		s.T.Fatalf("got %d mails, want one more than %d", len(mails), before)
	}
	newest := mails[len(mails)-1]
	if newest.Digest == "" {
		return ""
	}
	minute, err := time.Parse(time.RFC3339, newest.Digest)
	if err != nil {
		s.T.Fatal(err)
	}
	var due table.DueRow
	found, err := s.Table.Get(s.T.Context(), table.Due(minute, table.DueDigest+"#"+s.Max.ID), &due)
	if err != nil || !found || due.Digest != newest.Digest || due.Person != s.Max.ID {
		s.T.Errorf("got the due row %+v (%v), want one that ends the waiting", due, err)
	}
	return minute.Format("15:04")
}

// What settings-put would not take holds nothing back for ever: it may be what another
// version wrote.
func TestTimesThatCannotBeReadHoldNothingBack(t *testing.T) {
	s := begin(t)
	in3 := s.Clock.Now().UTC().Truncate(time.Minute).Add(3 * time.Hour)
	at := in3.Format("15:04")
	for _, c := range []struct {
		what     string
		settings table.SettingsRow
		want     string
	}{
		{"nothing chosen", table.SettingsRow{}, ""},
		{"a digest", table.SettingsRow{Digest: at, TimeZone: "UTC"}, at},
		{"where it is nine hours later", table.SettingsRow{Digest: at, TimeZone: "Asia/Tokyo"}, in3.Add(-9 * time.Hour).Format("15:04")},
		{"of a zone that nobody knows", table.SettingsRow{Digest: at, TimeZone: "Europe/Nowhere"}, at},
		{"of no zone", table.SettingsRow{Digest: at}, at},
		{"at no time", table.SettingsRow{Digest: "noon", TimeZone: "UTC"}, ""},
		{"quiet hours", table.SettingsRow{QuietFrom: "00:00", QuietTo: at, TimeZone: "UTC"}, quietUntil(s.Clock.Now(), at)},
		{"without an end", table.SettingsRow{QuietFrom: "00:00", TimeZone: "UTC"}, ""},
		{"without a beginning", table.SettingsRow{QuietTo: "23:59", TimeZone: "UTC"}, ""},
	} {
		if got := s.waits(c.settings); got != c.want {
			t.Errorf("%s: it waits until %q, want %q", c.what, got, c.want)
		}
	}
}

// quietUntil is at, unless it is of tomorrow: then the hours from midnight on are over.
func quietUntil(now time.Time, at string) string {
	if now.UTC().Format("15:04") < at {
		return at
	}
	return ""
}

// A digest whose minute is so near that due-run may have passed it comes two minutes later.
func TestADigestThatIsNearIsNotMissed(t *testing.T) {
	s := begin(t)
	now := s.Clock.Now().UTC().Truncate(time.Minute).Add(time.Minute)
	s.Clock.Stand(now.Add(30 * time.Second))
	if got, want := s.waits(table.SettingsRow{Digest: now.Add(time.Minute).Format("15:04"), TimeZone: "UTC"}), now.Add(3*time.Minute).Format("15:04"); got != want {
		t.Errorf("it waits until %s, want %s: two whole minutes ahead", got, want)
	}
}

// Which of the two a mail is, at once or in a digest, is settled when it is first told:
// whoever chooses anew before it is delivered again hears of it once.
func TestAMailIsSettledOnce(t *testing.T) {
	s := begin(t)
	in3 := s.Clock.Now().UTC().Truncate(time.Minute).Add(3 * time.Hour)
	atOnce := table.SettingsRow{Level: "all", Version: 1}
	first, second := atOnce, atOnce
	first.Digest, second.Digest = in3.Format("15:04"), in3.Add(time.Hour).Format("15:04")
	for _, chosen := range [][2]table.SettingsRow{{atOnce, first}, {first, atOnce}, {first, second}} {
		s.waits(chosen[0])
		s.put(table.Settings(s.Max.ID), chosen[1])
		s.Unchanged(func() { s.Redeliver(notifyID) })
		s.Settled()
	}
}
