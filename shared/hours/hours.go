// Package hours is when mail of what happens may go to a person: at once or once a day,
// and not in their quiet hours (PRODUCT.md, rule 15). It is pure; time zones are those of
// the binary's own database, so that they are the same wherever a function runs.
package hours

import (
	"fmt"
	"regexp"
	"sync"
	"time"
	_ "time/tzdata" // the image of a function need not have one
)

// Clock is a time of the day, in minutes since midnight.
type Clock int

// ParseClock reads “hh:mm”, of 24 hours.
func ParseClock(s string) (Clock, error) {
	t, err := time.Parse("15:04", s)
	if err != nil || len(s) != len("15:04") {
		return 0, fmt.Errorf("%q is no time of the day", s)
	}
	return Clock(t.Hour()*60 + t.Minute()), nil
}

// ianaName is how zones are named: none of the files and folders that may stand beside them.
// It is made when it is needed: at the start, every function that shows a time would pay for it.
var ianaName = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^[A-Z][A-Za-z0-9_+-]*(/[A-Z][A-Za-z0-9_+-]*){0,2}$`)
})

// ParseZone finds a time zone by its name in the IANA database, such as Europe/Berlin.
func ParseZone(name string) (*time.Location, error) {
	if !ianaName().MatchString(name) || name == "Local" { // the machine's own
		return nil, fmt.Errorf("%q is no time zone", name)
	}
	return time.LoadLocation(name)
}

// Hours are what a person has chosen. Those of somebody who has chosen nothing let mail
// go at once.
type Hours struct {
	Zone   *time.Location // nil: UTC
	Digest *Clock         // when mail goes, once a day; nil: at once
	Quiet  *Quiet         // nil: at any hour
}

// Quiet are the hours between which no mail goes, over midnight where To is earlier: From
// is the first minute of them, To the first after them.
type Quiet struct{ From, To Clock }

// Next is when a mail may go that is there at that moment: then, or later.
func (h Hours) Next(now time.Time) time.Time {
	zone := h.Zone
	if zone == nil {
		zone = time.UTC
	}
	at := now.In(zone)
	if h.Digest != nil {
		at = h.Digest.from(at)
	}
	if h.Quiet != nil && h.Quiet.has(at) {
		at = h.Quiet.To.from(at)
	}
	return at.UTC()
}

// from is the first moment at or after t at which the clock shows so. Where it is set
// forward over that, it is the moment that would have been it.
func (c Clock) from(t time.Time) time.Time {
	year, month, day := t.Date()
	for ; ; day++ {
		if at := time.Date(year, month, day, 0, int(c), 0, 0, t.Location()); !at.Before(t) {
			return at
		}
	}
}

// has says whether the moment is in the quiet hours.
func (q Quiet) has(t time.Time) bool {
	at := Clock(t.Hour()*60 + t.Minute())
	if q.From < q.To {
		return q.From <= at && at < q.To
	}
	return q.From <= at || at < q.To
}
