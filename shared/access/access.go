// Package access takes a contact's access away and gives it back. The membership
// decides: once the contact is out of it, the next request with a token that is
// still valid is refused.
package access

import (
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"

	"foyer/shared/table"
)

// Output has nothing.
type Output struct{}

// attempts at a change whose rows others are changing: an acceptance, or the
// mail that marks the invitation as sent.
const attempts = 4

// inContacts is the contact's place in the map of a membership.
func inContacts(contact string) expression.NameBuilder { return expression.Name("contacts." + contact) }

// as is the condition that a contact who has not been removed is still as they were read.
func as(contact table.ContactRow) expression.ConditionBuilder {
	return table.IsOrAbsent("invitationState", contact.InvitationState).And(table.IsOrAbsent("person", contact.Person), expression.Name("removed").AttributeNotExists())
}
