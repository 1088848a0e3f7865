//go:build engine

package streams_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"foyer/infra/guards/scene"
	"foyer/shared/api"
	"foyer/shared/catalog"
	"foyer/shared/foyertest"
	"foyer/shared/jobs/jobqueue"
	"foyer/shared/mail"
	"foyer/shared/replay"
	"foyer/shared/table"
)

const (
	notifyID = "stream-notify"
	mailID   = "stream-mail"
)

// world is a scene with a second client, Cleo of Initech, who wants to hear of
// everything, and a second project; everything that has happened so far was told.
type world struct {
	*scene.Scene
	draw   *rand.Rand
	cleo   foyertest.Person
	second string // project, of Ann alone
	items  []string
	since  time.Time
	begun  map[string]bool // jobs that were handed to jobs-run
	digest string          // the time of the day of digests
}

func begin(t *testing.T, draw *rand.Rand) *world {
	t.Helper()
	w := &world{Scene: scene.New(t), draw: draw, begun: map[string]bool{}}
	w.digest = w.Clock.Now().UTC().Add(12 * time.Hour).Format("15:04")
	w.cleo = w.World.Client(w.Ann, w.ProjectID, "Initech", "Cleo Client", "cleo@initech.example")
	w.second = w.Project(w.Ann, w.WorkspaceID, "Second shop")
	w.level(w.cleo, "all")
	for key, row := range map[table.Key]any{ // Mia is one of the project's people
		table.Person(w.ProjectID, w.Mia.ID):     table.PersonRow{Person: w.Mia.ID, Name: w.Mia.Name, Kind: table.KindMember},
		table.TeamPerson(w.ProjectID, w.Mia.ID): table.TeamPersonRow{Person: w.Mia.ID, Kind: table.KindMember, AddedBy: w.Ann.ID, AddedAt: w.Clock.Now()},
	} {
		if err := w.Table.PutOne(t.Context(), key, row, nil); err != nil {
			t.Fatal(err)
		}
	}
	w.settle()
	w.Settled()
	w.ForgetMails()
	w.Clock.Advance(time.Minute)
	w.since = w.Clock.Now()
	return w
}

// level lets somebody choose what they are told of, at once.
func (w *world) level(who foyertest.Person, level string) {
	w.T.Helper()
	w.choose(who, map[string]any{"level": level, "projects": map[string]any{}})
}

func (w *world) choose(who foyertest.Person, chosen map[string]any) {
	w.T.Helper()
	w.Do(who, "PUT", "/v1/me/notification-settings", chosen, foyertest.Header{Name: "If-Match", Value: "*"}).Must(http.StatusOK)
}

// step is one thing that people do.
type step struct {
	weight int
	do     func(w *world)
}

var steps = []step{
	{6, func(w *world) { w.create() }},
	{2, func(w *world) { w.toggle() }},
	{1, func(w *world) { w.Invitee() }},
	{1, func(w *world) { w.add() }},
	{1, func(w *world) {
		who := []foyertest.Person{w.Carl, w.cleo, w.Mia}[w.draw.IntN(3)]
		chosen := map[string]any{"level": []string{"all", "limited", "none"}[w.draw.IntN(3)], "projects": map[string]any{}}
		if w.draw.IntN(2) == 0 { // which comes when all is over here, so that every run holds it for the same
			chosen["digest"], chosen["timeZone"] = w.digest, "UTC"
		}
		w.choose(who, chosen)
	}},
}

// act lets people do so many random things.
func (w *world) act(n int) {
	w.T.Helper()
	sum := 0
	for _, s := range steps {
		sum += s.weight
	}
	for range n {
		at := w.draw.IntN(sum)
		for _, s := range steps {
			if at -= s.weight; at < 0 {
				s.do(w)
				break
			}
		}
	}
}

// everything lets every operation of the catalogue that changes something be done
// once, in any order: what is added later is among it.
func (w *world) everything() {
	w.T.Helper()
	ops := slices.DeleteFunc(catalog.Operations(), func(op api.Endpoint) bool { return op.Meta().Method == http.MethodGet })
	w.draw.Shuffle(len(ops), func(i, j int) { ops[i], ops[j] = ops[j], ops[i] })
	for _, op := range ops {
		r := w.Prepare(op)
		if got := w.Send(r); got.Status >= http.StatusMultipleChoices {
			w.T.Fatalf("%s: got %d %s, want success", r.Op.ID, got.Status, got.Body)
		}
	}
}

