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
// reads it and asks of each line whether it still holds (rules 14, 15).
func digest(ctx context.Context, env *api.Env, key table.Key, row table.DueRow) error {
	minute, err := time.Parse(time.RFC3339, row.Digest)
	if err != nil {
		return errors.Join(stream.ErrPoison, err)
	}
	id, tx := table.MailDigest+"#"+row.Digest, &table.Tx{}
	tx.Delete(key).If(table.Exists()).Else(errTaken)
	tx.Put(table.Mail(row.Person, id), table.MailRow{
		Mail: id, Kind: table.MailDigest, Person: row.Person, Digest: row.Digest, At: minute, TTL: minute.Add(table.MailKeptFor).Unix(),
	})
	err = env.Table.Write(ctx, tx)
	if errors.Is(err, errTaken) {
		return nil // a run before this one did it
	}
	return err
}
