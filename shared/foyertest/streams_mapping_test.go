//go:build engine

package foyertest

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
)

// lab is a mapping on a function of the test's own, with what was handed to it and
// what was given up.
type lab struct {
	*mapping
	clock   time.Time
	handed  []string // batches: "1 2 3"
	givenUp []string // "condition: 1 2 3"
	answer  func(batch []string) (failed []string, err error)
}

func newLab(s settings, answer func(batch []string) ([]string, error)) *lab {
	x := &lab{clock: time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC), answer: answer}
	if s.parallel == 0 {
		s.parallel = 1
	}
	x.mapping = &mapping{settings: s, now: func() time.Time { return x.clock }}
	x.invoke = func(records []events.DynamoDBEventRecord) (failures []events.DynamoDBBatchItemFailure, err error) {
		var batch []string
		for _, r := range records {
			batch = append(batch, r.Change.SequenceNumber)
		}
		x.handed = append(x.handed, strings.Join(batch, " "))
		failed, err := x.answer(batch)
		for _, f := range failed {
			failures = append(failures, events.DynamoDBBatchItemFailure{ItemIdentifier: f})
		}
		return failures, err
	}
	x.giveUp = func(_, condition string, b batch) error {
		var all []string
		for _, a := range b.arrivals {
			all = append(all, a.record.Change.SequenceNumber)
		}
		x.givenUp = append(x.givenUp, condition+": "+strings.Join(all, " "))
		return nil
	}
	return x
}

// comes lets records arrive in a shard, each of a row of its own.
func (x *lab) comes(t *testing.T, shard string, sequences ...string) {
	t.Helper()
	for _, s := range sequences {
		record := events.DynamoDBEventRecord{EventName: "INSERT", Change: events.DynamoDBStreamRecord{SequenceNumber: s, Keys: map[string]events.DynamoDBAttributeValue{
			"PK": events.NewStringAttribute("USER#per_1"), "SK": events.NewStringAttribute("MAIL#" + s)}}}
		if err := x.take(shard, record); err != nil {
			t.Fatal(err)
		}
	}
}

