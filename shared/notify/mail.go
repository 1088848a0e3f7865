package notify

import (
	"context"
	"errors"
	"time"

	"foyer/shared/api"
	"foyer/shared/audience"
	"foyer/shared/hours"
	"foyer/shared/policy"
	"foyer/shared/table"
)

// mail is the mail of a line, and when its recipient wants mail.
type mail struct {
	row  table.MailRow
	when hours.Hours
}

// put hands the mail to stream-mail: at once, or with the digest of the minute that the
// recipient has chosen (rule 15). Its row is put once, whichever it is, so that an
// activity that is given again, when they have chosen something else meanwhile, is not
// told twice (rule 16).
func (m mail) put(ctx context.Context, env *api.Env) error {
	now := env.Now()
	next := m.when.Next(now)
	var err error
	if next.After(now) {
		err = m.hold(ctx, env, table.DueMinute(now, next.Sub(now)))
	} else {
		absent := table.Absent()
		err = env.Table.PutOne(ctx, table.Mail(m.row.Person, m.row.Mail), m.row, &absent)
	}
	if errors.Is(err, table.ErrConditionFailed) {
		return nil // it was put before
	}
	return err
}

// hold puts the mail, where it waits, and what ends the waiting.
func (m mail) hold(ctx context.Context, env *api.Env, minute time.Time) error {
	row := m.row
	row.Digest = minute.Format(time.RFC3339)
	due := table.DueDigest + "#" + row.Person
	tx := &table.Tx{}
	tx.Put(table.Mail(row.Person, row.Mail), row).If(table.Absent())
	tx.Put(table.Held(row.Person, row.Digest, row.Activity), row)
	tx.Put(table.Due(minute, due), table.DueRow{Due: due, Kind: table.DueDigest, Person: row.Person, Digest: row.Digest})
	return env.Table.Write(ctx, tx)
}

// mailOf is the mail of the line.
func mailOf(a table.ActivityRow, s audience.Standing, reason policy.Reason) table.MailRow {
	m := table.MailRow{
		Mail: table.MailNotification + "#" + a.Activity, Kind: table.MailNotification, Person: s.Person, Workspace: a.Workspace, Project: a.Project,
		Item: a.Item, Activity: a.Activity, Type: a.Type, Actor: a.Actor, Audience: table.KindMember, Reason: string(reason),
		At: a.At, TTL: a.At.Add(table.MailKeptFor).Unix(),
	}
	if s.Client {
		m.Audience = table.KindClient
	}
	return m
}
