//go:build engine

package hostile_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"

	"foyer/infra/guards/proof"
	"foyer/infra/local/pyenv"
	"foyer/shared/api"
	"foyer/shared/catalog"
	"foyer/shared/foyertest"
)

func root() string {
	_, file, _, _ := runtime.Caller(0)
	return filepath.Join(filepath.Dir(file), "..", "..", "..")
}

func TestHostileInput(t *testing.T) {
	seed := proof.Seed(t)
	bin, err := pyenv.Ensure(t.Context(), root(), pyenv.Schemathesis, t.Output())
	if err != nil {
		t.Fatal(err)
	}
	s := newScene(foyertest.New(t))
	for _, c := range s.callers() {
		t.Run(c.name, func(t *testing.T) { run(t, bin, s, c, seed) })
	}
}

func run(t *testing.T, bin string, s *scene, c caller, seed uint64) {
	dir := t.TempDir()
	srv := serve(t, s.w, c)
	scenePath := filepath.Join(dir, "scene.json")
	write(t, scenePath, s.document(c, srv))
	config := filepath.Join(dir, "schemathesis.toml")
	if err := os.WriteFile(config, []byte(s.config()), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), filepath.Join(bin, "schemathesis"), "--config-file", config, "run", filepath.Join(root(), "infra", "openapi.json"), //nolint:gosec // pinned
		"--url", srv.url, "--seed", strconv.FormatUint(seed%(1<<32), 10), "--max-examples", strconv.Itoa(proof.Cases(20, 150)), "--no-color", "--continue-on-failure",
		"--report", "json", "--report-json-path", filepath.Join(dir, "report.json"))
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "SCHEMATHESIS_HOOKS="+filepath.Join(root(), "infra", "guards", "hostile", "hooks.py"), "FOYER_HOSTILE_SCENE="+scenePath, "PYTHONDONTWRITEBYTECODE=1")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Errorf("schemathesis: %v\n%s", err, out)
	}
	raw, _ := os.ReadFile(filepath.Join(dir, "report.json"))
	_ = os.WriteFile("/tmp/hostile-"+c.name+".json", raw, 0o600)
	_ = os.WriteFile("/tmp/hostile-"+c.name+".txt", out, 0o600)
	for op, statuses := range srv.answers {
		fmt.Println(c.name, op, statuses)
	}
}

func write(t *testing.T, path string, v any) {
	raw, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, raw, 0o600); err != nil {
		t.Fatal(err)
	}
}

func (s *scene) document(c caller, srv *server) map[string]any {
	denied, public := []string{}, []string{}
	for _, op := range catalog.Operations() {
		m := op.Meta()
		if slices.Contains(c.denied, m.Access) {
			denied = append(denied, m.ID)
		}
		if m.Public() {
			public = append(public, m.ID)
		}
	}
	return map[string]any{"caller": c.name, "token": c.person.Token, "signIn": srv.url + signInPath, "hidden": c.hidden, "denied": denied, "public": public, "foreign": s.foreign, "values": s.values}
}

// config binds the scene's values to the places of the document where they belong.
func (s *scene) config() string {
	var b strings.Builder
	for name, values := range s.values {
		raw, _ := json.Marshal(values)
		fmt.Fprintf(&b, "[dictionaries.%s]\nvalues = %s\n", name, raw)
	}
	b.WriteString(settings)
	b.WriteString("[parameters]\n")
	for place, name := range map[string]string{"path.workspace": "workspace", "path.project": "project", "path.item": "item", "path.contact": "contact", "path.token": "token",
		"query.as": "as", "body.email": "email", "body.ownerEmail": "email", "body.password": "password", "body.company": "company", "body.assignee": "person", "header.Idempotency-Key": "idempotency"} {
		fmt.Fprintf(&b, "%q = {dictionary = %q, probability = 0.7}\n", place, name)
	}
	return b.String()
}

var _ = http.StatusOK
var _ api.Access
var _ context.Context

const settings = `
[phases.coverage]
unexpected-methods = []
[checks]
unsupported_method = {enabled = false}
allow_header_conformance = {enabled = false}
positive_data_acceptance = {enabled = false}
negative_data_rejection = {expected-statuses = [400, 401, 403, 404, 409, 412, 413, 415, 422, 428]}
`
