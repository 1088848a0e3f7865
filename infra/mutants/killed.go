package main

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// kill is how a mutant was killed in this run or one before.
type kill struct {
	Suite   string
	Test    string
	Timeout bool `json:",omitempty"`
	// Sum is of the mutant's file and of the tests of the package that killed it: where
	// either is another by now, the kill says nothing.
	Sum string
}

// kills are what was killed, by mutant: a run with -more takes over what still stands.
// Where it does not stand any more, the test that killed is tried first, for most of a run
// that does not know it is looking for the test that notices.
type kills map[string]kill

// killsFile is in the repository, so that a run goes on where one on another machine has
// ended, and among the testdata, whose changes are none of the functions.
const killsFile = "infra/mutants/testdata/killed.json"

func readKills(root string) kills {
	k := kills{}
	if raw, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(killsFile))); err == nil { //nolint:gosec // of the repository
		_ = json.Unmarshal(raw, &k) // as good as none
	}
	return k
}

func (k kills) write(root string) error {
	raw, err := json.MarshalIndent(k, "", " ")
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(root, filepath.FromSlash(killsFile)), append(raw, '\n'), 0o644) //nolint:gosec // a file of the repository
}

// forget takes away what is about code that is gone.
func (k kills) forget(all []Mutant) {
	there := map[string]bool{}
	for _, m := range all {
		there[m.Key()] = true
	}
	for key := range k {
		if !there[key] {
			delete(k, key)
		}
	}
}

// sums are those of files and of packages' tests, as they were when they were compiled.
type sums map[string]string

// sumsOf are the sums of the mutated files and of the tests of the packages.
func sumsOf(root string, all []Mutant, packages []string) (sums, error) {
	s := sums{}
	add := func(name string, files ...string) error {
		slices.Sort(files)
		sum := sha256.New()
		for _, file := range files {
			source, err := os.ReadFile(file) //nolint:gosec // of the repository
			if err != nil {
				return err
			}
			sum.Write(source)
		}
		s[name] = hex.EncodeToString(sum.Sum(nil)[:6]) // enough to see that something has changed
		return nil
	}
	for _, m := range all {
		if s[m.File] != "" {
			continue
		}
		if err := add(m.File, filepath.Join(root, filepath.FromSlash(m.File))); err != nil {
			return nil, err
		}
	}
	for _, p := range packages {
		names, err := filepath.Glob(filepath.Join(root, filepath.FromSlash(p), "*_test.go"))
		if err != nil {
			return nil, err
		}
		if err := add(p, names...); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// of is the Sum of a mutant and the test (test.String) that kills it; empty: one of them
// is gone.
func (s sums) of(m Mutant, test string) string {
	of, _, _ := strings.Cut(test, " ")
	if s[m.File] == "" || s[of] == "" {
		return ""
	}
	return s[m.File] + " " + s[of]
}

// stands says whether the mutant was killed by tests and in code that are the same now.
func (k kills) stands(s sums, m Mutant) (outcome, bool) {
	before, ok := k[m.Key()]
	if !ok || before.Sum == "" || before.Sum != s.of(m, before.Test) {
		return outcome{}, false
	}
	return outcome{Mutant: m, Killed: before.Suite, Timeout: before.Timeout, Tried: true, Noticed: true}, true
}

// packages are those whose tests have killed.
func (k kills) packages() []string {
	found := map[string]bool{}
	for _, before := range k {
		pkg, _, _ := strings.Cut(before.Test, " ")
		found[pkg] = true
	}
	return slices.Sorted(maps.Keys(found))
}

// standing are the chosen mutants as runs before have left them.
func standing(root string, all, chosen []Mutant, k kills) ([]outcome, error) {
	sums, err := sumsOf(root, all, k.packages())
	if err != nil {
		return nil, err
	}
	outcomes := make([]outcome, len(chosen))
	for i, m := range chosen {
		before, ok := k.stands(sums, m)
		if outcomes[i] = before; !ok {
			outcomes[i] = outcome{Mutant: m}
		}
	}
	return outcomes, nil
}
