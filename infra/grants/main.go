// Command grants says which grants of template.yaml no test needed: the tests of
// handlers run under each function's own policy and note which statement allowed
// each call (FOYER_IAM_RECORD names the folder). A grant that nothing needs is one
// too many. It fails if there is one, or if nothing was noted at all.
package main

import (
	"errors"
	"fmt"
	"os"

	"foyer/shared/foyertest/iam"
	"foyer/shared/samtemplate"
)

func main() {
	if err := check(); err != nil {
		fmt.Fprintln(os.Stderr, "grants:", err)
		os.Exit(1)
	}
}

func check() error {
	dir := os.Getenv(iam.RecordDir)
	if dir == "" {
		return fmt.Errorf("%s names no folder", iam.RecordDir)
	}
	uses, err := iam.ReadUses(dir)
	if err != nil {
		return err
	}
	if len(uses) == 0 {
		return errors.New("no test noted a call: did the integration tests run?")
	}
	tpl, err := samtemplate.Load("template.yaml")
	if err != nil {
		return err
	}
	findings, err := iam.Unused(tpl, uses)
	if err != nil {
		return err
	}
	for _, f := range findings {
		fmt.Println(f)
	}
	if len(findings) > 0 {
		return fmt.Errorf("%d grants that no test needed", len(findings))
	}
	fmt.Printf("every grant of every function was needed by a test (%d different uses)\n", len(uses))
	return nil
}
