// Package mailevents is mail-events: what SES tells of the mails that left. A mail
// that came back, or of which somebody complained, ends its invitation, and no further
// mail goes to the address.
package mailevents

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"foyer/shared/address"
	"foyer/shared/api"
	"foyer/shared/table"
)

// ID is the function's.
const ID = "mail-events"

// event is what SES tells of one mail (event publishing, not the older feedback
// notifications); what is not read here is left out.
type event struct {
	EventType string `json:"eventType"`
	Bounce    struct {
		Type       string      `json:"bounceType"`
		Recipients []recipient `json:"bouncedRecipients"`
	} `json:"bounce"`
	Complaint struct {
		Recipients []recipient `json:"complainedRecipients"`
	} `json:"complaint"`
	Mail struct {
		ID   string              `json:"messageId"`
		Tags map[string][]string `json:"tags"`
	} `json:"mail"`
}

type recipient struct {
	Address string `json:"emailAddress"`
}

// permanent is the kind of bounce after which no mail will ever arrive. SES itself
// tries again after the others, such as a full mailbox.
const permanent = "Permanent"

// Run takes one event. It may come several times, and before the mail is marked as
// sent. What cannot be read is delivered again, and then left in the queue of what was
// not taken, with an alarm.
func Run(ctx context.Context, env *api.Env, body string) error {
	var e event
	if err := json.Unmarshal([]byte(body), &e); err != nil {
		return fmt.Errorf("event of SES: %w", err)
	}
	var why string
	var recipients []recipient
	switch {
	case e.EventType == "Bounce" && e.Bounce.Type == permanent:
		why, recipients = table.SuppressedBounce, e.Bounce.Recipients
	case e.EventType == "Complaint":
		why, recipients = table.SuppressedComplaint, e.Complaint.Recipients
	default:
		return nil
	}
	if err := endInvitation(ctx, env, e); err != nil {
		return err
	}
	for _, r := range recipients {
		if err := suppress(ctx, env, r.Address, why, e.Mail.ID); err != nil {
			return err
		}
	}
	return nil
}

// suppress keeps all further mail from the address. What is known of it already stays:
// a complaint is not made a bounce by a later one.
func suppress(ctx context.Context, env *api.Env, to, why, message string) error {
	canonical, err := address.Canonical(to)
	if err != nil {
		env.Log.WarnContext(ctx, "SES names what is no address", "message", message)
		return nil
	}
	row := table.SuppressedRow{Why: why, Message: message, At: env.Now()}
	cond := table.Absent()
	if why == table.SuppressedComplaint {
		cond = cond.Or(table.Is("why", table.SuppressedBounce))
	}
	err = env.Table.PutOne(ctx, table.Suppressed(canonical), row, &cond)
	if errors.Is(err, table.ErrConditionFailed) {
		return nil
	}
	return err
}

// attempts at an invitation that others are changing: its mail, whoever opens it.
const attempts = 4

// endInvitation marks the invitation bounced whose mail it was, while it waits for its
// answer and was not sent again since.
func endInvitation(ctx context.Context, env *api.Env, e event) error {
	key, ok := tagged(e.Mail.Tags)
	if !ok {
		return nil // not a mail of Foyer's
	}
	var m table.MailRow
	found, err := env.Table.Get(ctx, key, &m)
	if err != nil || !found || m.Kind != table.MailInvitation && m.Kind != table.MailReminder {
		return err
	}
	return table.Retry(ctx, attempts, func() error {
		var inv table.InvitationRow
		found, err := env.Table.Get(ctx, table.Invitation(m.Person, m.Workspace, m.Subject), &inv)
		if err != nil || !found || inv.Generation != m.Generation || !waits(inv.State) {
			return err
		}
		tx := &table.Tx{}
		Bounced(env, tx, inv)
		return env.Table.Write(ctx, tx)
	})
}

// waits says whether an invitation in that state can still bounce: one whose time is
// over too, so that it is not sent again to where nothing arrives.
func waits(state string) bool {
	return state == table.InvitationQueued || state == table.InvitationSent || state == table.InvitationOpened
}
