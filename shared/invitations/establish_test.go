package invitations

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"foyer/shared/api"
	"foyer/shared/identity"
	"foyer/shared/samtemplate"
)

// pool is a user pool of one person.
type pool struct {
	state    identity.State
	password string
	factor   bool  // asks for a second factor
	refuses  bool  // every password
	failure  error // instead of the state
	calls    []string
}

func (p *pool) Create(context.Context, string) error {
	p.calls = append(p.calls, "create")
	if p.state != identity.Absent {
		return identity.ErrExists
	}
	p.state = identity.Made
	return nil
}

func (p *pool) State(context.Context, string) (identity.State, error) {
	p.calls = append(p.calls, "state")
	if p.failure != nil {
		return identity.Absent, p.failure
	}
	return p.state, nil
}

func (p *pool) SetPassword(_ context.Context, _, password string) error {
	p.calls = append(p.calls, "password")
	if p.refuses {
		return &identity.PasswordError{Rule: "must have a symbol"}
	}
	p.state, p.password = identity.Confirmed, password
	return nil
}

func (p *pool) SignIn(_ context.Context, _, password string) (identity.Tokens, error) {
	p.calls = append(p.calls, "sign in")
	switch {
	case password != p.password:
		return identity.Tokens{}, identity.ErrCredentials
	case p.factor:
		return identity.Tokens{}, identity.ErrChallenge
	}
	return identity.Tokens{}, nil
}

func TestAnInterruptedAcceptanceIsResumedWhereItStopped(t *testing.T) {
	const chosen = "Correct-Horse-7"
	for _, c := range []struct {
		what  string
		pool  pool
		calls []string
		want  error
	}{
		{"nothing made", pool{}, []string{"create", "password"}, nil},
		{"user made", pool{state: identity.Made}, []string{"create", "state", "password"}, nil},
		{"password set, the same again", pool{state: identity.Confirmed, password: chosen}, []string{"create", "state", "sign in"}, nil},
		{"password set, second factor", pool{state: identity.Confirmed, password: chosen, factor: true}, []string{"create", "state", "sign in"}, nil},
		{"password set, another now", pool{state: identity.Confirmed, password: "Other-Horse-7"}, []string{"create", "state", "sign in"}, api.Conflict("password-differs", "")},
		{"pool refuses the password", pool{refuses: true}, []string{"create", "password"}, api.Invalid()},
	} {
		had := c.pool.password
		err := establish(t.Context(), &c.pool, "per_01JD0000000000000000000000", chosen)
		if !errors.Is(err, c.want) {
			t.Errorf("%s: got %v, want %v", c.what, err, c.want)
		}
		if !slices.Equal(c.pool.calls, c.calls) {
			t.Errorf("%s: got calls %q, want %q", c.what, c.pool.calls, c.calls)
		}
		if had != "" && c.pool.password != had {
			t.Errorf("%s: the password that was set before was replaced", c.what)
		}
		if err != nil && !answered(err) {
			t.Errorf("%s: %v would keep the lease, although Cognito has answered", c.what, err)
		}
	}
}

func TestAnUnknownStateIsAFailureAndSetsNoPassword(t *testing.T) {
	p := pool{state: "RESET_REQUIRED"}
	if err := establish(t.Context(), &p, "per_01JD0000000000000000000000", "Correct-Horse-7"); err == nil || answered(err) {
		t.Errorf("got %v, want a failure", err)
	}
	if p.password != "" {
		t.Error("a password was set")
	}
}

// A state that cannot be read is that failure, which may pass, and not one of the user.
func TestAStateThatCannotBeReadIsThatFailureAndSetsNoPassword(t *testing.T) {
	failure := errors.New("no answer")
	p := pool{state: identity.Made, failure: failure}
	if err := establish(t.Context(), &p, "per_01JD0000000000000000000000", "Correct-Horse-7"); !errors.Is(err, failure) {
		t.Errorf("got %v, want %v", err, failure)
	}
	if p.password != "" || !slices.Equal(p.calls, []string{"create", "state"}) {
		t.Errorf("got calls %q and the password %q, want none set", p.calls, p.password)
	}
}

func TestTheLeaseOutlivesTheFunction(t *testing.T) {
	tpl, err := samtemplate.Load(filepath.Join("..", "..", "template.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	f, err := tpl.Function("invitations-accept")
	if err != nil {
		t.Fatal(err)
	}
	if runs := time.Duration(f.Timeout) * time.Second; runs <= 0 || leaseFor <= runs {
		t.Errorf("the lease is for %v and the function may run %v: the lease has to be longer", leaseFor, runs)
	}
}
