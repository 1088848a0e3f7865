package mail

import (
	"context"

	"foyer/shared/api"
	"foyer/shared/letters"
	"foyer/shared/table"
)

// prepareDigest: of what waited for it, what its person may still see and wants to be
// told of (rules 14, 15), project by project in the order in which it happened. Where
// nothing is left there is no mail.
func prepareDigest(ctx context.Context, env *api.Env, c claim) (prepared, error) {
	projects, lines, err := held(ctx, env, c.mail)
	if err != nil {
		return prepared{}, err
	}
	d := letters.Digest{Link: env.Config.PublicURL + "/#/"}
	for _, project := range projects {
		told, _, err := notifications(ctx, env, project, lines[project])
		if err != nil {
			return prepared{}, err
		}
		if len(told) > 0 {
			d.Projects = append(d.Projects, told)
		}
	}
	if len(d.Projects) == 0 {
		return stale("nothing-left")
	}
	return prepared{content: d}, nil
}

// held are the lines that wait for the digest, by project, and the projects in the order
// of their first.
func held(ctx context.Context, env *api.Env, digest table.MailRow) (projects []string, lines map[string][]table.MailRow, err error) {
	lines = map[string][]table.MailRow{}
	for q := (table.Query{PK: table.HeldPartition(digest.Person, digest.Digest)}); ; {
		rows, more, err := table.QueryInto[table.MailRow](ctx, env.Table, q)
		if err != nil {
			return nil, nil, err
		}
		for _, row := range rows {
			q.After = row.SK
			if lines[row.Project] == nil {
				projects = append(projects, row.Project)
			}
			lines[row.Project] = append(lines[row.Project], row)
		}
		if !more {
			return projects, lines, nil
		}
	}
}
