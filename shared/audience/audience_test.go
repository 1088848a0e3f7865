package audience_test

import (
	"testing"

	"foyer/shared/audience"
)

func TestAProjectOfNoWorkspaceHasNoAudience(t *testing.T) {
	if _, standings, _, err := audience.Of(t.Context(), nil, "no-project", nil, "per_1"); err == nil || len(standings) != 0 {
		t.Errorf("got %v and %v, want an error: its workspace's rows cannot be named", standings, err)
	}
}
