package prereq

import (
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"testing"
)

func TestEverythingMissingIsNamedAtOnceWithItsVersion(t *testing.T) {
	err := check("plan9", tools, func(tool) (string, error) { return "", fmt.Errorf("exec: %w", exec.ErrNotFound) })
	for _, want := range []string{"go 1.26 or later", "python3 3.11 or later", "python3-venv", "plan9"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q is not in: %v", want, err)
		}
	}
}

func TestVersionsAreCompared(t *testing.T) {
	for out, want := range map[string]string{
		"go version go1.26.0 linux/amd64": "",
		"go version go1.30.1 linux/amd64": "",
		"go version go2.0 linux/amd64":    "",
		"go version go1.9.8 linux/amd64":  "this one is 1.9",
		"go version devel":                "gives no version",
	} {
		err := check("linux", tools, func(t tool) (string, error) {
			if t.name == "python3" {
				return "python3 3.11.7", nil
			}
			return out, nil
		})
		if got := fmt.Sprint(err); (want == "") != (err == nil) || !strings.Contains(got, want) {
			t.Errorf("%s: got %v, want %q", out, err, want)
		}
	}
	err := check("linux", tools, func(t tool) (string, error) {
		if t.name == "python3" {
			return "ModuleNotFoundError: No module named 'ensurepip'", errors.New("exit status 1")
		}
		return "go version go1.26.0", nil
	})
	if err == nil || !strings.Contains(err.Error(), "python3-venv") {
		t.Errorf("python without venv: got %v", err)
	}
}
