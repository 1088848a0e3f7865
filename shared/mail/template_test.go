package mail

import (
	"path/filepath"
	"testing"
	"time"

	"foyer/shared/samtemplate"
)

func TestTheLeaseIsLongerThanTheFunctionMayRun(t *testing.T) {
	tpl, err := samtemplate.Load(filepath.Join("..", "..", "template.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	f, err := tpl.Function(Deliver.ID)
	if err != nil {
		t.Fatal(err)
	}
	if limit := time.Duration(f.Timeout) * time.Second; limit == 0 || Lease <= limit {
		t.Errorf("stream-mail may run for %v, its claims stand for %v: a claim could end while its mail is being sent", limit, Lease)
	}
}
