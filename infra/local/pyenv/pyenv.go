// Package pyenv keeps the Python environments: one for the SAM CLI and one for
// MiniStack, since their requirements exclude each other, and one for schemathesis.
// Each has exactly the versions of its requirements file.
package pyenv

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
)

// The environments, by the name of their requirements file.
const (
	SAM          = "sam"
	MiniStack    = "ministack"
	Schemathesis = "schemathesis"
)

// Ensure gives the folder of the environment's programs (bin), and makes the
// environment first if it is not there or its requirements changed. What pip
// says goes to log. Several programs may ask at once; one makes it.
func Ensure(ctx context.Context, root, name string, log io.Writer) (string, error) {
	requirements := filepath.Join(root, "infra", "local", "requirements-"+name+".txt")
	raw, err := os.ReadFile(requirements) //nolint:gosec // a file of the repository
	if err != nil {
		return "", err
	}
	dir := filepath.Join(root, ".local", "venv-"+name)
	if err := os.MkdirAll(filepath.Dir(dir), 0o750); err != nil {
		return "", err
	}
	unlock, err := lock(dir + ".lock")
	if err != nil {
		return "", err
	}
	defer unlock()

	want, stamp := stampOf(raw), filepath.Join(dir, "requirements.sha256")
	bin := filepath.Join(dir, "bin")
	if got, err := os.ReadFile(stamp); err == nil && string(got) == want { //nolint:gosec // below .local
		return bin, nil
	}
	if err := os.RemoveAll(dir); err != nil {
		return "", err
	}
	for _, command := range [][]string{
		{"python3", "-m", "venv", dir},
		{filepath.Join(bin, "python"), "-m", "pip", "install", "--quiet", "--no-input", "--no-compile", // what is used is compiled then
			"--disable-pip-version-check", "--requirement", requirements},
	} {
		cmd := exec.CommandContext(ctx, command[0], command[1:]...) //nolint:gosec // as written above
		cmd.Stdout, cmd.Stderr = log, log
		if err := cmd.Run(); err != nil {
			return "", fmt.Errorf("python environment %s: %w", name, err)
		}
	}
	return bin, os.WriteFile(stamp, []byte(want), 0o600) //nolint:gosec // below .local; last: a half-made environment has none
}

func stampOf(requirements []byte) string {
	sum := sha256.Sum256(requirements)
	return hex.EncodeToString(sum[:])
}

func lock(path string) (unlock func(), err error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600) //nolint:gosec // below .local
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX); err != nil {
		_ = f.Close()
		return nil, err
	}
	return func() { _ = f.Close() }, nil
}
