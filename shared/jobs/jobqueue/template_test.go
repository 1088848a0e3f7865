package jobqueue_test

import (
	"path/filepath"
	"testing"
	"time"

	"foyer/shared/jobs/jobqueue"
	"foyer/shared/samtemplate"
)

// Two runs would do one job at once if the lease ended while the first may still
// be at work, and a message that is delivered again before would be in vain.
func TestTheLeaseOutlivesARunAndTheMessageTheLease(t *testing.T) {
	tpl, err := samtemplate.Load(filepath.Join("..", "..", "..", "template.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	f, err := tpl.Function(jobqueue.ID)
	if err != nil {
		t.Fatal(err)
	}
	if run := time.Duration(f.Timeout) * time.Second; run == 0 || run >= jobqueue.Lease {
		t.Errorf("a run may take %s, the lease is %s", run, jobqueue.Lease)
	}
	queue := tpl.Resources["JobsQueue"].Properties
	hidden, _ := queue["VisibilityTimeout"].(int)
	if h := time.Duration(hidden) * time.Second; h <= jobqueue.Lease {
		t.Errorf("a message is hidden for %s, the lease is %s", h, jobqueue.Lease)
	}
}
