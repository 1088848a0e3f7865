package contacts

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"

	"foyer/shared/activity"
	"foyer/shared/api"
	"foyer/shared/jobs/work"
	"foyer/shared/names"
	"foyer/shared/search"
	"foyer/shared/table"
)

// DeleteInput names a contact.
type DeleteInput struct {
	Workspace string `path:"workspace"`
	Contact   string `path:"contact"`
}

// DeleteOutput has nothing.
type DeleteOutput struct{}

// Delete erases a contact's data (rule 35).
var Delete = api.Operation[DeleteInput, DeleteOutput]{
	ID: "contacts-delete", Method: http.MethodDelete, Path: "/workspaces/{workspace}/contacts/{contact}", Access: api.Admins,
	Summary: "Erase a contact's data",
	Doc: "For owner and admins of the workspace; there is no way back. From this moment every request of the person as this contact is refused, also with a token that is still valid, the link of an invitation that waits for its answer is the one 404, " +
		"no further mail is sent, and name and address are gone from the workspace's contacts. A moment later (a job) the person is out of the projects in which they were this contact, and their tasks there are nobody's. " +
		"What is recorded stays, with ids that lead to no name or address any more. The account of a person who has accepted an invitation, and whatever they have elsewhere, is theirs and stays; one that nobody has accepted ends with the last of its invitations. Files of imports go by themselves 30 days after they were uploaded. " +
		"The address can be added as a new contact at once; to a project that the job has not come to yet, by clients-add, a moment later. 404 for a contact who was erased before.",
	Reads: Named, Handle: erase,
}

// EraseJob is the kind of job that Delete starts (package erasure).
const EraseJob = "contacts-delete"

// What that job is about.
const (
	AboutContact = "contact"
	AboutPersons = "persons" // who the contact was, apart by spaces: who it was last first
)

func erase(ctx context.Context, c *api.Call, in *DeleteInput) (*DeleteOutput, error) {
	err := table.Retry(ctx, attempts, func() error {
		row, err := Load(ctx, c, in.Contact)
		if err != nil {
			return err
		}
		marker, membership := table.ContactAddress(c.Workspace, row.Company, row.Email), table.Membership(row.Person, c.Workspace)
		keys := []table.Key{marker}
		if row.Person != "" {
			keys = append(keys, membership)
		}
		rows, err := c.Table.BatchGet(ctx, keys...)
		if err != nil {
			return err
		}
		var found table.ContactAddressRow
		var place table.MembershipRow
		_, e1 := rows.Into(marker, &found)
		_, e2 := rows.Into(membership, &place)
		if err := errors.Join(e1, e2); err != nil {
			return err
		}
		_, active := place.Contacts[row.Contact]
		return c.Table.Write(ctx, erasing(c, row, found.Contact == row.Contact, active))
	})
	if err != nil {
		return nil, err
	}
	return &DeleteOutput{}, nil
}

// erasing is the one transaction that ends the contact: whatever lets the person in, and
// what the team finds them by. addressed says whether the contact is the one that is
// found by its address (of two whose persons took the same one, one is), active whether
// it has access. table.ErrConflict where it is not as it was read any more.
func erasing(c *api.Call, row table.ContactRow, addressed, active bool) *table.Tx {
	tx := &table.Tx{}
	tx.Delete(table.Contact(c.Workspace, row.Contact)).If(As(row)).Else(table.ErrConflict)
	if addressed {
		tx.Delete(table.ContactAddress(c.Workspace, row.Company, row.Email)).If(table.Is("contact", row.Contact)).Else(table.ErrConflict)
	}
	tx.Delete(table.ContactByName(c.Workspace, row.Company, names.Sort(row.Name), row.Contact)).If(table.Exists()).Else(table.ErrConflict)
	search.Unindex(tx, row.Name, wordKey(c, row, row.Name))
	if active {
		entry := expression.Name("contacts." + row.Contact)
		tx.Update(table.Membership(row.Person, c.Workspace), expression.Remove(entry)).If(entry.AttributeExists()).Else(table.ErrConflict)
	}
	if row.Person != "" { // invited, at some time
		tx.Delete(table.Invitation(row.Person, c.Workspace, row.Contact)).If(table.Exists()).Else(table.ErrConflict)
		work.Start(c, tx, EraseJob, map[string]string{AboutContact: row.Contact, AboutPersons: strings.Join(personsOf(row), " ")})
	}
	activity.InWorkspace(c, tx, c.Workspace, table.ActivityRow{Type: table.ActivityContactErased, Subject: row.Contact})
	return tx
}

// personsOf are who the contact is, and whoever it was by addresses that were corrected,
// each once.
func personsOf(row table.ContactRow) []string {
	persons := []string{row.Person}
	for _, p := range strings.Fields(row.Formerly) {
		if p != row.Person {
			persons = append(persons, p)
		}
	}
	return persons
}

// Formerly is who the contact was, once more person than so far.
func Formerly(row table.ContactRow, person string) string {
	all := strings.Fields(row.Formerly)
	if slices.Contains(all, person) {
		return row.Formerly
	}
	return strings.Join(append(all, person), " ")
}
