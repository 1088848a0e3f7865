package mail

import (
	"context"
	"errors"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"

	"foyer/shared/api"
	"foyer/shared/stream"
	"foyer/shared/table"
)

// Lease is how long a claim on a mail keeps others off it: longer than
// stream-mail may run (Timeout in template.yaml, a test compares them), so that a
// claim that has ended belongs to a process that has ended.
const Lease = time.Minute

// errDone: the mail was sent or dropped before.
var errDone = errors.New("done before")

// claim is a mail that is being sent by this process.
type claim struct {
	mail table.MailRow
	mark table.MailMarkRow
}

func (c claim) key() table.Key { return table.MailMark(c.mail.Person, c.mail.Mail) }

// mine holds while the claim is this process's.
func (c claim) mine() expression.ConditionBuilder { return table.Is("claimId", c.mark.ClaimID) }

// take claims the mail: errDone where nothing is left to do, stream.ErrLater
// while another process has it. keyVersion names the version of the token key
// that is used unless an earlier try has recorded one.
func take(ctx context.Context, env *api.Env, m table.MailRow, keyVersion string) (claim, error) {
	now := env.Now()
	c := claim{mail: m, mark: table.MailMarkRow{
		ClaimID: env.NewID("clm_"), ClaimUntil: now.Add(Lease).UnixMilli(), KeyVersion: keyVersion, TTL: max(m.TTL, now.Add(Lease).Unix()),
	}}
	absent := table.Absent()
	err := env.Table.PutOne(ctx, c.key(), c.mark, &absent)
	if !errors.Is(err, table.ErrConditionFailed) {
		return c, err
	}
	var before table.MailMarkRow
	_, err = env.Table.Get(ctx, c.key(), &before) // not there: it expired between the two, and the second put finds so
	switch {
	case err != nil:
		return c, err
	case before.ClaimID == c.mark.ClaimID:
		return c, nil // this very claim, whose answer was lost on the way
	case before.SentAt != nil, before.Dropped != "":
		return c, errDone
	case before.ClaimUntil >= now.UnixMilli():
		return c, stream.ErrLater
	}
	if before.KeyVersion != "" {
		c.mark.KeyVersion = before.KeyVersion
	}
	same := table.Is("claimId", before.ClaimID).Or(c.mine()) // each claim has an id of its own
	err = env.Table.PutOne(ctx, c.key(), c.mark, &same)
	if errors.Is(err, table.ErrConditionFailed) {
		return c, stream.ErrLater // somebody else was faster
	}
	return c, err
}

// drop marks the mail as not sent, with the reason: it is not asked again. also adds
// what becomes of what the mail is about; nil: nothing.
func (c claim) drop(ctx context.Context, env *api.Env, reason string, also func(*table.Tx)) error {
	env.Log.InfoContext(ctx, "mail dropped", "mail", c.mail.Mail, "person", c.mail.Person, "reason", reason)
	var err error
	if also == nil {
		err = env.Table.UpdateOne(ctx, c.key(), table.Set("dropped", reason), c.mine())
	} else {
		tx := &table.Tx{}
		tx.Update(c.key(), table.Set("dropped", reason)).If(c.mine())
		also(tx)
		if err = env.Table.Write(ctx, tx); errors.Is(err, table.ErrConflict) {
			c.release(ctx, env) // what it is about has changed: it is asked anew
		}
	}
	if errors.Is(err, table.ErrConditionFailed) {
		return nil // the claim is another's by now, who decides anew
	}
	return err
}

// release gives the claim back: the mail was surely not sent, and the next try
// need not wait for the lease.
func (c claim) release(ctx context.Context, env *api.Env) {
	if err := env.Table.UpdateOne(ctx, c.key(), table.Set("claimUntil", 0), c.mine()); err != nil {
		env.Log.WarnContext(ctx, "claim not released", "mail", c.mail.Mail, "error", err.Error())
	}
}

// sent is the update that marks the mail as sent.
func (c claim) sent(env *api.Env, messageID string) expression.UpdateBuilder {
	return table.Set("sentAt", env.Now()).Set(expression.Name("messageId"), expression.Value(messageID))
}
