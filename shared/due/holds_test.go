//go:build engine

package due_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"foyer/shared/due"
	"foyer/shared/table"
)

// A reminder asks, when it falls due, for everything that an invitation needs.
func TestAReminderIntoWhatIsGoneIsNotSent(t *testing.T) {
	for what, end := range map[string]func(s scene){
		"the invitation is gone": func(s scene) { s.delete(s.invitation().Key) },
		"the workspace is gone":  func(s scene) { s.delete(table.WorkspaceGate(s.workspace)) },
		"the workspace is closed": func(s scene) {
			s.put(table.WorkspaceGate(s.workspace), table.WorkspaceGateRow{Name: "Acme Agency", Closed: true})
		},
		"the contact is removed": func(s scene) {
			s.put(table.Contact(s.workspace, s.Ivy.Contact), table.ContactRow{Contact: s.Ivy.Contact, Person: s.Ivy.ID, Removed: true})
		},
		"its time is over": func(s scene) {
			s.change(func(i *table.InvitationRow) { i.ExpiresAt = s.Clock.Now().Add(step) })
		},
	} {
		t.Run(what, func(t *testing.T) {
			s := begin(t, week)
			end(s)
			s.pass(step)
			s.reminded(0, what)
			if got := s.due(); got != 0 {
				t.Errorf("got %d due rows left, want none", got)
			}
			if got := s.Poisoned(); len(got) != 0 {
				t.Errorf("got %v poisoned, want none", got)
			}
		})
	}
}

// What a reminder was decided on is asked again in the write that sends it.
func TestAReminderThatNoLongerHoldsWhenItIsWrittenIsNotSent(t *testing.T) {
	for what, meanwhile := range map[string]func(s scene){
		"sent again": func(s scene) { s.change(func(i *table.InvitationRow) { i.Generation++ }) },
		"accepted":   func(s scene) { s.change(func(i *table.InvitationRow) { i.State = table.InvitationAccepted }) },
		"taken by another run": func(s scene) {
			rows, _, err := table.QueryInto[table.DueRow](s.T.Context(), s.Table, table.Query{PK: s.duePartition()})
			// Ann's own, of when she was invited, may stand in the same shard.
			rows = slices.DeleteFunc(rows, func(r table.DueRow) bool { return r.Subject != s.Ivy.Contact })
			if err != nil || len(rows) != 1 {
				s.T.Errorf("got %v and %v, want one due row of Ivy", rows, err)
				return
			}
			s.delete(rows[0].Key)
		},
	} {
		t.Run(what, func(t *testing.T) {
			s := begin(t, week)
			s.Before(due.ID, "TransactWriteItems", 1, func() { meanwhile(s) })
			s.pass(step)
			s.reminded(0, what)
			if got := s.due(); got != 0 {
				t.Errorf("got %d due rows left, want none", got)
			}
			if got := s.Poisoned(); len(got) != 0 {
				t.Errorf("got %v poisoned, want none", got)
			}
		})
	}
}

// duePartition is where the reminder of Ivy stands.
func (s scene) duePartition() string {
	s.T.Helper()
	for line := range strings.SplitSeq(s.Dump(), "\n") {
		if strings.HasPrefix(line, table.RealmDue+"2") && strings.Contains(line, s.Ivy.ID) {
			pk, _, _ := strings.Cut(line, " / ")
			return pk
		}
	}
	return ""
}

func TestNoReminderIsBeyondTheLast(t *testing.T) {
	s := begin(t, week)
	minute := s.Clock.Now().UTC().Truncate(time.Minute).Add(2 * time.Minute)
	inv := s.invitation()
	id := "reminder#" + inv.Workspace + "#" + inv.Subject + "#1#4"
	s.put(table.Due(minute, id), table.DueRow{Due: id, Kind: table.DueReminder, Person: inv.Person, Workspace: inv.Workspace, Subject: inv.Subject, Generation: 1, Number: reminders + 1})
	s.pass(3 * time.Minute) // before the first one falls due
	s.reminded(0, "the row is of one more than there are")
	if got := s.due(); got != 1 {
		t.Errorf("got %d due rows left, want the first reminder's", got)
	}
}

func (s scene) put(key table.Key, row any) {
	s.T.Helper()
	if err := s.Table.PutOne(s.T.Context(), key, row, nil); err != nil {
		s.T.Fatal(err)
	}
}

func (s scene) delete(key table.Key) {
	s.T.Helper()
	if err := s.Table.DeleteOne(s.T.Context(), key); err != nil {
		s.T.Fatal(err)
	}
}
