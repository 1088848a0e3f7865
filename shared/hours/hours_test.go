package hours_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"foyer/shared/hours"
)

func clock(t testing.TB, s string) *hours.Clock {
	t.Helper()
	c, err := hours.ParseClock(s)
	if err != nil {
		t.Fatal(err)
	}
	return &c
}

func quiet(t testing.TB, from, to string) *hours.Quiet {
	t.Helper()
	return &hours.Quiet{From: *clock(t, from), To: *clock(t, to)}
}

func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	z, err := hours.ParseZone(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

// Each is the moment when something happens and when its mail may go, in UTC.
func TestMailWaitsForTheDigestAndForTheEndOfQuietHours(t *testing.T) {
	berlin, kathmandu := zone(t, "Europe/Berlin"), zone(t, "Asia/Kathmandu")
	night := quiet(t, "22:00", "07:00")
	for _, c := range []struct {
		what, at, want string
		hours          hours.Hours
	}{
		{"nothing chosen", "2026-11-28T03:00:07Z", "2026-11-28T03:00:07Z", hours.Hours{}},
		{"a zone alone", "2026-11-28T03:00:07Z", "2026-11-28T03:00:07Z", hours.Hours{Zone: berlin}},
		{"a digest later today", "2026-11-28T06:59:59Z", "2026-11-28T07:00:00Z", hours.Hours{Zone: berlin, Digest: clock(t, "08:00")}},
		{"at its minute", "2026-11-28T07:00:00Z", "2026-11-28T07:00:00Z", hours.Hours{Zone: berlin, Digest: clock(t, "08:00")}},
		{"just after it", "2026-11-28T07:00:01Z", "2026-11-29T07:00:00Z", hours.Hours{Zone: berlin, Digest: clock(t, "08:00")}},
		{"over the end of a year", "2026-12-31T12:00:00Z", "2027-01-01T07:00:00Z", hours.Hours{Zone: berlin, Digest: clock(t, "08:00")}},
		{"without a zone", "2026-11-28T07:00:01Z", "2026-11-28T08:00:00Z", hours.Hours{Digest: clock(t, "08:00")}},
		{"where the day is another one", "2026-11-28T20:00:00Z", "2026-11-29T02:15:00Z", hours.Hours{Zone: kathmandu, Digest: clock(t, "08:00")}},
		{"at night", "2026-11-28T02:30:00Z", "2026-11-28T06:00:00Z", hours.Hours{Zone: berlin, Quiet: night}},
		{"in the evening", "2026-11-28T21:30:00Z", "2026-11-29T06:00:00Z", hours.Hours{Zone: berlin, Quiet: night}},
		{"as the night begins", "2026-11-28T21:00:00Z", "2026-11-29T06:00:00Z", hours.Hours{Zone: berlin, Quiet: night}},
		{"before it", "2026-11-28T20:59:59Z", "2026-11-28T20:59:59Z", hours.Hours{Zone: berlin, Quiet: night}},
		{"as it ends", "2026-11-28T06:00:00Z", "2026-11-28T06:00:00Z", hours.Hours{Zone: berlin, Quiet: night}},
		{"in quiet hours of one day", "2026-11-28T11:59:59Z", "2026-11-28T13:00:00Z", hours.Hours{Quiet: quiet(t, "11:00", "13:00")}},
		{"before those", "2026-11-28T10:59:59Z", "2026-11-28T10:59:59Z", hours.Hours{Quiet: quiet(t, "11:00", "13:00")}},
		{"after those", "2026-11-28T13:00:00Z", "2026-11-28T13:00:00Z", hours.Hours{Quiet: quiet(t, "11:00", "13:00")}},
		{"a digest in quiet hours", "2026-11-28T10:00:00Z", "2026-11-29T07:00:00Z", hours.Hours{Digest: clock(t, "06:00"), Quiet: night}},
		{"quiet hours before the digest", "2026-11-28T23:00:00Z", "2026-11-29T08:00:00Z", hours.Hours{Digest: clock(t, "08:00"), Quiet: night}},
		// 29 March 2026: 02:00 becomes 03:00 in Berlin; 25 October: 03:00 becomes 02:00.
		{"a digest that the clock leaps over", "2026-03-28T12:00:00Z", "2026-03-29T01:30:00Z", hours.Hours{Zone: berlin, Digest: clock(t, "02:30")}},
		{"the day after it", "2026-03-29T02:00:00Z", "2026-03-30T00:30:00Z", hours.Hours{Zone: berlin, Digest: clock(t, "02:30")}},
		{"in summer an hour earlier", "2026-06-01T05:00:00Z", "2026-06-01T06:00:00Z", hours.Hours{Zone: berlin, Digest: clock(t, "08:00")}},
	} {
		at, err := time.Parse(time.RFC3339, c.at)
		if err != nil {
			t.Fatal(err)
		}
		if got := c.hours.Next(at).Format(time.RFC3339); got != c.want {
			t.Errorf("%s: got %s, want %s", c.what, got, c.want)
		}
	}
}

// Whatever somebody has chosen: a mail never goes before what it tells of, nor in quiet
// hours, and waits for two days at most.
func TestNoMailGoesInQuietHoursNorWaitsForEver(t *testing.T) {
	zones := []string{"UTC", "Europe/Berlin", "America/St_Johns", "Pacific/Apia", "Australia/Lord_Howe", "Asia/Kathmandu"}
	rapid.Check(t, func(rt *rapid.T) {
		pick := rapid.Custom(func(rt *rapid.T) hours.Clock { return hours.Clock(rapid.IntRange(0, 24*60-1).Draw(rt, "minute")) })
		h := hours.Hours{Zone: zone(t, rapid.SampledFrom(zones).Draw(rt, "zone"))}
		if rapid.Bool().Draw(rt, "digest") {
			h.Digest = new(pick.Draw(rt, "at"))
		}
		if rapid.Bool().Draw(rt, "quiet") {
			h.Quiet = &hours.Quiet{From: pick.Draw(rt, "from"), To: pick.Draw(rt, "to")}
			if h.Quiet.From == h.Quiet.To {
				rt.Skip("refused by settings-put")
			}
		}
		now := time.Unix(rapid.Int64Range(1735689600, 1893456000).Draw(rt, "now"), 0) // 2025 to 2030
		at := h.Next(now)
		if at.Before(now) || at.After(now.Add(49*time.Hour)) {
			rt.Fatalf("what happens at %v goes at %v", now, at)
		}
		if again := h.Next(at); h.Digest == nil && !again.Equal(at) {
			rt.Fatalf("it goes at %v, and by then not before %v", at, again)
		}
		if h.Digest == nil && h.Quiet == nil && !at.Equal(now) {
			rt.Fatalf("nothing was chosen, and it waits from %v to %v", now, at)
		}
	})
}

func TestWhatIsNoTimeOrZoneIsNone(t *testing.T) {
	for _, s := range []string{"", "8:00", "08:0", "24:00", "08:60", "08:00:00", "08.00", " 08:00", "-1:00"} {
		if c, err := hours.ParseClock(s); err == nil {
			t.Errorf("%q: got %d", s, c)
		}
	}
	for _, s := range []string{"", "Local", "local", "Europe", "Europe/Nowhere", "europe/berlin", "../etc/passwd", "/etc/localtime", "Europe/../Europe/Berlin", "posix/Europe/Berlin", "zone.tab", "UTC+1", "Europe/Berlin "} {
		if z, err := hours.ParseZone(s); err == nil {
			t.Errorf("%q: got %v", s, z)
		}
	}
	for _, s := range []string{"UTC", "Europe/Berlin", "America/Argentina/Buenos_Aires", "Etc/GMT+8", "America/Port-au-Prince", "EST5EDT"} {
		if _, err := hours.ParseZone(s); err != nil {
			t.Errorf("%q: %v", s, err)
		}
	}
	if got := *clock(t, "23:59"); got != 23*60+59 {
		t.Errorf("23:59: got %d minutes", got)
	}
}
