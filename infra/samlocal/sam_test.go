package main

import (
	"errors"
	"testing"
)

func TestOnlyATakenPortIsTriedAgain(t *testing.T) {
	taken := errors.New("Bind for 127.0.0.1:6001 failed: port is already allocated")
	inUse := errors.New("listen tcp4 127.0.0.1:6001: bind: address already in use")
	broken := errors.New("exec format error")
	for _, c := range []struct {
		name     string
		outcomes []error
		attempts int
		want     error
	}{
		{"at once", []error{nil}, 1, nil},
		{"a port taken once", []error{taken, nil}, 2, nil},
		{"by another program", []error{inUse, taken, nil}, 3, nil},
		{"always", []error{taken, taken, inUse, nil}, 3, inUse},
		{"another reason", []error{broken, nil}, 1, broken},
		{"another reason later", []error{taken, broken, nil}, 2, broken},
	} {
		n := 0
		attempts, err := again(func() error { n++; return c.outcomes[n-1] })
		if attempts != c.attempts || n != c.attempts || !errors.Is(err, c.want) {
			t.Errorf("%s: got %v after %d attempts (%d told), want %v after %d", c.name, err, n, attempts, c.want, c.attempts)
		}
	}
}
