package main

import (
	"flag"
	"fmt"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write testdata anew")

func sample(t *testing.T) *file {
	t.Helper()
	source, err := os.ReadFile("testdata/sample.go.txt")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	f, err := mutate("shared/sample/sample.go", source, regexp.MustCompile(""), func() int { n++; return n })
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// What is mutated, and how it stands in the code that is compiled, is to be read
// in testdata.
func TestTheSampleIsMutatedAsItsGoldenFilesSay(t *testing.T) {
	f := sample(t)
	var keys strings.Builder
	for _, m := range f.mutants {
		fmt.Fprintln(&keys, m.Number, m.Line, m.Key())
	}
	for name, got := range map[string]string{"mutants.txt": keys.String(), "rewritten.go.txt": string(f.rewritten())} {
		golden := filepath.Join("testdata", name)
		if *update {
			if err := os.WriteFile(golden, []byte(got), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(golden)
		if err != nil {
			t.Fatal(err)
		}
		if got != string(want) {
			t.Errorf("%s (go test ./infra/mutants -update writes it): got\n%s", golden, got)
		}
	}
}

// The mutated file is a Go file of as many lines, in which every mutant has its
// switch, once.
func TestAMutatedFileKeepsItsLinesAndHasEverySwitch(t *testing.T) {
	f := sample(t)
	out := f.rewritten()
	if _, err := parse(token.NewFileSet(), f.name, out); err != nil {
		t.Fatal(err)
	}
	if got, want := strings.Count(string(out), "\n"), strings.Count(string(f.source), "\n"); got != want {
		t.Errorf("got %d lines, want %d", got, want)
	}
	for _, m := range f.mutants {
		if got := len(regexp.MustCompile(fmt.Sprintf(`%s\.\w+\(%d, `, alias, m.Number)).FindAll(out, -1)); got != 1 {
			t.Errorf("%s: got %d switches, want 1", m.Key(), got)
		}
	}
}

func TestMutantsOfOneTextAreToldApart(t *testing.T) {
	had := map[string]bool{}
	for _, m := range sample(t).mutants {
		if had[m.Key()] {
			t.Errorf("two mutants are called %s", m.Key())
		}
		had[m.Key()] = true
	}
}

// Cheap enough for every run: no exception outlives the code that it is about.
func TestEveryExceptionNamesAMutantAndHasAReason(t *testing.T) {
	_, all, err := mutants("../..")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := equivalent(all, exceptions); err != nil {
		t.Error(err)
	}
}

func TestAnExceptionThatIsOldOrHasNoReasonIsAnError(t *testing.T) {
	all := sample(t).mutants
	key := all[0].Key()
	for what, e := range map[string][]exception{
		"old":            {{"shared/sample/sample.go guard: negate: gone", "reason"}},
		"without reason": {{key, " "}},
		"twice":          {{key, "reason"}, {key, "reason"}},
	} {
		if _, err := equivalent(all, e); err == nil {
			t.Errorf("%s: got no error", what)
		}
	}
	reasons, err := equivalent(all, []exception{{key, "reason"}})
	if err != nil || reasons[all[0].Number] != "reason" {
		t.Errorf("got %v, %v, want the reason", reasons, err)
	}
}

// A package with an operation is in the scope without being named.
func TestAPackageThatHasAnOperationIsMutated(t *testing.T) {
	root := t.TempDir()
	write := func(name, source string) {
		t.Helper()
		path := filepath.Join(root, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(source), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, p := range slices.Concat(authorization, besides) {
		write(strings.ReplaceAll(p.files, "*", "any"), "package any\n")
	}
	write("shared/templateedit/put.go", "package templateedit\n\nvar Put = api.Operation[In, Out]{}\n")
	write("shared/boards/move.go", "package boards\n\nvar Move = api.Operation[In, Out]{}\n")
	write("shared/boards/rank.go", "package boards\n")
	write("shared/boards/move_test.go", "package boards\n\nvar Try = api.Operation[In, Out]{}\n")
	write("shared/other/other.go", "package other\n\n// like api.Operation[In, Out]\nfunc f() {}\n")
	in, err := scope(root)
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]bool{
		"shared/boards/move.go": true, "shared/boards/rank.go": true, "shared/templateedit/put.go": false, "shared/boards/move_test.go": false, "shared/other/other.go": false,
	} {
		if got := in[name] != nil; got != want {
			t.Errorf("%s: in the scope: %v, want %v", name, got, want)
		}
	}
	if err := os.RemoveAll(filepath.Join(root, "shared", "policy")); err != nil {
		t.Fatal(err)
	}
	if _, err := scope(root); err == nil {
		t.Error("what the list names is gone, and nothing is said")
	}
}

func TestTestsSayWhenTheyBeginAndRunOneAfterTheOther(t *testing.T) {
	source := `//go:build engine

package x_test

func TestOne(t *testing.T) {
	t.Parallel()
	t.Run("a", func(t *testing.T) { t.Log() })
}

func helper(t *testing.T) { t.Parallel() }

func TestMain(m *testing.M) {}
`
	found, out, err := tests("x_test.go", []byte(source))
	if err != nil {
		t.Fatal(err)
	}
	if len(found) != 1 || found[0] != (testFunc{Name: "TestOne", Engine: true}) {
		t.Errorf("got %+v, want TestOne, on the engine", found)
	}
	for _, want := range []string{`{ switches__.Test("TestOne"); `, `{ defer switches__.Sub(t.Name())(); `, `helper(t *testing.T) { switches__.Alone() }`} {
		if !strings.Contains(string(out), want) {
			t.Errorf("no %s in\n%s", want, out)
		}
	}
	if strings.Contains(string(out), "Parallel") {
		t.Errorf("tests run at once in\n%s", out)
	}
}

func TestTheReportSaysWhatIsAlive(t *testing.T) {
	all := sample(t).mutants[:4]
	dir := t.TempDir()
	o := options{root: dir, report: "reports/mutants.md"}
	outcomes := []outcome{
		{Mutant: all[0], Tried: true, Noticed: true, Killed: suiteUnit}, {Mutant: all[1], Tried: true, Noticed: true},
		{Mutant: all[2], Tried: true, Noticed: true}, {Mutant: all[3]},
	}
	err := conclude(o, outcomes, map[int]string{all[2].Number: "no difference"})
	if err == nil || !strings.Contains(err.Error(), all[1].Key()) {
		t.Errorf("got %v, want what is alive", err)
	}
	raw, err := os.ReadFile(filepath.Join(dir, "reports", "mutants.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"| `shared/sample` | 4 | 1 | 0 | 0 | 0 | 1 | 1 |", all[1].Key(), "no difference", "Not tried: the time was up (1)"} {
		if !strings.Contains(string(raw), want) {
			t.Errorf("no %q in\n%s", want, raw)
		}
	}
	if err := conclude(options{}, outcomes[:1], map[int]string{all[0].Number: "no difference"}); err == nil {
		t.Error("a mutant that a test notices is called equivalent, and nothing is said")
	}
	if err := conclude(options{}, outcomes[:1], nil); err != nil {
		t.Errorf("all are killed: got %v", err)
	}
}

// What was killed in other code, or by tests that are others now, is tried again; what is
// about code that is gone is forgotten.
func TestAKillStandsWhileCodeAndTestsAreTheSame(t *testing.T) {
	m := Mutant{File: "shared/a/a.go", Func: "f", Op: "negate", Text: "x"}
	k := kills{m.Key(): {Suite: suiteUnit, Test: "shared/a TestF", Sum: "1 2"}}
	for _, c := range []struct {
		sums sums
		want bool
	}{
		{sums{m.File: "1", "shared/a": "2"}, true},
		{sums{m.File: "9", "shared/a": "2"}, false},
		{sums{m.File: "1", "shared/a": "9"}, false},
		{sums{m.File: "1"}, false},
	} {
		if got, ok := k.stands(c.sums, m); ok != c.want || ok && got.Killed != suiteUnit {
			t.Errorf("%v: got %+v, %t, want %t", c.sums, got, ok, c.want)
		}
	}
	root := t.TempDir()
	if err := os.MkdirAll(filepath.Join(root, filepath.Dir(killsFile)), 0o750); err != nil {
		t.Fatal(err)
	}
	if err := k.write(root); err != nil {
		t.Fatal(err)
	}
	if again := readKills(root); !maps.Equal(again, k) {
		t.Errorf("got %v back, want %v", again, k)
	}
	if k.forget([]Mutant{m}); len(k) != 1 {
		t.Error("a mutant that is there is forgotten")
	}
	if k.forget(nil); len(k) != 0 {
		t.Errorf("%v is not there any more", k)
	}
}
