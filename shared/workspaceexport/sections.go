package workspaceexport

import (
	"context"
	"errors"
	"time"

	"foyer/shared/audit"
	"foyer/shared/companies"
	"foyer/shared/contacts"
	"foyer/shared/invitationtemplate"
	"foyer/shared/members"
	"foyer/shared/projects"
	"foyer/shared/subscription"
	"foyer/shared/table"
	"foyer/shared/workspaces"
)

// The parts of a workspace, in the order in which they stand in the file. A job that
// was begun by another version goes on by number: a part is added at the end.
var (
	ofWorkspace = []section{settings, team, clients, people, changes}
	ofProject   = []section{project, persons, items, privateChanges, sharedChanges}
)

// settings are the workspace itself, its seats and its invitation mail.
func settings(ctx context.Context, w *walk) (bool, error) {
	id := w.job.Workspace
	var row table.WorkspaceRow
	var gate table.WorkspaceGateRow
	var seats table.SubscriptionRow
	var template table.TemplateRow
	rows, err := w.Table.BatchGet(ctx, table.Workspace(id), table.WorkspaceGate(id), table.Subscription(id), table.Template(id))
	if err != nil {
		return false, err
	}
	_, e1 := rows.Into(table.Workspace(id), &row)
	_, e2 := rows.Into(table.WorkspaceGate(id), &gate)
	_, e3 := rows.Into(table.Subscription(id), &seats)
	own, e4 := rows.Into(table.Template(id), &template)
	if err := errors.Join(e1, e2, e3, e4); err != nil {
		return false, err
	}
	if err := w.write("workspace", workspaces.Of(row, gate, w.Config.InvitationLife)); err != nil {
		return false, err
	}
	if err := w.write("subscription", subscription.Of(seats)); err != nil || !own {
		return false, err
	}
	return false, w.write("invitation-template", invitationtemplate.Of(template))
}

func team(ctx context.Context, w *walk) (bool, error) {
	first := table.Member(w.job.Workspace, "")
	return page(ctx, w, first.PK, first.SK, func(r table.MemberRow) table.Key { return r.Key }, func(rows []table.MemberRow) error {
		for _, row := range rows {
			if err := w.write("member", members.Of(row, w.Now())); err != nil {
				return err
			}
		}
		return nil
	})
}

// clients are the companies, each with what its gate says.
func clients(ctx context.Context, w *walk) (bool, error) {
	first := table.Company(w.job.Workspace, "")
	return page(ctx, w, first.PK, first.SK, func(r table.CompanyRow) table.Key { return r.Key }, func(rows []table.CompanyRow) error {
		keys := make([]table.Key, len(rows))
		for i, row := range rows {
			keys[i] = table.CompanyGate(w.job.Workspace, row.Company)
		}
		gates, err := w.Table.BatchGet(ctx, keys...)
		if err != nil {
			return err
		}
		for i, row := range rows {
			var gate table.CompanyGateRow
			if _, err := gates.Into(keys[i], &gate); err != nil {
				return err
			}
			if err := w.write("company", companies.Of(row, gate)); err != nil {
				return err
			}
		}
		return nil
	})
}

// people are the contacts, each with the name of the company.
func people(ctx context.Context, w *walk) (bool, error) {
	first := table.Contact(w.job.Workspace, "")
	return page(ctx, w, first.PK, first.SK, func(r table.ContactRow) table.Key { return r.Key }, func(rows []table.ContactRow) error {
		keys := make([]table.Key, len(rows))
		for i, row := range rows {
			keys[i] = table.Company(w.job.Workspace, row.Company)
		}
		found, err := w.Table.BatchGet(ctx, keys...)
		if err != nil {
			return err
		}
		for i, row := range rows {
			var company table.CompanyRow
			if _, err := found.Into(keys[i], &company); err != nil {
				return err
			}
			if err := w.write("contact", contacts.Of(row, company, w.Now())); err != nil {
				return err
			}
		}
		return nil
	})
}

// changes are what was recorded in the workspace itself. The audit is a copy of these
// and the projects' own, which are read where they were written: none is late.
func changes(ctx context.Context, w *walk) (bool, error) {
	return recorded(ctx, w, table.WorkspaceActivity(w.job.Workspace, "").PK)
}

func privateChanges(ctx context.Context, w *walk) (bool, error) {
	return recorded(ctx, w, table.TeamProjectActivity(w.at.Project, "").PK)
}

func sharedChanges(ctx context.Context, w *walk) (bool, error) {
	return recorded(ctx, w, table.ClientProjectActivity(w.at.Project, "").PK)
}

func recorded(ctx context.Context, w *walk, pk string) (bool, error) {
	return page(ctx, w, pk, table.PrefixActivity, func(r table.ActivityRow) table.Key { return r.Key }, func(rows []table.ActivityRow) error {
		for _, row := range rows {
			if err := w.write("change", audit.Of(row)); err != nil {
				return err
			}
		}
		return nil
	})
}

func project(ctx context.Context, w *walk) (bool, error) {
	facts, err := w.facts(ctx)
	if err != nil {
		return false, err
	}
	return false, w.write("project", projects.Of(facts))
}

func (w *walk) facts(ctx context.Context) (row table.ProjectFactsRow, err error) {
	_, err = w.Table.Get(ctx, table.ProjectFacts(w.at.Project), &row)
	return row, err
}

// person is one of a project's people: their name, address and role stand with the
// member or contact that they are.
type person struct {
	Project string    `json:"project"`
	Person  string    `json:"person"`
	Kind    string    `json:"kind"`
	Contact string    `json:"contact,omitempty"`
	Company string    `json:"company,omitempty"`
	AddedBy string    `json:"addedBy"`
	AddedAt time.Time `json:"addedAt"`
}

func persons(ctx context.Context, w *walk) (bool, error) {
	return page(ctx, w, table.TeamProjectPartition(w.at.Project), table.PrefixPerson, func(r table.TeamPersonRow) table.Key { return r.Key }, func(rows []table.TeamPersonRow) error {
		for _, row := range rows {
			if err := w.write("person", person{w.at.Project, row.Person, row.Kind, row.Contact, row.Company, row.AddedBy, row.AddedAt}); err != nil {
				return err
			}
		}
		return nil
	})
}
