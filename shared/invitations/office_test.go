//go:build engine

package invitations_test

import (
	"context"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/smithy-go/middleware"

	"foyer/shared/foyertest"
)

// office is Acme Agency with Globex, of which Nora is a contact whom nobody has invited.
type office struct {
	*foyertest.World
	foyertest.Acme
	nora foyertest.Person
}

func newOffice(t *testing.T) office {
	t.Helper()
	t.Parallel()
	w := foyertest.New(t)
	w.Config.Reminder = reminder
	o := office{World: w, Acme: w.Acme()}
	o.runDue()
	o.nora = o.contact("Nora New", "nora@globex.example")
	o.Drain()
	o.ForgetMails()
	return o
}

// reminder is how long after a sending its reminder is due.
const reminder = 4 * time.Minute

func (o office) runDue() {
	o.T.Helper()
	if err := o.RunDue(); err != nil {
		o.T.Fatal(err)
	}
}

func (o office) contact(name, email string) foyertest.Person {
	o.T.Helper()
	r := o.Do(o.Ann, "POST", "/v1/workspaces/"+o.Acme.Workspace+"/companies/"+o.Company+"/contacts", fields{"name": name, "email": email}).Must(http.StatusCreated)
	return foyertest.Person{Name: name, Email: email, Password: foyertest.Password, Contact: r.String("id"), Company: o.Company}
}

func (o office) path(contact, what string) string {
	return "/v1/workspaces/" + o.Acme.Workspace + "/contacts/" + contact + "/" + what
}

func (o office) send(p foyertest.Person, headers ...foyertest.Header) foyertest.Response {
	o.T.Helper()
	return o.Do(o.Ann, "POST", o.path(p.Contact, "invitation"), fields{"note": "Welcome."}, headers...)
}

func (o office) revoke(p foyertest.Person) foyertest.Response {
	o.T.Helper()
	return o.Do(o.Ann, "DELETE", o.path(p.Contact, "invitation"), nil)
}

// mailed sends what waits, and gives back the mails to the address since it was asked
// before.
func (o office) mailed(email string) []foyertest.Mail {
	o.T.Helper()
	o.Drain()
	mails := o.Mails(email)
	o.ForgetMails()
	return mails
}

// state is where the contact's invitation stands, in the team's row and in the
// invitation's own.
func (o office) state(p foyertest.Person) (shown, own string) {
	o.T.Helper()
	r := o.Do(o.Ann, "GET", o.path(p.Contact, "")[:len(o.path(p.Contact, ""))-1], nil).Must(http.StatusOK)
	for _, inv := range o.Invitations(p.Email, o.Acme.Workspace) {
		if inv.Subject == p.Contact {
			own = inv.State
		}
	}
	if invitation, ok := r.JSON()["invitation"].(map[string]any); ok {
		shown = invitation["state"].(string)
	}
	return shown, own
}

func (o office) stateIs(p foyertest.Person, want string) {
	o.T.Helper()
	if shown, own := o.state(p); shown != want || own != want {
		o.T.Errorf("the team sees %q, the invitation is %q, want %q", shown, own, want)
	}
}

// meanwhile does something, once, after the function has read everything and before it
// writes.
func (o office) meanwhile(function string, do func()) {
	var done atomic.Bool // not a sync.Once: what is done may be a request of the same function
	o.Intercept(function, func(stack *middleware.Stack) error {
		return stack.Initialize.Add(middleware.InitializeMiddlewareFunc("Meanwhile", func(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
			if _, ok := in.Parameters.(*dynamodb.TransactWriteItemsInput); ok && done.CompareAndSwap(false, true) {
				do()
			}
			return next.HandleInitialize(ctx, in)
		}), middleware.Before)
	})
}
