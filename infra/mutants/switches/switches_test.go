package switches

import (
	"errors"
	"testing"
)

// with runs do with that mutant on.
func with(n int, do func()) {
	had := on
	on = n
	defer func() { on = had }()
	do()
}

func TestASwitchThatIsOffChangesNothing(t *testing.T) {
	no := errors.New("no")
	for _, v := range []bool{true, false} {
		if Not(1, v) != v || True(1, v) != v || False(1, v) != v || Zero(1, v) != v {
			t.Errorf("%v is changed", v)
		}
	}
	for a := range 3 {
		for b := range 3 {
			if Less(1, a, b) != (a < b) || LessEqual(1, a, b) != (a <= b) {
				t.Errorf("%d and %d are compared wrongly", a, b)
			}
		}
	}
	if !errors.Is(Allow(1, no), no) {
		t.Error("a refusal is changed")
	}
}

func TestASwitchThatIsOnMutates(t *testing.T) {
	with(1, func() {
		for _, v := range []bool{true, false} {
			if Not(1, v) == v || !True(1, v) || False(1, v) || Zero(1, v) {
				t.Errorf("%v is not mutated", v)
			}
			if Not(2, v) != v {
				t.Error("another mutant is on too")
			}
		}
		for a := range 3 {
			for b := range 3 {
				if Less(1, a, b) != (a <= b) || LessEqual(1, a, b) != (a < b) {
					t.Errorf("%d and %d are compared as before", a, b)
				}
			}
		}
		if Allow(1, errors.New("no")) != nil || None(1, nil) != nil {
			t.Error("a refusal stands")
		}
	})
}
