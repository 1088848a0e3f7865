//go:build engine

package cost

import "foyer/shared/table"

// invitees is how many contacts the company has all of whom are invited.
const invitees = 3

// consumers is the same of what runs without a request.
var consumers = map[string]entry{
	"stream-notify": {
		at(query("the project's people", func(s *State) table.Query {
			return table.Query{PK: table.ClientProjectPartition(s.ProjectID), Prefix: table.PrefixPerson}
		})),
		step{calls: []aCall{{name: "BatchGetItem", n: inBlocks(plus(exactly(4), times(3, everyone)), 100), parts: []part{
			rows(4, "workspace, project, and the item in one of two realms, at this moment (rule 14)"),
			each(times(3, everyone), "of each of the people membership, row of the project and settings: the rows that would let them in, not copies"),
		}}}},
		at(batch(rows(1, "the companies' gates: the memberships name them"))),
		step{times: inBlocks(told, 25), calls: []aCall{puts("BatchWriteItem", inBlocks(told, 25), told, "a line in the feed of each who is told")}},
		step{times: told, calls: []aCall{puts("PutItem", told, told, "a mail for each, only if it is not there yet: a batch takes no condition; after the lines and one after another, so that a run that ends in the middle has left what comes last")}},
		at(put("the copy in the audit, last: it says that all was told")),
	},
	"stream-notify of what waits": {
		at(query("the project's people", func(s *State) table.Query {
			return table.Query{PK: table.ClientProjectPartition(s.ProjectID), Prefix: table.PrefixPerson}
		})),
		step{calls: []aCall{{name: "BatchGetItem", n: inBlocks(plus(exactly(4), times(3, everyone)), 100), parts: []part{
			rows(4, "workspace, project, and the item in one of two realms, at this moment (rule 14)"),
			each(times(3, everyone), "of each of the people membership, row of the project and settings: the rows that would let them in, not copies"),
		}}}},
		at(batch(rows(1, "the companies' gates: the memberships name them"))),
		step{times: inBlocks(told, 25), calls: []aCall{puts("BatchWriteItem", inBlocks(told, 25), told, "a line in the feed of each who is told")}},
		step{times: told, calls: []aCall{{name: "TransactWriteItems", n: told, parts: []part{
			{units: times(2, told), write: true, why: "the mail of each, only if it is not there yet"}, {units: times(2, told), write: true, why: "where the digest finds it"}, {units: times(2, told), write: true, why: "the minute of the digest"},
		}}}},
		at(put("the copy in the audit, last: it says that all was told")),
	},
	"stream-notify of a job": {
		at(other("SQS SendMessage", "the job's id")),
	},
	"jobs-run of an export": {
		at(update("the lease: a queue may bring a message twice")),
		at(get("the job, under the lease")),
		step{times: exportPages, calls: []aCall{{name: "Query", n: exportPages, parts: []part{{units: exportUnits, why: "the audit, 200 rows at once"}}}}},
		at(other("S3 PutObject", "the file")),
		at(update("how far it is: done")),
	},
	"jobs-run of invitations": {
		at(update("the lease: a queue may bring a message twice")),
		at(get("the job, under the lease")),
		at(query("the company's contacts, 25 at once", func(s *State) table.Query {
			return table.Query{PK: table.ContactsPartition(s.WorkspaceID, s.invitees), Prefix: table.PrefixContact}
		})),
		at(batch(rows(2, "the workspace: open? Who asked: an admin still, and their name for the mails"), rows(invitees, "the contacts: invited before?"))),
		at(batch(rows(invitees, "the addresses: each an account or none"), rows(2, "the company and its gate: open?"))),
		at(batch(rows(2*invitees, "membership and member of each; of an unknown address too, so that no time tells it"))),
		step{times: exactly(invitees), calls: []aCall{{name: "TransactWriteItems", n: exactly(invitees), parts: []part{
			writes(invitees, "of each the check: the company is open"), writes(2*invitees, "account and address, for they are new"), writes(invitees, "the contact"),
			writes(3*invitees, "invitation, its mail, its reminder"), writes(invitees, "activity"), index(invitees, "the contact's entry in the index of states"),
		}}}},
		at(update("how far it is: done")),
	},
	"stream-mail": {
		at(put("the claim: the stream may bring a mail twice")),
		at(batch(rows(2, "workspace and project"), rows(3, "of the recipient membership, row of the project and settings: asked again at this moment (rule 14)"),
			rows(2, "the item, in one of two realms"), rows(2, "the recipient's address, who acted"))),
		at(batch(rows(1, "the company's gate: the membership names the company"))),
		at(get("does mail to the address arrive? The account names the address")),
		at(other("SES SendEmail", "the mail")),
		at(update("the mark that it was sent")),
	},
	"stream-mail of a digest": { // of one project
		at(put("the claim: the stream may bring a mail twice")),
		at(query("what waits for it", func(s *State) table.Query {
			return table.Query{PK: table.HeldPartition(s.people[2], s.digest)}
		})),
		at(batch(rows(2, "workspace and project"), rows(3, "of the recipient membership, row of the project and settings: asked again at this moment (rule 14)"),
			rows(2, "the item of the line, in one of two realms"), rows(2, "the recipient's address, who acted"))),
		at(batch(rows(1, "the company's gate: the membership names the company"))),
		at(get("does mail to the address arrive? The account names the address")),
		at(other("SES SendEmail", "the mail")),
		at(update("the mark that it was sent")),
	},
	"stream-mail of an invitation": {
		at(put("the claim: the stream may bring a mail twice")),
		at(batch(rows(3, "invitation, workspace, contact: asked again at this moment"), rows(1, "the workspace's template, if it has one"))),
		at(get("the company's gate: the invitation names the company")),
		at(put("the token, before anybody has the link")),
		at(get("does mail to the address arrive? What is asked before names the address")),
		at(other("SES SendEmail", "the mail")),
		at(tx(writes(1, "the mark that it was sent"), writes(2, "the state in the invitation and in the team's row of it"), index(2, "its entry in the index of states moves"))),
	},
	"stream-mail of a reset": {
		at(put("the claim: the stream may bring a mail twice")),
		at(batch(rows(2, "the account and its reset: asked again at this moment"))),
		at(put("the token, before anybody has the link")),
		at(get("does mail to the address arrive? What is asked before names the address")),
		at(other("SES SendEmail", "the mail")),
		at(update("the mark that it was sent")),
	},
	"stream-mail of a template's test": {
		at(put("the claim: the stream may bring a mail twice")),
		at(batch(rows(2, "membership and workspace: still an admin?"), rows(2, "the account's address, the template"))),
		at(get("does mail to the address arrive? What is asked before names the address")),
		at(other("SES SendEmail", "the mail")),
		at(update("the mark that it was sent")),
	},
	"mail-events of an invitation": {
		at(get("the mail that came back: SES gives its id back")),
		at(get("its invitation: the mail names it")),
		at(tx(writes(2, "the state in the invitation and in the team's row of it"), writes(1, "activity"), index(2, "its entry in the index of states moves"))),
		at(put("no more mail to the address, if it does not stand there")),
	},
	"due-run": {
		at(query("all watermarks", func(*State) table.Query { return table.Query{PK: table.DueWatermarkPartition} })),
		step{times: shards, calls: []aCall{{name: "Query", n: shards, parts: []part{{units: shards, why: "what is due in this minute, in each of 16 shards: nothing; nobody waits for it, so one after another"}}}}},
		step{times: shards, calls: []aCall{puts("PutItem", shards, shards, "the watermark of each shard")}},
	},
	"due-run with a reminder": {
		at(query("all watermarks", func(*State) table.Query { return table.Query{PK: table.DueWatermarkPartition} })),
		step{times: shards, calls: []aCall{{name: "Query", n: shards, parts: []part{{units: shards, why: "what is due in this minute, in each of 16 shards"}}}}},
		step{times: exactly(table.DueShards - 1), calls: []aCall{puts("PutItem", exactly(table.DueShards-1), exactly(table.DueShards-1), "the watermark of each other shard")}},
		at(put("the lease on the shard where something is due")),
		at(batch(rows(3, "invitation, workspace, contact: does it still hold?"))),
		at(tx(writes(1, "the due row goes"), writes(1, "the count in the invitation"), writes(1, "the mail"), writes(1, "activity"), writes(1, "the next reminder"))),
		at(put("the watermark of the shard")),
	},
	"due-run with a digest": {
		at(query("all watermarks", func(*State) table.Query { return table.Query{PK: table.DueWatermarkPartition} })),
		step{times: shards, calls: []aCall{{name: "Query", n: shards, parts: []part{{units: shards, why: "what is due in this minute, in each of 16 shards"}}}}},
		step{times: exactly(table.DueShards - 1), calls: []aCall{puts("PutItem", exactly(table.DueShards-1), exactly(table.DueShards-1), "the watermark of each other shard")}},
		at(put("the lease on the shard where something is due")),
		at(tx(writes(1, "the due row goes"), writes(1, "the mail"))),
		at(put("the watermark of the shard")),
	},
}

// costsNothing are functions that make no AWS call by themselves, with the reason.
var costsNothing = map[string]string{
	"web":          "the page is in the function",
	"token-scopes": "it answers the user pool with what it was given",
	"replay":       "nobody's request and no event calls it: by hand, it costs what its consumers cost for each row that it brings back, and the reading of the place where that was left",
}
