//go:build engine

package invitations_test

import (
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"

	"foyer/shared/foyertest"
	"foyer/shared/table"
)

type fields = map[string]any

var nobody foyertest.Person

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