// run hands on until nothing waits, so many times at most.
func (x *lab) run(t *testing.T, most int) {
	t.Helper()
	for range most {
		lanes := x.ready()
		if len(lanes) == 0 {
			return
		}
		for _, l := range lanes {
			if _, err := x.handOn(l); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func (x *lab) want(t *testing.T, handed, givenUp []string) {
	t.Helper()
	if !slices.Equal(x.handed, handed) {
		t.Errorf("got the batches %q, want %q", x.handed, handed)
	}
	if !slices.Equal(x.givenUp, givenUp) {
		t.Errorf("got given up %q, want %q", x.givenUp, givenUp)
	}
}

// failing answers with a failure of these records, as often as said.
func failing(times int, failed ...string) func([]string) ([]string, error) {
	return func(batch []string) (out []string, _ error) {
		for _, f := range failed {
			if times > 0 && slices.Contains(batch, f) {
				out = append(out, f)
			}
		}
		times--
		return out, nil
	}
}

// crashing fails as a whole while the record is in the batch.
func crashing(on string) func([]string) ([]string, error) {
	return func(batch []string) ([]string, error) {
		if slices.Contains(batch, on) {
			return nil, errors.New("crashed")
		}
		return nil, nil
	}
}

func TestABatchIsTriedAgainFromTheLowestReportedRecordOn(t *testing.T) {
	x := newLab(settings{batchSize: 4, partial: true, retries: -1}, failing(1, "4", "2"))
	x.comes(t, "a", "1", "2", "3", "4", "5")
	x.run(t, 9)
	x.want(t, []string{"1 2 3 4", "2 3 4", "5"}, nil)
}

func TestWithoutFunctionResponseTypesAReportIsNotRead(t *testing.T) {
	x := newLab(settings{batchSize: 4, retries: -1}, failing(9, "2"))
	x.comes(t, "a", "1", "2", "3")
	x.run(t, 9)
	x.want(t, []string{"1 2 3"}, nil)
}

func TestAReportOfSomethingThatIsNotInTheBatchFailsAllOfIt(t *testing.T) {
	times := 1
	x := newLab(settings{batchSize: 4, partial: true, retries: -1}, func([]string) ([]string, error) {
		if times--; times >= 0 {
			return []string{"3", ""}, nil
		}
		return nil, nil
	})
	x.comes(t, "a", "1", "2", "3")
	x.run(t, 9)
	x.want(t, []string{"1 2 3", "1 2 3"}, nil)
}

func TestABatchThatFailsAsAWholeIsCutInTwoWithoutUsingUpARetry(t *testing.T) {
	x := newLab(settings{batchSize: 8, bisect: true, retries: 1}, crashing("3"))
	x.comes(t, "a", "1", "2", "3", "4", "5", "6", "7", "8")
	x.run(t, 99)
	x.want(t, []string{"1 2 3 4 5 6 7 8", "1 2 3 4", "1 2", "3 4", "3", "3", "4", "5 6 7 8"}, []string{retriesUsedUp + ": 3"})
}

func TestWithoutBisectTheWholeBatchIsTriedAndGivenUp(t *testing.T) {
	x := newLab(settings{batchSize: 3, retries: 2}, crashing("2"))
	x.comes(t, "a", "1", "2", "3", "4")
	x.run(t, 99)
	x.want(t, []string{"1 2 3", "1 2 3", "1 2 3", "4"}, []string{retriesUsedUp + ": 1 2 3"})
}

func TestWhatRunsOutOfRetriesIsGivenUpFromTheFailedRecordOn(t *testing.T) {
	x := newLab(settings{batchSize: 4, partial: true, bisect: true, retries: 2}, failing(99, "2"))
	x.comes(t, "a", "1", "2", "3", "4", "5")
	x.run(t, 99)
	x.want(t, []string{"1 2 3 4", "2 3 4", "2 3 4", "5"}, []string{retriesUsedUp + ": 2 3 4"})
}

func TestWithoutEndOfRetriesNothingIsGivenUp(t *testing.T) {
	x := newLab(settings{batchSize: 4, partial: true, retries: -1}, failing(5000, "2"))
	x.comes(t, "a", "1", "2", "3")
	x.run(t, 3000)
	if len(x.givenUp) > 0 || x.waiting() != 2 {
		t.Errorf("got given up %q and %d waiting, want the two waiting", x.givenUp, x.waiting())
	}
}

func TestWhatIsTooOldIsGivenUpAndTheRestGoesOn(t *testing.T) {
	x := newLab(settings{batchSize: 4, partial: true, retries: -1, age: time.Hour}, failing(1, "1"))
	x.comes(t, "a", "1", "2")
	x.run(t, 1)
	x.clock = x.clock.Add(30 * time.Minute)
	x.comes(t, "a", "3")
	x.clock = x.clock.Add(31 * time.Minute)
	x.run(t, 99)
	x.want(t, []string{"1 2", "3"}, []string{tooOld + ": 1 2"})
}

func TestOneShardsFailureDoesNotHoldUpAnother(t *testing.T) {
	x := newLab(settings{batchSize: 4, partial: true, retries: -1}, failing(99, "1"))
	x.comes(t, "a", "1")
	x.comes(t, "b", "2")
	x.run(t, 3)
	x.want(t, []string{"1", "2", "1", "1"}, nil)
}

func TestAShardWaitsForItsParent(t *testing.T) {
	x := newLab(settings{batchSize: 4, partial: true, retries: -1}, failing(2, "1"))
	x.parents = map[string]string{"child": "parent", "grandchild": "child"}
	x.comes(t, "grandchild", "3")
	x.comes(t, "child", "2")
	x.comes(t, "parent", "1")
	x.run(t, 9)
	x.want(t, []string{"1", "1", "1", "2", "3"}, nil)
}

func TestWithAParallelizationFactorTheRecordsOfARowStayInOrder(t *testing.T) {
	x := newLab(settings{batchSize: 2, parallel: 4, retries: -1}, failing(0))
	var want []string
	for i := range 40 { // four changes of each of ten rows
		s := fmt.Sprintf("%02d", i)
		record := events.DynamoDBEventRecord{EventName: "INSERT", Change: events.DynamoDBStreamRecord{SequenceNumber: s, Keys: map[string]events.DynamoDBAttributeValue{
			"PK": events.NewStringAttribute("USER#per_1"), "SK": events.NewStringAttribute(fmt.Sprint(i % 10))}}}
		if err := x.take("a", record); err != nil {
			t.Fatal(err)
		}
		want = append(want, s)
	}
	lanes := x.ready()
	if len(lanes) < 2 {
		t.Fatalf("got %d lanes for ten rows, want several", len(lanes))
	}
	slices.Reverse(lanes) // they are independent
	for len(lanes) > 0 {
		if _, err := x.handOn(lanes[0]); err != nil {
			t.Fatal(err)
		}
		if lanes[0].waiting() == 0 {
			lanes = lanes[1:]
		}
	}
	got := strings.Fields(strings.Join(x.handed, " "))
	for row := range 10 {
		last := -1
		for change := range 4 {
			at := slices.Index(got, fmt.Sprintf("%02d", change*10+row))
			if at <= last {
				t.Errorf("change %d of row %d was handed on at place %d, the one before it at %d", change, row, at, last)
			}
			last = at
		}
	}
	if slices.Sort(got); !slices.Equal(got, want) {
		t.Errorf("got %v handed on, want each once", got)
	}
}

func TestABatchIsHandedOnSeveralTimesBeforeTheNext(t *testing.T) {
	x := newLab(settings{batchSize: 2, partial: true, retries: -1}, failing(0))
	x.deliveries = 3
	x.comes(t, "a", "1", "2", "3")
	x.run(t, 9)
	x.want(t, []string{"1 2", "1 2", "1 2", "3", "3", "3"}, nil)
}

func TestAgainHandsOnEverythingInItsOldOrder(t *testing.T) {
	x := newLab(settings{batchSize: 2, partial: true, retries: -1}, failing(1, "4"))
	x.comes(t, "a", "1", "2", "3", "4", "5")
	x.run(t, 2)
	x.lanes[0].again()
	x.run(t, 9)
	x.want(t, []string{"1 2", "3 4", "1 2", "3 4", "5"}, nil)
}

func TestOnlyWhatTheFilterLetsThroughIsHandedOn(t *testing.T) {
	filters, err := filtersOf(map[string]any{"Filters": []any{map[string]any{"Pattern": `{"eventName":["INSERT"],"dynamodb":{"Keys":{"SK":{"S":[{"suffix":"#2"},{"prefix":"MAIL#4"}]}}}}`}}})
	if err != nil {
		t.Fatal(err)
	}
	x := newLab(settings{batchSize: 4, retries: -1, filters: filters}, failing(0))
	x.comes(t, "a", "1", "2", "3", "44")
	x.run(t, 9)
	x.want(t, []string{"2 44"}, nil)
	if filters, err = filtersOf(map[string]any{"Filters": []any{map[string]any{"Pattern": `{"eventName":[{"anything-but":"INSERT"}]}`}}}); err != nil {
		t.Fatal(err)
	}
	if err := (&mapping{settings: settings{parallel: 1, filters: filters}}).take("a", events.DynamoDBEventRecord{EventName: "INSERT"}); err == nil {
		t.Error("a rule that the driver does not know was passed over")
	}
}
