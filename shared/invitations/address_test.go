//go:build engine

package invitations_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"foyer/shared/foyertest"
	"foyer/shared/table"
)

// elsewhere is another agency, which can invite Nora too.
func (o office) elsewhere() (olga foyertest.Person, workspace, project string) {
	o.T.Helper()
	olga, workspace = o.World.Workspace("Other Agency", "Olga Other", "olga@other.example")
	return olga, workspace, o.World.Project(olga, workspace, "Elsewhere")
}

// accounts are how many there are of an address.
func (o office) accounts(address string) (n int) {
	o.T.Helper()
	for key, item := range o.Rows() {
		var row table.AccountRow
		if !strings.HasPrefix(key.PK, table.RealmUser) || key.SK != table.Account("").SK {
			continue
		}
		if err := table.Unmarshal(item, &row); err != nil {
			o.T.Fatal(err)
		}
		if row.Email == address {
			n++
		}
	}
	return n
}

// One address is one person, whoever invites it at the same moment (rule 4).
func TestAnAddressThatTwoWorkspacesInviteAtOnceIsOnePerson(t *testing.T) {
	o := newOffice(t)
	olga, theirs, project := o.elsewhere()
	var there foyertest.Person
	o.meanwhile("invitations-send", func() { there = o.Invited(olga, project, "Initech", "Nora Elsewhere", o.nora.Email) })
	if got := o.send(o.nora).Must(http.StatusAccepted).String("person"); got != there.ID || o.PersonID(o.nora.Email) != there.ID {
		t.Errorf("Nora is %s here and %s there, and the address leads to %s", got, there.ID, o.PersonID(o.nora.Email))
	}
	if got := o.accounts(o.nora.Email); got != 1 {
		t.Errorf("the address has %d accounts, want one", got)
	}
	nora := o.Accept(o.nora, theirs)
	accept(o.World, nora, o.Link(o.nora.Email, o.Acme.Workspace), "").Must(http.StatusOK)
}

// Whoever invites an address at the moment at which the account that it leads to ends, for
// nobody had accepted it, invites somebody new.
func TestAnAddressWhoseAccountEndsMeanwhileLeadsToANewOne(t *testing.T) {
	o := newOffice(t)
	olga, theirs, project := o.elsewhere()
	there := o.Invited(olga, project, "Initech", "Nora Elsewhere", o.nora.Email)
	o.mailed("")
	o.meanwhile("invitations-send", func() {
		o.Do(olga, "DELETE", "/v1/workspaces/"+theirs+"/contacts/"+there.Contact, nil).Must(http.StatusNoContent)
		if failed := o.RunJobs(); failed != 0 {
			t.Errorf("%d jobs are left undone", failed)
		}
	})
	got := o.send(o.nora).Must(http.StatusAccepted).String("person")
	if got == there.ID || o.PersonID(o.nora.Email) != got || has(o.World, table.Account(there.ID)) {
		t.Errorf("Nora is %s, the address leads to %s, want both somebody else than %s, whose account has ended", got, o.PersonID(o.nora.Email), there.ID)
	}
	if account := get[table.AccountRow](o.World, table.Account(got)); account.Email != o.nora.Email {
		t.Errorf("the account is of %s, want %s", account.Email, o.nora.Email)
	}
	accept(o.World, nobody, o.mailed(o.nora.Email)[0].Token(), foyertest.Password).Must(http.StatusOK)
	o.SignIn(o.nora)
}

// The id of a new person is nobody else's: what stands there is not written over.
func TestANewPersonTakesNobodysAccount(t *testing.T) {
	o := newOffice(t)
	somebody := table.AccountRow{Name: "Somebody Else", Email: "somebody@other.example", State: table.AccountConfirmed}
	o.Around("invitations-send", func(c foyertest.AWSCall, next func() (any, error)) (any, error) {
		if in, ok := c.Input.(*dynamodb.TransactWriteItemsInput); ok && somebody.Person == "" {
			for _, item := range in.TransactItems {
				if item.Put != nil && item.Put.Item["SK"].(*types.AttributeValueMemberS).Value == table.Account("").SK {
					somebody.Person = item.Put.Item["person"].(*types.AttributeValueMemberS).Value
					put(o.World, table.Account(somebody.Person), somebody)
				}
			}
		}
		return next()
	})
	got := o.send(o.nora).Must(http.StatusAccepted).String("person")
	if somebody.Person == "" || got == somebody.Person || o.PersonID(o.nora.Email) != got {
		t.Errorf("Nora is %s, want somebody else than %q", got, somebody.Person)
	}
	if now := get[table.AccountRow](o.World, table.Account(somebody.Person)); now.Name != somebody.Name || now.Email != somebody.Email || now.State != somebody.State {
		t.Errorf("the account is %+v now, was %+v", now, somebody)
	}
}
