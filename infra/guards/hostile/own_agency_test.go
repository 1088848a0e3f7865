//go:build engine

package hostile_test

import (
	"net/http"
	"testing"

	"foyer/infra/guards/scene"
	"foyer/shared/api"
	"foyer/shared/catalog"
)

// A member may do in an agency of their own what they may not in Acme, and nothing of
// it in Acme. So what they are let do there is no bypass, and is no proof of one here.
func TestAMemberIsAnAdminInTheirOwnAgencyAlone(t *testing.T) {
	s := scene.New(t)
	own := agenciesOf(s, s.Mia)
	if len(own) != 1 {
		t.Fatalf("Mia owns %q beside Acme, want the one agency that she signed up for", own)
	}
	asked := 0
	for _, op := range catalog.Operations() {
		m := op.Meta()
		if m.Access != api.Admins && m.Access != api.Owners {
			continue
		}
		asked++
		r := s.Prepare(op)
		r.Who = s.Mia
		s.Send(r).Problem(http.StatusForbidden, "role")
		r.IDs["workspace"] = "wks_" + own[0]
		if got := s.Send(r); got.Status == http.StatusForbidden {
			t.Errorf("%s in Mia's own agency: got %d %s, want her let in", m.ID, got.Status, got.Body)
		}
		r.Who = s.Carl
		s.Send(r).Problem(http.StatusNotFound, "not-found")
	}
	if asked == 0 {
		t.Error("no operation is for admins or owners: this test shows nothing")
	}
}
