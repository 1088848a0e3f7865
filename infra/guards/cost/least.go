//go:build engine

package cost

import (
	"maps"

	"foyer/shared/table"
)

// The least that each operation and consumer has to cost, with the reason for each
// row. What is counted by:
//
//   - Reads are strongly consistent: what was taken back, ended or removed is so from the
//     moment of the answer (rules 6 and 24). An eventually consistent read is half a unit
//     and may show what was true before.
//   - A row that is read costs all of it: naming attributes (a projection) or filtering
//     lowers what is sent, never the units.
//   - Each fact stands in one row of one realm (DESIGN.md), so that none can be stale and
//     IAM can keep clients from the team's. Copies would make some lists cheaper.
//   - Who may not is let in to nothing: access is read first. Rows whose keys the caller,
//     the path and the headers name come with it in the same call; a query, and whatever
//     the input names, comes after it, for input is not looked at before (rule 10).
//   - What is written is written in one transaction with its activity row, and the
//     transaction asks everything that it depends on: two units a row.
//   - Where units and round trips pull apart, the fewer round trips win, unless whole
//     ranges would be read on suspicion.
var (
	signedIn  = rows(1, "the session, for a sign-out to hold at once")
	staff     = rows(3, "access: session, workspace, membership")
	inProject = rows(5, "access: session, workspace, membership, the caller's row of the project, the project")

	myFeed    = upTo(page, func(z Size) int { return z.Feed })
	lineItems = func(s *State) float64 { return min(myFeed(s), float64(s.Size.Shared)) }
	actors    = func(s *State) float64 { return min(myFeed(s), float64(s.Size.People)) }
	people    = func(s *State) float64 { return min(page, everyone(s)) }
	projects  = upTo(page, func(z Size) int { return z.Projects })
	spaces    = upTo(page, func(z Size) int { return z.Workspaces })
	everyone  = func(s *State) float64 { return float64(s.peopleNow()) }
	told      = func(s *State) float64 { return float64(s.Size.People - 1) } // all but Carl, who hears of what concerns him
	companies = inRange(func(s *State) table.Query { return table.Query{PK: table.CompaniesPartition(s.WorkspaceID)} })
	licensed  = inRange(func(s *State) table.Query { return table.Query{PK: table.LicencePartition(s.WorkspaceID)} })
	contacts  = inRange(func(s *State) table.Query {
		return table.Query{PK: table.ContactsPartition(s.WorkspaceID, s.CompanyID), Prefix: table.PrefixContact}
	})
	shards = exactly(table.DueShards)

	// days is how many days of the audit a page needs.
	days = func(s *State) float64 {
		if s.Size.Feed >= page {
			return 1
		}
		return auditDays
	}
	memberships = func(s *State) table.Query {
		return table.Query{PK: table.UserPartition(s.Carl.ID), Prefix: table.PrefixMembership}
	}
	sessions = func(s *State) table.Query {
		return table.Query{PK: table.UserPartition(s.Carl.ID), Prefix: table.PrefixSession}
	}

	// An attempt is counted before it is made, or many at once would all pass, and given
	// back when it succeeded; each way of counting is a row of its own.
	counted     = at(puts("UpdateItem", exactly(3), exactly(3), "the attempt, by source, by subject, and by both; before anything else, so that whoever is refused costs no more"))
	passed      = at(puts("UpdateItem", exactly(3), exactly(3), "the attempt back"), put("where the person comes from: known"))
	countedLink = at(puts("UpdateItem", exactly(2), exactly(2), "the attempt, by source and by token from there"))

	exportPages = func(s *State) float64 { return up(s.Size.Feed, 200) }
)

// budget is every operation's least.
var budget = merged(ofWorkspaces, ofAccounts, ofProjects)

func merged(parts ...map[string]entry) map[string]entry {
	all := map[string]entry{}
	for _, part := range parts {
		maps.Copy(all, part)
	}
	return all
}

