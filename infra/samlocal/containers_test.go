package main

import (
	"archive/tar"
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestImageHoldsTheEmulatorAndNothingThatRuns(t *testing.T) {
	emulator := filepath.Join(t.TempDir(), "rie")
	if err := os.WriteFile(emulator, []byte("program"), 0o600); err != nil {
		t.Fatal(err)
	}
	var archive bytes.Buffer
	if err := writeImage(&archive, emulator); err != nil {
		t.Fatal(err)
	}
	var programs []string
	for reader := tar.NewReader(&archive); ; {
		header, err := reader.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if header.Typeflag != tar.TypeReg {
			continue
		}
		programs = append(programs, header.Name)
		if content, _ := io.ReadAll(reader); string(content) != "program" {
			t.Errorf("%s: got %q, want %q", header.Name, content, "program")
		}
		if header.Mode&0o111 == 0 {
			t.Errorf("%s cannot be run: mode %o", header.Name, header.Mode)
		}
	}
	if got, want := strings.Join(programs, " "), "var/rapid/aws-lambda-rie"; got != want {
		t.Errorf("got files %q, want %q", got, want)
	}
}

func TestSocketFolderIsShortEnoughForTheKernel(t *testing.T) {
	short := "/home/ann/foyer/.local/samlocal/docker"
	if got := socketFolder(short, "/tmp"); got != short {
		t.Errorf("got %q, want %q", got, short)
	}
	long := "/home/ann/" + strings.Repeat("projects/", 8) + "foyer/.local/samlocal/docker"
	got := socketFolder(long, "/tmp")
	if len(got)+len(longestSocketPath) > socketPathLimit {
		t.Errorf("%q is too long for dockerd's sockets", got)
	}
	if again := socketFolder(long, "/tmp"); again != got {
		t.Errorf("the next run would not find what this one left: got %q, then %q", got, again)
	}
	if other := socketFolder(long+"2", "/tmp"); other == got {
		t.Errorf("two clones share %q", got)
	}
}

func TestArchitectureNames(t *testing.T) {
	for goarch, want := range map[string]string{
		"amd64": "public.ecr.aws/lambda/provided:al2023-rapid-x86_64",
		"arm64": "public.ecr.aws/lambda/provided:al2023-rapid-arm64",
	} {
		a, err := architectureOf(goarch)
		if err != nil || a.image() != want {
			t.Errorf("%s: got %q (%v), want %q", goarch, a.image(), err, want)
		}
	}
	if a, err := architectureOf("riscv64"); err == nil {
		t.Errorf("riscv64: got %q, want an error: Lambda has none", a)
	}
}
