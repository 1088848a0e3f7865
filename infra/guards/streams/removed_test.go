//go:build engine

package streams_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"foyer/infra/guards/proof"
	"foyer/shared/foyertest"
	"foyer/shared/table"
)

func (w *world) remove(who foyertest.Person) {
	w.T.Helper()
	w.Do(w.Ann, "DELETE", "/v1/workspaces/"+w.WorkspaceID+"/contacts/"+who.Contact+"/access", nil).Must(http.StatusNoContent)
}

// Cleo, who hears of everything, is removed after the changes were told and before
// they are mailed: no mail reaches her, whatever happens to stream-mail; the others
// have theirs.
func TestWhoIsRemovedBetweenChangeAndMailIsNotWrittenTo(t *testing.T) {
	t.Parallel()
	draw := proof.Rand(t)
	for end := proof.Until(t, 0); ; {
		w := begin(t, draw)
		for range 2 {
			w.shared()
		}
		w.Drain(notifyID)
		if n := w.mailsTo(w.cleo); n != 2 {
			t.Fatalf("got %d mails to be sent to Cleo, want 2", n)
		}
		w.remove(w.cleo)
		before := w.Snapshot()
		w.settle()
		if got := w.Mails(w.cleo.Email); len(got) > 0 {
			t.Fatalf("got the mail %q to Cleo, who was removed", got[0].Subject)
		}
		want := w.outcome()
		for calls := 1; w.crashes(before, want, mailID, calls); calls++ {
			if got := w.Mails(w.cleo.Email); len(got) > 0 {
				t.Fatalf("a crash after %d calls: got the mail %q to Cleo, who was removed", calls, got[0].Subject)
			}
		}
		if !time.Now().Before(end) {
			return
		}
	}
}

// She is removed at any moment while stream-mail runs. What it asks after that
// moment it hears of the removal: it sends nothing that it asked about later.
func TestWhoIsRemovedWhileMailIsSentIsNotWrittenToAfterwards(t *testing.T) {
	t.Parallel()
	draw := proof.Rand(t)
	for end := proof.Until(t, 0); ; {
		w := begin(t, draw)
		w.level(w.Carl, "none")
		w.level(w.Mia, "none")
		for range 2 {
			w.shared()
		}
		w.Drain(notifyID)
		before := w.Snapshot()
		for calls := 1; ; calls++ {
			w.Restore(before)
			moment := w.After(mailID, calls, func() { w.remove(w.cleo) })
			w.settle()
			if !moment.Happened() {
				if got := len(w.Mails(w.cleo.Email)); got != 2 {
					t.Fatalf("never removed: got %d mails, want 2", got)
				}
				break
			}
			earlier, later := moment.Calls()
			asked := 0 // before she was removed: these mails may have gone out
			for _, c := range earlier {
				if asks(c, w.cleo) {
					asked++
				}
			}
			if got := len(w.Mails(w.cleo.Email)); got > asked {
				t.Fatalf("removed after %v: got %d mails to Cleo, want %d at most; then came %v", earlier, got, asked, later)
			}
		}
		if !time.Now().Before(end) {
			return
		}
	}
}

// shared makes a message that the clients see.
func (w *world) shared() {
	w.T.Helper()
	w.items = append(w.items, w.Do(w.Ann, "POST", "/v1/projects/"+w.ProjectID+"/items", map[string]any{"kind": "message", "title": "News", "clientCanSee": true}).Must(http.StatusCreated).String("id"))
}

// mailsTo is how many mails of notifications since the beginning are to be sent.
func (w *world) mailsTo(who foyertest.Person) int {
	w.T.Helper()
	n := 0
	for _, m := range rowsOf[table.MailRow](w, w.Rows(), isMail) {
		if m.Person == who.ID && m.Kind == table.MailNotification && !m.At.Before(w.since) {
			n++
		}
	}
	return n
}

// asks says whether the call reads the person's membership.
func asks(c foyertest.Call, who foyertest.Person) bool {
	get, ok := c.Input.(*dynamodb.BatchGetItemInput)
	if !ok {
		return false
	}
	for _, t := range get.RequestItems {
		for _, key := range t.Keys {
			pk, _ := key["PK"].(*types.AttributeValueMemberS)
			sk, _ := key["SK"].(*types.AttributeValueMemberS)
			if pk.Value == table.UserPartition(who.ID) && strings.HasPrefix(sk.Value, table.PrefixMembership) {
				return true
			}
		}
	}
	return false
}
