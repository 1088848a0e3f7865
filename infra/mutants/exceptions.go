package main

// exceptions are the mutants that are no change of what Foyer does.
var exceptions = []exception{
	{"shared/people/list.go read: drop operand: moreNames", "a name that is not there is read once more, and is not there"},
	{"shared/people/list.go read: boundary: row.SK > names[len(names)-1].SK", "the last name is read once more"},
	{"shared/api/call.go Call.load: never taken: c.idem != nil", "the record of the key is read a call later; guard cost counts that"},
	{"shared/erasure/erasure.go slice: boundary: at.Person > 0", "the first one's invitation went with the contact: there is none to delete"},
	{"shared/contacts/delete.go erasing: drop condition: entry.AttributeExists()", "the contact's own row, which the same transaction asks, says that they are active"},
	{"shared/api/call.go Call.load: never taken: err != nil", "it is returned at the end, whatever there is in no rows"},
	{"shared/invitations/find.go find: drop operand: more.session", "a row is read that nobody asks; guard cost counts that"},
	{"shared/invitations/find.go whyHidden: drop case: !invited", "no row is of another generation: the same answer, another word in the log"},
	{"shared/mail/claim.go take: never taken: !errors.Is(err, table.ErrConditionFailed)", "a claim that was put is found as this one's; after a failure it is asked once more"},
	{"shared/erasure/erasure.go eraser.forget: never taken: err != nil", "without what the address's row says the transaction is refused, and the slice done again"},
	{"shared/audience/audience.go Item: drop operand: found", "what was found is read once more; guard cost counts that"},
	{"shared/contacts/rename.go renameSlice: drop operand: err != nil", "whoever cannot be read is nobody: the same error ends the slice"},
	{"shared/invitations/send.go standing.checkNotOfTheTeam: never taken: s.account.New", "rows are asked for that cannot be there; guard cost counts that"},
	{"shared/invitations/sendall.go all.standings: drop operand: contacts.NotInvited(row)", "more is read of who was invited before, and left alone all the same"},
	{"shared/invitations/list.go read: boundary: len(all) > n", "one more read, of nothing, where as many are there as were asked for"},
	{"shared/erasure/erasure.go slice: drop operand: at.Person > 0", "the first one's invitation went with the contact: there is none to delete"},
	{"shared/erasure/erasure.go slice: drop operand: at.At == \"\"", "what is deleted already is deleted again, at each slice"},
	{"shared/members/handover.go handOverSlice: drop operand: err != nil", "a walk that failed is never done (work.At): the same error is returned"},
	{"shared/imports/planning.go write: boundary: len(lines) >= files.PartLeast", "a part of exactly the least size is written with one row more in it"},
	{"shared/clients/write.go scene.intoProject: never taken: s.account.New && s.person == s.account.Person", "rows are asked for that cannot be there; guard cost counts that"},
	{"shared/companies/update.go renaming: drop condition: table.Exists() #4", "the row is written whole either way, and there while the company has the name that the same transaction asks for"},
}
