// Package mail is stream-mail, through which all mail of Foyer leaves: what the mails
// say is in shared/letters.
package mail

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"foyer/shared/api"
	"foyer/shared/letters"
	"foyer/shared/mailevents"
	"foyer/shared/stream"
	"foyer/shared/table"
)

// Deliver takes every mail that is to be sent, asks at that moment whether it
// still holds (rules 14, 23, 24), and sends it through SES, once. A mail that no
// longer holds is dropped, with the reason. All mail of Foyer leaves here.
//
// A crash between SES's acceptance and the mark sends one mail twice; no order
// of the two avoids that, and the other would lose it.
var Deliver = stream.Consumer{ID: "stream-mail", Handle: deliver}

func deliver(ctx context.Context, env *api.Env, r stream.Record) error {
	if !strings.HasPrefix(r.Key.PK, table.RealmUser) || !strings.HasPrefix(r.Key.SK, table.PrefixMail) {
		return nil // not a mail
	}
	var m table.MailRow
	if err := table.Unmarshal(r.New, &m); err != nil {
		return errors.Join(stream.ErrPoison, err)
	}
	prepare, ok := kinds[m.Kind]
	if !ok || r.Key != table.Mail(m.Person, m.Mail) {
		return fmt.Errorf("mail of kind %q is not one that can be sent: %w", m.Kind, stream.ErrPoison)
	}
	if m.Waits() {
		return nil
	}
	keyVersion := ""
	if linked[m.Kind] {
		var err error
		if keyVersion, err = keys(env).Current(ctx); err != nil {
			return err
		}
	}
	c, err := take(ctx, env, m, keyVersion)
	if errors.Is(err, errDone) {
		return nil
	}
	if err != nil {
		return err
	}
	p, err := prepare(ctx, env, c)
	if err != nil {
		c.release(ctx, env)
		return err
	}
	if p.stale != "" {
		return c.drop(ctx, env, p.stale, nil)
	}
	closed, err := mailevents.Suppressed(ctx, env, p.content.To())
	if err != nil {
		c.release(ctx, env)
		return err
	}
	if closed {
		return c.drop(ctx, env, "address-suppressed", p.bounces)
	}
	return c.send(ctx, env, p)
}

// prepared is a mail that holds and can be sent; or stale, why it does not hold.
type prepared struct {
	stale   string
	content letters.Content
	// marks adds what the sending changes beyond the mark of the mail itself.
	marks func(tx *table.Tx)
	// bounces adds what becomes of it where no mail goes to the address any more.
	bounces func(tx *table.Tx)
}

func stale(why string) (prepared, error) { return prepared{stale: why}, nil }

// kinds are the mails that there are: each asks whether the mail still holds,
// and loads what it says.
var kinds = map[string]func(context.Context, *api.Env, claim) (prepared, error){
	table.MailInvitation:   prepareInvitation,
	table.MailReminder:     prepareInvitation,
	table.MailAdded:        prepareAdded,
	table.MailNotification: prepareNotification,
	table.MailDigest:       prepareDigest,

	table.MailPasswordReset:   prepareReset,
	table.MailPasswordChanged: prepareNotice,
	table.MailAddressChange:   prepareAddressChange,
	table.MailAddressChanged:  prepareNotice,
	table.MailMFAReset:        prepareNotice,

	table.MailTemplateTest: prepareTemplateTest,
}

// linked are the kinds whose mail carries a token.
var linked = map[string]bool{table.MailInvitation: true, table.MailReminder: true, table.MailPasswordReset: true, table.MailAddressChange: true}

func (c claim) send(ctx context.Context, env *api.Env, p prepared) error {
	message, err := letters.Render(p.content)
	if err != nil {
		c.release(ctx, env)
		return errors.Join(stream.ErrPoison, err)
	}
	id, err := send(ctx, env, message, mailevents.Tags(c.mail))
	if err != nil {
		if refused(err) {
			c.release(ctx, env)
		}
		return err // without an answer the claim stands: SES may have taken the mail
	}
	return c.record(ctx, env, p, id)
}

// markTries is how often a mark is tried on rows that others are changing.
const markTries = 4

// record marks the mail as sent.
func (c claim) record(ctx context.Context, env *api.Env, p prepared, id string) error {
	if p.marks != nil {
		tx := &table.Tx{}
		tx.Update(c.key(), c.sent(env, id)).If(c.mine())
		p.marks(tx)
		err := table.Retry(ctx, markTries, func() error { return env.Table.Write(ctx, tx) })
		if !errors.Is(err, table.ErrConditionFailed) {
			return err
		}
		// What the mail is about has moved on meanwhile: only the mark is left to write.
	}
	err := table.Retry(ctx, markTries, func() error { return env.Table.UpdateOne(ctx, c.key(), c.sent(env, id), c.mine()) })
	if errors.Is(err, table.ErrConditionFailed) {
		env.Log.WarnContext(ctx, "the claim was lost before the mark", "mail", c.mail.Mail)
		return nil // whoever has it now marks it
	}
	return err
}
