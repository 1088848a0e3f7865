// Package cost meters every operation of the catalogue and every consumer: what it
// consumes of DynamoDB (read and write units), how many AWS calls it makes, and how
// many of them one after another, each held to the least that DynamoDB's rules allow
// for the same guarantee (least.go). `make cost` prices a month of it.
package cost
