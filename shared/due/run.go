// Package due does what has to happen later: due-run takes every minute's due
// rows, asks of each whether it still holds, and acts.
package due

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"

	"foyer/shared/api"
	"foyer/shared/stream"
	"foyer/shared/table"
)

// ID is the function's.
const ID = "due-run"

// Lease is how long a run that acts keeps others off a shard: longer than the function may
// run (Timeout in template.yaml, a test compares them).
const Lease = 2 * time.Minute

const (
	// firstLook is how far back the very first run of a deployment looks.
	firstLook = 2 * time.Minute
	// slice is how many minutes of a shard one run takes at most: in the normal case
	// it is one; after an outage of a day the shards have caught up within half an hour.
	slice = 60
	// pageSize is how many due rows are read at once.
	pageSize = 100
	// reserve is how long before the function's end no further minute is begun.
	reserve = 10 * time.Second
)

// Run takes, in every shard, each minute after the last one taken up to the one
// that the clock has reached. A due row is written at least two minutes ahead
// (table.DueMinute), so nothing is added any more to a minute that is taken.
//
// A minute in which nothing is due costs a read and a write for each shard, and no
// lease. Whatever a run leaves undone, by a crash or because its time was up, the
// next one finds: a row is deleted in the transaction that acts on it.
func Run(ctx context.Context, env *api.Env) error {
	last := env.Now().Truncate(time.Minute)
	marks, _, err := table.QueryInto[table.WatermarkRow](ctx, env.Table, table.Query{PK: table.DueWatermarkPartition})
	if err != nil {
		return err
	}
	failed := make([]error, table.DueShards)
	for i := range failed {
		s := shard{number: i}
		for _, mark := range marks {
			if mark.Key == table.DueWatermark(i) {
				s.mark, s.found = mark, true
			}
		}
		if err := s.run(ctx, env, last); err != nil {
			failed[i] = fmt.Errorf("shard %d: %w", i, err)
		}
	}
	return errors.Join(failed...)
}

// shard is one of the partitions over which a minute's rows are spread.
type shard struct {
	number int
	mark   table.WatermarkRow
	found  bool
}

func (s *shard) run(ctx context.Context, env *api.Env, last time.Time) error {
	done := last.Add(-firstLook)
	if s.found {
		var err error
		if done, err = time.Parse(time.RFC3339, s.mark.Done); err != nil {
			return fmt.Errorf("watermark %q: %w", s.mark.Done, err)
		}
	}
	if end := done.Add(slice * time.Minute); end.Before(last) {
		last = end
	}
	free, ok := s.free(env)
	if !ok || !done.Before(last) {
		return nil
	}
	// Nothing is due in most minutes: to see so needs no lease.
	begun := done
	var rows []table.Item
	more := false
	for ; done.Before(last) && len(rows) == 0; done = done.Add(time.Minute) {
		if timeIsUp(ctx) {
			break
		}
		var err error
		if rows, more, err = env.Table.Query(ctx, s.minuteQuery(done.Add(time.Minute))); err != nil {
			return err
		}
	}
	switch {
	case len(rows) == 0 && done.Equal(begun):
		return nil
	case len(rows) == 0:
		return s.moveTo(ctx, env, done, free)
	}
	return s.act(ctx, env, done.Add(-time.Minute), last, page{rows, more}, free)
}

