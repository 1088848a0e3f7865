//go:build engine

package foyertest

import (
	"fmt"
	"hash/fnv"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"foyer/shared/samtemplate"
)

// settings of a stream's event source mapping, as template.yaml has them and with
// Lambda's defaults where it says nothing (Lambda API reference,
// CreateEventSourceMapping).
type settings struct {
	batchSize int
	parallel  int           // batches of one shard at once, for different rows
	bisect    bool          // a batch that fails as a whole is cut in two
	partial   bool          // the function's batchItemFailures are read
	retries   int           // of a failed batch; -1: no end
	age       time.Duration // of a record; 0: no end
	filters   []map[string]any
	bucket    string // where what is given up goes; empty: nowhere
}

// settingsOf reads the mapping of the function's one stream event.
func settingsOf(f samtemplate.Function) (settings, error) {
	if n := len(f.Streams()); n != 1 {
		return settings{}, fmt.Errorf("%s has %d stream mappings in template.yaml, want 1", f.ID, n)
	}
	p := f.Streams()[0].Properties
	s := settings{batchSize: number(p["BatchSize"], 100), parallel: number(p["ParallelizationFactor"], 1), retries: number(p["MaximumRetryAttempts"], -1)}
	if age := number(p["MaximumRecordAgeInSeconds"], -1); age >= 0 {
		s.age = time.Duration(age) * time.Second
	}
	s.bisect = fmt.Sprint(p["BisectBatchOnFunctionError"]) == "true"
	for _, t := range samtemplate.Strings(p["FunctionResponseTypes"]) {
		s.partial = s.partial || t == "ReportBatchItemFailures"
	}
	if p["StartingPosition"] != "TRIM_HORIZON" {
		return s, fmt.Errorf("%s starts at %v: what was written before the mapping is made would be lost", f.ID, p["StartingPosition"])
	}
	var err error
	if s.filters, err = filtersOf(p["FilterCriteria"]); err != nil {
		return s, err
	}
	s.bucket, err = bucketOf(samtemplate.Map(samtemplate.Map(p["DestinationConfig"])["OnFailure"]))
	return s, err
}

func number(v any, otherwise int) int {
	var n int
	if _, err := fmt.Sscan(fmt.Sprint(v), &n); err != nil {
		return otherwise
	}
	return n
}

// arrival is a record that waits for the function, with the shard that it came in
// and the World's time at which the mapping first saw it.
type arrival struct {
	record events.DynamoDBEventRecord
	shard  string
	at     time.Time
}

// batch is what is handed to the function at once; failed is how often that was in vain.
type batch struct {
	arrivals    []arrival
	failed      int // retries that are used up
	invocations int
}

// lane is what is handed on in order: a shard, or with a ParallelizationFactor one
// of its parts; the records of one row are always in the same.
type lane struct {
	shard string
	cut   []batch   // batches that were begun: the first is the next
	queue []arrival // what no batch has yet
	given []arrival // what is done
}

func (l *lane) waiting() int {
	n := len(l.queue)
	for _, b := range l.cut {
		n += len(b.arrivals)
	}
	return n
}

// again puts all that was ever given in front once more.
func (l *lane) again() {
	all := l.given
	for _, b := range l.cut {
		all = append(all, b.arrivals...)
	}
	l.queue, l.cut, l.given = append(all, l.queue...), nil, nil
}

// Why a mapping gives up a batch. AWS's documentation shows the first; it names no
// word for the second.
const (
	retriesUsedUp = "RetryAttemptsExhausted"
	tooOld        = "MaximumRecordAgeExceeded"
)

// mapping is an event source mapping of the table's stream as Lambda runs it
// (Lambda developer guide, "Process DynamoDB records with Lambda"):
//
//   - a batch of which some records are reported as failed is tried again from the
//     lowest reported sequence number on, whatever else is reported;
//   - a batch that fails as a whole (an error, a crash, a report of something that
//     is not in it) is tried again whole, or with BisectBatchOnFunctionError cut in
//     two, which uses up no retry;
//   - what has no retry left or has become too old goes to the OnFailure
//     destination, and the shard goes on;
//   - a shard is begun when its parent has been done with.
type mapping struct {
	settings
	lanes   []*lane
	parents map[string]string // shard → the shard that it continues

	now    func() time.Time
	invoke func([]events.DynamoDBEventRecord) ([]events.DynamoDBBatchItemFailure, error)
	giveUp func(shard, condition string, b batch) error
	// deliveries is how often each batch is handed on: Lambda promises once at least.
	deliveries int
}

