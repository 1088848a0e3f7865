//go:build engine

package licences_test

import (
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"

	"foyer/infra/guards/faults"
	"foyer/infra/guards/proof"
	"foyer/shared/foyertest"
	"foyer/shared/table"
)

type scene struct {
	*foyertest.World
	ann       foyertest.Person
	workspace string
}

func begin(t *testing.T, seats int) scene {
	t.Helper()
	t.Parallel()
	w := foyertest.New(t)
	ann, workspace := w.Workspace("Acme Agency", "Ann Archer", "ann@acme.example")
	s := scene{World: w, ann: ann, workspace: workspace}
	s.seats(seats).Must(http.StatusOK)
	return s
}

func (s scene) path(rest string) string { return "/v1/workspaces/" + s.workspace + rest }

func (s scene) seats(n int) foyertest.Response {
	s.T.Helper()
	return s.Do(s.ann, "PUT", s.path("/subscription"), map[string]any{"seats": n})
}

func (s scene) company(name string) string {
	s.T.Helper()
	return s.Do(s.ann, "POST", s.path("/companies"), map[string]any{"name": name}).Must(http.StatusCreated).String("id")
}

func (s scene) grant(company string) foyertest.Response {
	s.T.Helper()
	return s.Do(s.ann, "PUT", s.path("/licences/"+company), nil)
}

func (s scene) release(company string) foyertest.Response {
	s.T.Helper()
	return s.Do(s.ann, "DELETE", s.path("/licences/"+company), nil)
}

// used asserts how many seats are taken: by the counter, by the list, by the gates.
func (s scene) used(want int) {
	s.T.Helper()
	r := s.Do(s.ann, "GET", s.path("/subscription"), nil).Must(http.StatusOK)
	if got := r.JSON()["used"]; got != float64(want) {
		s.T.Errorf("got %v seats used, want %d", got, want)
	}
	list := s.Do(s.ann, "GET", s.path("/licences?limit=100"), nil).Must(http.StatusOK).List("items")
	if len(list) != want {
		s.T.Errorf("got %d licensed companies, want %d", len(list), want)
	}
	for _, l := range list {
		var gate table.CompanyGateRow
		if _, err := s.Table.Get(s.T.Context(), table.CompanyGate(s.workspace, l["company"].(string)), &gate); err != nil || !gate.Licensed {
			s.T.Errorf("%v is listed and its gate says %+v, %v", l, gate, err)
		}
	}
}

func TestAReleasedLicencesSeatIsAnotherCompanysAtOnce(t *testing.T) {
	s := begin(t, 1)
	globex, initech := s.company("Globex"), s.company("Initech")
	s.grant(globex).Must(http.StatusOK)
	s.Unchanged(func() {
		s.grant(globex).Must(http.StatusOK)
		s.grant(initech).Problem(http.StatusConflict, "no-seat-free")
	})
	s.used(1)
	s.release(globex).Must(http.StatusNoContent)
	s.Unchanged(func() { s.release(globex).Must(http.StatusNoContent) })
	s.grant(initech).Must(http.StatusOK)
	s.used(1)
	s.grant("com_01JD0000000000000000000000").Problem(http.StatusNotFound, "not-found")
}

func TestAWorkspaceWithoutASubscriptionHasNoSeat(t *testing.T) {
	t.Parallel()
	w := foyertest.New(t)
	ann, workspace := w.Workspace("Acme Agency", "Ann Archer", "ann@acme.example")
	s := scene{World: w, ann: ann, workspace: workspace}
	s.grant(s.company("Globex")).Problem(http.StatusConflict, "no-seat-free")
	s.used(0)
}

func TestSeatsAreNeverFewerThanLicencesAndTheRefusalSaysHowManyToRelease(t *testing.T) {
	s := begin(t, 3)
	for _, name := range []string{"Globex", "Initech", "Hooli"} {
		s.grant(s.company(name)).Must(http.StatusOK)
	}
	s.Unchanged(func() {
		r := s.seats(1).Problem(http.StatusConflict, "seats-in-use")
		if got, want := r.String("detail"), "Seats taken: 3. Licences to release first: 2."; got != want {
			t.Errorf("got %q, want %q", got, want)
		}
		s.seats(-1).Fault("body.seats")
		s.seats(3).Must(http.StatusOK)
	})
	s.seats(4).Must(http.StatusOK)
	s.used(3)
}

