package notify

import (
	"context"
	"errors"
	"strings"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"

	"foyer/shared/api"
	"foyer/shared/table"
)

// follow brings what a workspace shows of a person up to date, when they have changed
// their own name or address: the functions that they change it with cannot read the
// team's realm. It writes what the account says now, so repeating it changes nothing.
func follow(ctx context.Context, env *api.Env, a table.ActivityRow) error {
	account, membership := table.Account(a.Subject), table.Membership(a.Subject, a.Workspace)
	rows, err := env.Table.BatchGet(ctx, account, membership)
	if err != nil {
		return err
	}
	var person table.AccountRow
	var place table.MembershipRow
	known, err := rows.Into(account, &person)
	if err != nil {
		return err
	}
	member, err := rows.Into(membership, &place)
	if err != nil || !known || !member {
		return err // erased, or out of the workspace meanwhile: nothing to show
	}
	if place.Role != "" {
		u := table.Set("email", person.Email).Set(expression.Name("name"), expression.Value(person.Name))
		if err := ifThere(env.Table.UpdateOne(ctx, table.Member(a.Workspace, a.Subject), u, table.Exists())); err != nil {
			return err
		}
	}
	for contact, company := range place.Contacts {
		if err := readdress(ctx, env.Table, a.Workspace, company, contact, person.Email); err != nil {
			return err
		}
	}
	if a.Type == table.ActivityPersonRenamed {
		return rename(ctx, env.Table, a.Workspace, person)
	}
	return nil
}

// readdress gives a contact the address, and its marker with it. A company that has
// another contact with that address keeps it as the one that is found by it.
func readdress(ctx context.Context, t *table.Table, workspace, company, contact, email string) error {
	var row table.ContactRow
	found, err := t.Get(ctx, table.Contact(workspace, contact), &row)
	if err != nil || !found || row.Email == email {
		return err
	}
	old, now := table.ContactAddress(workspace, company, row.Email), table.ContactAddress(workspace, company, email)
	rows, err := t.BatchGet(ctx, old, now)
	if err != nil {
		return err
	}
	var had, has table.ContactAddressRow
	if _, err := rows.Into(old, &had); err != nil {
		return err
	}
	taken, err := rows.Into(now, &has)
	if err != nil {
		return err
	}
	tx := &table.Tx{}
	tx.Update(table.Contact(workspace, contact), table.Set("email", email)).If(table.Is("email", row.Email)).Else(table.ErrConflict)
	if had.Contact == contact {
		tx.Delete(old).If(table.Is("contact", contact)).Else(table.ErrConflict)
	}
	if !taken {
		tx.Put(now, table.ContactAddressRow{Contact: contact}).If(table.Absent()).Else(table.ErrConflict)
	}
	return t.Write(ctx, tx)
}

// rename gives the person's projects of the workspace the name.
func rename(ctx context.Context, t *table.Table, workspace string, person table.AccountRow) error {
	prefix := table.PrefixProject + "prj_" + strings.TrimPrefix(workspace, "wks_")
	for q := (table.Query{PK: table.UserPartition(person.Person), Prefix: prefix}); ; {
		rows, more, err := table.QueryInto[table.PersonProjectRow](ctx, t, q)
		if err != nil {
			return err
		}
		for _, row := range rows {
			q.After = row.SK
			if err := ifThere(t.UpdateOne(ctx, table.Person(row.Project, person.Person), table.Set("name", person.Name), table.Exists())); err != nil {
				return err
			}
		}
		if !more {
			return nil
		}
	}
}

// ifThere forgives that there was no row to change.
func ifThere(err error) error {
	if errors.Is(err, table.ErrConditionFailed) {
		return nil
	}
	return err
}
