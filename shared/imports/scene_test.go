//go:build engine

package imports_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"foyer/shared/foyertest"
	"foyer/shared/table"
)

type scene struct {
	*foyertest.World
	ann       foyertest.Person
	workspace string
}

func begin(t *testing.T) scene {
	t.Helper()
	t.Parallel()
	w := foyertest.New(t)
	ann, workspace := w.Workspace("Acme Agency", "Ann Archer", "ann@acme.example")
	return scene{World: w, ann: ann, workspace: workspace}
}

func (s scene) path(rest string) string { return "/v1/workspaces/" + s.workspace + "/imports" + rest }

// announced is what imports-create is asked for a file.
func announced(file string) map[string]any {
	sum := sha256.Sum256([]byte(file))
	return map[string]any{"size": len(file), "sha256": base64.StdEncoding.EncodeToString(sum[:])}
}

// uploaded announces a file and uploads it, and gives the import's id.
func (s scene) uploaded(file string) string {
	s.T.Helper()
	r := s.Do(s.ann, "POST", s.path(""), announced(file)).Must(http.StatusCreated)
	if status, body := s.upload(r, file); status != http.StatusOK {
		s.T.Fatalf("upload: got %d %s", status, body)
	}
	return r.String("id")
}

// upload puts a file where an answer says.
func (s scene) upload(r foyertest.Response, file string) (status int, body string) {
	s.T.Helper()
	req, err := http.NewRequestWithContext(s.T.Context(), http.MethodPut, r.String("upload.url"), bytes.NewReader([]byte(file)))
	if err != nil {
		s.T.Fatal(err)
	}
	for name, value := range r.JSON()["upload"].(map[string]any)["headers"].(map[string]any) {
		req.Header.Set(name, value.(string))
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		s.T.Fatal(err)
	}
	defer res.Body.Close() //nolint:errcheck // read only
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		s.T.Fatal(err)
	}
	return res.StatusCode, string(raw)
}

// planned has the import's plan made, and gives the import.
func (s scene) planned(id string) foyertest.Response {
	s.T.Helper()
	s.Do(s.ann, "POST", s.path("/"+id+"/plan"), nil).Must(http.StatusAccepted)
	s.runJobs()
	return s.get(id)
}

func (s scene) runJobs() {
	s.T.Helper()
	if failed := s.RunJobs(); failed > 0 {
		s.T.Fatalf("%d jobs failed", failed)
	}
}

func (s scene) get(id string) foyertest.Response {
	s.T.Helper()
	return s.Do(s.ann, "GET", s.path("/"+id), nil).Must(http.StatusOK)
}

// apply asks for the import's plan, and gives the job's id.
func (s scene) apply(r foyertest.Response) string {
	s.T.Helper()
	return s.Do(s.ann, "POST", s.path("/"+r.String("id")+"/application"), map[string]any{"plan": r.String("plan.job")}).Must(http.StatusAccepted).String("id")
}

// applied has it applied, and gives the import.
func (s scene) applied(r foyertest.Response) foyertest.Response {
	s.T.Helper()
	s.apply(r)
	s.runJobs()
	return s.get(r.String("id"))
}

// counted is how many rows of a plan, or an application, are of each kind.
func counted(r foyertest.Response, stage string) string {
	out := r.JSON()[stage].(map[string]any)["result"].(map[string]any)
	return fmt.Sprintf("%v new, %v changed, %v unchanged, %v refused, %v companies", out["new"], out["changed"], out["unchanged"], out["refused"], out["companies"])
}

// lines are those of a file of a plan, or an application, one a row.
func (s scene) lines(r foyertest.Response, stage string) (out []string) {
	s.T.Helper()
	for line := range strings.Lines(s.Fetch(r.String(stage + ".file.url"))) {
		var e struct {
			Line                                       int
			Verdict, Reason, Company, Name, Email, Was string
		}
		if err := json.Unmarshal([]byte(line), &e); err != nil {
			s.T.Fatalf("%q: %v", line, err)
		}
		out = append(out, strings.Join(strings.Fields(fmt.Sprint(e.Line, " ", e.Verdict, " ", e.Reason, " ", e.Company, "|", e.Name, "|", e.Email, " ", e.Was)), " "))
	}
	return out
}

// contacts are all contacts of the workspace: “company: name <address>”, sorted.
func (s scene) contacts() string {
	s.T.Helper()
	var out []string
	for _, company := range s.list("/companies") {
		for _, contact := range s.list("/companies/" + company["id"].(string) + "/contacts") {
			out = append(out, fmt.Sprintf("%s: %s <%s> %s", company["name"], contact["name"], contact["email"], contact["access"]))
		}
	}
	return strings.Join(out, "\n")
}

func (s scene) list(path string) (all []map[string]any) {
	s.T.Helper()
	for next := ""; ; {
		r := s.Do(s.ann, "GET", "/v1/workspaces/"+s.workspace+path+"?limit=100&cursor="+next, nil).Must(http.StatusOK)
		all = append(all, r.List("items")...)
		if next = r.String("next"); next == "" {
			return all
		}
	}
}

func (s scene) company(name string) string {
	s.T.Helper()
	return s.Do(s.ann, "POST", "/v1/workspaces/"+s.workspace+"/companies", map[string]any{"name": name}).Must(http.StatusCreated).String("id")
}

func (s scene) contact(company, name, email string) string {
	s.T.Helper()
	return s.Do(s.ann, "POST", "/v1/workspaces/"+s.workspace+"/companies/"+company+"/contacts", map[string]any{"name": name, "email": email}).Must(http.StatusCreated).String("id")
}

// recorded is how many records of each change there are.
func (s scene) recorded() map[string]int {
	s.T.Helper()
	out := map[string]int{}
	for q := (table.Query{PK: table.WorkspaceActivity(s.workspace, "").PK}); ; {
		rows, more, err := table.QueryInto[table.ActivityRow](s.T.Context(), s.Table, q)
		if err != nil {
			s.T.Fatal(err)
		}
		for _, row := range rows {
			q.After = row.SK
			out[row.Type]++
		}
		if !more {
			return out
		}
	}
}
