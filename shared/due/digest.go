package due

import (
	"context"
	"errors"
	"time"

	"foyer/shared/api"
	"foyer/shared/stream"
	"foyer/shared/table"
)

// digest hands what waits for a person's digest of that minute to stream-mail, which
// reads it and asks of each line whether it still holds (rules 14, 15). The mail says
// nothing that the due row does not: a run that was slow puts the same once more, and
// stream-mail sends what it has sent no more.
func digest(ctx context.Context, env *api.Env, key table.Key, row table.DueRow) error {
	minute, err := time.Parse(time.RFC3339, row.Digest)
	if err != nil {
		return errors.Join(stream.ErrPoison, err)
	}
	id, tx := table.MailDigest+"#"+row.Digest, &table.Tx{}
	tx.Delete(key)
	tx.Put(table.Mail(row.Person, id), table.MailRow{
		Mail: id, Kind: table.MailDigest, Person: row.Person, Digest: row.Digest, At: minute, TTL: minute.Add(table.MailKeptFor).Unix(),
	})
	return env.Table.Write(ctx, tx)
}