// ofWorkspaces are the operations of a workspace, its team, companies, contacts and
// invitations.
var ofWorkspaces = map[string]entry{
	"workspaces-create": {
		at(get("the address: an account or none; an unknown one is asked in the same way")),
		at(tx(writes(3, "workspace, its gate, its owner as a member"), writes(2, "account and address, for they are new"),
			writes(3, "invitation, its mail, its reminder"), writes(1, "activity"), index(1, "the owner's entry in the index of states"))),
	},
	"workspaces-get": {
		at(batch(staff, rows(1, "the workspace's own row; name and settings come with the access"))),
	},
	"workspaces-update": {
		at(batch(staff, rows(1, "the workspace's own row; name and settings come with the access"))),
		at(tx(writes(1, "name and settings, in the one row that gates its clients"), writes(1, "activity"))),
	},
	"members-list": {
		at(batch(staff)),
		at(query("a page of the members", func(s *State) table.Query {
			return table.Query{PK: table.Member(s.WorkspaceID, "").PK, Prefix: table.PrefixMember, Limit: page}
		})),
	},
	"workspaces-export": {
		at(batch(staff)),
		at(tx(writes(1, "the job, whose insertion starts it"), writes(1, "activity"))),
	},
	"workspaces-close": {
		at(batch(staff)),
		at(tx(writes(1, "the workspace's gate, which came with the access: every request asks it"), writes(1, "activity"))),
	},
	"members-get": {
		at(batch(staff, rows(1, "the member, whom the path names"))),
	},
	"members-invite": {
		at(batch(staff, rows(1, "the inviter's name, for the mail"))),
		at(get("the address: an account or none; an unknown one is asked in the same way")),
		at(batch(rows(2, "the person: of the workspace, of the team? Asked for an unknown address too")),
			aCall{name: "Query", parts: []part{rows(1, "their invitations to the workspace: invited as a client, or to the team before? Asked for an unknown address too")}}),
		at(tx(writes(2, "account and address, for they are new"), writes(3, "invitation, its mail, its reminder"), writes(1, "the member"), writes(1, "activity"), index(1, "the member's entry in the index of states"))),
	},
	"members-update": {
		at(batch(staff, rows(1, "the member, whom the path names"))),
		at(tx(writes(2, "the role in the team's row and in the membership, by which requests are let in"), writes(1, "activity"))),
	},
	"members-remove": {
		at(batch(staff, rows(1, "the member, whom the path names"))),
		at(tx(writes(2, "the team's row and the membership"), writes(1, "check: who gets the tasks is of the team"), writes(1, "the job that does the rest"), writes(1, "activity"), index(1, "their entry in the index of states goes"))),
	},
	"member-invitations-send": {
		at(batch(staff, rows(2, "the member, whom the path names, and their invitation"), rows(1, "the sender's name, for the mail"))),
		at(tx(writes(1, "the member"), writes(3, "invitation, its mail, its reminder"), writes(1, "activity"), index(2, "its entry in the index of states moves"))),
	},
	"member-invitations-revoke": {
		at(batch(staff, rows(1, "the member, whom the path names"))),
		at(tx(writes(2, "the state in the invitation and in the team's row of it"), writes(1, "activity"), index(2, "its entry in the index of states moves"))),
	},
	"companies-create": {
		at(batch(staff)),
		at(tx(writes(2, "the company and its gate"), writes(3, "the rows by which it is listed by name, found by its one word, and by its whole name"),
			writes(1, "the name's revision: who makes “the” company of that name meanwhile looks again"), writes(1, "activity"))),
	},
	"companies-list": {
		at(batch(staff)),
		at(query("a page of the names", func(s *State) table.Query {
			return table.Query{PK: table.CompaniesPartition(s.WorkspaceID), Limit: page}
		})),
		at(batch(each(times(2, companies), "of each the company and its gate: licensed and archived stand where clients' access is decided, in one row"))),
	},
	"companies-get": {
		at(batch(staff, rows(2, "the company and its gate"))),
	},
	"companies-update": {
		at(batch(staff, rows(2, "the company and its gate: a licensed one is in one more list by name"))),
		at(tx(writes(1, "the name"), writes(1, "check: no licence came or went"), writes(2, "its place in the list by name, before and after"),
			writes(2, "the word that finds it, before and after"), writes(2, "its whole name, before and after"), writes(2, "the revisions of both names"), writes(1, "activity"))),
	},
	"companies-archive": {
		at(batch(staff, rows(2, "the company and its gate"))),
		at(tx(writes(1, "the gate"), writes(1, "activity"))),
	},
	"companies-unarchive": {
		at(batch(staff, rows(2, "the company and its gate"))),
		at(tx(writes(1, "the gate"), writes(1, "activity"))),
	},
	"contacts-create": {
		at(batch(staff, rows(1, "the company"))),
		at(tx(writes(1, "check: the company is there"), writes(2, "the contact, and the mark that makes its address unique in the company"),
			writes(3, "the rows by which it is listed by name, and found by its two words"), writes(1, "activity"))),
	},
	"contacts-list": {
		at(batch(staff, rows(1, "the company"))),
		at(query("a page of the names", func(s *State) table.Query {
			return table.Query{PK: table.ContactsPartition(s.WorkspaceID, s.CompanyID), Prefix: table.PrefixContact, Limit: page}
		})),
		at(batch(each(contacts, "each contact: address and access change without touching the list"))),
	},
	"contacts-get": {
		at(batch(staff, rows(1, "the contact"))),
		at(get("the company: the contact names it")),
	},
	"contacts-update": {
		at(batch(staff, rows(1, "the contact"))),
		at(get("the company: the contact names it")),
		at(tx(writes(1, "the contact"), writes(2, "its place in the list by name, before and after"), writes(4, "the two words that find it, before and after: they are listed by name too"), writes(1, "activity"))),
	},
	"contacts-delete": {
		at(batch(staff, rows(1, "the contact, which the path names"))),
		at(batch(rows(1, "which contact is found by the address: of two whose persons took the same one, one is"), rows(1, "the membership: has it access? Read although the contact's state tells of it: access has to end also where the two should ever disagree"))),
		at(tx(writes(2, "the contact, and the mark of its address"), writes(3, "the rows by which it is listed by name, and found by its two words"), writes(2, "membership and invitation"),
			writes(1, "the job that does the rest"), writes(1, "activity"), index(1, "its entry in the index of states goes"))),
	},
	"imports-create": {
		at(batch(staff)),
		at(tx(writes(1, "the import: with the record of the key, if there is one"))),
	},
	"imports-get": {
		at(batch(staff, rows(1, "the import"))),
		at(batch(rows(1, "the plan's job, which says how far it is: the import names it"))),
	},
	"imports-plan": {
		at(batch(staff)),
		at(tx(writes(1, "the job, whose insertion starts it"), writes(1, "the import, if there is one: this plan is the newest"))),
	},
	"imports-apply": {
		at(batch(staff, rows(1, "the import: is that its plan, and was it applied?"))),
		at(tx(writes(1, "the job, whose insertion starts it"), writes(1, "the import, if nothing of that has changed"), writes(1, "activity"))),
	},
	"invitation-template-get": {
		at(batch(staff, rows(1, "the template"))),
	},
	"invitation-template-put": {
		at(batch(staff, rows(1, "the template, for If-Match"))),
		at(tx(writes(1, "the template"), writes(1, "activity"))),
	},
	"invitation-template-reset": {
		at(batch(staff, rows(1, "the template: is there one?"))),
		at(tx(writes(1, "the template"), writes(1, "activity"))),
	},
	"invitation-template-preview": {
		at(batch(staff, rows(1, "the template, with the access, before it is known whether the body has one"), rows(1, "the caller's name and address, as the sample's"))),
	},
	"invitation-template-test": {
		at(batch(staff)),
		at(tx(writes(1, "the mails that the caller has had sent to themselves"), writes(1, "the mail: with the record of the key, if there is one"))),
	},
	"subscription-get": {
		at(batch(staff, rows(1, "the seats"))),
	},
	"subscription-update": {
		at(batch(staff, rows(1, "the seats"))),
		at(tx(writes(1, "the seats"), writes(1, "activity"))),
	},
	"licences-list": {
		at(batch(staff)),
		at(query("a page of the names", func(s *State) table.Query {
			return table.Query{PK: table.LicencePartition(s.WorkspaceID), Limit: page}
		})),
		at(batch(each(licensed, "each company's name"))),
	},
	"licences-grant": {
		at(batch(staff, rows(2, "the company and its gate"))),
		at(tx(writes(1, "the gate"), writes(1, "check: the company has its name still, which is in the list's key"), writes(1, "the seat"), writes(1, "its place in the list"), writes(1, "activity"))),
	},
	"licences-release": {
		at(batch(staff, rows(2, "the company and its gate"))),
		at(tx(writes(1, "the gate"), writes(1, "check: the company has its name still, which is in the list's key"), writes(1, "the seat"), writes(1, "its place in the list"), writes(1, "activity"))),
	},
	"invitations-send": {
		at(batch(staff, rows(1, "the contact, which the path names"), rows(1, "the sender's name, for the mail"))),
		at(batch(rows(1, "the address: an account or none; an unknown one is asked in the same way"), rows(2, "the company and its gate: open?"))),
		at(batch(rows(2, "the person: in the workspace, of the team? Asked for an unknown address too"))),
		at(tx(writes(1, "check: the company is open"), writes(2, "account and address, for they are new"), writes(1, "the contact"),
			writes(3, "invitation, its mail, its reminder"), writes(1, "activity"), index(1, "the contact's entry in the index of states"))),
	},
	"invitations-send-all": {
		at(batch(staff, rows(2, "the company, which the path names, and its gate: open?"))),
		at(tx(writes(1, "the job, whose insertion starts it"), writes(1, "activity"))),
	},
	"address-corrected": {
		at(batch(staff, rows(1, "the contact, which the path names"), rows(1, "the sender's name, for the mail"))),
		at(batch(rows(1, "the address: an account or none; an unknown one is asked in the same way"), rows(2, "the company and its gate: open?"), rows(1, "the invitation that bounced: its project and its note"))),
		at(batch(rows(3, "the person: in the workspace, of the team, invited as this contact before? Asked for an unknown address too"))),
		at(tx(writes(1, "check: the company is open"), writes(2, "account and address, for they are new"), writes(1, "the contact"), writes(2, "its address in the company, before and after"),
			writes(3, "invitation, its mail, its reminder"), writes(1, "the job that does the rest"), writes(1, "activity"), index(2, "its entry in the index of states moves"))),
	},
	"invitations-list": {
		at(batch(staff)),
		at(aCall{name: "Query", n: exactly(indexed), parts: []part{{units: stateUnits, why: "a page of each state, of which the page is made: of the index, so half a unit for each 4 KB begun; what waits and what has expired are one range"}}}),
		at(batch(each(stated, "who it is, and how it stands now: the index lags"), rows(1, "their company"))),
	},
	"invitations-revoke": {
		at(batch(staff, rows(1, "the contact, which the path names"))),
		at(tx(writes(2, "the state in the invitation and in the team's row of it"), writes(1, "activity"), index(2, "its entry in the index of states moves"))),
	},
	"access-remove": {
		at(batch(staff, rows(1, "the contact, which the path names"))),
		at(get("the membership: the person is named by the contact. Read although the contact's state tells of it: access has to end also where the two should ever disagree")),
		at(tx(writes(2, "contact and membership"), writes(1, "activity"), index(2, "its entry in the index of states moves"))),
	},
	"access-restore": {
		at(batch(staff, rows(1, "the contact, which the path names"))),
		at(get("the membership: its shape decides how an entry is set in it")),
		at(tx(writes(2, "contact and membership"), writes(1, "check: not of the team meanwhile, nor invited to it"), writes(1, "activity"), index(2, "its entry in the index of states moves"))),
	},
	"invitations-view": {
		at(get("the token, whose hash is all that the link gives")),
		at(batch(rows(3, "invitation, workspace, account (is there a password?)"))),
	},
	"invitations-open": {
		at(get("the token")),
		at(batch(rows(2, "invitation and workspace"))),
		at(tx(writes(2, "the state in the invitation and in the team's row of it, as one"), index(2, "its entry in the index of states moves"))),
	},
	"invitations-accept": {
		at(get("the token")),
		at(batch(rows(4, "invitation, workspace, account, membership"))),
		at(update("the lease on the account: two at once would set two passwords")),
		at(other("Cognito AdminCreateUser", "the user")),
		at(other("Cognito AdminSetUserPassword", "their password, for good: AdminCreateUser can only set one to be changed")),
		at(tx(writes(1, "account confirmed, only under the lease"), writes(1, "membership"), writes(2, "the state in the invitation and in the team's row of it"),
			writes(1, "the token goes: single use"), writes(1, "activity"), index(2, "its entry in the index of states moves"))),
	},
}
