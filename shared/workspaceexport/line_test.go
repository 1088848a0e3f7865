package workspaceexport

import (
	"testing"

	"foyer/shared/invitationtemplate"
)

// Of what has no field set there is a line too, of its record alone.
func TestALineNamesItsRecordFirst(t *testing.T) {
	w := &walk{}
	for _, value := range []invitationtemplate.Template{{}, {Subject: "A <b>", Language: "de"}} {
		if err := w.write("invitation-template", value); err != nil {
			t.Fatal(err)
		}
	}
	want := `{"record":"invitation-template"}` + "\n" + `{"record":"invitation-template","subject":"A \u003cb\u003e","language":"de"}` + "\n"
	if got := w.lines.String(); got != want || w.wrote != 2 {
		t.Errorf("got %d lines\n%swant 2\n%s", w.wrote, got, want)
	}
}
