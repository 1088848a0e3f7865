package main

// exceptions are the mutants that are no change of what Foyer does.
var exceptions = []exception{
	{"shared/people/list.go read: drop operand: moreNames", "a name that is not there is read once more, and is not there"},
	{"shared/people/list.go read: boundary: row.SK > names[len(names)-1].SK", "the last name is read once more"},
	{"shared/api/call.go Call.load: never taken: c.idem != nil", "the record of the key is read a call later; guard cost counts that"},
	{"shared/contacts/erase.go eraseSlice: drop operand: at.Person > 0", "the first one's invitation went with the contact: there is none to delete"},
	{"shared/contacts/erase.go eraser.leave: drop condition: its #2", "both of the person's rows of a project name the contact, written together"},
}
