//go:build engine

package invariants_test

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"foyer/infra/guards/invariants"
	"foyer/infra/guards/scene"
	"foyer/shared/mailtoken"
	"foyer/shared/table"
)

// What no single change of a row shows is broken by hand in the table, and seen.
func showsWhatIsBrokenByHand(t *testing.T, s *scene.Scene) {
	t.Helper()
	whole := invariants.Read(s.World)
	first := func(kind string, also func(table.Item) bool) (table.Key, table.Item) {
		for _, key := range slices.SortedFunc(maps.Keys(whole), func(a, b table.Key) int { return strings.Compare(a.String(), b.String()) }) {
			if invariants.Kind(key) == kind && (also == nil || also(whole[key])) {
				return key, whole[key]
			}
		}
		t.Fatalf("no row of the kind %s", kind)
		return table.Key{}, nil
	}
	with := func(item table.Item, name string, v types.AttributeValue) table.Item {
		item = maps.Clone(item)
		item[name] = v
		return item
	}
	text := func(s string) types.AttributeValue { return &types.AttributeValueMemberS{Value: s} }
	at := func(item table.Item, key table.Key) table.Item {
		return with(with(item, "PK", text(key.PK)), "SK", text(key.SK))
	}

	for _, c := range []struct {
		name, seen string
		broken     func() table.Item // the row that is put
	}{
		{"a job that invited more than its contacts", "has invited 0, and counts 99", func() table.Item {
			_, item := first("Job", func(i table.Item) bool { return reflect.DeepEqual(i["kind"], text("invitations-send-all")) })
			job := "job_01JD0000000000000000000000"
			many := &types.AttributeValueMemberN{Value: "99"}
			return at(with(with(with(item, "job", text(job)), "done", many), "total", many), table.Job(s.WorkspaceID, job))
		}},
		{"an address that was invited more often than it was", "was invited 99 times", func() table.Item {
			key, item := first("Address", nil)
			return at(with(item, "invited", &types.AttributeValueMemberN{Value: "99"}), key)
		}},
		{"an address that was not invited to what waits", "was invited 0 times", func() table.Item {
			_, account := first("Account", func(i table.Item) bool { return reflect.DeepEqual(i["state"], text(table.AccountInvited)) })
			key := table.Address(account["email"].(*types.AttributeValueMemberS).Value)
			return at(with(whole[key], "invited", &types.AttributeValueMemberN{Value: "0"}), key)
		}},
		{"an account that nobody accepted and nothing invites", "nothing invites them any more", func() table.Item {
			_, item := first("Account", func(i table.Item) bool { return reflect.DeepEqual(i["state"], text(table.AccountInvited)) })
			stranger := "per_01JD0000000000000000000000"
			return at(with(item, "person", text(stranger)), table.Account(stranger))
		}},
		{"a row of an unknown kind", "is of no known kind", func() table.Item {
			return at(table.Item{}, table.Key{PK: table.RealmTeam + "W#" + s.WorkspaceID, SK: "SECRET#1"})
		}},
		{"a realm that there is not", "is of no known kind", func() table.Item {
			_, item := first("SharedItem", nil)
			return at(item, table.Key{PK: "PUBLIC#P#" + s.ProjectID, SK: "ITEM#" + s.IDs["item"]})
		}},
		{"an item in two realms", "stands in two realms", func() table.Item {
			key, item := first("SharedItem", nil)
			return at(item, table.PrivateItem(s.ProjectID, strings.TrimPrefix(key.SK, table.PrefixItem)))
		}},
		{"a change recorded twice", "is recorded 2 times", func() table.Item {
			_, item := first("TeamProjectActivity", nil)
			twin := table.PrefixActivity + "01JD0000000000000000000000"
			return at(with(item, "activity", text(twin)), table.TeamProjectActivity(s.ProjectID, twin))
		}},
		{"a change recorded in two realms", "is recorded in two realms", func() table.Item {
			key, item := first("ClientProjectActivity", nil)
			return at(item, table.TeamProjectActivity(s.ProjectID, key.SK))
		}},
		{"two contacts of one address in a company", "contact of its address", func() table.Item {
			twin := "con_01JD0000000000000000000000"
			_, item := first("Contact", nil)
			return at(with(item, "contact", text(twin)), table.Contact(s.WorkspaceID, twin))
		}},
		{"a mail to the address before that goes nowhere", "goes to an address of its own", func() table.Item {
			_, item := first("Mail", func(i table.Item) bool { return reflect.DeepEqual(i["kind"], text(table.MailAddressChanged)) })
			return with(item, "email", text(""))
		}},
		{"a second account of an address", "account of its address", func() table.Item {
			_, item := first("Account", nil)
			twin := "per_01JD0000000000000000000000"
			return at(with(item, "person", text(twin)), table.Account(twin))
		}},
		{"a marker of nothing", "there is no Contact", func() table.Item {
			_, item := first("ContactAddress", nil)
			return at(with(item, "contact", text("con_01JD0000000000000000000000")), table.ContactAddress(s.WorkspaceID, s.CompanyID, "nobody@globex.example"))
		}},
		{"a pointer to nothing", "there is no ProjectFacts", func() table.Item {
			p := "prj_" + strings.TrimPrefix(s.WorkspaceID, "wks_") + "01JD0000000000000000000000"
			return at(table.Item{"project": text(p)}, table.WorkspaceProject(s.WorkspaceID, p))
		}},
		{"a counter that counts less than there are", "what it counts are", func() table.Item {
			_, item := first("CompanyNameRevision", func(item table.Item) bool { // of a name that some company has
				for key := range whole {
					if key.PK == pk(item) && invariants.Kind(key) == "CompanyNamed" {
						return true
					}
				}
				return false
			})
			return with(item, "revision", &types.AttributeValueMemberN{Value: "0"})
		}},
		{"settings that changed, and it was not recorded", "version, as recorded is", func() table.Item {
			_, item := first("WorkspaceGate", nil)
			return with(item, "version", &types.AttributeValueMemberN{Value: "99"})
		}},
		{"a member whose invitation ends at two times", "end of the invitation is", func() table.Item {
			_, item := first("Member", nil)
			return with(item, "expiresAt", text("2020-01-01T00:00:00Z"))
		}},
		{"an invitation of a member who is not, and was not removed", "is of nobody of the team", func() table.Item {
			_, item := first("Invitation", func(item table.Item) bool { _, role := item["role"]; return role })
			id := "per_01JD0000000000000000000000"
			w := item["workspace"].(*types.AttributeValueMemberS).Value
			return at(with(with(item, "subject", text(id)), "person", text(id)), table.Invitation(id, w, id))
		}},
		{"more licences than seats", "seats are used", func() table.Item {
			_, item := first("Subscription", func(i table.Item) bool {
				used, ok := i["used"].(*types.AttributeValueMemberN)
				return ok && used.Value != "0"
			})
			return with(item, "seats", &types.AttributeValueMemberN{Value: "0"})
		}},
		{"a word that finds nobody of the name", "is no word of", func() table.Item {
			key, item := first("CompanyWord", nil)
			return at(item, table.Key{PK: key.PK, SK: "x" + key.SK})
		}},
		{"a member who is a client too", "is of the team and a client", func() table.Item {
			_, item := first("Membership", func(i table.Item) bool {
				of, ok := i["contacts"].(*types.AttributeValueMemberM)
				return ok && len(of.Value) > 0 // a removed client's map stays, empty
			})
			return with(item, "role", text(table.RoleMember))
		}},
		{"a client who was removed and is let in", "in the membership", func() table.Item {
			_, item := first("Contact", func(i table.Item) bool {
				return i["invitationState"].(*types.AttributeValueMemberS).Value == table.InvitationAccepted
			})
			item = with(item, "invitationState", text(table.InvitationRemoved))
			return with(with(item, "removed", &types.AttributeValueMemberBOOL{Value: true}), "removedFrom", text(table.InvitationAccepted))
		}},
		{"an accepted account that is still leased", "leased to an acceptance", func() table.Item {
			_, item := first("Account", func(i table.Item) bool {
				return i["state"].(*types.AttributeValueMemberS).Value == table.AccountConfirmed
			})
			return with(with(item, "leaseId", text("lease_1")), "leaseUntil", &types.AttributeValueMemberN{Value: "1"})
		}},
		{"a line of a feed that tells of what is the team's", "there is no ClientProjectActivity", func() table.Item {
			key, item := first("TeamProjectActivity", nil)
			return at(table.Item{"activity": text(key.SK), "reason": text("all"), "project": text(s.ProjectID), "workspace": text(s.WorkspaceID), "type": item["type"], "actor": item["actor"], "at": item["at"]},
				table.PortalFeed(s.Carl.ID, key.SK))
		}},
		{"a mail that was sent and dropped", "was sent and dropped", func() table.Item {
			_, item := first("MailMark", func(i table.Item) bool { _, sent := i["messageId"]; return sent })
			return with(item, "dropped", text("no-access"))
		}},
		{"a watermark that is no time", "is done until", func() table.Item {
			_, item := first("DueWatermark", nil)
			return with(item, "done", text("tomorrow"))
		}},
		{"a due row in another shard", "is in another shard", func() table.Item {
			key, item := first("Due", nil)
			shard, err := strconv.Atoi(key.PK[len(key.PK)-2:])
			if err != nil {
				t.Fatal(err)
			}
			return at(item, table.Key{PK: fmt.Sprintf("%s%02d", key.PK[:len(key.PK)-2], (shard+1)%table.DueShards), SK: key.SK})
		}},
		{"a token that outlives its invitation", "outlives its invitation", func() table.Item {
			_, item := first("Token", func(item table.Item) bool {
				var row table.TokenRow
				_ = table.Unmarshal(item, &row)
				return row.Purpose == mailtoken.Invitation
			})
			return with(item, "expiresAt", text("2101-02-03T04:05:06Z"))
		}},
		{"a challenge that knows more endings than there were", "endings of all sessions", func() table.Item {
			_, item := first("Challenge", nil)
			return with(item, "ended", &types.AttributeValueMemberN{Value: "9"})
		}},
		{"a reset of another form", "is the reset", func() table.Item {
			_, item := first("PasswordReset", nil)
			return with(item, "reset", text("adr_01JD0000000000000000000000"))
		}},
		{"a change of address to none", "is the change", func() table.Item {
			_, item := first("AddressChange", nil)
			return with(item, "email", text(""))
		}},
		{"a known source that counts", "is a known source, and counts", func() table.Item {
			_, item := first("Attempts", func(item table.Item) bool { return item["attempts"] == nil && strings.Contains(pk(item), "-known#") })
			return with(item, "attempts", &types.AttributeValueMemberSS{Value: []string{"one"}})
		}},
		{"a token of a reset that nobody has asked for", "is newer than the newest", func() table.Item {
			_, item := first("Token", func(item table.Item) bool {
				var row table.TokenRow
				_ = table.Unmarshal(item, &row)
				_, asked := whole[table.PasswordReset(row.Person)]
				return row.Purpose == mailtoken.PasswordReset && asked
			})
			return with(item, "subject", text("rst_7ZZZZZZZZZZZZZZZZZZZZZZZZZ"))
		}},
		{"a template without the link", "cannot be sent", func() table.Item {
			_, item := first("Template", nil)
			return with(item, "html", text("<p>Hello</p>"))
		}},
		{"a template of more changes than were recorded", "was not changed so often", func() table.Item {
			_, item := first("Template", nil)
			return with(item, "version", &types.AttributeValueMemberN{Value: "99"})
		}},
		{"a result that is nowhere", "is nowhere", func() table.Item {
			_, item := first("Idempotency", nil)
			return with(item, "result", text("msg_01JD0000000000000000000000"))
		}},
	} {
		row := c.broken()
		put(t, s, row)
		broken := invariants.Broken(invariants.Read(s.World))
		if !slices.ContainsFunc(broken, func(b string) bool { return strings.Contains(b, c.seen) }) {
			t.Errorf("%s: want a report that says %q, got %q", c.name, c.seen, broken)
		}
		restore(t, s, row, whole)
	}
	if broken := invariants.Broken(invariants.Read(s.World)); len(broken) > 0 {
		t.Errorf("the table was not put right again: %v", broken)
	}
}

func pk(item table.Item) string {
	s, _ := item["PK"].(*types.AttributeValueMemberS)
	return s.Value
}

func put(t *testing.T, s *scene.Scene, row table.Item) {
	t.Helper()
	if _, err := dynamodb.NewFromConfig(s.AWS).PutItem(t.Context(), &dynamodb.PutItemInput{TableName: &s.Config.Table, Item: row}); err != nil {
		t.Fatal(err)
	}
}

// restore brings the row's key back to what stood there.
func restore(t *testing.T, s *scene.Scene, row table.Item, whole invariants.Rows) {
	t.Helper()
	key := table.Key{PK: row["PK"].(*types.AttributeValueMemberS).Value, SK: row["SK"].(*types.AttributeValueMemberS).Value}
	if was, ok := whole[key]; ok {
		put(t, s, was)
		return
	}
	if err := s.Table.DeleteOne(t.Context(), key); err != nil {
		t.Fatal(err)
	}
}
