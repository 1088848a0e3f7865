//go:build engine

package notify_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"foyer/shared/foyertest"
	"foyer/shared/notify"
	"foyer/shared/stream"
	"foyer/shared/table"
)

// given is what comes of a record of the stream.
func (s scene) given(key table.Key, item table.Item) error {
	s.T.Helper()
	return notify.Consumer.Handle(s.T.Context(), s.Env(notifyID), stream.Record{Sequence: "1", Key: key, New: item})
}

func str(v string) types.AttributeValue { return &types.AttributeValueMemberS{Value: v} }

func list(v ...types.AttributeValue) types.AttributeValue {
	return &types.AttributeValueMemberL{Value: v}
}

func at() types.AttributeValue { return str(time.Now().UTC().Format(time.RFC3339)) }

const (
	act = "act_01JD0000000000000000000001"
	job = "job_01JD0000000000000000000001"
)

func TestARecordThatIsNoRecordedChangeIsLeftAlone(t *testing.T) {
	s := begin(t)
	change := table.TeamProjectActivity(s.project, act)
	for what, key := range map[string]table.Key{
		"a copy in the audit":           {PK: table.Audit(s.workspace, time.Now(), act).PK, SK: act},
		"another row of the partition":  {PK: change.PK, SK: "OTHER#" + act},
		"neither":                       {PK: table.UserPartition(s.Ann.ID), SK: "SETTINGS"},
		"a record whose key goes on so": {PK: change.PK + "#MORE", SK: act},
	} {
		s.Unchanged(func() {
			if err := s.given(key, table.Item{"activity": str(act)}); err != nil {
				t.Errorf("%s: %v", what, err)
			}
		})
	}
}

// What is not the row of its key is poison: neither told nor in the audit, and
// nothing is begun for it.
func TestARecordThatContradictsItselfIsPoison(t *testing.T) {
	s := begin(t)
	_, other := s.Workspace("Other Agency", "Olga Other", "olga@other.example")
	for what, r := range map[string]struct {
		key   table.Key
		item  table.Item
		about string // the error says
	}{
		"a change that cannot be read": {table.TeamProjectActivity(s.project, act), table.Item{"activity": list(at())}, "unmarshal"},
		"a project of another workspace": {table.TeamProjectActivity(s.project, act),
			table.Item{"activity": str(act), "workspace": str(other), "project": str(s.project), "type": str(table.ActivityItemCreated), "at": at()}, "not of workspace"},
		"a project of no workspace": {table.TeamProjectActivity("prj_none", act),
			table.Item{"activity": str(act), "workspace": str(""), "project": str("prj_none"), "type": str(table.ActivityProjectCreated), "at": at()}, "not of workspace"},
		"another activity than its key's": {table.WorkspaceActivity(s.workspace, act),
			table.Item{"activity": str(act + "X"), "workspace": str(s.workspace), "type": str(table.ActivityWorkspaceCreated), "at": at()}, "its key"},
		"a job that cannot be read":  {table.Job(s.workspace, job), table.Item{"job": list(at())}, "unmarshal"},
		"another job than its key's": {table.Job(s.workspace, job), table.Item{"job": str(job + "X"), "workspace": str(s.workspace)}, "its key"},
	} {
		s.Unchanged(func() {
			if err := s.given(r.key, r.item); !errors.Is(err, stream.ErrPoison) || !strings.Contains(err.Error(), r.about) {
				t.Errorf("%s: got %v, want poison that says %q", what, err, r.about)
			}
		})
	}
	if s.RunJobs() != 0 {
		t.Error("a job was begun that nobody asked for")
	}
}

func TestWhatWasDeletedBeforeItWasToldTellsNobody(t *testing.T) {
	s := begin(t)
	item := s.item(map[string]any{"kind": "message", "title": "Oops"})
	if err := s.Table.DeleteOne(t.Context(), table.PrivateItem(s.project, item)); err != nil {
		t.Fatal(err)
	}
	s.Drain()
	s.hears(s.Max, 0, "of an item that is gone")
}

// moving lets stream-notify's first look at the item find it in neither place, as when
// it moves between two reads.
func (s scene) moving(item string, second error) {
	looks := 0
	s.Around(notifyID, func(c foyertest.AWSCall, next func() (any, error)) (any, error) {
		get, ok := c.Input.(*dynamodb.BatchGetItemInput)
		if !ok || !slices.ContainsFunc(get.RequestItems[s.Config.Table].Keys, func(key table.Item) bool {
			return strings.Contains(key["SK"].(*types.AttributeValueMemberS).Value, item)
		}) {
			return next()
		}
		looks++
		if looks%2 == 0 && second != nil {
			return nil, second
		}
		got, err := next()
		if out, ok := got.(*dynamodb.BatchGetItemOutput); ok && looks == 1 {
			rows := out.Responses[s.Config.Table]
			for i := len(rows) - 1; i >= 0; i-- {
				if sk := rows[i]["SK"].(*types.AttributeValueMemberS).Value; strings.Contains(sk, item) {
					rows = append(rows[:i], rows[i+1:]...)
				}
			}
			out.Responses[s.Config.Table] = rows
		}
		return got, err
	})
}

