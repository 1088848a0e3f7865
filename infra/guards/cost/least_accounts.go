//go:build engine

package cost

import "foyer/shared/table"

// ofAccounts are the operations of a person: sessions, passwords, second factor, settings
// and what they are told; and what an owner looks up.
var ofAccounts = map[string]entry{
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
}
