// Package portal is what clients see: the projects that they are clients of, and
// in them what was shared. Its functions may read the realms CLIENT# and USER#
// only; a mistake here cannot show what is private, for AWS would not give it.
package portal

import (
	"context"
	"errors"
	"maps"

	"foyer/shared/api"
	"foyer/shared/policy"
	"foyer/shared/table"
)

// opened is a project that a person can open now as its client.
type opened struct {
	project       table.ProjectFactsRow
	workspaceName string
}

// accessKeys are the rows that, with the person's own row of the project, say whether
// they are a client of it: those that a request naming the project reads to be let in
// (api.ClientsOfProject).
func accessKeys(person, project string) []table.Key {
	w, _ := table.WorkspaceOf(project)
	return []table.Key{table.Membership(person, w), table.ProjectFacts(project), table.WorkspaceGate(w)}
}

// openable gives those of the projects that the caller can open now as a client,
// by id. It asks of each what a request naming it would ask; mine are the caller's
// own rows of the projects, rows hold what was read at their accessKeys. The companies'
// gates, which the memberships name, are read here, but for those that rows hold.
func openable(ctx context.Context, c *api.Call, rows table.Rows, mine map[string]table.PersonProjectRow) (map[string]opened, error) {
	type candidate struct {
		opened
		gate  table.WorkspaceGateRow
		which table.Key
	}
	candidates := make(map[string]candidate, len(mine))
	var gates []table.Key
	for id, own := range mine {
		w, _ := table.WorkspaceOf(id)
		var (
			cand       candidate
			membership table.MembershipRow
		)
		exists, e1 := rows.Into(table.ProjectFacts(id), &cand.project)
		open, e2 := rows.Into(table.WorkspaceGate(w), &cand.gate)
		_, e3 := rows.Into(table.Membership(c.Person, w), &membership)
		if err := errors.Join(e1, e2, e3); err != nil {
			return nil, err
		}
		err := policy.ClientOfProject(policy.Facts{
			SignedIn: true, // the call was let in
			Membership: policy.Membership{
				Role: policy.Role(membership.Role), Contacts: membership.Contacts,
			},
			WorkspaceExists: open, WorkspaceClosed: cand.gate.Closed,
			ProjectExists: exists,
			Project:       policy.ProjectRow{Kind: own.Kind, Contact: own.Contact},
		})
		if err != nil {
			continue
		}
		cand.workspaceName, cand.which = cand.gate.Name, table.CompanyGate(w, membership.Contacts[own.Contact])
		candidates[id] = cand
		if _, read := rows[cand.which]; !read {
			gates = append(gates, cand.which)
		}
	}
	companies, err := c.Table.BatchGet(ctx, gates...)
	if err != nil {
		return nil, err
	}
	maps.Copy(companies, rows)
	out := make(map[string]opened, len(candidates))
	for id, cand := range candidates {
		var gate table.CompanyGateRow
		found, err := companies.Into(cand.which, &gate)
		if err != nil {
			return nil, err
		}
		if policy.CompanyOpen(policy.Company{Exists: found, Archived: gate.Archived, Licensed: gate.Licensed}, cand.gate.PortalNeedsLicence) == nil {
			out[id] = cand.opened
		}
	}
	return out, nil
}
