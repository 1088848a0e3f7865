//go:build engine

package streams_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sesv2"

	"foyer/infra/guards/proof"
	"foyer/shared/foyertest"
)

// reference runs the consumers undisturbed, asserts that what they make is right,
// and goes back to before.
func (w *world) reference() (foyertest.Snapshot, outcome) {
	w.T.Helper()
	before := w.Snapshot()
	w.watch()
	w.settle()
	w.asItShould()
	want := w.outcome()
	w.Watch(nil)
	w.Restore(before)
	return before, want
}

func TestEveryBatchDeliveredThreeTimes(t *testing.T) {
	t.Parallel()
	draw := proof.Rand(t)
	for end := proof.Until(t, 0); ; {
		w := begin(t, draw)
		w.everything()
		w.act(proof.Cases(10, 40))
		_, want := w.reference()
		w.watch()
		w.DeliverEachBatch(3)
		w.settle()
		w.holds("each batch three times", want, 0)
		for range 2 {
			w.Redeliver(notifyID)
			w.Redeliver(mailID)
			w.settle()
		}
		w.holds("all of it twice more", want, 0)
		if !time.Now().Before(end) {
			return
		}
	}
}

// A consumer's process ends after any of its calls, in any of the ways; what it
// had not come to is done by the next.
func TestACrashAfterEveryCall(t *testing.T) {
	t.Parallel()
	draw := proof.Rand(t)
	for end := proof.Until(t, 0); ; {
		w := begin(t, draw)
		w.Invitee() // a mail, whatever else is drawn
		w.act(proof.Cases(4, 12))
		before, want := w.reference()
		points := map[string]int{}
		for _, consumer := range []string{notifyID, mailID} {
			for calls := 1; ; calls++ {
				happened := w.crashes(before, want, consumer, calls)
				if !happened {
					points[consumer] = calls - 1
					break
				}
			}
		}
		t.Logf("%d calls of stream-notify and %d of stream-mail, a crash after each", points[notifyID], points[mailID])
		if points[notifyID] < 4 || points[mailID] < 4 {
			t.Error("hardly a call was made: the scene has nothing to tell")
		}
		if !time.Now().Before(end) {
			return
		}
	}
}

// ways are how a function ends after so many calls: all ways, in the short form one
// after the other.
func ways(calls int) []foyertest.Way {
	if proof.Deep() {
		return foyertest.Ways
	}
	return foyertest.Ways[calls%len(foyertest.Ways):][:1]
}

// crashes lets the consumer end after so many calls, in one of the ways after the
// other, and asserts that all comes out as undisturbed.
func (w *world) crashes(before foyertest.Snapshot, want outcome, consumer string, calls int) (happened bool) {
	w.T.Helper()
	for _, way := range ways(calls) {
		w.Restore(before)
		w.watch()
		crash := w.CrashAfter(consumer, calls, way)
		w.settle()
		w.Release()
		if way == foyertest.Panicked {
			w.redrive() // one bad row must not stop its shard: it is on the poison queue
		}
		if crash.Happened() {
			happened = true
		}
		last, _ := crash.Calls()
		w.holds(fmt.Sprintf("%s %s after %v", consumer, way, last), want, unmarked(last))
		w.Watch(nil)
	}
	return happened
}

// unmarked is how many mails SES had taken that were not marked yet: one, where
// the last call that had an effect was the sending.
func unmarked(calls []foyertest.Call) (n int) {
	for _, c := range calls {
		if c.Err != nil {
			continue
		}
		n = 0
		if _, send := c.Input.(*sesv2.SendEmailInput); send {
			n = 1
		}
	}
	return n
}
