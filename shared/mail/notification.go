package mail

import (
	"context"

	"foyer/shared/api"
	"foyer/shared/audience"
	"foyer/shared/letters"
	"foyer/shared/policy"
	"foyer/shared/table"
)

// prepareNotification: a line of the feed is mailed while the recipient may see
// what it is about (rule 14) and still wants to be told: a client what is shared
// now, a member what is there.
func prepareNotification(ctx context.Context, env *api.Env, c claim) (prepared, error) {
	told, why, err := notifications(ctx, env, c.mail.Project, []table.MailRow{c.mail})
	if len(told) == 0 { // nor is there any where something cannot be read
		return prepared{stale: why}, err
	}
	return prepared{content: told[0]}, nil
}

// notifications are what of one person's lines of a project is told now, in their
// order; and why the last of the others is not.
func notifications(ctx context.Context, env *api.Env, project string, mails []table.MailRow) (told []letters.Notification, why string, err error) {
	var also []table.Key
	for _, m := range mails {
		also = append(append(also, table.ItemKeys(project, m.Item)...), whoKeys(m)...)
	}
	place, standings, rows, err := audience.Of(ctx, env.Table, project, also, mails[0].Person)
	if err != nil {
		return nil, "", err
	}
	for _, m := range mails {
		n, stale, err := notification(ctx, env, m, place, standings[0], rows)
		switch {
		case err != nil:
			return nil, "", err
		case stale != "":
			why = stale
		default:
			told = append(told, n)
		}
	}
	return told, why, nil
}

// notification is one of them, or why it is not told.
func notification(ctx context.Context, env *api.Env, m table.MailRow, place audience.Place, recipient audience.Standing, rows table.Rows) (n letters.Notification, stale string, err error) {
	if recipient.Client != (m.Audience == table.KindClient) {
		return n, "no-access", nil
	}
	item, found, err := audience.Item(ctx, env.Table, rows, m.Project, m.Item)
	if err != nil {
		return n, "", err
	}
	if !found {
		return n, "item-gone", nil
	}
	change := policy.Change{Actor: m.Actor, TeamOnly: !item.Shared()}
	switch policy.Reason(m.Reason) {
	case policy.ReasonAssigned:
		change.Assignee = item.Assignee // whose it is now
	case policy.ReasonMentioned:
		change.Mentions = []string{m.Person}
	}
	reason := policy.TellOf(change, recipient.Recipient())
	if reason == "" {
		return n, "not-told", nil
	}
	who, err := aboutPerson(env, rows, place, m, recipient.Client)
	if who.Email == "" { // nor is there one where they cannot be read
		return n, "account-gone", err
	}
	who.Link += "/items/" + m.Item
	return letters.Notification{About: who.Clean(), Item: item, Client: recipient.Client, Reason: reason, Type: m.Type}, "", nil
}

// prepareAdded: while the person has access to the project.
func prepareAdded(ctx context.Context, env *api.Env, c claim) (prepared, error) {
	m := c.mail
	place, standings, rows, err := audience.Of(ctx, env.Table, m.Project, whoKeys(m), m.Person)
	if err != nil {
		return prepared{}, err
	}
	if !standings[0].Active {
		return stale("no-access")
	}
	who, err := aboutPerson(env, rows, place, m, standings[0].Client)
	if who.Email == "" {
		return prepared{stale: "account-gone"}, err
	}
	return prepared{content: letters.Added{About: who.Clean()}}, nil
}

// whoKeys are the rows of who the mail goes to and of who did what it tells.
func whoKeys(m table.MailRow) []table.Key {
	return []table.Key{table.Account(m.Person), table.Person(m.Project, m.Actor)}
}

// aboutPerson is who the mail goes to, who did what it tells, and the address
// of the project as the recipient opens it; rows were read at whoKeys. Without an e-mail address the person
// is gone. Whoever acted is named only if they are one of the project's people:
// others are “the agency” to a client (rule 12).
func aboutPerson(env *api.Env, rows table.Rows, place audience.Place, m table.MailRow, client bool) (letters.About, error) {
	var to table.AccountRow
	var by table.PersonRow
	if _, err := rows.Into(table.Account(m.Person), &to); err != nil {
		return letters.About{}, err
	}
	if _, err := rows.Into(table.Person(m.Project, m.Actor), &by); err != nil {
		return letters.About{}, err
	}
	link := env.Config.PublicURL + "/#/projects/" + m.Project
	if client {
		link = env.Config.PublicURL + "/#/portal/projects/" + m.Project
	}
	return letters.About{Email: to.Email, Name: to.Name, Inviter: by.Name, ByClient: by.Kind == table.KindClient,
		Workspace: place.Gate.Name, Project: place.Facts.Name, Link: link}, nil
}
