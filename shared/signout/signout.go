// Package signout ends a person's sessions, all or all but one: what a change of
// password, a reset of it or of the second factor, and signing out everywhere do.
package signout

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"

	"foyer/shared/table"
)

// Everywhere ends all sessions of the person: the next request with any of their
// tokens is refused, and so is a refresh.
func Everywhere(ctx context.Context, t *table.Table, person string) error {
	return Others(ctx, t, person, "")
}

// Others ends all sessions of the person but the one that is kept. Repeating it
// completes what was interrupted. A sign-in that is under way meanwhile, with what
// may no longer hold, opens no session (table.AccountRow.Ended).
func Others(ctx context.Context, t *table.Table, person, keep string) error {
	ended := expression.Add(expression.Name("ended"), expression.Value(1))
	if err := t.UpdateOne(ctx, table.Account(person), ended, table.Exists()); err != nil {
		return err
	}
	kept := table.Session(person, keep)
	for q := (table.Query{PK: table.UserPartition(person), Prefix: table.PrefixSession}); ; {
		rows, more, err := table.QueryInto[table.SessionRow](ctx, t, q)
		if err != nil {
			return err
		}
		for _, row := range rows {
			if q.After = row.SK; row.Key == kept {
				continue
			}
			if err := t.DeleteOne(ctx, row.Key); err != nil {
				return err
			}
		}
		if !more {
			return nil
		}
	}
}
