//go:build engine

package streams_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"foyer/infra/guards/proof"
	"foyer/shared/due"
	"foyer/shared/foyertest"
	"foyer/shared/table"
)

const (
	reminder = 30 * time.Minute
	invitees = 3
)

var toldByDigest = []string{"Opening hours", "Holiday plan"}

// due-run ends after any of its calls, in any of the ways; the runs after it do
// what it had not come to: each reminder and the digest once, no watermark back.
func TestACrashAfterEveryCallOfDueRun(t *testing.T) {
	t.Parallel()
	draw := proof.Rand(t)
	for end := proof.Until(t, 0); ; {
		w := begin(t, draw)
		w.Clock.Stand(w.Clock.Now()) // no minute passes by itself
		w.Config.Reminder = reminder
		w.forgetDue()
		w.run()
		var ivys []foyertest.Person
		for range invitees {
			ivys = append(ivys, w.Invitee())
		}
		w.choose(w.cleo, map[string]any{"level": "all", "digest": table.DueMinute(w.Clock.Now(), reminder).Format("15:04"), "timeZone": "UTC"})
		for _, title := range toldByDigest {
			w.Do(w.Ann, "POST", "/v1/projects/"+w.ProjectID+"/items", map[string]any{"kind": "message", "title": title, "clientCanSee": true}).Must(http.StatusCreated)
		}
		w.settle()
		w.ForgetMails()
		w.minute()
		before := w.Snapshot()
		points := w.dueCalls()
		for _, calls := range points {
			if !w.dueCrashes(before, ivys, calls) {
				t.Errorf("due-run made less than %d calls", calls)
			}
		}
		t.Logf("a crash after each of %d calls of due-run", len(points))
		if !time.Now().Before(end) {
			return
		}
	}
}

func (w *world) run() {
	w.T.Helper()
	if err := w.RunDue(); err != nil {
		w.T.Fatal(err)
	}
}

// forgetDue makes a new handler of clients-add with the interval, and takes the
// reminders of those who were invited before away.
func (w *world) forgetDue() {
	w.T.Helper()
	w.Release()
	for key := range w.Rows() {
		if strings.HasPrefix(key.PK, table.RealmDue) {
			if err := w.Table.DeleteOne(w.T.Context(), key); err != nil {
				w.T.Fatal(err)
			}
		}
	}
}

// minute moves the time on to the minute of the first due row, with all minutes
// before it taken.
func (w *world) minute() {
	w.T.Helper()
	for range int(reminder/time.Minute) + 2 {
		now := w.Clock.Now().UTC().Truncate(time.Minute)
		for key := range w.Rows() {
			if at, ok := dueAt(key); ok && !at.After(now) {
				return
			}
		}
		w.run()
		w.Clock.Advance(time.Minute)
	}
	w.T.Fatal("nothing becomes due")
}

// dueCalls are after how many calls a crash is tried: after all of them; in the
// short form not in the shards in which nothing is due, but for the first and last.
func (w *world) dueCalls() (points []int) {
	w.T.Helper()
	before := w.Snapshot()
	record := w.Record(due.ID)
	w.run()
	calls, _ := record.Calls()
	acts := map[int]bool{} // places of the transactions
	for i, c := range calls {
		if _, ok := c.Input.(*dynamodb.TransactWriteItemsInput); ok {
			acts[i] = true
		}
	}
	if len(acts) != invitees+1 || len(calls) < 1+2*table.DueShards {
		w.T.Fatalf("got %d transactions in %d calls, want %d reminders and a digest in %d shards", len(acts), len(calls), invitees, table.DueShards)
	}
	const around = 4 // minute, lease, what the row says, transaction; then the watermark
	for i := range calls {
		near := i < around || i >= len(calls)-around
		for at := range acts {
			near = near || i >= at-around && i <= at+1
		}
		if near || proof.Deep() {
			points = append(points, i+1)
		}
	}
	w.Restore(before)
	return points
}

