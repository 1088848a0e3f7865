package audit

import (
	"bytes"
	"strings"
	"testing"
)

func TestASpreadsheetTakesNothingForAFormula(t *testing.T) {
	for value, want := range map[string]string{
		"=1+1": "'=1+1", "+1": "'+1", "-1": "'-1", "@A1": "'@A1", "\t=1": "'\t=1", "\r=1": "'\r=1", "act_=": "act_=", "": "",
	} {
		if got := safe(value); got != want {
			t.Errorf("%q: got %q, want %q", value, got, want)
		}
	}
	var line bytes.Buffer
	writeCSV(&line, Entry{ID: "=1"})
	if got := line.String(); !strings.HasPrefix(got, "'=1,,") {
		t.Errorf("got the line %q", got)
	}
}
