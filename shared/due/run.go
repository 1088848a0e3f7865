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

// Lease is how long a run keeps others off a shard: longer than the function may
// run (Timeout in template.yaml, a test compares them).
const Lease = 2 * time.Minute

const (
	// firstLook is how far back the very first run of a deployment looks.
	firstLook = 2 * time.Minute
	// slice is how many minutes of a shard one run takes at most: in the normal case
	// it is one; after an outage of a day the shards have caught up within half an hour.
	slice = 60
	// page is how many due rows are read at once.
	page = 100
	// reserve is how long before the function's end no further minute is begun.
	reserve = 10 * time.Second
)

// Run takes, in every shard, each minute after the last one taken up to the one
// that the clock has reached. A due row is written at least two minutes ahead
// (invitations.DueMinute), so nothing is added any more to a minute that is taken.
//
// A minute costs a read and two writes for each shard, whether or not anything
// is due. Whatever a run leaves undone, by a crash or because its time was up,
// the next one finds: a row is deleted in the transaction that acts on it.
func Run(ctx context.Context, env *api.Env) error {
	last := env.Now().Truncate(time.Minute)
	keys := make([]table.Key, table.DueShards)
	for i := range keys {
		keys[i] = table.DueWatermark(i)
	}
	rows, err := env.Table.BatchGet(ctx, keys...)
	if err != nil {
		return err
	}
	var failed []error
	for i := range keys {
		s := shard{number: i}
		if s.found, err = rows.Into(keys[i], &s.mark); err != nil {
			failed = append(failed, err)
			continue
		}
		if err := s.run(ctx, env, last); err != nil {
			failed = append(failed, fmt.Errorf("shard %d: %w", i, err))
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
	if !done.Before(last) || timeIsUp(ctx) {
		return nil
	}
	lease, err := s.take(ctx, env, done)
	if errors.Is(err, table.ErrConditionFailed) {
		return nil // another run has the shard
	}
	if err != nil {
		return err
	}
	var failed error
	for n := 0; n < slice && done.Before(last) && !timeIsUp(ctx); n++ {
		if failed = s.minute(ctx, env, done.Add(time.Minute)); failed != nil {
			break // the watermark stays before this minute: the next run takes it again
		}
		done = done.Add(time.Minute)
	}
	mine := table.Is("leaseId", lease)
	err = env.Table.PutOne(ctx, table.DueWatermark(s.number), table.WatermarkRow{Done: done.Format(time.RFC3339)}, &mine)
	if errors.Is(err, table.ErrConditionFailed) {
		err = nil // the lease ended and another run has it: the watermark is that run's
	}
	return errors.Join(failed, err)
}

// take puts this run's lease on the shard; table.ErrConditionFailed where another
// run has it or has moved the watermark.
func (s *shard) take(ctx context.Context, env *api.Env, done time.Time) (lease string, err error) {
	lease = env.NewID("run_")
	free := table.Absent()
	if s.found {
		now := env.Now()
		if s.mark.LeaseUntil >= now.UnixMilli() {
			return "", table.ErrConditionFailed
		}
		free = table.Is("done", s.mark.Done)
		if s.mark.LeaseID != "" {
			free = free.And(table.Is("leaseId", s.mark.LeaseID))
		} else {
			free = free.And(expression.Name("leaseId").AttributeNotExists())
		}
	}
	free = free.Or(table.Is("leaseId", lease)) // this very lease, whose answer was lost on the way
	return lease, env.Table.PutOne(ctx, table.DueWatermark(s.number), table.WatermarkRow{
		Done: done.Format(time.RFC3339), LeaseID: lease, LeaseUntil: env.Now().Add(Lease).UnixMilli(),
	}, &free)
}

// minute takes the due rows of one minute of the shard.
func (s *shard) minute(ctx context.Context, env *api.Env, minute time.Time) error {
	for q := (table.Query{PK: table.DuePartition(minute, s.number), Limit: page}); ; {
		items, more, err := env.Table.Query(ctx, q)
		if err != nil {
			return err
		}
		for _, item := range items {
			var key table.Key
			if err := table.Unmarshal(item, &key); err != nil {
				return err
			}
			q.After = key.SK
			if err := one(ctx, env, key, item); err != nil {
				return err
			}
		}
		if !more {
			return nil
		}
	}
}

// one acts on a due row. What cannot be processed goes to the poison queue by its
// key and stays where it is, so that it can be looked at; it does not hold up
// the rest.
func one(ctx context.Context, env *api.Env, key table.Key, item table.Item) error {
	err := stream.Safely(func() error { return act(ctx, env, key, item) })
	if err == nil || stream.WorthRetry(err) {
		return err
	}
	env.Log.ErrorContext(ctx, "due row failed", "key", key.String(), "error", err.Error())
	return stream.Poison(ctx, env, ID, key)
}

func act(ctx context.Context, env *api.Env, key table.Key, item table.Item) error {
	var row table.DueRow
	if err := table.Unmarshal(item, &row); err != nil {
		return errors.Join(stream.ErrPoison, err)
	}
	switch row.Kind {
	case table.DueReminder:
		return remind(ctx, env, key, row)
	}
	return fmt.Errorf("due row of unknown kind %q: %w", row.Kind, stream.ErrPoison)
}

func timeIsUp(ctx context.Context) bool {
	end, ok := ctx.Deadline()
	return ctx.Err() != nil || ok && time.Until(end) < reserve
}