// Rule 19, and rule 18: where the whole portal needs a licence.
func TestALicenceThatIsRestoredFindsEverythingAsItWas(t *testing.T) {
	s := begin(t, 1)
	project := s.Project(s.ann, s.workspace, "New website")
	carl := s.Client(s.ann, project, "Globex", "Carl Client", "carl@globex.example")
	ivy := s.Invited(s.ann, project, "Globex", "Ivy Invited", "ivy@globex.example")
	s.grant(carl.Company).Must(http.StatusOK)
	if err := s.Table.PutOne(t.Context(), table.WorkspaceGate(s.workspace), table.WorkspaceGateRow{Name: "Acme Agency", PortalNeedsLicence: true}, nil); err != nil {
		t.Fatal(err)
	}
	s.Drain()
	s.ForgetMails()
	people := s.Do(s.ann, "GET", "/v1/projects/"+project+"/people", nil).Must(http.StatusOK).Body
	s.Do(carl, "GET", "/v1/portal/projects/"+project, nil).Must(http.StatusOK)
	s.release(carl.Company).Must(http.StatusNoContent)
	s.Do(carl, "GET", "/v1/portal/projects/"+project, nil).Problem(http.StatusForbidden, "company-not-licensed")
	if got := s.Do(s.ann, "GET", "/v1/projects/"+project+"/people", nil).Must(http.StatusOK).Body; got != people {
		t.Errorf("releasing changed the project's people: %s, before %s", got, people)
	}
	s.grant(carl.Company).Must(http.StatusOK)
	s.Do(carl, "GET", "/v1/portal/projects/"+project, nil).Must(http.StatusOK)
	s.Accept(ivy, s.workspace)
	s.Drain()
	if mails := s.Mails(""); len(mails) > 0 {
		t.Errorf("got mails %+v, want none", mails)
	}
}

// Rule 17: however many people click at once.
func TestNeverMoreLicencesThanSeatsHoweverManyClickAtOnce(t *testing.T) {
	const seats, workers = 5, 16
	s := begin(t, seats)
	companies := make([]string, workers)
	for i := range companies {
		companies[i] = s.company(fmt.Sprint("Company ", i))
	}
	var all sync.WaitGroup
	status := make([]int, workers)
	for i, id := range companies {
		all.Go(func() { status[i] = s.grant(id).Status })
	}
	all.Wait()
	granted := 0
	for _, code := range status {
		switch code {
		case http.StatusOK:
			granted++
		case http.StatusConflict:
		default:
			t.Errorf("got status %d, want 200 or 409", code)
		}
	}
	if granted != seats {
		t.Errorf("%d were granted, want %d", granted, seats)
	}
	s.used(seats)
}

// Grants and releases by many at once, while calls of AWS fail, however long: the count
// of seats is that of the licences, and never above the seats.
func TestTheCountOfSeatsHoldsThroughGrantsAndReleases(t *testing.T) {
	const seats, workers, clients = 7, 16, 24
	s := begin(t, seats)
	random := proof.Rand(t)
	companies := make([]string, clients)
	for i := range companies {
		companies[i] = s.company(fmt.Sprint("Company ", i))
	}
	faults.Hurry(s.World)
	var mu sync.Mutex
	draw := func(n int) int {
		mu.Lock()
		defer mu.Unlock()
		return random.IntN(n)
	}
	s.Intercept("", faults.New(func(c faults.Call) faults.Fault {
		if draw(40) > 0 {
			return faults.Fault{}
		}
		kinds := c.Kinds()
		return faults.Fault{Kind: kinds[draw(len(kinds))], Always: draw(3) == 0}
	}).Option)
	operations := proof.Cases(320, 100_000)
	var all sync.WaitGroup
	var heard [600]atomic.Int64
	for range workers {
		all.Go(func() {
			for range operations / workers {
				company := companies[draw(clients)]
				var r foyertest.Response
				switch draw(8) {
				case 0:
					r = s.Do(s.ann, "GET", s.path("/subscription"), nil)
					if used, ok := r.JSON()["used"].(float64); ok && used > seats {
						t.Errorf("%v of %d seats are used", used, seats)
					}
				case 1, 2, 3:
					r = s.release(company)
				default:
					r = s.grant(company)
				}
				heard[r.Status].Add(1)
			}
		})
	}
	all.Wait()
	s.Release()
	answers := map[int]int64{}
	for status := range heard {
		if n := heard[status].Load(); n > 0 {
			answers[status] = n
		}
	}
	for _, status := range []int{http.StatusOK, http.StatusConflict} { // granted; no seat was free
		if answers[status] == 0 {
			t.Errorf("nothing was answered %d: %v", status, answers)
		}
	}
	list := s.Do(s.ann, "GET", s.path("/licences?limit=100"), nil).Must(http.StatusOK).List("items")
	if len(list) > seats {
		t.Errorf("%d licences, of %d seats", len(list), seats)
	}
	s.used(len(list))
	t.Logf("%d operations: %v", operations, answers)
}

