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
// reads it and asks of each line whether it still holds (rules 14, 15). The mail is put
// first and says nothing that was not in the due row: a run that ends between the two
// leaves one that puts the same once more, and stream-mail sends what it has sent no more.
func digest(ctx context.Context, env *api.Env, key table.Key, row table.DueRow) error {
	minute, err := time.Parse(time.RFC3339, row.Digest)
	if err != nil {
		return errors.Join(stream.ErrPoison, err)
	}
	id := table.MailDigest + "#" + row.Digest
	if err := env.Table.PutOne(ctx, table.Mail(row.Person, id), table.MailRow{
		Mail: id, Kind: table.MailDigest, Person: row.Person, Digest: row.Digest, At: minute, TTL: minute.Add(table.MailKeptFor).Unix(),
	}, nil); err != nil {
		return err
	}
	return env.Table.DeleteOne(ctx, key)
}
