// Package testsum runs go test, shows what failed and counts. It never hides a
// failure: its result is go test's own, and a skipped test is a failed one, since
// a test that does not run proves nothing.
package testsum

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"time"
)

// Count is how many tests passed and failed, subtests included.
type Count struct {
	Passed  int     `json:"passed"`
	Failed  int     `json:"failed"`
	Seconds float64 `json:"seconds"`
}

// String is the line that a run ends with.
func (c Count) String() string { return fmt.Sprintf("%d passed, %d failed", c.Passed, c.Failed) }

// Add puts two counts together.
func (c Count) Add(d Count) Count {
	return Count{c.Passed + d.Passed, c.Failed + d.Failed, c.Seconds + d.Seconds}
}

// ErrFailed says that tests failed; what failed is printed already.
var ErrFailed = errors.New("tests failed")

// Run runs `go test -json` with the arguments. The error is nil only if go test
// ended well, at least one test passed, and none failed or was skipped.
func Run(ctx context.Context, out io.Writer, args ...string) (Count, error) {
	begun := time.Now()
	cmd := exec.CommandContext(ctx, "go", append([]string{"test", "-json"}, args...)...) //nolint:gosec // the caller's own arguments
	cmd.Stderr = os.Stderr
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return Count{}, err
	}
	if err := cmd.Start(); err != nil {
		return Count{}, err
	}
	count, err := read(stdout, out)
	count.Seconds = time.Since(begun).Seconds()
	_, _ = io.Copy(io.Discard, stdout) // after an error, so that go test can end
	if ended := cmd.Wait(); err == nil && ended != nil {
		err = fmt.Errorf("go test: %w", ended)
		if count.Failed == 0 {
			count.Failed = 1 // whatever it was, it is not a success
		}
	}
	switch {
	case err != nil:
		return count, errors.Join(ErrFailed, err)
	case count.Failed > 0:
		return count, ErrFailed
	case count.Passed == 0:
		return Count{Failed: 1, Seconds: count.Seconds}, fmt.Errorf("%w: there were none", ErrFailed)
	}
	return count, nil
}

// event is one line of `go test -json` (go doc test2json).
type event struct {
	Action, Package, Test, Output, ImportPath string
	Elapsed                                   float64
}

// read counts the events and prints a line for each package, and all that the
// failed tests said.
func read(in io.Reader, out io.Writer) (Count, error) {
	var count Count
	said := map[string]*strings.Builder{} // package, or package and test → output
	failedIn := map[string]int{}          // package → tests
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		var e event
		if err := json.Unmarshal(lines.Bytes(), &e); err != nil || e.Action == "" {
			fmt.Fprintln(out, lines.Text()) // not of go test: of a tool before it
			continue
		}
		key := e.Package + " " + e.Test
		switch e.Action {
		case "output":
			if said[key] == nil {
				said[key] = &strings.Builder{}
			}
			said[key].WriteString(e.Output)
		case "build-output":
			fmt.Fprint(out, e.Output)
		case "pass":
			if e.Test != "" {
				count.Passed++
			} else {
				fmt.Fprintf(out, "ok    %-45s %6.1fs\n", e.Package, e.Elapsed)
			}
			delete(said, key)
		case "fail", "skip":
			if e.Test == "" && (e.Action == "skip" || failedIn[e.Package] > 0) {
				if e.Action == "fail" {
					fmt.Fprintf(out, "FAIL  %-45s %6.1fs\n", e.Package, e.Elapsed)
				}
				continue // a package without tests; or one whose failures are counted
			}
			count.Failed++
			failedIn[e.Package]++
			fmt.Fprintf(out, "%s  %s\n", strings.ToUpper(e.Action), strings.TrimSpace(key))
			if said[key] != nil {
				fmt.Fprint(out, said[key].String())
			}
		}
	}
	return count, lines.Err()
}
