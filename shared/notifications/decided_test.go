//go:build engine

package notifications_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"foyer/shared/foyertest"
	"foyer/shared/table"
)

// keysOf are the rows that a read names.
func keysOf(f feeds, input any) (keys []string) {
	if get, ok := input.(*dynamodb.BatchGetItemInput); ok {
		for _, key := range get.RequestItems[f.Config.Table].Keys {
			keys = append(keys, key["PK"].(*types.AttributeValueMemberS).Value+" / "+key["SK"].(*types.AttributeValueMemberS).Value)
		}
	}
	return keys
}

func TestALineOfNobodyNamesNobody(t *testing.T) {
	f := newFeeds(t)
	f.line(f.ann, 1, f.project, f.message(f.project, 1, false), foyertest.Person{})
	lines := f.Do(f.ann, http.MethodGet, f.path(), nil).Must(http.StatusOK).List("items")
	if len(lines) != 1 || lines[0]["actor"] != nil {
		t.Errorf("got %v, want one line without an actor", lines)
	}
}

// Owner and admins may open any project: whether they are in it is not asked.
func TestOwnerAndAdminsAreNotAskedForTheirProjects(t *testing.T) {
	f := newFeeds(t)
	f.line(f.ann, 1, f.project, f.message(f.project, 1, false), f.carl)
	for _, role := range []string{table.RoleOwner, table.RoleAdmin} {
		f.put(table.Membership(f.ann.ID, f.workspace), table.MembershipRow{Workspace: f.workspace, Role: role})
		f.Around("notifications-list", func(c foyertest.AWSCall, next func() (any, error)) (any, error) {
			for _, key := range keysOf(f, c.Input) {
				if strings.HasPrefix(key, table.UserPartition(f.ann.ID)+" / "+table.PrefixProject) {
					t.Errorf("%s: %s is read", role, key)
				}
			}
			return next()
		})
		if got, _ := f.ids(f.ann, 10); len(got) != 1 {
			t.Errorf("%s: got %v, want the line", role, got)
		}
		f.Release()
	}
}

// An item that was in neither realm is looked for again: what the second look cannot
// make out is a failure, not an absent item.
func TestAnItemThatIsLookedForAgainIsNotTakenForGone(t *testing.T) {
	for what, c := range map[string]struct {
		second func(out *dynamodb.BatchGetItemOutput, item string) error
		status int
	}{
		"found":                         {func(*dynamodb.BatchGetItemOutput, string) error { return nil }, http.StatusOK},
		"the read fails":                {func(*dynamodb.BatchGetItemOutput, string) error { return foyertest.ErrStays }, http.StatusInternalServerError},
		"the item's row cannot be read": {broken, http.StatusInternalServerError},
	} {
		t.Run(what, func(t *testing.T) {
			f := newFeeds(t)
			item := f.message(f.project, 1, false)
			f.line(f.ann, 1, f.project, item, f.carl)
			looks := 0
			f.Around("notifications-list", func(call foyertest.AWSCall, next func() (any, error)) (any, error) {
				got, err := next()
				if !strings.Contains(strings.Join(keysOf(f, call.Input), " "), item) {
					return got, err
				}
				out := got.(*dynamodb.BatchGetItemOutput)
				if looks++; looks == 1 {
					without(out, item)
					return out, err
				}
				return out, c.second(out, item)
			})
			r := f.Do(f.ann, http.MethodGet, f.path(), nil).Must(c.status)
			if c.status == http.StatusOK && len(r.List("items")) != 1 {
				t.Errorf("got %s, want the line", r.Body)
			}
		})
	}
}

func isItem(row map[string]types.AttributeValue, item string) bool {
	return strings.Contains(row["SK"].(*types.AttributeValueMemberS).Value, item)
}

func without(out *dynamodb.BatchGetItemOutput, item string) {
	for name, rows := range out.Responses {
		var left []map[string]types.AttributeValue
		for _, row := range rows {
			if !isItem(row, item) {
				left = append(left, row)
			}
		}
		out.Responses[name] = left
	}
}

func broken(out *dynamodb.BatchGetItemOutput, item string) error {
	for _, rows := range out.Responses {
		for _, row := range rows {
			if isItem(row, item) {
				row["title"] = &types.AttributeValueMemberL{Value: []types.AttributeValue{&types.AttributeValueMemberBOOL{Value: true}}}
			}
		}
	}
	return nil
}
