//go:build engine

package imports_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"foyer/shared/foyertest"
	"foyer/shared/table"
)

const file = "Firma;Name;E-Mail\r\n" +
	"globex;Carl Client;carl@globex.example\r\n" + // 2: unchanged
	"Globex;Dora Newname;dora@globex.example\r\n" + // 3: changed
	"Globex;Eve;eve@globex.example\r\n" + // 4: new
	"Initech;Ina;ina@initech.example\r\n" + // 5: new, and its company
	"INITECH;Ivo;ivo@initech.example\r\n" + // 6: new, of the same
	"Hooli;Hugo;hugo@hooli.example\r\n" + // 7: there are two
	"Globex;Nobody;nobody\r\n" // 8

// known is what the workspace has before.
func (s scene) known() (globex, dora string) {
	s.T.Helper()
	globex = s.company("Globex")
	s.contact(globex, "Carl Client", "carl@globex.example")
	dora = s.contact(globex, "Dora Oldname", "dora@globex.example")
	s.company("Hooli")
	s.company("hooli")
	return globex, dora
}

func TestAFileIsPlannedAndThenThatPlanIsApplied(t *testing.T) {
	s := begin(t)
	s.known()
	id := s.uploaded(file)
	if got := s.get(id); got.String("state") != "created" || strings.Contains(got.Body, `"plan"`) {
		t.Errorf("before: got %s", got.Body)
	}
	before := s.contacts()
	plan := s.planned(id)
	if got, want := counted(plan, "plan"), "3 new, 1 changed, 1 unchanged, 2 refused, 1 companies"; got != want || plan.String("state") != "planned" {
		t.Errorf("got %s and %s, want %s", got, plan.Body, want)
	}
	want := `2 unchanged Globex|Carl Client|carl@globex.example
3 changed Globex|Dora Newname|dora@globex.example Dora Oldname
4 new Globex|Eve|eve@globex.example
5 new Initech|Ina|ina@initech.example
6 new INITECH|Ivo|ivo@initech.example
7 refused company-ambiguous Hooli|Hugo|hugo@hooli.example
8 refused email-invalid Globex|Nobody|nobody`
	if got := strings.Join(s.lines(plan, "plan"), "\n"); got != want {
		t.Errorf("got the plan\n%s\nwant\n%s", got, want)
	}
	if got := fmt.Sprint(plan.JSON()["plan"].(map[string]any)["result"].(map[string]any)["refusals"]); !strings.Contains(got, "line:7 reason:company-ambiguous") ||
		!strings.Contains(got, "line:8 reason:email-invalid") || !strings.Contains(got, "detail:This is no e-mail address.") {
		t.Errorf("got the refusals %s", got)
	}
	if after := s.contacts(); after != before {
		t.Errorf("the plan changed something:\n%s", after)
	}
	s.Drain()
	s.ForgetMails()
	recorded := s.recorded()
	done := s.applied(plan)
	if got, want := counted(done, "application"), "3 new, 1 changed, 0 unchanged, 0 refused, 1 companies"; got != want || done.String("state") != "applied" || done.String("application.file.url") != "" {
		t.Errorf("got %s and %s, want %s, and no report", got, done.Body, want)
	}
	want = `Globex: Carl Client <carl@globex.example> none
Globex: Dora Newname <dora@globex.example> none
Globex: Eve <eve@globex.example> none
Initech: Ina <ina@initech.example> none
Initech: Ivo <ivo@initech.example> none`
	if got := s.contacts(); got != want {
		t.Errorf("got the contacts\n%s\nwant\n%s", got, want)
	}
	for kind, n := range map[string]int{table.ActivityImportApplied: 1, table.ActivityContactCreated: 3, table.ActivityContactUpdated: 1, table.ActivityCompanyCreated: 1} {
		if got := s.recorded()[kind] - recorded[kind]; got != n {
			t.Errorf("%s is recorded %d times, want %d", kind, got, n)
		}
	}
	if mails := s.Mails(""); len(mails) > 0 {
		t.Errorf("got mails %+v, want nobody invited", mails)
	}
	s.Unchanged(func() { // the plan was applied: again is the same job
		if again := s.apply(plan); again != done.String("application.job") {
			t.Errorf("applied again by %s, want %s", again, done.String("application.job"))
		}
	})
	// The words, the markers and the names are those of contacts made by hand.
	again := s.planned(id)
	if got, want := counted(again, "plan"), "0 new, 0 changed, 5 unchanged, 2 refused, 0 companies"; got != want {
		t.Errorf("planned again: got %s, want %s", got, want)
	}
	companies := s.Do(s.ann, "GET", "/v1/workspaces/"+s.workspace+"/companies?search=init", nil).Must(http.StatusOK).List("items")
	found := s.Do(s.ann, "GET", "/v1/workspaces/"+s.workspace+"/companies/"+companies[0]["id"].(string)+"/contacts?search=iv", nil).Must(http.StatusOK).List("items")
	if len(found) != 1 || found[0]["name"] != "Ivo" {
		t.Errorf("got %v by search, want Ivo", found)
	}
	s.Do(s.ann, "POST", "/v1/workspaces/"+s.workspace+"/companies/"+companies[0]["id"].(string)+"/contacts", map[string]any{"name": "Ivo", "email": "ivo@initech.example"}).Problem(http.StatusConflict, "contact-exists")
}

