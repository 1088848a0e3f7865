// Package audience loads, for people who did not ask themselves, what they may
// see at this moment, and lets policy decide. Those who tell people of things
// ask it: stream-notify when it writes the lines of feeds, stream-mail once more
// when a mail leaves (rule 14).
package audience

import (
	"context"
	"fmt"

	"foyer/shared/hours"
	"foyer/shared/policy"
	"foyer/shared/table"
)

// Place is a project with what gates it.
type Place struct {
	Workspace string
	Project   string
	Gate      table.WorkspaceGateRow
	Facts     table.ProjectFactsRow
}

// Standing is how a person stands to a project.
type Standing struct {
	Person string
	Client bool
	// Active: a person of the project who has access to it now. An owner or admin
	// who may open the project without being one of its people is not active here:
	// nobody is told of projects that they take no part in.
	Active bool
	Level  policy.Level
	Hours  hours.Hours // when mail of what happens may go to them
}

// Recipient is the standing as policy.TellOf takes it.
func (s Standing) Recipient() policy.Recipient {
	return policy.Recipient{Person: s.Person, Client: s.Client, Active: s.Active, Level: s.Level}
}

// Of loads the standings of people to a project, strongly consistent, in the
// order of persons; and, in the same call, the rows at the keys of also.
func Of(ctx context.Context, t *table.Table, project string, also []table.Key, persons ...string) (Place, []Standing, table.Rows, error) {
	workspace, ok := table.WorkspaceOf(project)
	if !ok {
		return Place{}, nil, nil, fmt.Errorf("%q is not the id of a project", project)
	}
	place := Place{Workspace: workspace, Project: project}
	keys := append([]table.Key{table.WorkspaceGate(workspace), table.ProjectFacts(project)}, also...)
	for _, p := range persons {
		keys = append(keys, table.Membership(p, workspace), table.Project(p, project), table.Settings(p))
	}
	rows, err := t.BatchGet(ctx, keys...)
	if err != nil {
		return place, nil, nil, err
	}
	base := policy.Facts{SignedIn: true} // being told needs no sign-in
	if base.WorkspaceExists, err = rows.Into(table.WorkspaceGate(workspace), &place.Gate); err != nil {
		return place, nil, nil, err
	}
	if base.ProjectExists, err = rows.Into(table.ProjectFacts(project), &place.Facts); err != nil {
		return place, nil, nil, err
	}
	base.WorkspaceClosed = place.Gate.Closed

	known := make([]person, len(persons))
	var companies []table.Key
	for i, p := range persons {
		if known[i], err = read(rows, p, workspace, project); err != nil {
			return place, nil, nil, err
		}
		if known[i].company != "" {
			companies = append(companies, table.CompanyGate(workspace, known[i].company))
		}
	}
	gates, err := t.BatchGet(ctx, companies...) // none: no call
	if err != nil {
		return place, nil, nil, err
	}
	out := make([]Standing, len(persons))
	for i, k := range known {
		if out[i], err = k.standing(base, place, gates); err != nil {
			return place, nil, nil, err
		}
	}
	return place, out, rows, nil
}

// person is what the rows say of one person.
type person struct {
	id         string
	membership table.MembershipRow
	project    table.PersonProjectRow
	settings   table.SettingsRow
	company    string // of the contact as which they are a client
}

func read(rows table.Rows, id, workspace, project string) (person, error) {
	p := person{id: id}
	if _, err := rows.Into(table.Membership(id, workspace), &p.membership); err != nil {
		return p, err
	}
	if _, err := rows.Into(table.Project(id, project), &p.project); err != nil {
		return p, err
	}
	if _, err := rows.Into(table.Settings(id), &p.settings); err != nil {
		return p, err
	}
	if p.project.Kind == table.KindClient {
		p.company = p.membership.Contacts[p.project.Contact] // the membership decides, not the project's row
	}
	return p, nil
}

func (p person) standing(facts policy.Facts, place Place, gates table.Rows) (Standing, error) {
	facts.Membership = policy.Membership{Role: policy.Role(p.membership.Role), Contacts: p.membership.Contacts}
	facts.Project = policy.ProjectRow{Kind: p.project.Kind, Contact: p.project.Contact}
	s := Standing{Person: p.id, Client: p.project.Kind == table.KindClient}
	settings := policy.Settings{General: policy.Level(p.settings.Level), Projects: map[string]policy.Level{}}
	for id, level := range p.settings.Projects {
		settings.Projects[id] = policy.Level(level)
	}
	s.Level, s.Hours = settings.LevelIn(place.Project, s.Client), hoursOf(p.settings)
	switch p.project.Kind {
	case table.KindClient:
		company, err := companyIn(gates, place.Workspace, p.company)
		if err != nil {
			return s, err
		}
		s.Active = policy.ClientOfProject(facts) == nil && policy.CompanyOpen(company, place.Gate.PortalNeedsLicence) == nil
	case table.KindMember:
		s.Active = policy.StaffOfProject(facts) == nil
	}
	return s, nil
}

// hoursOf are when a person wants mail. Times that cannot be read, which settings-put
// lets nobody choose, hold nothing back; those of a zone that is not known any more are
// of UTC.
func hoursOf(row table.SettingsRow) (h hours.Hours) {
	if zone, err := hours.ParseZone(row.TimeZone); err == nil {
		h.Zone = zone
	}
	if at, err := hours.ParseClock(row.Digest); err == nil {
		h.Digest = &at
	}
	from, e1 := hours.ParseClock(row.QuietFrom)
	to, e2 := hours.ParseClock(row.QuietTo)
	if e1 == nil && e2 == nil {
		h.Quiet = &hours.Quiet{From: from, To: to}
	}
	return h
}

func companyIn(gates table.Rows, workspace, company string) (policy.Company, error) {
	var gate table.CompanyGateRow
	found, err := gates.Into(table.CompanyGate(workspace, company), &gate)
	return policy.Company{Exists: found, Archived: gate.Archived, Licensed: gate.Licensed}, err
}

// Item finds an item where it stands now: shared or private, or false where it
// is gone. rows were read at its table.ItemKeys.
func Item(ctx context.Context, t *table.Table, rows table.Rows, project, id string) (table.ItemRow, bool, error) {
	row, found, err := rows.Item(project, id)
	if err != nil || found {
		return row, found, err
	}
	// Found in neither place: it may have moved between the two reads. Once more.
	if rows, err = t.BatchGet(ctx, table.ItemKeys(project, id)...); err != nil {
		return table.ItemRow{}, false, err
	}
	return rows.Item(project, id)
}
