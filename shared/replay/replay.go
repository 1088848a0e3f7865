// Package replay brings back what was left: on demand it hands once more to
// stream-notify and stream-mail what they did not come to the end of. All of it is
// safe to repeat, since both are.
package replay

import (
	"context"
	"errors"
	"fmt"
	"time"

	"foyer/shared/api"
	"foyer/shared/table"
)

// ID is the function's.
const ID = "replay"

// Input says what is to be brought back: one of the three places where something
// can be left.
type Input struct {
	// Poison: the rows whose keys stand on the poison queue. Once it is mended why they
	// could not be processed.
	Poison bool `json:"poison,omitempty"`
	// Failed: the batches that the stream's mappings gave up, in the bucket
	// FailedBatches.
	Failed bool `json:"failed,omitempty"`
	// Workspace: what was recorded there from From on and before To (now, if it is not
	// given) and has not been told, or not been mailed.
	Workspace string    `json:"workspace,omitempty"`
	From      time.Time `json:"from,omitzero"`
	To        time.Time `json:"to,omitzero"`
	// Again: of the window also what was told already. Who may know it now is told of
	// it, which need not be who was told then. No line and no mail comes twice.
	Again bool `json:"again,omitempty"`
	// Place is where an earlier run ended (Output.Next).
	Place *Place `json:"place,omitempty"`
}

// Place is how far a run has come: everything of the partitions before this one,
// and of this one up to the sort key.
type Place struct {
	Partition string `json:"partition"`
	After     string `json:"after,omitempty"`
}

// Output is what a run has done.
type Output struct {
	Done   int `json:"done"`   // rows that a consumer took to the end, or put on the poison queue again
	Gone   int `json:"gone"`   // keys whose row is not there any more: nothing is left to do
	Failed int `json:"failed"` // rows that were left where they are: run it again later
	// Next is the input with which to go on, where the run's time did not suffice.
	Next *Input `json:"next,omitempty"`
}

// consumerTime is how long one call of a consumer may take: longer than their
// Timeout in template.yaml (a test compares them). No call is begun with less time
// left, so that a run ends by itself and says how far it came.
const consumerTime = 65 * time.Second

// errTimeUp ends a run whose time does not suffice.
var errTimeUp = errors.New("no time left")

var (
	errNoSuchPlace = errors.New("the place at which to go on is not there: begin anew, it is safe")
	errTaken       = errors.New("the due row is gone")
)

// Run brings back what the input says.
func Run(ctx context.Context, env *api.Env, in Input) (Output, error) {
	r := &run{env: env, in: in, resume: in.Place}
	do, err := r.what()
	if err != nil {
		return Output{}, err
	}
	err = do(ctx)
	if errors.Is(err, errTimeUp) {
		next := r.in
		next.Place = r.reached
		r.out.Next, err = &next, nil
	}
	env.Log.InfoContext(ctx, "replay", "done", r.out.Done, "gone", r.out.Gone, "failed", r.out.Failed, "more", r.out.Next != nil)
	return r.out, err
}

type run struct {
	env     *api.Env
	in      Input
	out     Output
	resume  *Place // not come to yet
	reached *Place
}

// what checks the input and says what to do.
func (r *run) what() (func(context.Context) error, error) {
	in := &r.in
	window := in.Workspace != "" || !in.From.IsZero() || !in.To.IsZero() || in.Again
	switch {
	case in.Poison && !in.Failed && !window && in.Place == nil:
		return r.poison, nil
	case in.Failed && !in.Poison && !window:
		return r.failed, nil
	case window && !in.Poison && !in.Failed:
		if in.To.IsZero() {
			in.To = r.env.Now()
		}
		if !api.ValidID("workspace", in.Workspace) || in.From.IsZero() || !in.From.Before(in.To) {
			return nil, fmt.Errorf("a window needs a workspace's id, and from before to: %q, %v, %v", in.Workspace, in.From, in.To)
		}
		return r.window, nil
	}
	return nil, errors.New(`one of {"poison":true}, {"failed":true} and {"workspace":…,"from":…,"to":…} is needed`)
}

// timeIsUp says whether no further call of a consumer may be begun.
func timeIsUp(ctx context.Context) bool {
	end, ok := ctx.Deadline()
	return ctx.Err() != nil || ok && time.Until(end) < consumerTime
}

// begin says whether the partition is still to be gone through, and after which
// sort key.
func (r *run) begin(partition string) (after string, ok bool) {
	switch {
	case r.resume == nil:
		return "", true
	case r.resume.Partition != partition:
		return "", false
	}
	after = r.resume.After
	r.resume = nil
	return after, true
}

// come notes how far the run has come, and ends it where its time is up.
func (r *run) come(ctx context.Context, partition, after string) error {
	r.reached = &Place{Partition: partition, After: after}
	if timeIsUp(ctx) {
		return errTimeUp
	}
	return nil
}

// fetch reads the rows of keys that are there; the others are gone.
func (r *run) fetch(ctx context.Context, keys []table.Key) ([]table.Inserted, error) {
	rows, err := r.env.Table.BatchGet(ctx, keys...)
	if err != nil {
		return nil, err
	}
	var out []table.Inserted
	for _, k := range keys {
		if item, ok := rows[k]; ok {
			out = append(out, table.Inserted{Key: k, New: item})
		} else {
			r.out.Gone++
		}
	}
	return out, nil
}
