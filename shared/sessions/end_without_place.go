package sessions

import (
	"context"
	"errors"

	"foyer/shared/api"
	"foyer/shared/identity"
	"foyer/shared/signout"
	"foyer/shared/table"
)

// EndWithoutPlace ends the person's sessions, unless they have a place somewhere.
func EndWithoutPlace(ctx context.Context, env *api.Env, person string) error {
	for q := (table.Query{PK: table.UserPartition(person), Prefix: table.PrefixMembership}); ; {
		rows, more, err := table.QueryInto[table.MembershipRow](ctx, env.Table, q)
		if err != nil {
			return err
		}
		for _, row := range rows {
			if q.After = row.SK; row.Role != "" || len(row.Contacts) > 0 {
				return nil
			}
		}
		if !more {
			break
		}
	}
	return errors.Join(identity.From(env).SignOut(ctx, person), signout.Everywhere(ctx, env.Table, person))
}
