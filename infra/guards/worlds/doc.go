// Package worlds proves that a client never learns of what was not shared (rule
// 10). Two copies of Foyer are taken through the same public steps at the same
// instants with the same ids, and one of them through secret steps as well: private
// items, other companies, projects, invitations and workspaces. Whatever a client
// or a stranger can reach has to be the same bytes in both: answers, headers,
// cursors, tags, errors, mails, and the calls of AWS that an answer cost.
//
// What is asked comes from shared/catalog and the OpenAPI document, so an operation
// that is added is swept by itself. One that changes something has to be a step
// (steps_public_test.go, steps_secret_test.go): a test fails until it says which.
package worlds
