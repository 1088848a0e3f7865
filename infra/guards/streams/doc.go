// Package streams guards what happens after a change was committed: the consumers
// of the table's stream, due-run and replay. Whatever AWS may do to them (a batch
// delivered again, a process that ends after any of its calls, a record that cannot
// be processed, a person removed in between), nothing is lost, nothing doubled and
// nothing undone; one mail may go out twice where the process ends between SES's
// acceptance and the mark.
package streams