func TestOnlyThePlanThatWasShownIsApplied(t *testing.T) {
	s := begin(t)
	id := s.uploaded(file)
	other := s.planned(s.uploaded(file))
	apply := func(plan string) foyertest.Response {
		return s.Do(s.ann, "POST", s.path("/"+id+"/application"), map[string]any{"plan": plan})
	}
	const absent = "job_01JD0000000000000000000000"
	s.Unchanged(func() { apply(absent).Problem(http.StatusConflict, "plan-not-current") })
	job := s.Do(s.ann, "POST", s.path("/"+id+"/plan"), nil).Must(http.StatusAccepted).String("id")
	if got := s.get(id).String("state"); got != "planning" {
		t.Errorf("got the state %s, want planning", got)
	}
	s.Unchanged(func() { apply(job).Problem(http.StatusConflict, "plan-not-current") }) // not finished
	s.runJobs()
	newer := s.planned(id).String("plan.job")
	s.Unchanged(func() {
		apply(job).Problem(http.StatusConflict, "plan-not-current")                      // another was made since
		apply(other.String("plan.job")).Problem(http.StatusConflict, "plan-not-current") // of another import
		apply("").Fault("body.plan")
	})
	if newer == job {
		t.Fatal("the second plan is the first")
	}
	applied := apply(newer).Must(http.StatusAccepted).String("id")
	if got := s.get(id).String("state"); got != "applying" {
		t.Errorf("got the state %s, want applying", got)
	}
	// Planning again leaves the application alone, and asks for another.
	if got := s.planned(id); got.String("state") != "planned" || got.String("application.job") != applied || got.String("application.plan") != newer || got.String("application.state") != table.JobDone {
		t.Errorf("got %s, want a new plan beside the application of the former", got.Body)
	}
}

// Of two plans that are asked for, the one that was asked for last is shown, whichever job
// ends first.
func TestThePlanThatWasAskedForLastIsTheOneThatIsShown(t *testing.T) {
	s := begin(t)
	id := s.uploaded(file)
	first := s.Do(s.ann, "POST", s.path("/"+id+"/plan"), nil).Must(http.StatusAccepted).String("id")
	last := s.Do(s.ann, "POST", s.path("/"+id+"/plan"), nil).Must(http.StatusAccepted).String("id")
	s.runJobs()
	if got := s.get(id); first == last || got.String("plan.job") != last || got.String("state") != "planned" {
		t.Errorf("got %s, want the plan of the second job of %s and %s", got.Body, first, last)
	}
}

func TestARepeatedRequestWithAKeyStartsNoSecondJob(t *testing.T) {
	s := begin(t)
	id, key := s.uploaded(file), foyertest.Header{Name: "Idempotency-Key", Value: "once"}
	twice := func(path string, body any) {
		t.Helper()
		first := s.Do(s.ann, "POST", s.path("/"+id+path), body, key).Must(http.StatusAccepted)
		s.Unchanged(func() {
			if again := s.Do(s.ann, "POST", s.path("/"+id+path), body, key).Must(http.StatusAccepted); again.String("id") != first.String("id") {
				t.Errorf("%s: got the job %s again, want %s", path, again.String("id"), first.String("id"))
			}
		})
		s.runJobs()
	}
	twice("/plan", nil)
	twice("/application", map[string]any{"plan": s.get(id).String("plan.job")})
	if got := s.get(id).String("state"); got != "applied" {
		t.Errorf("got the state %s, want applied", got)
	}
}