// act takes the minutes after done up to last under a lease; first is what is due in
// the first of them.
func (s *shard) act(ctx context.Context, env *api.Env, done, last time.Time, first page, free expression.ConditionBuilder) error {
	lease := env.NewID("run_")
	free = free.Or(table.Is("leaseId", lease)) // this very lease, whose answer was lost on the way
	err := env.Table.PutOne(ctx, table.DueWatermark(s.number), table.WatermarkRow{
		Done: done.Format(time.RFC3339), LeaseID: lease, LeaseUntil: env.Now().Add(Lease).UnixMilli(),
	}, &free)
	if errors.Is(err, table.ErrConditionFailed) {
		return nil // another run has the shard
	}
	if err != nil {
		return err
	}
	var failed error
	for known := &first; done.Before(last) && !timeIsUp(ctx); known = nil {
		if failed = s.minute(ctx, env, done.Add(time.Minute), known); failed != nil {
			break // the watermark stays before this minute: the next run takes it again
		}
		done = done.Add(time.Minute)
	}
	return errors.Join(failed, s.moveTo(ctx, env, done, table.Is("leaseId", lease)))
}

// moveTo moves the shard's watermark, and ends its lease, if cond still holds; where
// it does not another run has the shard, and the watermark is that run's.
func (s *shard) moveTo(ctx context.Context, env *api.Env, done time.Time, cond expression.ConditionBuilder) error {
	err := env.Table.PutOne(ctx, table.DueWatermark(s.number), table.WatermarkRow{Done: done.Format(time.RFC3339)}, &cond)
	if errors.Is(err, table.ErrConditionFailed) {
		return nil
	}
	return err
}

// free is the condition that no other run has the shard or has moved its watermark
// since it was read; false where another run has it.
func (s *shard) free(env *api.Env) (expression.ConditionBuilder, bool) {
	switch {
	case !s.found:
		return table.Absent(), true
	case s.mark.LeaseUntil >= env.Now().UnixMilli():
		return expression.ConditionBuilder{}, false
	case s.mark.LeaseID != "":
		return table.Is("done", s.mark.Done).And(table.Is("leaseId", s.mark.LeaseID)), true
	}
	return table.Is("done", s.mark.Done).And(expression.Name("leaseId").AttributeNotExists()), true
}

// page is what a query of a minute gave.
type page struct {
	rows []table.Item
	more bool
}

func (s *shard) minuteQuery(minute time.Time) table.Query {
	return table.Query{PK: table.DuePartition(minute, s.number), Limit: pageSize}
}

// minute takes the due rows of one minute of the shard; known is the first page of
// them where it was read before.
func (s *shard) minute(ctx context.Context, env *api.Env, minute time.Time, known *page) error {
	for q := s.minuteQuery(minute); ; known = nil {
		if known == nil {
			rows, more, err := env.Table.Query(ctx, q)
			if err != nil {
				return err
			}
			known = &page{rows, more}
		}
		for _, item := range known.rows {
			var key table.Key
			if err := table.Unmarshal(item, &key); err != nil {
				return err
			}
			q.After = key.SK
			if err := one(ctx, env, key, item); err != nil {
				return err
			}
		}
		if !known.more {
			return nil
		}
	}
}

// one acts on a due row. What cannot be processed goes to the poison queue by its
// key and stays where it is, so that it can be looked at; it does not hold up
// the rest.
func one(ctx context.Context, env *api.Env, key table.Key, item table.Item) error {
	err := stream.Safely(func() error { return actOn(ctx, env, key, item) })
	if err == nil || stream.WorthRetry(err) {
		return err
	}
	env.Log.ErrorContext(ctx, "due row failed", "key", key.String(), "error", err.Error())
	return stream.Poison(ctx, env, ID, key)
}

func actOn(ctx context.Context, env *api.Env, key table.Key, item table.Item) error {
	var row table.DueRow
	if err := table.Unmarshal(item, &row); err != nil {
		return errors.Join(stream.ErrPoison, err)
	}
	switch row.Kind {
	case table.DueReminder:
		return remind(ctx, env, key, row)
	case table.DueDigest:
		return digest(ctx, env, key, row)
	}
	return fmt.Errorf("due row of unknown kind %q: %w", row.Kind, stream.ErrPoison)
}

func timeIsUp(ctx context.Context) bool {
	end, ok := ctx.Deadline()
	return ctx.Err() != nil || ok && time.Until(end) < reserve
}
