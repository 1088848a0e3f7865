package table

import "time"

// States of a job.
const (
	JobQueued  = "queued"
	JobRunning = "running"
	JobDone    = "done"
	JobFailed  = "failed" // for a reason that no repetition mends
)

// JobRow is long work (key Job). Whatever it has to know stands in it: a message
// names it, no more.
type JobRow struct {
	Key
	Job       string            `dynamodbav:"job"`
	Workspace string            `dynamodbav:"workspace"`
	Kind      string            `dynamodbav:"kind"`
	State     string            `dynamodbav:"state"`
	About     map[string]string `dynamodbav:"about,omitempty"` // what it was asked to do
	Position  string            `dynamodbav:"position,omitempty"`
	Done      int               `dynamodbav:"done"`
	Total     int               `dynamodbav:"total"`
	Refused   int               `dynamodbav:"refused"`
	Result    string            `dynamodbav:"result,omitempty"` // key of the file that it made
	Reason    string            `dynamodbav:"reason,omitempty"` // of JobFailed, for people
	Actor     string            `dynamodbav:"actor"`
	CreatedAt time.Time         `dynamodbav:"createdAt"`
	UpdatedAt time.Time         `dynamodbav:"updatedAt"`

	LeaseID    string `dynamodbav:"leaseId,omitempty"`
	LeaseUntil int64  `dynamodbav:"leaseUntil,omitempty"` // epoch milliseconds
	TTL        int64  `dynamodbav:"ttl"`
}

// Ended says whether nothing is left to do.
func (j JobRow) Ended() bool { return j.State == JobDone || j.State == JobFailed }
