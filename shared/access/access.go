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

// as is the condition that the contact's row is still as it was read.
func as(contact table.ContactRow) expression.ConditionBuilder {
	cond := table.IsOrAbsent("invitationState", contact.InvitationState).And(table.IsOrAbsent("person", contact.Person))
	if contact.Removed {
		return cond.And(table.Is("removed", true))
	}
	return cond.And(expression.Name("removed").AttributeNotExists())
}
