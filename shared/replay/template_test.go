package replay

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"foyer/shared/api"
	"foyer/shared/due"
	"foyer/shared/mail"
	"foyer/shared/notify"
	"foyer/shared/samtemplate"
)

// noAWS is for what makes no call.
var noAWS = aws.Config{Region: samtemplate.DefaultRegion}

var root = filepath.Join("..", "..")

// limit is how long a function may run.
func limit(t *testing.T, id string) time.Duration {
	t.Helper()
	tpl, err := samtemplate.Load(filepath.Join(root, "template.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	f, err := tpl.Function(id)
	if err != nil {
		t.Fatal(err)
	}
	if f.Timeout == 0 {
		t.Fatalf("%s has no Timeout", id)
	}
	return time.Duration(f.Timeout) * time.Second
}

func TestNoCallOfAConsumerIsBegunThatMayOutlastTheRun(t *testing.T) {
	for _, id := range []string{streamNotify, streamMail} {
		if most := limit(t, id); consumerTime <= most {
			t.Errorf("%s may run for %v, and is called with %v left", id, most, consumerTime)
		}
	}
	if most := limit(t, ID); most < 3*consumerTime {
		t.Errorf("replay may run for %v: too short for calls of %v", most, consumerTime)
	}
}

func TestAMessageIsHiddenForAsLongAsTheRunMayLast(t *testing.T) {
	if most := limit(t, ID); hidden*time.Second <= most {
		t.Errorf("replay may run for %v, a message is hidden for %ds: another run could have it too", most, hidden)
	}
}

func TestTheConsumersAreCalledAsTheyCallThemselves(t *testing.T) {
	for got, want := range map[string]string{streamNotify: notify.Consumer.ID, streamMail: mail.Deliver.ID, dueRun: due.ID} {
		if got != want {
			t.Errorf("got %q, want %q: what it puts on the poison queue would not be found", got, want)
		}
	}
}

func TestTheCommittedEventIsAnInput(t *testing.T) {
	raw, err := os.ReadFile(filepath.Join(root, "events", ID+".json"))
	if err != nil {
		t.Fatal(err)
	}
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.DisallowUnknownFields()
	var in Input
	if err := decoder.Decode(&in); err != nil {
		t.Fatal(err)
	}
	if _, err := (&run{env: api.NewEnv(api.Config{}, noAWS, nil), in: in}).what(); err != nil {
		t.Error(err)
	}
}

func TestWhatIsNotOneInputIsRefused(t *testing.T) {
	const w = "wks_01JD0000000000000000000000"
	noon := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	for what, in := range map[string]Input{
		"nothing":                   {},
		"two":                       {Poison: true, Failed: true},
		"poison in a window":        {Poison: true, Workspace: w, From: noon},
		"failed in a window":        {Failed: true, Workspace: w, From: noon},
		"a window without a place":  {From: noon},
		"a window without a start":  {Workspace: w},
		"a window that ends before": {Workspace: w, From: noon, To: noon.Add(-time.Hour)},
		"an empty window":           {Workspace: w, From: noon, To: noon},
		"another id":                {Workspace: "prj_01JD0000000000000000000000", From: noon},
		"again without a window":    {Again: true},
		"a place on the queue":      {Poison: true, Place: &Place{Partition: "x"}},
	} {
		if out, err := Run(t.Context(), api.NewEnv(api.Config{}, noAWS, nil), in); err == nil {
			t.Errorf("%s: got %+v, want it refused before anything is done", what, out)
		}
	}
}

// The ids of a window: everything that was made in it, and nothing else.
func TestTheStampOfAMillisecondSortsBeforeItsIDsAndAfterTheEarlier(t *testing.T) {
	env := api.NewEnv(api.Config{}, noAWS, nil)
	at := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	for _, ms := range []int64{0, 1, 999, 1000, 86_400_000} {
		env.Clock = func() time.Time { return at.Add(time.Duration(ms) * time.Millisecond) }
		id, now := env.NewID(""), env.Now().UnixMilli()
		if id <= stamp(now) || id >= stamp(now+1) || id <= stamp(now-1) {
			t.Errorf("id %s is not between %s and %s", id, stamp(now), stamp(now+1))
		}
	}
	if id := env.NewID(""); stamp(1<<62) < id || stamp(-5) > id {
		t.Errorf("got %s and %s for the ends of all time", stamp(1<<62), stamp(-5))
	}
}
