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

// ImportRow is a file of contacts (key Import). The file, its plans and the reports are
// in S3, below the import's id. How far its jobs are stands in their own rows.
type ImportRow struct {
	Key
	Import    string    `dynamodbav:"import"`
	Size      int64     `dynamodbav:"size"`   // of the file, as announced
	SHA256    string    `dynamodbav:"sha256"` // likewise; base64
	Actor     string    `dynamodbav:"actor"`
	CreatedAt time.Time `dynamodbav:"createdAt"`

	PlanJob        string        `dynamodbav:"planJob,omitempty"`        // the newest; its id is the plan's
	Plan           *ImportResult `dynamodbav:"plan,omitempty"`           // of that job, once it is done
	ApplicationJob string        `dynamodbav:"applicationJob,omitempty"` // the newest
	ApplicationOf  string        `dynamodbav:"applicationOf,omitempty"`  // the plan that it applies
	Application    *ImportResult `dynamodbav:"application,omitempty"`    // of that job, once it is done

	TTL int64 `dynamodbav:"ttl"`
}

// ImportResult is what a plan says, or what became of it: how many rows of each kind.
type ImportResult struct {
	New       int             `dynamodbav:"new"`
	Changed   int             `dynamodbav:"changed"`
	Unchanged int             `dynamodbav:"unchanged"`
	Refused   int             `dynamodbav:"refused"`
	Companies int             `dynamodbav:"companies"` // that are new
	Refusals  []ImportRefusal `dynamodbav:"refusals,omitempty"`
	File      string          `dynamodbav:"file,omitempty"` // key in S3: row by row
}

// ImportRefusal is one row that is not imported. It holds nothing of the row itself.
type ImportRefusal struct {
	Line   int    `dynamodbav:"line"`
	Reason string `dynamodbav:"reason"`
}

// Ended says whether nothing is left to do.
func (j JobRow) Ended() bool { return j.State == JobDone || j.State == JobFailed }
