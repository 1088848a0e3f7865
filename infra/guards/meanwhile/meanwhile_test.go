//go:build engine

package meanwhile

import (
	"net/http"
	"regexp"
	"slices"
	"testing"

	"foyer/infra/guards/scene"
	"foyer/shared/api"
	"foyer/shared/catalog"
	"foyer/shared/foyertest"
)

// unasked are rows that a write need not ask of.
type unasked struct {
	place *regexp.Regexp
	why   string
}

var unnoticed = []unasked{
	{regexp.MustCompile(`^put \S+#ACT / act_…$`), "a record has a new id"},
	{regexp.MustCompile(`^put USER#\S+ / MAIL#`), "a mail's id says what it tells: it would be the same mail"},
	{regexp.MustCompile(`^put DUE#`), "so does a due row's"},
	{regexp.MustCompile(`^put USER#\S+ / SESSION#`), "a session has Cognito's id, new at each sign-in"},
	{regexp.MustCompile(`^put CLIENT#W#…?\S* / PROJECT#`), "a pointer says nothing but its key"},
	{regexp.MustCompile(`^update AUTH#ATTEMPTS#`), "a count that has ended begins anew"},
	{regexp.MustCompile(`^put AUTH#ATTEMPTS#\S+-known#`), "a source that is known is known again"},
	{regexp.MustCompile(`^put USER#\S+ / (PASSWORD-RESET|ADDRESS-CHANGE)$`), "the newest that was asked for replaces the one before"},
	{regexp.MustCompile(`^delete USER#\S+ / SESSION#`), "what is to go has gone"},
}

// most is far above what any operation writes.
const most = 100

func TestARowThatWentOrCameBeforeTheWriteIsNoticed(t *testing.T) {
	s := scene.New(t, foyertest.Lasting)
	for _, op := range catalog.Operations() {
		if op.Meta().Method == http.MethodGet {
			continue // a GET writes nothing: its policy grants none of it
		}
		t.Run(op.Meta().ID, func(t *testing.T) {
			for _, form := range s.Forms(op) {
				t.Run(form.Name, func(t *testing.T) {
					s.T = t
					var r *scene.Request
					for n := 1; changed(s, op, form, n, &r); n++ {
						if n > most {
							t.Fatalf("no end after %d", n)
						}
					}
				})
			}
		})
		s.T = t
	}
}

// changed asks the operation and changes the nth row that it touches; false where
// it touches fewer. The request is one of before if that has written nothing: it finds
// what it found.
func changed(s *scene.Scene, op api.Endpoint, form scene.Form, n int, again **scene.Request) bool {
	t, id := s.T, op.Meta().ID
	t.Helper()
	if *again == nil {
		r := form.Prepare()
		*again = &r
	}
	c, option := changing(s.World, n)
	s.Intercept(id, option)
	got := s.Send(**again)
	s.Release()
	if c.wrote {
		*again = nil
	}
	if !c.hit() {
		if got.Status >= http.StatusMultipleChoices {
			t.Errorf("with nothing changed: got %d %s", got.Status, got.Body)
		}
		return false
	}
	defer c.back(t.Context())
	if !c.passed {
		return true // noticed: refused, or decided anew
	}
	now, place := c.after(t.Context()), c.what.place()
	if slices.ContainsFunc(unnoticed, func(u unasked) bool { return u.place.MatchString(place) }) {
		return true
	}
	switch {
	case c.had == nil && c.what.how == "check":
		t.Errorf("%s: the row came, which must not be there, and the answer is %s", place, got.Body)
	case c.had == nil && now[foreign] == nil:
		t.Errorf("%s: a stranger's row was overwritten, and the answer is %s", place, got.Body)
	case c.had != nil && !c.whole(now):
		t.Errorf("%s: the row went, there is now %d attributes of it, and the answer is %s", place, len(now), got.Body)
	}
	return true
}
