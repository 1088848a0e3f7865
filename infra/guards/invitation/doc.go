// Package invitation proves that an invitation is what its state machine says (rules
// 22 to 27): a model of it, which shares no code with the operations, is driven
// together with them. Contacts of two companies and two workspaces, one of whose
// addresses is known to both, are invited, reminded, revoked, corrected, removed and
// restored, while scanners fetch links, people click twice, forward links and use old
// ones, mails bounce and time passes; every batch of the stream is delivered twice.
//
// After each step the model and Foyer agree on what the team sees of each contact and
// in the lists with their counts, on which of all links that ever left shows something
// (the others are one and the same 404), on each mail that left, and on where whoever
// accepted has access. An invitation is accepted once at most, and no GET changes a row.
package invitation
