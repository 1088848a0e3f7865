//go:build engine

package imports_test

import (
	"net/http"
	"strings"
	"testing"

	"foyer/shared/foyertest"
	"foyer/shared/jobs/jobqueue"
	"foyer/shared/table"
)

// What is refused stays so for its own reason, whatever there is of its company, and
// nothing is looked for; the others of one company are looked for together.
func TestARefusedRowIsComparedWithNothing(t *testing.T) {
	s := begin(t)
	s.company("Globex")
	s.company("Hooli")
	s.company("hooli")
	id := s.uploaded("company,name,email\n" +
		"Globex,Ann,ann@globex.example\nGLOBEX,Ben,ben@globex.example\nglobex,Cid,cid@globex.example\n" +
		"Umbrella,Dan,nobody\n" + // 5: there is no such company
		"Hooli,Eve,nobody\n") // 6: there are two
	looked := 0
	s.Around(jobqueue.ID, func(c foyertest.AWSCall, next func() (any, error)) (any, error) {
		if c.Name == "Query" {
			looked++
		}
		return next()
	})
	plan := s.planned(id)
	if got, want := counted(plan, "plan"), "3 new, 0 changed, 0 unchanged, 2 refused, 0 companies"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	want := "5 refused email-invalid Umbrella|Dan|nobody\n6 refused email-invalid Hooli|Eve|nobody"
	if got := strings.Join(s.lines(plan, "plan")[3:], "\n"); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if looked != 1 {
		t.Errorf("companies were looked for %d times, want once", looked)
	}
}

// What could not be read is not taken for absent, nor for a contact without a name.
func TestAPlanThatCouldNotReadWhatThereIsReadsItAgain(t *testing.T) {
	s := begin(t)
	s.contact(s.company("Globex"), "Carl Client", "carl@globex.example")
	id := s.uploaded("Globex,Carl Client,carl@globex.example\n")
	for nth := 1; nth <= 2; nth++ { // the address, then the contact
		s.Release()
		s.Failing(jobqueue.ID, "BatchGetItem", nth, foyertest.ErrPasses)
		if got, want := counted(s.planned(id), "plan"), "0 new, 0 changed, 1 unchanged, 0 refused, 0 companies"; got != want {
			t.Errorf("the reading %d fails: got %s, want %s", nth, got, want)
		}
	}
}

func TestARowThatCannotBeReadMakesNoPlan(t *testing.T) {
	s := begin(t)
	globex := s.company("Globex")
	carl := s.contact(globex, "Carl Client", "carl@globex.example")
	id := s.uploaded("Globex,Carl Client,carl@globex.example\n")
	for _, c := range []struct {
		key       table.Key
		name, was string
	}{
		{table.ContactAddress(s.workspace, globex, "carl@globex.example"), "contact", carl},
		{table.Contact(s.workspace, carl), "name", "Carl Client"},
	} {
		set := func(value any) {
			if err := s.Table.UpdateOne(t.Context(), c.key, table.Set(c.name, value), table.Exists()); err != nil {
				t.Fatal(err)
			}
		}
		set(map[string]string{"no": "text"})
		if got := s.planned(id); got.String("state") != "failed" {
			t.Errorf("%s: got %s, want it failed", c.key, got.Body)
		}
		set(c.was)
	}
	if got := s.planned(id).Must(http.StatusOK).String("state"); got != "planned" {
		t.Errorf("got the state %s, want planned", got)
	}
}