func TestARenamedCompanyStaysAmongTheLicensedOnes(t *testing.T) {
	s := begin(t, 2)
	globex := s.company("Globex")
	s.grant(globex).Must(http.StatusOK)
	s.Do(s.ann, "PATCH", s.path("/companies/"+globex), map[string]any{"name": "Zorg"}, foyertest.Header{Name: "If-Match", Value: "*"}).Must(http.StatusOK)
	list := s.Do(s.ann, "GET", s.path("/licences"), nil).Must(http.StatusOK).List("items")
	if len(list) != 1 || list[0]["name"] != "Zorg" {
		t.Errorf("got %v, want Zorg alone", list)
	}
	for query, want := range map[string]int{"licensed=true": 1, "licensed=false": 0, "search=zor&licensed=true": 1, "search=zor&licensed=false": 0} {
		if got := len(s.Do(s.ann, "GET", s.path("/companies?"+query), nil).Must(http.StatusOK).List("items")); got != want {
			t.Errorf("%s: got %d companies, want %d", query, got, want)
		}
	}
	s.release(globex).Must(http.StatusNoContent)
	s.used(0)
}

// What cannot be read is a failure: not a workspace without seats, nor a list without a
// company.
func TestSeatsAndLicencesThatCannotBeReadAreAFailure(t *testing.T) {
	s := begin(t, 1)
	company := s.company("Globex")
	s.grant(company).Must(http.StatusOK)
	for path, broken := range map[string]struct {
		key table.Key
		row map[string]any
	}{
		"/subscription": {table.Subscription(s.workspace), map[string]any{"seats": "many"}},
		"/licences":     {table.Company(s.workspace, company), map[string]any{"name": []string{"Globex"}}},
	} {
		if err := s.Table.PutOne(t.Context(), broken.key, broken.row, nil); err != nil {
			t.Fatal(err)
		}
		s.Do(s.ann, "GET", s.path(path), nil).Problem(http.StatusInternalServerError, "internal")
	}
}

// Whoever lowers the seats while a company is being licensed does not get below the
// licences.
func TestSeatsThatAreTakenMeanwhileAreKept(t *testing.T) {
	s := begin(t, 2)
	globex, initech := s.company("Globex"), s.company("Initech")
	s.grant(globex).Must(http.StatusOK)
	s.Before("subscription-update", "TransactWriteItems", 1, func() { s.grant(initech).Must(http.StatusOK) })
	s.seats(1).Problem(http.StatusConflict, "seats-in-use")
	s.Release()
	s.used(2)
	if got := s.Do(s.ann, "GET", s.path("/subscription"), nil).JSON()["seats"]; got != 2.0 {
		t.Errorf("got %v seats, want 2", got)
	}
}

// What stands already as asked is answered, and nothing is recorded: no seats of a
// workspace that never had any, too.
func TestAsManySeatsAsThereAreChangeNothing(t *testing.T) {
	for _, seats := range []int{0, 3} {
		t.Run(fmt.Sprint(seats), func(t *testing.T) {
			s := begin(t, seats)
			s.Unchanged(func() {
				if got := s.seats(seats).Must(http.StatusOK).JSON()["seats"]; got != float64(seats) {
					t.Errorf("got %v seats, want %d", got, seats)
				}
			})
		})
	}
}
