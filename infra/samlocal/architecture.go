package main

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"path/filepath"
)

// architecture is what the different tools call this machine's processor.
type architecture string

// architectureOf translates Go's name of a processor into that of Lambda and SAM.
func architectureOf(goarch string) (architecture, error) {
	switch goarch {
	case "amd64":
		return "x86_64", nil
	case "arm64":
		return "arm64", nil
	}
	return "", fmt.Errorf("lambda has no %s processors", goarch)
}

// image is the tag under which SAM looks for the container image of a function with the runtime provided.al2023, and
// which it would otherwise build from an image that it pulls.
func (a architecture) image() string {
	return "public.ecr.aws/lambda/provided:al2023-rapid-" + string(a)
}

// emulator finds the runtime interface emulator that comes with the SAM CLI in a Python environment.
func (a architecture) emulator(environment string) (string, error) {
	pattern := filepath.Join(environment, "lib", "python3*", "site-packages", "samcli", "local", "rapid", "aws-lambda-rie-"+string(a))
	found, err := filepath.Glob(pattern)
	if err != nil {
		return "", err
	}
	if len(found) == 0 {
		return "", fmt.Errorf("no runtime interface emulator at %s", pattern)
	}
	return found[0], nil
}

// shortHash is a name for a path that is the same in every run.
func shortHash(path string) string {
	sum := sha256.Sum256([]byte(path))
	return hex.EncodeToString(sum[:4])
}
