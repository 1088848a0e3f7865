package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
)

// buildFlags are those that sam build is given by infra/local (and make build).
var buildFlags = []string{"build", "-trimpath", "-buildvcs=false", "-tags", "lambda.norpc", "-ldflags", "-s -w"}

// build makes the binaries of all functions and of what they are measured
// against: out has one file for each, with the name of its folder.
func build(ctx context.Context, out string, floors []string) error {
	overlaid, packages, err := overlay(out, floors)
	if err != nil {
		return err
	}
	args := append(slices.Clone(buildFlags), "-overlay", overlaid, "-o", out+string(filepath.Separator), "./functions/...", "./infra/bench/floor/...")
	cmd := exec.CommandContext(ctx, "go", append(args, packages...)...) //nolint:gosec // packages of this repository
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	cmd.Stderr = os.Stderr
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("go build: %w", err)
	}
	return nil
}

// functions are the folders of functions/.
func functions() ([]string, error) {
	folders, err := filepath.Glob(filepath.Join("functions", "*"))
	if err == nil && len(folders) == 0 {
		err = fmt.Errorf("no functions here: run it at the root of the repository")
	}
	for i := range folders {
		folders[i] = filepath.Base(folders[i])
	}
	return folders, err
}
