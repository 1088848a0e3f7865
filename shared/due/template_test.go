package due

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
	f, err := tpl.Function(ID)
	if err != nil {
		t.Fatal(err)
	}
	if limit := time.Duration(f.Timeout) * time.Second; limit == 0 || Lease <= limit {
		t.Errorf("due-run may run for %v, its lease of a shard stands for %v: two runs could have the same shard", limit, Lease)
	}
}
