// Command openapi writes what is generated from the catalogue: infra/openapi.json
// and events/<id>.json. Run it at the root of the repository (make openapi); the
// catalogue test fails while they differ.
package main

import (
	"fmt"
	"os"
	"path/filepath"

	"foyer/shared/catalog"
)

func main() {
	if err := write(); err != nil {
		fmt.Fprintln(os.Stderr, "openapi:", err)
		os.Exit(1)
	}
}

func write() error {
	document, err := catalog.OpenAPI()
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join("infra", "openapi.json"), document, 0o644); err != nil { //nolint:gosec // a public document
		return err
	}
	for _, op := range catalog.Operations() {
		event, err := catalog.Event(op.Meta())
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join("events", op.Meta().ID+".json"), event, 0o644); err != nil { //nolint:gosec // a public document
			return err
		}
	}
	return nil
}
