package contacts

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"

	"foyer/shared/api"
	"foyer/shared/table"
)

// Load loads a contact of the call's workspace; one of another workspace is
// absent, a 404.
func Load(ctx context.Context, c *api.Call, id string) (contact table.ContactRow, err error) {
	err = c.Need(ctx, table.Contact(c.Workspace, id), &contact)
	return contact, err
}

// Named is the row of the contact that the path names, to be read with the access
// (api.Operation.Reads).
func Named(c *api.Call, path func(string) string) []table.Key {
	return []table.Key{table.Contact(c.Workspace, path("contact"))}
}

// Join adds to the transaction that the contact's person is one of the
// workspace's clients as that contact; had is their membership as it was read,
// if found. DynamoDB sets an entry of a map only where the map is, so each shape
// that the row may have has its own write, on the condition that it still has
// that shape, and never where there is a role: table.ErrConflict otherwise.
func Join(c *api.Call, tx *table.Tx, workspace string, contact table.ContactRow, had table.MembershipRow, found bool) {
	key, role, all := table.Membership(contact.Person, workspace), expression.Name("role"), expression.Name("contacts")
	only := map[string]string{contact.Contact: contact.Company}
	switch {
	case !found:
		tx.Put(key, table.MembershipRow{Workspace: workspace, Contacts: only, CreatedAt: c.Now()}).If(table.Absent()).Else(table.ErrConflict)
	case had.Contacts == nil:
		tx.Update(key, table.Set("contacts", only)).If(table.Exists().And(role.AttributeNotExists(), all.AttributeNotExists())).Else(table.ErrConflict)
	default:
		tx.Update(key, expression.Set(expression.Name("contacts."+contact.Contact), expression.Value(contact.Company))).
			If(all.AttributeExists().And(role.AttributeNotExists())).Else(table.ErrConflict)
	}
}

// As is the condition that the contact is still as it was read: who it is, and where
// its invitation stands, which says whether access was removed (InvitationRemoved).
// Another person it is only by another address, or by a first invitation.
func As(row table.ContactRow) expression.ConditionBuilder {
	return table.Is("name", row.Name).And(table.Is("email", row.Email), table.IsOrAbsent("invitationState", row.InvitationState))
}
