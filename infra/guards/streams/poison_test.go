//go:build engine

package streams_test

import (
	"slices"
	"testing"
	"time"

	"foyer/infra/guards/proof"
	"foyer/shared/stream"
	"foyer/shared/table"
)

// bad is a row that a consumer cannot process, and how it is mended.
type bad struct {
	what     string
	consumer string
	key      func(w *world) table.Key
	row      map[string]any
	mend     func(w *world) any
}

// mended is the activity that the bad row should have been.
func mended(w *world) any {
	return table.ActivityRow{Activity: badID(w), Type: table.ActivityItemCreated, Workspace: w.WorkspaceID, Project: w.ProjectID, Item: w.items[0], Actor: w.Ann.ID, At: w.Clock.Now()}
}

func badID(w *world) string {
	return table.PrefixActivity + "0000000000000000000000BAD" + w.ProjectID[len(w.ProjectID)-1:]
}

var bads = []bad{
	{"an attribute of another type", notifyID, func(w *world) table.Key { return table.TeamProjectActivity(w.ProjectID, badID(w)) }, map[string]any{"activity": 7, "mentions": "nobody"}, mended},
	{"an activity at another's key", notifyID, func(w *world) table.Key { return table.TeamProjectActivity(w.ProjectID, badID(w)) }, map[string]any{"activity": "act_another"}, mended},
	{"a project of another workspace", notifyID, func(w *world) table.Key { return table.ClientProjectActivity(w.ProjectID, badID(w)) },
		map[string]any{"activity": "act_1", "workspace": "wks_01JD0000000000000000000000", "project": "prj_1"}, mended},
	{"a mail of no kind", mailID, func(w *world) table.Key { return table.Mail(w.Carl.ID, "unheard-of") }, map[string]any{"mail": "unheard-of", "kind": "unheard-of"},
		func(w *world) any {
			return table.MailRow{Mail: "unheard-of", Kind: table.MailNotification, Person: w.Carl.ID, Workspace: w.WorkspaceID, Project: w.ProjectID, Item: "msg_gone", Activity: "act_gone", Actor: w.Ann.ID, Audience: table.KindClient, Reason: "activity", At: w.Clock.Now()}
		}},
}

// One record in a hundred cannot be processed: the others are, it stands on the
// queue by its key however often it is tried, and is brought back once it is mended.
func TestOnePoisonRecordInAHundred(t *testing.T) {
	t.Parallel()
	draw := proof.Rand(t)
	for end := proof.Until(t, 0); ; {
		w := begin(t, draw)
		w.create()
		b := bads[draw.IntN(len(bads))]
		at := draw.IntN(99)
		for i := range 99 {
			if i == at {
				w.put(b.key(w), b.row)
			}
			w.act(1)
		}
		w.isOnTheQueue(b)
		if !time.Now().Before(end) {
			return
		}
	}
}

func (w *world) put(key table.Key, row any) {
	w.T.Helper()
	if err := w.Table.PutOne(w.T.Context(), key, row, nil); err != nil {
		w.T.Fatal(err)
	}
}

func (w *world) isOnTheQueue(b bad) {
	t := w.T
	t.Helper()
	key := b.key(w)
	want := stream.Poisoned{Consumer: b.consumer, PK: key.PK, SK: key.SK}
	before := w.Snapshot()
	w.watch()
	w.settle()
	if got := w.Poisoned(); !slices.Equal(got, []stream.Poisoned{want}) {
		t.Fatalf("%s: got %+v on the poison queue, want its key once", b.what, got)
	}
	first := w.outcome()
	w.Redeliver(b.consumer)
	w.settle()
	if got := w.Poisoned(); !slices.Equal(got, []stream.Poisoned{want}) {
		t.Fatalf("%s, delivered again: got %+v on the poison queue, want its key once more", b.what, got)
	}
	w.holds(b.what+", delivered again", first, 0)
	w.Watch(nil)
	if err := w.Table.DeleteOne(t.Context(), key); err != nil {
		t.Fatal(err)
	}
	w.asItShould() // the others

	// Mended, it is brought back, and once.
	w.Restore(before)
	w.settle()
	w.put(key, b.mend(w))
	w.redrive()
	if left := w.Poisoned(); len(left) > 0 {
		t.Fatalf("%s, mended: got %+v on the poison queue, want nothing", b.what, left)
	}
	w.asItShould()
}
