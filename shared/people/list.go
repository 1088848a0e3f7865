// Package people is who takes part in a project: members and clients.
package people

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"foyer/shared/api"
	"foyer/shared/contacts"
	"foyer/shared/table"
)

// ListInput asks for a project's people.
type ListInput struct {
	Project string `path:"project"`
	api.Page
}

// Person is one of a project's people, as its team sees them.
type Person struct {
	Person     string               `json:"person" example:"per_01JD0000000000000000000000"`
	Name       string               `json:"name"`
	Kind       string               `json:"kind" enum:"member,client"`
	Label      string               `json:"label,omitempty" enum:"The Client" doc:"Of a client, wherever people are listed"`
	Email      string               `json:"email"`
	Role       string               `json:"role,omitempty" enum:"owner,admin,member" doc:"Of a member, in the workspace"`
	Contact    string               `json:"contact,omitempty" doc:"As which contact the client is in the project"`
	Company    *Company             `json:"company,omitempty" doc:"Of a client"`
	Invitation *contacts.Invitation `json:"invitation,omitempty" doc:"Where the person's invitation stands"`
	AddedAt    time.Time            `json:"addedAt"`
}

// Company is the company of a client.
type Company struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// List shows the team who takes part in a project, and where the invitations of
// its clients stand (rule 3).
var List = api.Operation[ListInput, api.List[Person]]{
	ID: "people-list", Method: http.MethodGet, Path: "/projects/{project}/people", Access: api.StaffOfProject,
	Summary: "List a project's people",
	Doc: "For the staff of the project: its members and clients, in no particular order. A client is there from the moment they were added, labelled “The Client”, " +
		"with the state of their invitation; one whose access was taken away is shown as removed.",
	Handle: list,
}

func list(ctx context.Context, c *api.Call, in *ListInput) (*api.List[Person], error) {
	return api.Source[person, Person]{
		Read: func(ctx context.Context, after string, n int) ([]person, bool, error) { return read(ctx, c, after, n) },
		At:   func(p person) string { return strings.TrimPrefix(p.SK, table.PrefixPerson) },
		Show: func(ctx context.Context, rows []person) (map[string]Person, error) {
			return shown(ctx, c, rows)
		},
		Valid: func(position string) bool { return api.ValidID("person", position) },
	}.Page(ctx, c, in.Page)
}

// person is the team's side of a person and the name that the project shows.
type person struct {
	table.TeamPersonRow
	name   string // empty: none
	unread bool   // the name was not come to
}

// read reads both sides of the project's people, at once. They stand under the same
// sort keys, so that the names of a page are one query too, not a read for each.
func read(ctx context.Context, c *api.Call, after string, n int) ([]person, bool, error) {
	team := table.Query{PK: table.TeamProjectPartition(c.Project), Prefix: table.PrefixPerson, Limit: n}
	if after != "" {
		team.After = table.PrefixPerson + after
	}
	clients := team
	clients.PK = table.ClientProjectPartition(c.Project)
	var (
		rows            []table.TeamPersonRow
		names           []table.PersonRow
		more, moreNames bool
	)
	group, gctx := errgroup.WithContext(ctx)
	group.Go(func() (err error) {
		rows, more, err = table.QueryInto[table.TeamPersonRow](gctx, c.Table, team)
		return err
	})
	group.Go(func() (err error) {
		names, moreNames, err = table.QueryInto[table.PersonRow](gctx, c.Table, clients)
		return err
	})
	if err := group.Wait(); err != nil {
		return nil, false, err
	}
	nameOf := make(map[string]string, len(names))
	for _, row := range names {
		nameOf[row.SK] = row.Name
	}
	people := make([]person, len(rows))
	for i, row := range rows {
		people[i] = person{TeamPersonRow: row, name: nameOf[row.SK], unread: moreNames && row.SK > names[len(names)-1].SK}
	}
	return people, more, nil
}

// shown loads what else the team knows of the people, in one BatchGet: the contact or
// member that each of them is.
func shown(ctx context.Context, c *api.Call, people []person) (map[string]Person, error) {
	keys := make([]table.Key, 0, len(people))
	for _, p := range people {
		keys = append(keys, whoKey(c, p))
		if p.Kind == table.KindClient {
			keys = append(keys, table.Company(c.Workspace, p.Company))
		}
		if p.unread {
			keys = append(keys, table.Person(c.Project, p.Person))
		}
	}
	rows, err := c.Table.BatchGet(ctx, keys...)
	if err != nil {
		return nil, err
	}
	out := make(map[string]Person, len(people))
	for _, p := range people {
		one, err := personOf(c, rows, p)
		if err != nil {
			return nil, err
		}
		out[p.Person] = one
	}
	return out, nil
}

// whoKey is the row of the contact or member that a person of the project is.
func whoKey(c *api.Call, p person) table.Key {
	if p.Kind == table.KindClient {
		return table.Contact(c.Workspace, p.Contact)
	}
	return table.Member(c.Workspace, p.Person)
}

func personOf(c *api.Call, rows table.Rows, p person) (Person, error) {
	out := Person{Person: p.Person, Kind: p.Kind, AddedAt: p.AddedAt}
	if p.Kind == table.KindClient {
		var contact table.ContactRow
		var company table.CompanyRow
		there, e1 := rows.Into(whoKey(c, p), &contact)
		_, e2 := rows.Into(table.Company(c.Workspace, p.Company), &company)
		if err := errors.Join(e1, e2); err != nil {
			return out, err
		}
		invitation := contacts.InvitationOf(contact, c.Now())
		if !there { // erased, and about to be out of the project
			invitation.State = table.InvitationRemoved
		}
		out.Label, out.Name, out.Email, out.Contact, out.Invitation = contacts.Label, contact.Name, contact.Email, p.Contact, &invitation
		out.Company = &Company{ID: p.Company, Name: company.Name}
	} else {
		var member table.MemberRow
		found, err := rows.Into(whoKey(c, p), &member)
		if err != nil {
			return out, err
		}
		invitation := contacts.Standing(member.InvitationState, member.ExpiresAt, c.Now())
		if !found { // removed from the team, and about to be from its projects
			invitation.State = table.InvitationRemoved
		}
		out.Name, out.Email, out.Role, out.Invitation = member.Name, member.Email, member.Role, &invitation
	}
	// The name that the project shows. A client whose access was taken away has none
	// there any more: the team still knows who it was.
	name := p.name
	if p.unread {
		var row table.PersonRow
		if _, err := rows.Into(table.Person(c.Project, p.Person), &row); err != nil {
			return out, err
		}
		name = row.Name
	}
	if name != "" {
		out.Name = name
	}
	return out, nil
}
