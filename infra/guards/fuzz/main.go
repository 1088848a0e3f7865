// Command fuzz runs every fuzz target of the repository in turn, each for its share
// of a time: make fuzz TIME=5m. It finds them by itself; an input that one fails for
// stays in its package's testdata/fuzz, where every later test run tries it again.
package main

import (
	"context"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// least is a share in which a target does more than try its own corpus.
const least = 5 * time.Second

type target struct{ dir, name string }

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:])
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "fuzz:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	if len(args) != 1 {
		return errors.New("usage: fuzz <time for all targets, such as 5m>")
	}
	all, err := time.ParseDuration(args[0])
	if err != nil {
		return err
	}
	targets, err := find(".")
	if err != nil {
		return err
	}
	if len(targets) == 0 {
		return errors.New("there are no fuzz targets here: run it at the root of the repository")
	}
	share := max(all/time.Duration(len(targets)), least).Round(time.Second)
	failed := 0
	for _, t := range targets {
		fmt.Printf("%s %s, for %s\n", t.dir, t.name, share)
		cmd := exec.CommandContext(ctx, "go", "test", "-run", "^$", "-fuzz", "^"+t.name+"$", "-fuzztime", share.String(), "./"+t.dir) //nolint:gosec // names of the repository
		cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
		cmd.WaitDelay = 10 * time.Second
		out, err := cmd.CombinedOutput()
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			failed++
			fmt.Printf("%s\n", out)
			continue
		}
		fmt.Println("  " + last(string(out)))
	}
	fmt.Printf("fuzz: %d passed, %d failed\n", len(targets)-failed, failed)
	if failed > 0 {
		return errors.New("inputs were found that fail: they are in testdata/fuzz of the packages; keep them when mended")
	}
	return nil
}

// last is the last line that says how much was tried.
func last(out string) string {
	said := ""
	for line := range strings.SplitSeq(out, "\n") {
		if strings.HasPrefix(line, "fuzz:") {
			said = line
		}
	}
	return said
}

// find finds the fuzz targets below root, by their declarations.
func find(root string) ([]target, error) {
	var targets []target
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && path != root && (strings.HasPrefix(d.Name(), ".") || d.Name() == "testdata") {
			return fs.SkipDir
		}
		if d.IsDir() || !strings.HasSuffix(path, "_test.go") {
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		for _, decl := range file.Decls {
			if f, ok := decl.(*ast.FuncDecl); ok && f.Recv == nil && strings.HasPrefix(f.Name.Name, "Fuzz") {
				targets = append(targets, target{filepath.ToSlash(filepath.Dir(path)), f.Name.Name})
			}
		}
		return nil
	})
	return targets, err
}