// take gives the mapping a record that is new in the stream.
func (m *mapping) take(shard string, record events.DynamoDBEventRecord) error {
	ok, err := letsThrough(m.filters, record)
	if err != nil || !ok {
		return err
	}
	l := m.lane(shard, record)
	l.queue = append(l.queue, arrival{record: record, shard: shard, at: m.now()})
	return nil
}

func (m *mapping) lane(shard string, record events.DynamoDBEventRecord) *lane {
	first := -1
	for i, l := range m.lanes {
		if l.shard == shard {
			first = i
			break
		}
	}
	if first < 0 {
		first = len(m.lanes)
		for range m.parallel {
			m.lanes = append(m.lanes, &lane{shard: shard})
		}
	}
	h := fnv.New32a()
	_, _ = fmt.Fprintf(h, "%q %q", record.Change.Keys["PK"].String(), record.Change.Keys["SK"].String()) // to memory
	return m.lanes[first+int(h.Sum32())%m.parallel]
}

func (m *mapping) waiting() int {
	n := 0
	for _, l := range m.lanes {
		n += l.waiting()
	}
	return n
}

// ready are the lanes that have something to hand on now.
func (m *mapping) ready() []*lane {
	busy := map[string]bool{}
	for _, l := range m.lanes {
		busy[l.shard] = busy[l.shard] || l.waiting() > 0
	}
	var out []*lane
	for _, l := range m.lanes {
		blocked := false
		for parent := m.parents[l.shard]; parent != "" && !blocked; parent = m.parents[parent] {
			blocked = busy[parent]
		}
		if !blocked && l.waiting() > 0 {
			out = append(out, l)
		}
	}
	return out
}

// handOn gives the function the lane's next batch; progress says whether the lane
// is further than before: records were done or given up, or a batch was cut.
func (m *mapping) handOn(l *lane) (progress bool, err error) {
	if len(l.cut) == 0 {
		n := min(m.batchSize, len(l.queue))
		l.cut = []batch{{arrivals: l.queue[:n:n]}}
		l.queue = l.queue[n:]
	}
	b := l.cut[0]
	if old := m.tooOld(b); old > 0 {
		m.split(l, old)
		return true, m.discard(l, tooOld)
	}
	for range max(m.deliveries, 1) {
		l.cut[0].invocations++
		done, whole := m.try(b)
		if whole && m.bisect && len(b.arrivals) > 1 {
			m.split(l, (len(b.arrivals)+1)/2)
			return true, nil
		}
		if done < len(b.arrivals) {
			if done > 0 {
				m.split(l, done)
				m.finish(l)
			}
			if l.cut[0].failed++; m.retries >= 0 && l.cut[0].failed > m.retries {
				return true, m.discard(l, retriesUsedUp)
			}
			return done > 0, nil
		}
	}
	m.finish(l)
	return true, nil
}

// try hands the batch on: how many of its first records are done, and whether it
// failed as a whole.
func (m *mapping) try(b batch) (done int, whole bool) {
	records := make([]events.DynamoDBEventRecord, len(b.arrivals))
	for i, a := range b.arrivals {
		records[i] = a.record
	}
	failures, err := m.invoke(records)
	if err != nil {
		return 0, true
	}
	done = len(records)
	if !m.partial {
		return done, false
	}
	for _, f := range failures {
		place := -1
		for i, r := range records {
			if r.Change.SequenceNumber == f.ItemIdentifier {
				place = i
				break
			}
		}
		if place < 0 {
			return 0, true
		}
		done = min(done, place)
	}
	return done, false
}

// tooOld is how many of the batch's first records are older than the mapping allows.
func (m *mapping) tooOld(b batch) int {
	n := 0
	for m.age > 0 && n < len(b.arrivals) && m.now().Sub(b.arrivals[n].at) > m.age {
		n++
	}
	return n
}

// split cuts the lane's first batch after n records, unless that is its end.
func (m *mapping) split(l *lane, n int) {
	b := l.cut[0]
	if n == len(b.arrivals) {
		return
	}
	first, rest := b, b
	first.arrivals, rest.arrivals = b.arrivals[:n:n], b.arrivals[n:]
	l.cut = append([]batch{first, rest}, l.cut[1:]...)
}

// finish is done with the lane's first batch.
func (m *mapping) finish(l *lane) {
	l.given = append(l.given, l.cut[0].arrivals...)
	l.cut = l.cut[1:]
}

// discard gives up the lane's first batch.
func (m *mapping) discard(l *lane, condition string) error {
	b := l.cut[0]
	l.cut = l.cut[1:]
	return m.giveUp(l.shard, condition, b)
}
