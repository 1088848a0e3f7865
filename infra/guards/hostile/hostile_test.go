//go:build engine

package hostile_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"foyer/infra/guards/proof"
	"foyer/infra/local/pyenv"
	"foyer/shared/catalog"
)

var root = filepath.Join("..", "..", "..")

// Cases over all callers that have to be asked, whatever schemathesis makes.
const (
	leastShort = 2_000
	leastDeep  = 10_000
)

// No input leads to a server error, to an answer that the document does not know,
// or past authorization: whoever asks, and whatever they send.
func TestNoInputBreaksTheContract(t *testing.T) {
	seed := proof.Seed(t)
	at, err := filepath.Abs(root)
	if err != nil {
		t.Fatal(err)
	}
	bin, err := pyenv.Ensure(t.Context(), at, pyenv.Schemathesis, t.Output())
	if err != nil {
		t.Fatal(err)
	}
	w := newWorld(t)
	cases := 0
	for _, c := range w.callers() {
		t.Run(c.name, func(t *testing.T) { cases += ask(t, filepath.Join(bin, "schemathesis"), at, w, c, seed) })
	}
	if least := proof.Cases(leastShort, leastDeep); cases < least && !t.Failed() {
		t.Errorf("%d cases were asked, at least %d have to be: raise --max-examples", cases, least)
	}
	t.Logf("%d cases", cases)
}

// ask has schemathesis ask everything as that caller, and gives how many cases it
// made of it.
func ask(t *testing.T, program, root string, w *world, c caller, seed uint64) int {
	dir, router := t.TempDir(), newRouter(w)
	address := router.serve(t, w, c)
	values := w.valuesOf(c)
	write(t, filepath.Join(dir, "world.json"), worldOf(w, c, values, address))
	if err := os.WriteFile(filepath.Join(dir, "schemathesis.toml"), []byte(settings(c, values)), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), program, "--config-file", "schemathesis.toml", "run", filepath.Join(root, "infra", "openapi.json"),
		"--url", address, "--max-examples", strconv.Itoa(proof.PerMinute(t, 2, 15)), "--seed", strconv.FormatUint(seed&0xffff_ffff, 10), "--continue-on-failure",
		"--request-timeout", "60", "--suppress-health-check", "too_slow", // how fast the machine is says nothing
		"--generation-database", "none", "--report", "json", "--report-json-path", "report.json", "--no-color")
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "SCHEMATHESIS_HOOKS="+filepath.Join(root, "infra", "guards", "hostile", "hooks.py"),
		"FOYER_HOSTILE="+filepath.Join(dir, "world.json"), "PYTHONDONTWRITEBYTECODE=1")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Errorf("schemathesis, as the %s: %v\n%s", c.name, err, out)
	}
	for _, op := range catalog.Operations() {
		if m := op.Meta(); own(c, m.Access) && !router.reached(m.ID) {
			t.Errorf("%s was never carried out for the %s, only refused: give it values (world_test.go); statuses: %v", m.ID, c.name, router.answers[m.ID])
		}
	}
	if c.person.Token != "" {
		w.Do(c.person, "GET", "/v1/me", nil).Must(http.StatusOK) // they were heard to the end
	}
	var report struct {
		Cases struct {
			Generated int `json:"generated"`
		} `json:"test_cases"`
	}
	raw, err := os.ReadFile(filepath.Join(dir, "report.json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(raw, &report); err != nil {
		t.Fatal(err)
	}
	t.Logf("%s: %d cases; answers by status: %v", c.name, report.Cases.Generated, router.byStatus())
	return report.Cases.Generated
}

// worldOf is what hooks.py reads.
func worldOf(w *world, c caller, values map[string][]string, address string) map[string]any {
	denied, known, public := []string{}, []string{}, []string{}
	for _, op := range catalog.Operations() {
		m := op.Meta()
		switch {
		case slices.Contains(c.known, m.Access):
			known = append(known, m.ID)
		case !slices.Contains(c.let, m.Access):
			denied = append(denied, m.ID)
		}
		if m.Public() {
			public = append(public, m.ID)
		}
	}
	return map[string]any{
		"caller": c.name, "token": c.person.Token, "signIn": address + signInPath, "prepare": address + preparePath, "fresh": fresh, "hidden": c.hidden, "foreign": w.notOf(c), "own": w.ownAgencies(c),
		"denied": denied, "known": known, "public": public, "values": values, "needs": c.needs, "bodies": w.bodies,
	}
}

// settings are those of schemathesis. Left out: what the gateway answers by itself
// (methods without a route), and that all of what fits the schema is accepted: it
// cannot say that a password needs a digit, or that a cursor is one of the list's.
func settings(c caller, values map[string][]string) string {
	var b strings.Builder
	b.WriteString(`
[phases.coverage]
unexpected-methods = []

[checks]
unsupported_method = {enabled = false}
allow_header_conformance = {enabled = false}
positive_data_acceptance = {enabled = false}
negative_data_rejection = {expected-statuses = [400, 401, 403, 404, 409, 412, 413, 415, 422, 428]}
`)
	if !proof.Deep() {
		for _, op := range catalog.Operations() {
			if m := op.Meta(); !own(c, m.Access) {
				fmt.Fprintf(&b, "\n[[operations]]\ninclude-operation-id = %q\nphases.coverage.enabled = false\n", m.ID)
			}
		}
	}
	places := slices.Sorted(maps.Keys(values))
	for i, place := range places {
		raw, _ := json.Marshal(values[place]) // strings: does not fail
		fmt.Fprintf(&b, "\n[dictionaries.d%d]\nvalues = %s\n", i, raw)
	}
	b.WriteString("\n[parameters]\n")
	for i, place := range places {
		probability := 0.8
		if name, optional := strings.CutPrefix(place, "query."); optional && !slices.Contains(c.needs, name) {
			probability = 0.2 // it would be there each time
		}
		fmt.Fprintf(&b, "%q = {dictionary = \"d%d\", probability = %v}\n", place, i, probability)
	}
	return b.String()
}

func write(t *testing.T, path string, v any) {
	t.Helper()
	raw, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, raw, 0o600); err != nil {
		t.Fatal(err)
	}
}