func dueAt(key table.Key) (time.Time, bool) {
	minute, ok := strings.CutPrefix(key.PK, table.RealmDue+"2")
	if !ok {
		return time.Time{}, false
	}
	minute, _, _ = strings.Cut("2"+minute, "#")
	at, err := time.Parse("2006-01-02T15:04", minute)
	return at, err == nil
}

// dueCrashes lets due-run end after so many calls and asserts that the runs after
// it make all good.
func (w *world) dueCrashes(before foyertest.Snapshot, ivys []foyertest.Person, calls int) (happened bool) {
	w.T.Helper()
	for _, way := range ways(calls) {
		w.Restore(before)
		w.watch()
		crash := w.CrashAfter(due.ID, calls, way)
		_ = w.RunDue() // it may say that it failed, or nothing any more
		w.Release()
		happened = happened || crash.Happened()
		w.Clock.Advance(due.Lease + time.Second)
		w.run()
		w.run() // changes nothing any more
		w.settle()
		if way == foyertest.Panicked { // a row at which the code panics is on the poison queue
			w.redrive()
			w.Clock.Advance(4 * time.Minute)
			w.run()
			w.settle()
		}
		w.Watch(nil)
		last, _ := crash.Calls()
		w.reminded(fmt.Sprintf("due-run %s after %d calls, the last %v", way, calls, last[max(0, len(last)-1):]), ivys)
	}
	return happened
}

// reminded: everybody once, in every place that says so.
func (w *world) reminded(what string, ivys []foyertest.Person) {
	w.T.Helper()
	rows := w.Rows()
	next, records, copies := map[string]int{}, map[string]int{}, map[string]int{}
	for key, d := range rowsOf[table.DueRow](w, rows, func(k table.Key) bool { _, ok := dueAt(k); return ok }) {
		if d.Kind == table.DueDigest || d.Number != 2 {
			w.T.Errorf("%s: the due row %s is of the reminder %d, want the second alone", what, key, d.Number)
		}
		next[d.Person]++
	}
	for key, a := range rowsOf[table.ActivityRow](w, rows, func(k table.Key) bool { return isActivity(k) || isAudit(k) }) {
		if a.Type == table.ActivityReminderDue && isAudit(key) {
			copies[a.Subject]++
		} else if a.Type == table.ActivityReminderDue {
			records[a.Subject]++
		}
	}
	for _, ivy := range ivys {
		person := w.PersonID(ivy.Email)
		inv := w.Invitations(ivy.Email, w.WorkspaceID)[0]
		mails := w.Mails(ivy.Email)
		if len(mails) != 1 || !strings.HasPrefix(mails[0].Subject, "Reminder: ") || inv.Reminders != 1 || next[person] != 1 || records[ivy.Contact] != 1 || copies[ivy.Contact] != 1 {
			w.T.Errorf("%s: %s has %d mails, %d reminders counted, %d next ones due, %d records with %d copies; want one of each",
				what, ivy.Email, len(mails), inv.Reminders, next[person], records[ivy.Contact], copies[ivy.Contact])
		}
	}
	mails := w.Mails(w.cleo.Email)
	if len(mails) != 1 || !strings.HasPrefix(mails[0].Subject, fmt.Sprintf("%d new in ", len(toldByDigest))) {
		w.T.Errorf("%s: %s has %d mails, want one digest of %d lines", what, w.cleo.Email, len(mails), len(toldByDigest))
	}
	for i := range table.DueShards {
		if mark := read[table.WatermarkRow](w, rows, table.DueWatermark(i)); mark.LeaseID != "" || mark.Done != w.Clock.Now().UTC().Truncate(time.Minute).Format(time.RFC3339) {
			w.T.Errorf("%s: shard %d is left at %+v, want it free and at the present minute", what, i, mark)
		}
	}
	if w.T.Failed() {
		w.T.FailNow()
	}
}
