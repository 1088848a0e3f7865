package table

import (
	"strings"
	"testing"
	"time"
)

// The first segment of a partition key is its realm, which IAM grants by. A key
// in the wrong realm would show clients what is the team's.
func TestEveryKeyStandsInItsRealm(t *testing.T) {
	day := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	for realm, keys := range map[string][]Key{
		RealmTeam: {
			Workspace("w"), Member("w", "a"), Contact("w", "c"), Company("w", "co"), WorkspaceProject("w", "p"), CompanyNamed("w", "globex", "co"), CompanyNameRevision("w", "globex"),
			ContactAddress("w", "co", "a@b.example"), WorkspaceActivity("w", "act"), Audit("w", day, "act"), TeamProjectActivity("p", "act"), PrivateItem("p", "i"), TeamPerson("p", "a"),
		},
		RealmClient: {
			WorkspaceGate("w"), CompanyGate("w", "co"), CompanyProject("w", "co", "p"), ProjectFacts("p"), Person("p", "a"), SharedItem("p", "i"), ClientProjectActivity("p", "act"),
		},
		RealmUser: {
			Account("a"), Session("a", "s"), Membership("a", "w"), Project("a", "p"), Invitation("a", "w", "c"), Mail("a", "m"), MailMark("a", "m"), Settings("a"), PortalFeed("a", "act"), TeamFeed("a", "w", "act"),
		},
		RealmAuth: {Address("a@b.example"), Token("t"), Idempotency("h")},
		RealmDue:  {Due(day, "id"), DueWatermark(3)},
	} {
		for _, k := range keys {
			if !strings.HasPrefix(k.PK, realm) || k.SK == "" {
				t.Errorf("%s is not in %s", k, realm)
			}
		}
	}
}

func TestKeysTellNoAddressAndNoToken(t *testing.T) {
	for _, k := range []Key{Address("carl@globex.example"), ContactAddress("w", "co", "carl@globex.example"), Token("secret-token"), CompanyNamed("w", "globex", "co")} {
		for _, secret := range []string{"carl", "globex", "secret-token"} {
			if strings.Contains(k.String(), secret) {
				t.Errorf("%s holds %q in the clear", k, secret)
			}
		}
	}
}

func TestAProjectsIDBeginsWithItsWorkspaces(t *testing.T) {
	a, b := "01JD0000000000000000000000", "01JD0000000000000000000001"
	if w, ok := WorkspaceOf("prj_" + a + b); !ok || w != "wks_"+a {
		t.Errorf("got %q %v, want wks_%s", w, ok, a)
	}
	for _, not := range []string{"", "prj_", "prj_" + a, "wks_" + a + b, "prj_" + a + b + "x"} {
		if w, ok := WorkspaceOf(not); ok {
			t.Errorf("%q: got workspace %q, want none", not, w)
		}
	}
}

func TestAMinutesDueRowsAreSpreadOverItsShards(t *testing.T) {
	minute := time.Date(2026, 11, 22, 12, 5, 0, 0, time.UTC)
	partitions := map[string]bool{}
	for shard := range DueShards {
		partitions[DuePartition(minute, shard)] = true
	}
	used := map[string]bool{}
	for i := range 1000 {
		k := Due(minute.In(time.FixedZone("far", 3600)), strings.Repeat("x", i))
		if !partitions[k.PK] {
			t.Fatalf("%s is in none of the minute's partitions", k)
		}
		used[k.PK] = true
	}
	if len(used) != DueShards {
		t.Errorf("got %d shards used of %d", len(used), DueShards)
	}
}
