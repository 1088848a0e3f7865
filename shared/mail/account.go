package mail

import (
	"context"

	"foyer/shared/api"
	"foyer/shared/letters"
	"foyer/shared/mailtoken"
	"foyer/shared/table"
)

// prepareReset: the link to choose a new password is sent while it is the newest that
// was asked for, to whoever has the address now and a password already. For an address
// that nobody has there is a mail too (passwords-forgot), which is dropped here.
func prepareReset(ctx context.Context, env *api.Env, c claim) (prepared, error) {
	m := c.mail
	var reset table.PasswordResetRow
	person, asked, err := accountWith(ctx, env, m.Person, table.PasswordReset(m.Person), &reset)
	switch {
	case err != nil:
		return prepared{}, err
	case person == nil:
		return stale("account-gone")
	case person.State != table.AccountConfirmed:
		return stale("not-accepted")
	case !asked || reset.Reset != m.Subject:
		return stale("reset-replaced")
	case !env.Now().Before(reset.ExpiresAt):
		return stale("reset-expired")
	}
	link, err := accountLink(ctx, env, c, "/#/password-reset/", table.TokenRow{Purpose: mailtoken.PasswordReset, Person: m.Person, Subject: m.Subject, ExpiresAt: reset.ExpiresAt})
	return prepared{content: letters.Account{Kind: m.Kind, Email: person.Email, Name: person.Name, Language: person.Language, Link: link, Until: reset.ExpiresAt}.Clean()}, err
}

// prepareAddressChange: the link to confirm goes to the new address, while it is the
// newest that the person asked for.
func prepareAddressChange(ctx context.Context, env *api.Env, c claim) (prepared, error) {
	m := c.mail
	var change table.AddressChangeRow
	person, asked, err := accountWith(ctx, env, m.Person, table.AddressChange(m.Person), &change)
	switch {
	case err != nil:
		return prepared{}, err
	case person == nil:
		return stale("account-gone")
	case !asked || change.Change != m.Subject:
		return stale("change-replaced")
	case !env.Now().Before(change.ExpiresAt):
		return stale("change-expired")
	}
	link, err := accountLink(ctx, env, c, "/#/address-change/", table.TokenRow{Purpose: mailtoken.AddressChange, Person: m.Person, Subject: m.Subject, ExpiresAt: change.ExpiresAt})
	return prepared{content: letters.Account{Kind: m.Kind, Email: change.Email, Language: person.Language, Link: link, Until: change.ExpiresAt}.Clean()}, err
}

// prepareNotice: what was done to an account is told to its person, whatever came
// after; to the address that they left where the mail names one.
func prepareNotice(ctx context.Context, env *api.Env, c claim) (prepared, error) {
	m := c.mail
	var gate table.WorkspaceGateRow
	named := []table.Key{}
	if m.Workspace != "" {
		named = append(named, table.WorkspaceGate(m.Workspace))
	}
	rows, err := env.Table.BatchGet(ctx, append(named, table.Account(m.Person))...)
	if err != nil {
		return prepared{}, err
	}
	for _, key := range named {
		if _, err := rows.Into(key, &gate); err != nil {
			return prepared{}, err
		}
	}
	person, err := accountIn(rows, m.Person)
	if err != nil {
		return prepared{}, err
	}
	if person == nil {
		return stale("account-gone")
	}
	content := letters.Account{Kind: m.Kind, Email: person.Email, Name: person.Name, Language: person.Language, Workspace: gate.Name, Link: env.Config.PublicURL + "/#/password-forgotten"}
	switch m.Kind {
	case table.MailAddressChanged:
		content.Email, content.Link = m.Email, env.Config.PublicURL+"/#/"
	case table.MailMFAReset:
		content.Link = env.Config.PublicURL + "/#/account"
	}
	return prepared{content: content.Clean()}, nil
}

// accountWith is the person's account, nil where there is none or it was erased, and
// whether the other row is there.
func accountWith(ctx context.Context, env *api.Env, person string, other table.Key, row any) (*table.AccountRow, bool, error) {
	rows, err := env.Table.BatchGet(ctx, table.Account(person), other)
	if err != nil {
		return nil, false, err
	}
	found, err := rows.Into(other, row)
	if err != nil {
		return nil, false, err
	}
	account, err := accountIn(rows, person)
	return account, found, err
}

func accountIn(rows table.Rows, person string) (*table.AccountRow, error) {
	var account table.AccountRow
	_, err := rows.Into(table.Account(person), &account)
	if err != nil || account.Email == "" {
		return nil, err
	}
	return &account, nil
}

// accountLink makes the token and puts the row that it opens, before anybody has it.
func accountLink(ctx context.Context, env *api.Env, c claim, page string, opens table.TokenRow) (string, error) {
	key, err := keys(env).Key(ctx, c.mark.KeyVersion)
	if err != nil {
		return "", err
	}
	token := mailtoken.Make(key, opens.Purpose, opens.Person+opens.Subject, 1)
	opens.Generation, opens.TTL = 1, opens.ExpiresAt.Add(tokenKeptFor).Unix()
	return env.Config.PublicURL + page + token, env.Table.PutOne(ctx, table.Token(token), opens, nil)
}
