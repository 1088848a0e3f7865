// Package jobqueue is how jobs are done (package work): the queue that they wait in, and
// the run that takes one from it. It is apart from work, which whoever starts one needs:
// their functions have no queue's client to load.
package jobqueue

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"foyer/shared/api"
	"foyer/shared/jobs/work"
	"foyer/shared/stream"
	"foyer/shared/table"
)

// ID is the function's that does jobs.
const ID = "jobs-run"

const (
	// Lease is how long a run keeps others off its job: longer than the function may
	// run (Timeout in template.yaml, a test compares them).
	Lease = 2 * time.Minute
	// reserve is how long before the function's end no further slice is begun.
	reserve = 15 * time.Second
)

// Message is what the queue holds: which job, no more.
type Message struct {
	Workspace string `json:"workspace"`
	Job       string `json:"job"`
}

// Enqueue hands a job to jobs-run. Doing it again does no harm: the job's row says
// what is left.
func Enqueue(ctx context.Context, env *api.Env, m Message) error {
	body, _ := json.Marshal(m) // two strings: does not fail
	queue := api.Resource(env, "sqs", func(e *api.Env) *sqs.Client { return sqs.NewFromConfig(e.AWS) })
	text := string(body)
	if _, err := queue.SendMessage(ctx, &sqs.SendMessageInput{QueueUrl: &env.Config.JobsQueueURL, MessageBody: &text}); err != nil {
		return fmt.Errorf("queue of jobs: %w", err)
	}
	return nil
}

// errEnded: there is nothing left to do.
var errEnded = errors.New("the job has ended")

// Runner does jobs of these kinds.
type Runner struct{ Kinds []work.Kind }

// Run takes one message of the queue: it does slices of the job until that has
// ended or the time is nearly up, and then hands the rest on. An error means that
// the message is worth another delivery: what was done stands in the job's row.
func (r Runner) Run(ctx context.Context, env *api.Env, body string) error {
	var m Message
	if err := json.Unmarshal([]byte(body), &m); err != nil || m.Workspace == "" || m.Job == "" {
		return fmt.Errorf("%q is no message of a job: %w", body, stream.ErrPoison)
	}
	job, err := take(ctx, env, m)
	if errors.Is(err, errEnded) {
		return nil
	}
	if err != nil {
		return err
	}
	kind, ok := r.kind(job.Kind)
	if !ok {
		return fail(ctx, env, &job, &work.Failure{Reason: "Foyer does not know this kind of work."})
	}
	for {
		before := job
		done, err := kind.Slice(ctx, env, &job)
		if err != nil {
			job = before // the bit is to be done again, so it does not count
		}
		var failure *work.Failure
		switch {
		case errors.As(err, &failure):
			return fail(ctx, env, &job, failure)
		case err != nil && !stream.WorthRetry(err):
			env.Log.ErrorContext(ctx, "job failed", "job", job.Job, "kind", job.Kind, "error", err.Error())
			return fail(ctx, env, &job, &work.Failure{Reason: "Something went wrong on our side. What was done so far stays; asking again does the rest."})
		case err != nil:
			return errors.Join(err, release(ctx, env, &job))
		}
		if done {
			job.State = table.JobDone
			return release(ctx, env, &job)
		}
		if timeIsUp(ctx) {
			if err := release(ctx, env, &job); err != nil {
				return err
			}
			return Enqueue(ctx, env, m)
		}
		if err := save(ctx, env, &job); err != nil {
			return err
		}
	}
}

func (r Runner) kind(name string) (work.Kind, bool) {
	for _, k := range r.Kinds {
		if k.Name == name {
			return k, true
		}
	}
	return work.Kind{}, false
}

func timeIsUp(ctx context.Context) bool {
	end, ok := ctx.Deadline()
	return ok && end.Before(time.Now().Add(reserve))
}

// take puts this run's lease on the job: errEnded where there is nothing left,
// stream.ErrLater while another run has it.
func take(ctx context.Context, env *api.Env, m Message) (table.JobRow, error) {
	var job table.JobRow
	key, now := table.Job(m.Workspace, m.Job), env.Now()
	lease, until := env.NewID("run_"), now.Add(Lease).UnixMilli()
	leased := env.Table.UpdateOne(ctx, key,
		table.Set("leaseId", lease).Set(expression.Name("leaseUntil"), expression.Value(until)).Set(expression.Name("state"), expression.Value(table.JobRunning)),
		table.Unleased(now).And(expression.Name("state").In(expression.Value(table.JobQueued), expression.Value(table.JobRunning)))) // a job that is gone has no state
	if leased != nil && !errors.Is(leased, table.ErrConditionFailed) {
		return job, leased
	}
	// Under the lease: what another run did up to the end of its own counts. A lease whose
	// answer was lost, and which was then refused, is this run's all the same.
	found, err := env.Table.Get(ctx, key, &job)
	if err != nil {
		return job, err
	}
	if !found || job.Ended() {
		return job, errEnded
	}
	if job.LeaseID != lease {
		return job, fmt.Errorf("another run has the job: %w", stream.ErrLater)
	}
	return job, nil
}

// progress is the update that writes down how far the job is.
func progress(env *api.Env, job *table.JobRow) expression.UpdateBuilder {
	job.UpdatedAt = env.Now()
	u := table.Set("state", job.State)
	for name, value := range map[string]any{
		"position": job.Position, "done": job.Done, "total": job.Total, "refused": job.Refused, "result": job.Result, "reason": job.Reason, "updatedAt": job.UpdatedAt,
	} {
		u = u.Set(expression.Name(name), expression.Value(value))
	}
	return u
}

// save writes down how far the job is, and keeps the lease.
func save(ctx context.Context, env *api.Env, job *table.JobRow) error {
	until := env.Now().Add(Lease).UnixMilli()
	return mine(env.Table.UpdateOne(ctx, table.Job(job.Workspace, job.Job), progress(env, job).Set(expression.Name("leaseUntil"), expression.Value(until)), table.Is("leaseId", job.LeaseID)))
}

// release writes down how far the job is, and gives the lease back.
func release(ctx context.Context, env *api.Env, job *table.JobRow) error {
	u := progress(env, job).Remove(expression.Name("leaseId")).Remove(expression.Name("leaseUntil"))
	return mine(env.Table.UpdateOne(ctx, table.Job(job.Workspace, job.Job), u, table.Is("leaseId", job.LeaseID)))
}

func fail(ctx context.Context, env *api.Env, job *table.JobRow, why *work.Failure) error {
	job.State, job.Reason = table.JobFailed, why.Reason
	return release(ctx, env, job)
}

// mine says of a lost lease that the job is another run's by now, which goes on
// from what it finds.
func mine(err error) error {
	if errors.Is(err, table.ErrConditionFailed) {
		return fmt.Errorf("the lease on the job was lost: %w", stream.ErrLater)
	}
	return err
}