func TestAnImportIsForTheAdminsOfItsWorkspaceAlone(t *testing.T) {
	s := begin(t)
	project := s.Project(s.ann, s.workspace, "New website")
	carl := s.Client(s.ann, project, "Globex", "Carl Client", "carl@globex.example")
	olga, theirs := s.Workspace("Other Agency", "Olga Other", "olga@other.example")
	mia := foyertest.Person{Name: "Mia Member", Email: "mia@acme.example", Password: foyertest.Password}
	s.Do(s.ann, "POST", "/v1/workspaces/"+s.workspace+"/members", map[string]any{"name": mia.Name, "email": mia.Email, "role": "member"}).Must(http.StatusCreated)
	mia = s.Accept(mia, s.workspace)
	plan := s.planned(s.uploaded(file))
	id := plan.String("id")
	body := map[string]any{"plan": plan.String("plan.job")}
	s.Unchanged(func() {
		for _, c := range []struct {
			who    foyertest.Person
			path   string
			status int
			code   string
		}{{carl, s.path(""), http.StatusNotFound, "not-found"}, {olga, s.path(""), http.StatusNotFound, "not-found"}, {mia, s.path(""), http.StatusForbidden, "role"}, {olga, "/v1/workspaces/" + theirs + "/imports", http.StatusNotFound, "not-found"}} {
			s.Do(c.who, "GET", c.path+"/"+id, nil).Problem(c.status, c.code)
			s.Do(c.who, "POST", c.path+"/"+id+"/plan", nil).Problem(c.status, c.code)
			s.Do(c.who, "POST", c.path+"/"+id+"/application", body).Problem(c.status, c.code)
			if c.path == s.path("") {
				s.Do(c.who, "POST", c.path, announced(file)).Problem(c.status, c.code)
			}
		}
	})
	// It is not kept any more, whether or not it was cleaned up.
	if err := s.Table.UpdateOne(t.Context(), table.Import(s.workspace, id), table.Set("ttl", s.Clock.Now().Unix()), table.Exists()); err != nil {
		t.Fatal(err)
	}
	s.Unchanged(func() {
		s.Do(s.ann, "GET", s.path("/"+id), nil).Problem(http.StatusNotFound, "not-found")
		s.Do(s.ann, "POST", s.path("/"+id+"/plan"), nil).Problem(http.StatusNotFound, "not-found")
		s.Do(s.ann, "POST", s.path("/"+id+"/application"), body).Problem(http.StatusNotFound, "not-found")
	})
}

func TestAFileIsAnnouncedAndNoOtherIsTaken(t *testing.T) {
	s := begin(t)
	s.Unchanged(func() {
		for place, change := range map[string]map[string]any{"body.size": {"size": 20<<20 + 1}, "body.sha256": {"sha256": strings.Repeat("!", 44)}} {
			body := announced(file)
			for name, value := range change {
				body[name] = value
			}
			s.Do(s.ann, "POST", s.path(""), body).Fault(place)
		}
		s.Do(s.ann, "POST", s.path(""), map[string]any{"size": 0, "sha256": announced("")["sha256"]}).Fault("body.size")
	})
	key := foyertest.Header{Name: "Idempotency-Key", Value: "once"}
	first := s.Do(s.ann, "POST", s.path(""), announced(file), key).Must(http.StatusCreated)
	if again := s.Do(s.ann, "POST", s.path(""), announced(file), key).Must(http.StatusCreated); again.String("id") != first.String("id") || again.String("upload.url") == "" {
		t.Errorf("got %s again, want the same import", again.Body)
	}
	url := first.String("upload.url")
	if !strings.Contains(url, "/imports/"+s.workspace+"/"+first.String("id")+"/file.csv?") || !strings.Contains(url, "X-Amz-Expires=900") || !strings.Contains(url, "content-length") {
		t.Errorf("got the link %s, want one to the import's own file, for 15 minutes, of that length", url)
	}
	failed := func(id, reason string) {
		t.Helper()
		if got := s.planned(id); got.String("state") != "failed" || !strings.Contains(got.String("plan.reason"), reason) || got.String("plan.file.url") != "" {
			t.Errorf("got %s, want it failed with the reason %q", got.Body, reason)
		}
	}
	failed(first.String("id"), "No file was uploaded")
	s.PutFile("imports/"+s.workspace+"/"+first.String("id")+"/file.csv", file+"Globex;Eve;eve2@globex.example\r\n")
	failed(first.String("id"), "not the one that was announced")
	failed(s.uploaded("\n"), "no rows")
	failed(s.uploaded("name,email\nAnn,ann@globex.example\n"), "company")
	failed(s.uploaded(strings.Repeat("Globex,Ann,ann@globex.example\n", 100_001)), "more than 100000 rows")
	if status, body := s.upload(first, file); status != http.StatusOK {
		t.Fatalf("upload: %d %s", status, body)
	}
	if got := s.planned(first.String("id")); got.String("state") != "planned" { // what failed can be asked for again
		t.Errorf("got %s, want it planned", got.Body)
	}
}
