package main

import (
	"context"
	"path/filepath"
	"sync"

	"foyer/infra/local/dynamodb"
)

// tables is the DynamoDB Local of the tests. It keeps what each test has made, with
// threads of its own for that, which never rest: after some hundreds of tests it is busy
// with those alone. So it is begun anew from time to time.
type tables struct {
	root, log string

	mu     sync.RWMutex // held for reading while tests run
	local  *dynamodb.Local
	counts sync.Mutex
	worlds int // that it had, about
}

const (
	worldsMost = 100
	// worldsOfAll is about how many a package's tests make.
	worldsOfAll = 40
)

func newTables(root, dir string) *tables {
	return &tables{root: root, log: filepath.Join(dir, "dynamodb.log")}
}

// with runs tests, which make about so many worlds, with the address of the tables in
// their environment.
func (t *tables) with(ctx context.Context, worlds int, run func(env string)) error {
	t.counts.Lock()
	if t.worlds += worlds; t.local == nil || t.worlds > worldsMost {
		t.worlds = worlds
		if err := t.renew(ctx); err != nil {
			t.counts.Unlock()
			return err
		}
	}
	t.mu.RLock() // before the next one can ask for new tables
	defer t.mu.RUnlock()
	t.counts.Unlock()
	run("FOYER_TEST_DYNAMODB=" + t.local.Endpoint)
	return nil
}

// renew waits until no test runs.
func (t *tables) renew(ctx context.Context) (err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if err := t.stopped(); err != nil {
		return err
	}
	t.local, err = dynamodb.Start(ctx, t.root, t.log)
	return err
}

func (t *tables) stop() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.stopped()
}

func (t *tables) stopped() error {
	if t.local == nil {
		return nil
	}
	l := t.local
	t.local = nil
	return l.Stop()
}
