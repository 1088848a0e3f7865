// Package prereq looks for the programs that the local engine needs, before
// anything is started, and names all that is missing at once.
package prereq

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"regexp"
	"runtime"
	"slices"
	"strconv"
)

// tool is a program that must be there.
type tool struct {
	name         string
	args         []string // that print the version
	major, minor int      // the least that will do
	forWhat, get string
}

var tools = []tool{
	{"go", []string{"version"}, 1, 26, "builds the functions", "https://go.dev/dl/"},
	// Imported, since Debian has them in a package of their own.
	{"python3", []string{"-c", `import sys, venv, ensurepip; print("python3", sys.version.split()[0])`}, 3, 11, "runs the SAM CLI and the engine", "apt-get install python3 python3-venv, or https://www.python.org/downloads/"},
}

// ForTests is what the tests need beyond what the local engine does.
var ForTests = []tool{
	{"java", []string{"-version"}, 17, 0, "runs DynamoDB Local, which the tests meter with", "apt-get install openjdk-17-jre-headless, or https://adoptium.net/"},
	{"mvn", []string{"-version"}, 3, 8, "copies DynamoDB Local", "apt-get install maven, or https://maven.apache.org/"},
}

// Check gives an error that names every missing program, the version needed and
// where it comes from.
func Check(ctx context.Context, more ...tool) error {
	return check(runtime.GOOS, append(slices.Clone(tools), more...), func(t tool) (string, error) {
		out, err := exec.CommandContext(ctx, t.name, t.args...).CombinedOutput() //nolint:gosec // from the list above
		return string(out), err
	})
}

func check(system string, tools []tool, ask func(tool) (string, error)) error {
	var lacks []error
	if system != "linux" { // the SAM CLI builds the functions for Linux, and the engine runs them as they are
		lacks = append(lacks, fmt.Errorf("the local engine runs on Linux, this is %s (on Windows inside WSL, on macOS in a Linux machine or container)", system))
	}
	for _, t := range tools {
		out, err := ask(t)
		switch found := version.FindStringSubmatch(out); {
		case errors.Is(err, exec.ErrNotFound):
			lacks = append(lacks, fmt.Errorf("%s is not there", t))
		case err != nil:
			lacks = append(lacks, fmt.Errorf("%s does not work: %w: %s", t, err, out))
		case found == nil:
			lacks = append(lacks, fmt.Errorf("%s gives no version: %s", t, out))
		case !atLeast(found, t):
			lacks = append(lacks, fmt.Errorf("%s: this one is %s.%s", t, found[1], found[2]))
		}
	}
	return errors.Join(lacks...)
}

// version is the first number with a dot in it: "go version go1.26.8 linux/amd64".
var version = regexp.MustCompile(`(\d+)\.(\d+)`)

func atLeast(found []string, t tool) bool {
	major, err1 := strconv.Atoi(found[1])
	minor, err2 := strconv.Atoi(found[2])
	return err1 == nil && err2 == nil && (major > t.major || major == t.major && minor >= t.minor)
}

// String says what is needed.
func (t tool) String() string {
	return fmt.Sprintf("%s %d.%d or later (%s; %s)", t.name, t.major, t.minor, t.forWhat, t.get)
}