func (w *world) create() {
	body := map[string]any{"kind": "message", "title": fmt.Sprintf("Item %d", len(w.items)), "clientCanSee": w.draw.IntN(2) == 0}
	if w.draw.IntN(2) == 0 {
		body["kind"] = "task"
		if n := w.draw.IntN(4); n < 3 {
			body["assignee"] = []string{w.Carl.ID, w.cleo.ID, w.Mia.ID}[n]
			if n < 2 {
				body["ask"], body["clientCanSee"] = []string{"feedback", "approval"}[w.draw.IntN(2)], true
			}
		}
	}
	by := []foyertest.Person{w.Ann, w.Mia}[w.draw.IntN(2)]
	w.items = append(w.items, w.Do(by, "POST", "/v1/projects/"+w.ProjectID+"/items", body).Must(http.StatusCreated).String("id"))
}

func (w *world) toggle() {
	if len(w.items) == 0 {
		w.create()
		return
	}
	item := w.items[w.draw.IntN(len(w.items))]
	w.Do(w.Ann, "PUT", "/v1/projects/"+w.ProjectID+"/items/"+item+"/visibility", map[string]any{"clientCanSee": w.draw.IntN(2) == 0}).Must(http.StatusOK)
}

// add adds Carl to another project; a second time it is the same.
func (w *world) add() {
	w.Do(w.Ann, "POST", "/v1/projects/"+w.second+"/clients", map[string]any{"companyName": "Globex", "name": w.Carl.Name, "email": w.Carl.Email})
}

// Restore goes back to a moment.
func (w *world) Restore(s foyertest.Snapshot) {
	w.T.Helper()
	clear(w.begun)
	w.World.Restore(s)
}

// jobs are the jobs that were handed to jobs-run since the beginning.
func (w *world) jobs() map[string]bool {
	w.T.Helper()
	queue := sqs.NewFromConfig(w.AWS)
	for {
		res, err := queue.ReceiveMessage(w.T.Context(), &sqs.ReceiveMessageInput{QueueUrl: &w.Config.JobsQueueURL, MaxNumberOfMessages: 10})
		if err != nil {
			w.T.Fatal(err)
		}
		if len(res.Messages) == 0 {
			return maps.Clone(w.begun)
		}
		for _, m := range res.Messages {
			var job jobqueue.Message
			if err := json.Unmarshal([]byte(*m.Body), &job); err != nil {
				w.T.Fatal(err)
			}
			w.begun[job.Job] = true
			if _, err := queue.DeleteMessage(w.T.Context(), &sqs.DeleteMessageInput{QueueUrl: &w.Config.JobsQueueURL, ReceiptHandle: m.ReceiptHandle}); err != nil {
				w.T.Fatal(err)
			}
		}
	}
}

// settle lets the consumers come to their end: what is claimed by a process that
// has ended is taken up when its claim has.
func (w *world) settle() {
	w.T.Helper()
	for range 8 {
		w.Drain()
		if w.Waiting(notifyID)+w.Waiting(mailID) == 0 {
			return
		}
		w.Clock.Advance(mail.Lease + time.Second)
	}
	w.T.Fatalf("%d records wait for stream-notify and %d for stream-mail, and no time helps", w.Waiting(notifyID), w.Waiting(mailID))
}

// redrive replays the poison queue until nothing is left on it.
func (w *world) redrive() {
	w.T.Helper()
	for range 8 {
		out, err := w.Replay(replay.Input{Poison: true})
		if err != nil {
			w.T.Fatal(err)
		}
		w.settle()
		if out == (replay.Output{}) {
			return
		}
		w.Clock.Advance(mail.Lease + time.Second)
	}
	w.T.Fatal("the poison queue does not become empty")
}

// holds ends the test unless everything is as it would be after an undisturbed
// run, but for the doubled mails that are allowed.
func (w *world) holds(what string, want outcome, doubled int) {
	w.T.Helper()
	got := w.outcome()
	for _, problem := range got.differences(want, doubled) {
		w.T.Errorf("%s: %s", what, problem)
	}
	if left := w.Poisoned(); len(left) > 0 {
		w.T.Errorf("%s: got %+v on the poison queue, want nothing", what, left)
	}
	if w.T.Failed() {
		w.T.FailNow()
	}
}

// rowsOf reads the rows of a kind that the table has.
func rowsOf[R any](w *world, rows map[table.Key]table.Item, is func(table.Key) bool) map[table.Key]R {
	w.T.Helper()
	out := map[table.Key]R{}
	for key, item := range rows {
		if !is(key) {
			continue
		}
		var row R
		if err := table.Unmarshal(item, &row); err != nil {
			w.T.Fatal(err)
		}
		out[key] = row
	}
	return out
}