func TestAnItemThatMovesWhileItIsLookedForIsToldOf(t *testing.T) {
	s := begin(t)
	item := s.item(map[string]any{"kind": "message", "title": "On the move"})
	s.moving(item, nil)
	s.Drain()
	s.hears(s.Max, 1, "of an item that was found at the second look")
}

func TestAnItemThatCouldNotBeLookedForAgainIsToldOfLater(t *testing.T) {
	s := begin(t)
	item := s.item(map[string]any{"kind": "message", "title": "On the move"})
	s.moving(item, foyertest.ErrStays)
	s.Drain()
	s.hears(s.Max, 0, "while the second look fails")
	if got := len(s.Poisoned()); got != 1 {
		t.Errorf("got %d messages in the poison queue, want the change: it is not dropped", got)
	}
}

// Who has said “none” is not told because that could not be read.
func TestSettingsThatCannotBeReadAreNotTakenForTheUsual(t *testing.T) {
	s := begin(t)
	s.put(table.Settings(s.Carl.ID), map[string]any{"level": []string{"none"}})
	s.item(s.task())
	s.Drain()
	s.hears(s.Carl, 0, "whose settings cannot be read")
	if got := len(s.Poisoned()); got != 1 {
		t.Errorf("got %d messages in the poison queue, want the change", got)
	}
}

// Of each change those are told whom it is for: of what was private when it happened no
// client, though it is shared by now; of taking back nobody; and whoever is named.
func TestEachChangeIsToldToThoseWhomItIsFor(t *testing.T) {
	t.Run("made private and shared before it was told", func(t *testing.T) {
		s := begin(t)
		s.level(s.Carl, "all", "")
		s.share(s.item(map[string]any{"kind": "message", "title": "For all to see"}), true)
		s.Drain()
		s.hears(s.Carl, 1, "of the sharing alone")
		s.hears(s.Max, 2, "of both")
	})
	t.Run("taken back", func(t *testing.T) {
		s := begin(t)
		item := s.item(map[string]any{"kind": "message", "title": "For all to see", "clientCanSee": true})
		s.Drain()
		s.share(item, false)
		s.Drain()
		s.hears(s.Max, 1, "of the making alone")
	})
	t.Run("naming somebody", func(t *testing.T) {
		s := begin(t)
		s.level(s.Max, "limited", "")
		item := s.item(map[string]any{"kind": "message", "title": "For Max"})
		s.Drain()
		s.hears(s.Max, 0, "at limited")
		s.put(table.TeamProjectActivity(s.project, act), table.ActivityRow{Activity: act, Type: table.ActivityItemCreated, Workspace: s.workspace, Project: s.project, Item: item,
			Actor: s.Ann.ID, Mentions: []string{s.Max.ID}, At: s.Clock.Now()})
		s.Drain()
		s.hears(s.Max, 1, "of being named")
	})
}

// Being told needs everything that opening needs, at the moment of telling.
func TestWhoCannotOpenTheProjectIsToldNothing(t *testing.T) {
	for what, c := range map[string]struct {
		change    func(s scene)
		carl, max int
	}{
		"nothing hinders": {func(scene) {}, 1, 1},
		"the workspace is closed": {func(s scene) {
			s.put(table.WorkspaceGate(s.workspace), table.WorkspaceGateRow{Name: "Acme Agency", Closed: true})
		}, 0, 0},
		"the portal needs a licence": {func(s scene) {
			s.put(table.WorkspaceGate(s.workspace), table.WorkspaceGateRow{Name: "Acme Agency", PortalNeedsLicence: true})
		}, 0, 1},
		"the portal needs a licence, which is there": {func(s scene) {
			s.put(table.WorkspaceGate(s.workspace), table.WorkspaceGateRow{Name: "Acme Agency", PortalNeedsLicence: true})
			s.put(table.CompanyGate(s.workspace, s.Carl.Company), table.CompanyGateRow{Licensed: true})
		}, 1, 1},
		"the company is gone": {func(s scene) { s.delete(table.CompanyGate(s.workspace, s.Carl.Company)) }, 0, 1},
		"they are of the project no more, by their own rows": {func(s scene) {
			s.delete(table.Project(s.Carl.ID, s.project))
			s.delete(table.Project(s.Max.ID, s.project))
		}, 0, 0},
		"the roles are changed": {func(s scene) {
			s.put(table.Membership(s.Carl.ID, s.workspace), table.MembershipRow{Workspace: s.workspace, Role: table.RoleMember, Contacts: map[string]string{s.Carl.Contact: s.Carl.Company}})
			s.put(table.Membership(s.Max.ID, s.workspace), table.MembershipRow{Workspace: s.workspace})
		}, 0, 0},
	} {
		t.Run(what, func(t *testing.T) {
			s := begin(t)
			s.item(s.task())
			c.change(s)
			s.Drain()
			s.hears(s.Carl, c.carl, what)
			s.hears(s.Max, c.max, what)
		})
	}
}

func (s scene) delete(key table.Key) {
	s.T.Helper()
	if err := s.Table.DeleteOne(s.T.Context(), key); err != nil {
		s.T.Fatal(err)
	}
}
