package testsum

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// runOf runs the tests of a package that consists of this file.
func runOf(t *testing.T, source string) (Count, string, error) {
	t.Helper()
	dir := t.TempDir()
	for name, content := range map[string]string{"go.mod": "module sample\n", "a_test.go": "package sample\n" + source} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	t.Chdir(dir)
	var out strings.Builder
	count, err := Run(t.Context(), &out, "-vet=off", "./...")
	return count, out.String(), err
}

const head = "import \"testing\"\n"

func TestOnlyARunWithoutFailureIsASuccess(t *testing.T) {
	for name, c := range map[string]struct {
		source         string
		passed, failed int
		says           string
	}{
		"all pass":             {head + `func TestA(t *testing.T) { t.Run("x", func(*testing.T) {}) }`, 2, 0, "ok"},
		"one fails":            {head + `func TestA(*testing.T) {}; func TestB(t *testing.T) { t.Error("the reason") }`, 1, 1, "the reason"},
		"one is skipped":       {head + `func TestA(*testing.T) {}; func TestB(t *testing.T) { t.Skip("no engine") }`, 1, 1, "no engine"},
		"one ends the process": {"import (\"os\"; \"testing\")\n" + `func TestA(*testing.T) { os.Exit(0) }`, 0, 1, "os.Exit"},
		"a panic":              {head + `func TestA(*testing.T) { panic("the reason") }`, 0, 1, "the reason"},
		"it does not compile":  {head + `func TestA(*testing.T) { nothing() }`, 0, 1, "nothing"},
		"there are none":       {head + `func BenchmarkA(*testing.B) {}`, 0, 1, ""},
	} {
		t.Run(name, func(t *testing.T) {
			got, out, err := runOf(t, c.source)
			if (err == nil) != (c.failed == 0) || err != nil && !errors.Is(err, ErrFailed) {
				t.Errorf("got error %v", err)
			}
			if got.Passed != c.passed || got.Failed != c.failed {
				t.Errorf("got %s, want %d passed, %d failed\n%s", got, c.passed, c.failed, out)
			}
			if !strings.Contains(out, c.says) {
				t.Errorf("%q is not in the output:\n%s", c.says, out)
			}
		})
	}
}
