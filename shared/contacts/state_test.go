package contacts_test

import (
	"testing"
	"time"

	"foyer/shared/contacts"
	"foyer/shared/table"
)

func TestAnInvitationExpiresByTheClockAlone(t *testing.T) {
	end := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		state   string
		removed bool
		now     time.Time
		want    string
		shown   bool // its end
	}{
		{table.InvitationQueued, false, end.Add(-1), table.InvitationQueued, true},
		{table.InvitationSent, false, end.Add(-1), table.InvitationSent, true},
		{table.InvitationOpened, false, end.Add(-1), table.InvitationOpened, true},
		{table.InvitationQueued, false, end, table.InvitationExpired, true},
		{table.InvitationSent, false, end, table.InvitationExpired, true},
		{table.InvitationOpened, false, end.Add(time.Hour), table.InvitationExpired, true},
		{table.InvitationAccepted, false, end.Add(time.Hour), table.InvitationAccepted, false},
		{table.InvitationRevoked, false, end.Add(time.Hour), table.InvitationRevoked, false},
		{table.InvitationBounced, false, end.Add(time.Hour), table.InvitationBounced, false},
		{table.InvitationRemoved, true, end.Add(-1), table.InvitationRemoved, false},
		{table.InvitationAccepted, true, end.Add(-1), table.InvitationRemoved, false}, // removal comes before all
	} {
		got := contacts.InvitationOf(table.ContactRow{InvitationState: c.state, Removed: c.removed, ExpiresAt: end}, c.now)
		if got.State != c.want || (got.ExpiresAt != nil) != c.shown {
			t.Errorf("%s (removed %t) at %s: got %s, end shown %t; want %s, %t", c.state, c.removed, c.now, got.State, got.ExpiresAt != nil, c.want, c.shown)
		}
	}
}

// Whoever a contact was is named once, however often the address went there and back.
func TestWhoAContactWasIsNamedOnce(t *testing.T) {
	for formerly, want := range map[string]string{"": "per_a", "per_a": "per_a", "per_a per_b": "per_a per_b", "per_b": "per_b per_a"} {
		if got := contacts.Formerly(table.ContactRow{Formerly: formerly}, "per_a"); got != want {
			t.Errorf("after %q: got %q, want %q", formerly, got, want)
		}
	}
}
