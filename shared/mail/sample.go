package mail

import (
	"context"
	"maps"
	"slices"

	"foyer/shared/api"
	"foyer/shared/letters"
	"foyer/shared/policy"
	"foyer/shared/table"
)

// prepareTemplateTest: the workspace's invitation mail with sample data, as its template
// is now, goes to the admin who asked for it, while they are one.
func prepareTemplateTest(ctx context.Context, env *api.Env, c claim) (prepared, error) {
	m := c.mail
	var (
		account    table.AccountRow
		membership table.MembershipRow
		gate       table.WorkspaceGateRow
		template   table.TemplateRow
	)
	read := map[table.Key]any{table.Account(m.Person): &account, table.Membership(m.Person, m.Workspace): &membership, table.WorkspaceGate(m.Workspace): &gate, table.Template(m.Workspace): &template}
	rows, err := env.Table.BatchGet(ctx, slices.Collect(maps.Keys(read))...)
	if err != nil {
		return prepared{}, err
	}
	for key, row := range read {
		if _, err := rows.Into(key, row); err != nil {
			return prepared{}, err
		}
	}
	facts := policy.Facts{SignedIn: true, WorkspaceExists: gate.Name != "", WorkspaceClosed: gate.Closed, Membership: policy.Membership{Role: policy.Role(membership.Role)}}
	switch {
	case account.Email == "":
		return stale("account-gone")
	case policy.AdminOfWorkspace(facts) != nil:
		return stale("no-access")
	}
	of := letters.SampleOf{Workspace: gate.Name, Inviter: account.Name, To: account.Email, Page: env.Config.PublicURL, At: m.At}
	content, broken := letters.Sample(template, of)
	if broken != nil {
		return stale("template-broken")
	}
	return prepared{content: content}, nil
}
