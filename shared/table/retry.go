package table

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"
)

// retryPause is how long a first retry waits at most; each later one waits at
// most that much longer. Others who lost the same race draw another pause.
const retryPause = 40 * time.Millisecond

// Retry does something that reads and then writes again while others were
// changing the same rows (ErrConflict), attempts times at most. do has to read
// anew each time. The last error is given back.
func Retry(ctx context.Context, attempts int, do func() error) error {
	return retry(ctx, attempts, ErrConflict, do)
}

func retry(ctx context.Context, attempts int, on error, do func() error) error {
	for n := 1; ; n++ {
		err := do()
		if n >= attempts || !errors.Is(err, on) {
			return err
		}
		pause := time.NewTimer(rand.N(time.Duration(n) * retryPause)) //nolint:gosec // spreads retries, hides nothing
		select {
		case <-ctx.Done():
			pause.Stop()
			return err
		case <-pause.C:
		}
	}
}
