package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

const servicePath = "github.com/aws/aws-sdk-go-v2/service/"

// sanitiser is what checks templates of mails: it builds its regular expressions at
// every start, like the clients their tables.
const (
	sanitiser     = "bluemonday"
	sanitiserPath = "github.com/microcosm-cc/" + sanitiser
)

// libraries is for each function what its libraries alone are: the binary "both",
// with the SDK's clients that the function links beside DynamoDB's. Each of them
// makes its tables at every start, used or not.
func libraries(ctx context.Context, functions []string) (map[string]string, error) {
	all, err := links(ctx, functions)
	out := map[string]string{}
	for function, linked := range all {
		out[function] = floorOf(linked)
	}
	return out, err
}

// links is for each function the packages that it links.
func links(ctx context.Context, functions []string) (map[string]map[string]bool, error) {
	cmd := exec.CommandContext(ctx, "go", "list", "-deps", "-f", `{{.ImportPath}} {{join .Imports " "}}`, "./functions/...")
	cmd.Stderr = os.Stderr
	list, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("go list: %w", err)
	}
	imports := map[string][]string{}
	for of := range strings.Lines(string(list)) {
		names := strings.Fields(of)
		imports[names[0]] = names[1:]
	}
	out := map[string]map[string]bool{}
	for _, function := range functions {
		linked := map[string]bool{}
		var link func(path string)
		link = func(path string) {
			if !linked[path] {
				linked[path] = true
				for _, i := range imports[path] {
					link(i)
				}
			}
		}
		link("foyer/functions/" + function)
		out[function] = linked
	}
	return out, nil
}

// floorOf is the name of the binary with those of the packages that are clients.
func floorOf(linked map[string]bool) string {
	name := both
	for path := range linked {
		service, ok := strings.CutPrefix(path, servicePath)
		if ok && !strings.Contains(service, "/") && !strings.HasPrefix(service, "dynamodb") {
			name += "+" + service
		}
	}
	if linked[sanitiserPath] {
		name += "+" + sanitiser
	}
	parts := strings.Split(name, "+")
	slices.Sort(parts[1:])
	return strings.Join(parts, "+")
}

// overlay writes the sources of those binaries, which are the ones of both and one
// more file, for go build -overlay; it gives back their packages.
func overlay(dir string, floors []string) (file string, packages []string, err error) {
	root, err := os.Getwd()
	if err != nil {
		return "", nil, err
	}
	at := filepath.Join(root, "infra", "bench", "floor")
	replace := map[string]string{}
	for _, name := range floors {
		clients := filepath.Join(dir, name+".go")
		if err := os.WriteFile(clients, clientsOf(strings.Split(name, "+")[1:]), 0o600); err != nil {
			return "", nil, err
		}
		replace[filepath.Join(at, name, "main.go")] = filepath.Join(at, both, "main.go")
		replace[filepath.Join(at, name, "clients.go")] = clients
		packages = append(packages, "./infra/bench/floor/"+name)
	}
	raw, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		return "", nil, err
	}
	file = filepath.Join(dir, "overlay.json")
	return file, packages, os.WriteFile(file, raw, 0o600)
}

func clientsOf(services []string) []byte {
	var imports, made strings.Builder
	for _, s := range services {
		if s == sanitiser {
			fmt.Fprintf(&imports, "import %q\n", sanitiserPath)
			fmt.Fprintf(&made, "var _%s = %s.NewPolicy\n", s, s)
			continue
		}
		fmt.Fprintf(&imports, "import %q\n", servicePath+s)
		fmt.Fprintf(&made, "var _%s = %s.NewFromConfig(awsenv.Config())\n", s, s)
	}
	return []byte("package main\n\nimport \"foyer/shared/awsenv\"\n" + imports.String() + "\nvar _ = awsenv.Config\n\n" + made.String())
}
