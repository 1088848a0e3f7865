package main

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// kill is how a mutant was killed in this run or one before.
type kill struct {
	Suite   string
	Test    string
	Timeout bool
	// Sum is of the mutant's file and of the tests of the package that killed it: where
	// either is another by now, the kill says nothing.
	Sum string
}

// kills are what was killed, by mutant: a run with -more takes over what still stands.
type kills map[string]kill

const killsFile = "killed.json"

func readKills(dir string) kills {
	k := kills{}
	if raw, err := os.ReadFile(filepath.Join(dir, killsFile)); err == nil { //nolint:gosec // below .local
		_ = json.Unmarshal(raw, &k) // as good as none
	}
	return k
}

func (k kills) write(dir string) error {
	raw, err := json.MarshalIndent(k, "", " ")
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, killsFile), raw, 0o600)
}

// stands says whether the mutant was killed by tests and in code that are the same now.
func (k kills) stands(root string, m Mutant) (outcome, bool) {
	before, ok := k[m.Key()]
	if !ok || before.Sum != sumOf(root, m, before.Test) {
		return outcome{}, false
	}
	return outcome{Mutant: m, Killed: before.Suite, Timeout: before.Timeout, Tried: true, Noticed: true}, true
}

// sumOf is the Sum of a mutant and the test (test.String) that kills it; empty where
// something cannot be read.
func sumOf(root string, m Mutant, test string) string {
	of, _, _ := strings.Cut(test, " ")
	names, err := filepath.Glob(filepath.Join(root, filepath.FromSlash(of), "*_test.go"))
	if err != nil || len(names) == 0 {
		return ""
	}
	slices.Sort(names)
	sum := sha256.New()
	for _, name := range append(names, filepath.Join(root, filepath.FromSlash(m.File))) {
		source, err := os.ReadFile(name) //nolint:gosec // of the repository
		if err != nil {
			return ""
		}
		sum.Write(source)
	}
	return hex.EncodeToString(sum.Sum(nil))
}
