package main

import (
	"path/filepath"
	"slices"
	"testing"
)

// The four that are promised: cursors, tokens, templates, addresses.
func TestTheTargetsAreFound(t *testing.T) {
	root := filepath.Join("..", "..", "..")
	targets, err := find(root)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []target{
		{"shared/api", "FuzzCursor"}, {"shared/api", "FuzzBearerToken"}, {"shared/mailtoken", "FuzzToken"}, {"shared/letters", "FuzzMail"}, {"shared/templateedit", "FuzzTemplate"}, {"shared/address", "FuzzCanonical"},
	} {
		want.dir = filepath.ToSlash(filepath.Join(root, want.dir))
		if !slices.Contains(targets, want) {
			t.Errorf("%+v is not among %+v", want, targets)
		}
	}
}
