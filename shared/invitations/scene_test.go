//go:build engine

package invitations_test

import (
	"context"
	"errors"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"
	"github.com/aws/smithy-go/middleware"

	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"

	"foyer/shared/foyertest"
	"foyer/shared/table"
)

type fields = map[string]any

var nobody foyertest.Person

const (
	annsAddress = "ann@acme.example"
	chosen      = "Correct-Horse-7"
)

// invited makes a workspace whose owner Ann has a link and has not answered yet.
func invited(t *testing.T) (w *foyertest.World, workspace, link string) {
	t.Helper()
	w = foyertest.New(t)
	workspace = signUp(w, "Acme Agency", annsAddress)
	return w, workspace, w.Link(annsAddress, workspace)
}

func signUp(w *foyertest.World, name, address string) string {
	w.T.Helper()
	return w.Do(nobody, "POST", "/v1/workspaces", fields{"name": name, "ownerName": "Ann Archer", "ownerEmail": address}).Must(201).String("id")
}

// asClient turns the workspace's invitation of the address into one of a client:
// what clients-add makes, without the project.
func asClient(w *foyertest.World, address, workspace, contact, company string) (link string) {
	w.T.Helper()
	person := w.PersonID(address)
	inv := w.Invitations(address, workspace)[0]
	inv.Role, inv.Subject, inv.Company, inv.CompanyName, inv.ProjectName, inv.InviterName = "", contact, company, "Globex", "New website", "Olga Owner"
	inv.State = table.InvitationQueued
	put(w, table.Invitation(person, workspace, contact), inv)
	put(w, table.Contact(workspace, contact), table.ContactRow{Contact: contact, Company: company, Person: person, Email: address, InvitationState: table.InvitationQueued})
	update(w, table.Invitation(person, workspace, person), table.Set("state", table.InvitationRevoked))
	return w.Link(address, workspace)
}

func view(w *foyertest.World, link string) foyertest.Response {
	return w.Do(nobody, "GET", "/v1/invitations/"+link, nil)
}

func open(w *foyertest.World, link string) foyertest.Response {
	return w.Do(nobody, "POST", "/v1/invitations/"+link+"/opening", nil)
}

func accept(w *foyertest.World, who foyertest.Person, link, password string) foyertest.Response {
	body := fields{}
	if password != "" {
		body["password"] = password
	}
	return w.Do(who, "POST", "/v1/invitations/"+link+"/acceptance", body)
}

func signIn(w *foyertest.World, address, password string) foyertest.Response {
	return w.Do(nobody, "POST", "/v1/sessions", fields{"email": address, "password": password})
}

func put(w *foyertest.World, key table.Key, row any) {
	w.T.Helper()
	if err := w.Table.PutOne(w.T.Context(), key, row, nil); err != nil {
		w.T.Fatal(err)
	}
}

func update(w *foyertest.World, key table.Key, u expression.UpdateBuilder) {
	w.T.Helper()
	if err := w.Table.UpdateOne(w.T.Context(), key, u, table.Exists()); err != nil {
		w.T.Fatal(err)
	}
}

func get[R any](w *foyertest.World, key table.Key) R {
	w.T.Helper()
	var row R
	found, err := w.Table.Get(w.T.Context(), key, &row)
	if err != nil || !found {
		w.T.Fatalf("%s: found %v, %v", key, found, err)
	}
	return row
}

func has(w *foyertest.World, key table.Key) bool {
	w.T.Helper()
	var row map[string]any
	found, err := w.Table.Get(w.T.Context(), key, &row)
	if err != nil {
		w.T.Fatal(err)
	}
	return found
}

// errCrashed is how a call ends in a process that is gone.
var errCrashed = errors.New("the process is gone")

// crashAfter lets a function's process end with its n-th call of AWS: the call has
// its effect, its answer and everything after it are lost. made are the calls.
func crashAfter(n int) (option func(*middleware.Stack) error, made func() []string) {
	var mu sync.Mutex
	var calls []string
	option = intercept(func(ctx context.Context, next func() error) error {
		mu.Lock()
		if len(calls) == n {
			mu.Unlock()
			return errCrashed
		}
		calls = append(calls, awsmiddleware.GetOperationName(ctx))
		last := len(calls) == n
		mu.Unlock()
		if err := next(); err != nil {
			return err
		}
		if last {
			return errCrashed
		}
		return nil
	})
	return option, func() []string {
		mu.Lock()
		defer mu.Unlock()
		return append([]string{}, calls...)
	}
}

// intercept is a middleware around every call.
func intercept(around func(ctx context.Context, next func() error) error) func(*middleware.Stack) error {
	return func(stack *middleware.Stack) error {
		return stack.Initialize.Add(middleware.InitializeMiddlewareFunc("Around", func(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (out middleware.InitializeOutput, meta middleware.Metadata, err error) {
			err = around(ctx, func() error {
				var e error
				out, meta, e = next.HandleInitialize(ctx, in)
				return e
			})
			return out, meta, err
		}), middleware.After) // where the call's name is known
	}
}
