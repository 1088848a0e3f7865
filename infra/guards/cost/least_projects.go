//go:build engine

package cost

import "foyer/shared/table"

// ofProjects are the operations of a project, and the portal.
var ofProjects = map[string]entry{
	"projects-create": {
		at(batch(staff, rows(1, "the creator's name, in the team's row"))),
		at(tx(writes(2, "the project and its place in the workspace's list"), writes(3, "the creator in it: own row, the clients' side, the team's side"), writes(1, "activity"))),
	},
	"people-list": {
		at(batch(inProject)),
		at(query("the team's side of a page", func(s *State) table.Query {
			return table.Query{PK: table.TeamProjectPartition(s.ProjectID), Prefix: table.PrefixPerson, Limit: page}
		}), query("their names, under the same sort keys", func(s *State) table.Query {
			return table.Query{PK: table.ClientProjectPartition(s.ProjectID), Prefix: table.PrefixPerson, Limit: page}
		})),
		at(batch(each(people, "of each the contact or member: address, role, where the invitation stands"), rows(1, "the clients' company, which has its name in one place"))),
	},
	"clients-add": {
		at(batch(inProject, rows(1, "the adder's name, for the mail"))),
		at(query("companies of that name", func(s *State) table.Query {
			return table.Query{PK: table.CompanyNamePartition(s.WorkspaceID, "globex")}
		}), get("the address: an account or none; an unknown one is asked in the same way")),
		at(batch(rows(2, "the company: open? has it a contact of that address?"), rows(3, "the person: in the project, in the workspace, of the team? Asked for an unknown address too"))),
		at(tx(writes(2, "checks: the company is open, the project is not archived"), writes(3, "the person in the project: own row, the clients' side, the team's side"),
			writes(2, "account and address, for they are new"), writes(2, "the contact, and the mark that makes its address unique in the company"),
			writes(3, "the rows by which the contact is listed by name, and found by its two words"), writes(3, "invitation, its mail, its reminder"), writes(1, "activity"), index(1, "the contact's entry in the index of states"))),
	},
	"items-create": {
		at(batch(inProject)),
		at(tx(writes(1, "check: the project is not archived"), items(1, "the item"), writes(1, "activity"))),
	},
	"items-list": {
		at(batch(inProject)),
		at(query("private ones of a page: all of it may be private", func(s *State) table.Query {
			return table.Query{PK: table.TeamProjectPartition(s.ProjectID), Prefix: table.PrefixItem + "msg_", Descending: true, Limit: page}
		}), query("shared ones of a page: all of it may be shared", func(s *State) table.Query {
			return table.Query{PK: table.ClientProjectPartition(s.ProjectID), Prefix: table.PrefixItem + "msg_", Descending: true, Limit: page}
		})),
		at(batch(rows(1, "the project once more: did an item move meanwhile? Two queries are not one instant"))),
	},
	"items-get": {
		at(batch(inProject, rows(2, "the item, in one of two realms: asking one after the other would save half a unit and cost a round trip"))),
	},
	"items-visibility": {
		at(batch(inProject, rows(2, "the item, in one of two realms"))),
		at(tx(writes(1, "the project: not archived, and marked as one in which an item moved"),
			items(2, "the item leaves one realm for the other: IAM goes by the key, so that content has to stand under it"), writes(1, "activity"))),
	},
	"portal-projects-list": {
		at(batch(signedIn)),
		at(query("the caller's projects, a page", func(s *State) table.Query {
			return table.Query{PK: table.UserPartition(s.Carl.ID), Prefix: table.PrefixProject, Limit: page}
		})),
		at(batch(each(projects, "of each the project: name, archived?"), each(times(3, spaces), "of each workspace gate, membership and company: open at this moment?"))),
	},
	"portal-projects-get": {
		at(batch(inProject)),
		at(batch(rows(1, "the company's gate: the membership names the company")), query("people", func(s *State) table.Query {
			return table.Query{PK: table.ClientProjectPartition(s.ProjectID), Prefix: table.PrefixPerson, Limit: 200}
		})),
	},
	"portal-items-list": {
		at(batch(inProject)),
		at(batch(rows(1, "the company's gate: the membership names the company")), query("a page; private ones are elsewhere", func(s *State) table.Query {
			return table.Query{PK: table.ClientProjectPartition(s.ProjectID), Prefix: table.PrefixItem + "msg_", Descending: true, Limit: page}
		})),
	},
	"portal-items-get": {
		at(batch(inProject)),
		at(batch(rows(1, "the company's gate: the membership names the company"), rows(1, "the item"))),
	},
	"portal-notifications-list": {
		at(batch(signedIn)),
		at(query("the lines of a page", func(s *State) table.Query {
			return table.Query{PK: table.PortalFeedPartition(s.Carl.ID), Descending: true, Limit: page}
		})),
		at(batch(rows(4, "of the project the caller's row, the project, workspace and membership: open at this moment?"), each(lineItems, "each line's item as it is now"), each(actors, "who acted, if the caller may know them"))),
		at(batch(rows(1, "the company's gate: the membership names the company"))),
	},
}
