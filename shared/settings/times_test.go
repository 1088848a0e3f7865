//go:build engine

package settings_test

import (
	"testing"
)

func TestDigestAndQuietHoursAreReadAsTheyWereChosen(t *testing.T) {
	w, a := scene(t)
	_, tag := read(w, a.Carl)
	chosen := fields{"digest": "08:00", "quietHours": fields{"from": "20:30", "to": "07:00"}, "timeZone": "Europe/Berlin"}
	put := write(w, a.Carl, tag, chosen).Must(200)
	got, tag := read(w, a.Carl)
	if got.Body != put.Body || tag != put.Header.Get("ETag") {
		t.Errorf("read %s %s, want what put answered: %s %s", got.Body, tag, put.Body, put.Header.Get("ETag"))
	}
	for at, want := range map[string]string{"digest": "08:00", "quietHours.from": "20:30", "quietHours.to": "07:00", "timeZone": "Europe/Berlin"} {
		if got.String(at) != want {
			t.Errorf("%s: got %q, want %q", at, got.String(at), want)
		}
	}
	write(w, a.Carl, tag, fields{"timeZone": "Asia/Kathmandu"}).Must(200)
	if got, _ := read(w, a.Carl); got.String("timeZone") != "Asia/Kathmandu" || got.String("digest") != "" || got.String("quietHours.from") != "" {
		t.Errorf("got %s, want the zone alone: what is left out is chosen no more", got.Body)
	}
}

func TestTimesThatAreNoneAreRefusedInTheirPlace(t *testing.T) {
	w, a := scene(t)
	_, tag := read(w, a.Carl)
	const zone = "Europe/Berlin"
	for at, bodies := range map[string][]fields{
		"body.digest": {
			{"digest": "8:00", "timeZone": zone}, {"digest": "24:00", "timeZone": zone}, {"digest": "", "timeZone": zone}, {"digest": "08:00:00", "timeZone": zone},
		},
		"body.quietHours.from": {{"quietHours": fields{"from": "x", "to": "07:00"}, "timeZone": zone}},
		"body.quietHours.to": {
			{"quietHours": fields{"from": "20:00", "to": "07:60"}, "timeZone": zone}, {"quietHours": fields{"from": "20:00", "to": "20:00"}, "timeZone": zone},
		},
		"body.quietHours": {{"quietHours": fields{"from": "20:00"}, "timeZone": zone}, {"quietHours": fields{"to": "20:00"}, "timeZone": zone}},
		"body.timeZone": {
			{"digest": "08:00"}, {"quietHours": fields{"from": "20:00", "to": "07:00"}}, {"digest": "08:00", "timeZone": "Local"}, {"timeZone": "Europe/Nowhere"}, {"timeZone": "../etc"}, {"timeZone": ""},
		},
	} {
		for _, body := range bodies {
			w.Unchanged(func() { write(w, a.Carl, tag, body).Fault(at) })
		}
	}
	// One answer says of all that is wrong.
	w.Unchanged(func() {
		r := write(w, a.Carl, tag, fields{"digest": "08:00", "quietHours": fields{"from": "20:00", "to": "20:00"}, "projects": fields{"prj_1": "all"}})
		for _, at := range []string{"body.timeZone", "body.quietHours.to", "body.projects.prj_1"} {
			r.Fault(at)
		}
	})
}
