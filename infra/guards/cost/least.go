//go:build engine

package cost

import "foyer/shared/table"

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

var budget = map[string]entry{
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
		at(update("the mails that the caller has sent to themselves, before it is sent")),
		at(tx(writes(1, "the mail: with the record of the key, if there is one"))),
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
	"mfa-reset": {
		at(batch(staff, rows(1, "the account, whose person the path names"))),
		at(query("all memberships of the person: while one is elsewhere, this workspace may not", memberships)),
		at(other("Cognito AdminSetUserMFAPreference", "off")),
		at(other("Cognito AdminUserGlobalSignOut", "refresh tokens")),
		at(update("the count of ended sessions: a sign-in under way opens none")),
		at(query("the person's sessions", sessions)),
		at(remove("each session: here one")),
		at(tx(writes(1, "the account says so"), writes(1, "the mail to the person"), writes(1, "activity"))),
	},
	"sessions-create": {
		counted,
		at(get("the address; Cognito knows none")),
		at(get("the account: were sessions ended since? Before the password is asked, for an unknown address too")),
		at(other("Cognito AdminInitiateAuth", "the password, for an unknown address too")),
		at(tx(writes(1, "check: no sessions ended meanwhile, as by a new password"), writes(1, "the session: its id is in the token"))),
		passed,
	},
	"sessions-answer": {
		counted,
		at(get("the challenge that was put")),
		at(other("Cognito AdminRespondToAuthChallenge", "the code")),
		at(tx(writes(1, "check: no sessions ended since the password was right"), writes(1, "the session"), writes(1, "the challenge goes: answered once"))),
		passed,
	},
	"sessions-refresh": {
		at(other("Cognito AdminInitiateAuth", "the refresh token; which session it is of is in what it gives")),
		at(get("the session")),
	},
	"sessions-end": {
		at(batch(signedIn)),
		at(remove("the session. Read before, although a conditional delete alone could say whether it was there: one repeated since its answer was lost would be a 401")),
	},
	"sessions-end-all": {
		at(batch(signedIn)),
		at(other("Cognito AdminUserGlobalSignOut", "refresh tokens")),
		at(update("the count of ended sessions: a sign-in under way opens none")),
		at(query("the person's sessions", sessions)),
		at(remove("this session, last: while it stands, what was interrupted can be repeated")),
	},
	"passwords-forgot": {
		at(puts("UpdateItem", exactly(2), exactly(2), "the attempt, by source and by address from there")),
		at(update("the mails to the address; after the first two, whose refusal must use up none")),
		at(get("the address: an account or none; for an unknown one the rest is the same")),
		at(tx(writes(1, "the reset"), writes(1, "its mail"))),
	},
	"passwords-reset": {
		countedLink,
		at(get("the token")),
		at(batch(rows(2, "the account and its reset"))),
		at(update("the claim: of two at once, the one that is told of success has set the password")),
		at(other("Cognito AdminSetUserPassword", "the password")),
		at(other("Cognito AdminUserGlobalSignOut", "refresh tokens")),
		at(update("the count of ended sessions: a sign-in under way opens none")),
		at(query("the person's sessions", sessions)),
		at(remove("each session: here one")),
		at(tx(writes(2, "token and reset go: single use"), writes(1, "the notice by mail"))),
		at(puts("UpdateItem", exactly(2), exactly(2), "the attempt back"), put("where the person comes from: known")),
	},
	"me-get": {
		at(batch(signedIn, rows(1, "the account"))),
		at(query("memberships", memberships)),
		at(batch(each(times(2, spaces), "workspace and company of each membership: open at this moment?"))),
	},
	"me-update": {
		at(batch(signedIn, rows(1, "the account"))),
		at(query("memberships", memberships)),
		at(batch(each(times(2, spaces), "workspace and company of each membership: what If-Match is of shows them"))),
		at(tx(writes(1, "the account"), part{units: times(2, spaces), write: true, why: "activity, in each workspace: it brings the name to where it is shown"})),
	},
	"me-password": {
		at(batch(signedIn)), counted,
		at(other("Cognito AdminInitiateAuth", "the password that there is")),
		passed,
		at(other("Cognito AdminSetUserPassword", "the new one")),
		at(update("the count of ended sessions: a sign-in under way opens none")),
		at(query("the person's sessions: all but this end, here none", sessions)),
		at(put("the notice by mail")),
	},
	"me-address-change": {
		at(batch(signedIn)), counted,
		at(other("Cognito AdminInitiateAuth", "the password")),
		passed,
		at(update("the mails to addresses that the person may not have, counted even when right")),
		at(tx(writes(1, "the change"), writes(1, "its mail"))),
	},
	"me-address-confirm": {
		countedLink,
		at(get("the token")),
		at(batch(rows(2, "the account and its change")), query("memberships: each workspace records it", memberships)),
		at(tx(writes(2, "token and change go: single use"), writes(2, "the new address leads to the account, the old one nowhere"), writes(1, "the account"),
			writes(1, "the notice to the old address"), writes(1, "activity, in each workspace: here one"))),
		at(puts("UpdateItem", exactly(2), exactly(2), "the attempt back")),
	},
	"totp-start": {
		at(batch(signedIn, rows(1, "the account, for the label"))), counted,
		at(other("Cognito AdminInitiateAuth", "the password")),
		passed,
		at(other("Cognito AssociateSoftwareToken", "the secret")),
	},
	"totp-confirm": {
		at(batch(signedIn)), counted,
		at(other("Cognito AdminInitiateAuth", "the password")),
		at(other("Cognito VerifySoftwareToken", "the code")),
		at(other("Cognito AdminSetUserMFAPreference", "on")),
		passed,
		at(update("the account says so")),
	},
	"totp-remove": {
		at(batch(signedIn)), counted,
		at(other("Cognito AdminInitiateAuth", "the password")),
		at(other("Cognito AdminRespondToAuthChallenge", "the code")),
		at(other("Cognito AdminSetUserMFAPreference", "off")),
		passed,
		at(update("the account says so")),
	},
	"settings-get": {
		at(batch(signedIn, rows(1, "the settings"))),
	},
	"settings-put": {
		at(batch(signedIn, rows(1, "the settings, for If-Match"))),
		at(put("the settings, if they are still as read: one row needs no transaction, its change's id makes repeating it safe")),
	},
	"notifications-list": {
		at(batch(staff)),
		at(query("the lines of a page", func(s *State) table.Query {
			return table.Query{PK: table.TeamFeedPartition(s.Ann.ID, s.WorkspaceID), Descending: true, Limit: page}
		})),
		at(batch(rows(1, "the project"), each(times(2, lineItems), "each line's item as it is now, in one of two realms"),
			each(times(2, actors), "who acted: as one of the project's people and as a member, for whoever has left the project may be of the team still"))),
	},
	"jobs-get": {
		at(batch(staff, rows(1, "the job"))),
	},
	"audit-list": {
		at(batch(staff)),
		step{times: days, calls: []aCall{{name: "Query", n: days, parts: []part{
			{units: plus(plus(days, exactly(-1)), rangeUnits(func(s *State) table.Query {
				return table.Query{PK: table.Audit(s.WorkspaceID, auditTo, "").PK, Descending: true, Limit: page}
			})), why: "a day after the other, until the page is full: few read it, and a day that fills the page ends it"},
		}}}},
	},
	"audit-export": {
		at(batch(staff)),
		at(tx(writes(1, "the job, whose insertion starts it"), writes(1, "activity"))),
	},
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
