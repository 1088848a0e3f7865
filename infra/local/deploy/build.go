package deploy

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sort"
	"strings"
	"time"
)

// goFlags make a function small and the same for the same source, whatever was
// committed last and wherever the repository is: otherwise each commit would deploy
// every function again. -trimpath is the Makefile's too, and the tag changes no package
// but aws-lambda-go, so that the compiler's cache is shared with tests. The quotes keep
// the linker's two flags together.
const goFlags = `'-ldflags=-s -w' -trimpath -buildvcs=false -tags=lambda.norpc`

// workPrefix begins the name of a build that is not finished.
const workPrefix = ".work-"

// buildsKept is how many finished builds stay for reuse.
const buildsKept = 3

// Build builds all functions with `sam build` and gives the path of the built
// template. The folder is named after all that goes into a build, so that stacks
// share a build of the same source and never disturb one another.
//
// The SAM CLI's own cache is not used: it looks at each function's folder only
// and misses changes in shared/.
func (s Stack) Build(ctx context.Context) (string, error) {
	source, err := sourceHash(s.Root)
	if err != nil {
		return "", err
	}
	builds := filepath.Join(s.Root, ".local", "build")
	final := filepath.Join(builds, Architecture()+"-"+source)
	template := filepath.Join(final, "template.yaml")
	if _, err := os.Stat(template); err == nil {
		s.Progress("functions are built already (nothing changed)")
		now := time.Now()
		return template, os.Chtimes(final, now, now)
	}
	s.Progress("building all functions (sam build; the first time compiles the AWS SDK too)")
	if err := os.MkdirAll(builds, 0o750); err != nil {
		return "", err
	}
	work, err := os.MkdirTemp(builds, workPrefix)
	if err != nil {
		return "", err
	}
	defer func() { _ = os.RemoveAll(work) }()
	if err := s.compileShared(ctx); err != nil {
		return "", err
	}
	out := filepath.Join(work, "out")
	err = s.sam(ctx, []string{"build", "--config-env", "local", "--parallel", "--no-cached", "--build-dir", out, "--template-file", filepath.Join(s.Root, "template.yaml"),
		"--parameter-overrides", "ParameterKey=Architecture,ParameterValue=" + Architecture()}, compileSettings()[:2]...)
	if err != nil {
		return "", err
	}
	after, err := sourceHash(s.Root)
	if err != nil {
		return "", err
	}
	if after != source { // a build of neither: good for this deployment, not for the next
		final = filepath.Join(builds, Architecture()+"-mixed-"+filepath.Base(work))
		template = filepath.Join(final, "template.yaml")
		s.Progress("the source changed while it was built; run again for the newest")
	}
	if err := os.Rename(out, final); err != nil {
		if _, there := os.Stat(template); there != nil { // another run built the same meanwhile
			return "", err
		}
	}
	return template, forgetOldBuilds(builds)
}

// compileShared compiles what the functions have in common, once. `sam build`
// runs one go build for each function, and those that run at the same time would
// each compile all of it.
func (s Stack) compileShared(ctx context.Context) error {
	cmd := exec.CommandContext(ctx, "go", "build", "./shared/...")
	cmd.Dir, cmd.Env = s.Root, append(os.Environ(), compileSettings()...)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("go build ./shared/...: %w:\n%s", err, out)
	}
	return nil
}

// compileSettings are the environment of the compiler for functions.
func compileSettings() []string {
	return []string{"CGO_ENABLED=0", "GOFLAGS=" + goFlags, "GOOS=linux", "GOARCH=" + runtime.GOARCH}
}

// sourceHash is over every file that can go into a function: all but tests,
// documents, and what git or this program keep.
func sourceHash(root string) (string, error) {
	sum := sha256.New()
	_, _ = io.WriteString(sum, goFlags)
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := d.Name()
		if d.IsDir() {
			if path != root && (strings.HasPrefix(name, ".") || name == "node_modules" || name == "events" || name == "testdata") {
				return filepath.SkipDir
			}
			if rel, _ := filepath.Rel(root, path); rel == filepath.Join("infra", "local") || rel == filepath.Join("infra", "samlocal") {
				return filepath.SkipDir // programs for the developer's machine
			}
			return nil
		}
		if !d.Type().IsRegular() || strings.HasSuffix(name, "_test.go") || strings.HasSuffix(name, ".md") || strings.HasPrefix(name, ".") {
			return nil
		}
		f, err := os.Open(path) //nolint:gosec // a file of the repository
		if err != nil {
			return err
		}
		defer func() { _ = f.Close() }()
		content := sha256.New()
		if _, err := io.Copy(content, f); err != nil {
			return err
		}
		rel, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(sum, "%s\x00%x\n", filepath.ToSlash(rel), content.Sum(nil))
		return err
	})
	if err != nil {
		return "", fmt.Errorf("look for changes: %w", err)
	}
	return hex.EncodeToString(sum.Sum(nil))[:16], nil
}

// forgetOldBuilds keeps the builds that were used last.
func forgetOldBuilds(builds string) error {
	entries, err := os.ReadDir(builds)
	if err != nil {
		return err
	}
	used := map[string]time.Time{}
	var names []string
	for _, e := range entries {
		info, err := e.Info()
		if err != nil || strings.HasPrefix(e.Name(), ".") {
			continue // one in work, or removed by another run
		}
		names = append(names, e.Name())
		used[e.Name()] = info.ModTime()
	}
	sort.Slice(names, func(i, j int) bool { return used[names[i]].After(used[names[j]]) })
	for i, name := range names {
		if i >= buildsKept {
			if err := os.RemoveAll(filepath.Join(builds, name)); err != nil {
				return err
			}
		}
	}
	return nil
}

// samEnvironment is the environment of the SAM CLI: the caller's, without what
// would lead it to another AWS, with credentials that are good for the engine
// alone, and its own notes below .local.
func samEnvironment(root, bin string, own []string, extra ...string) []string {
	env := make([]string, 0, len(own)+8+len(extra))
	for _, entry := range own {
		if name, _, _ := strings.Cut(entry, "="); strings.HasPrefix(name, "AWS_") || strings.HasPrefix(name, "SAM_") || name == "PATH" || name == "PYTHONPATH" || name == "GOOS" || name == "GOARCH" {
			continue
		}
		env = append(env, entry)
	}
	return append(append(env,
		"PATH="+bin+string(os.PathListSeparator)+os.Getenv("PATH"),
		"AWS_ACCESS_KEY_ID=test", "AWS_SECRET_ACCESS_KEY=test", "AWS_EC2_METADATA_DISABLED=true",
		"AWS_CONFIG_FILE="+os.DevNull, "AWS_SHARED_CREDENTIALS_FILE="+os.DevNull,
		"SAM_CLI_TELEMETRY=0", "__SAM_CLI_APP_DIR="+filepath.Join(root, ".local", "sam"),
		"NO_PROXY=127.0.0.1,localhost,"+os.Getenv("NO_PROXY"), "no_proxy=127.0.0.1,localhost,"+os.Getenv("no_proxy"),
	), extra...)
}
