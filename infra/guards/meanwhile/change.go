//go:build engine

// Package meanwhile holds every operation to this: what it has read and decided on
// is asked again in the write itself. A row that went, or came, between the two is
// noticed: the request is refused or decided anew, and nobody's row is overwritten.
package meanwhile

import (
	"context"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go/middleware"

	"foyer/shared/foyertest"
	"foyer/shared/table"
)

type row = map[string]types.AttributeValue

// touch is one row of a write: how it is touched, and where it is.
type touch struct {
	how string // put, update, delete or check
	key row
}

// place is the row's key without what differs from run to run.
func (t touch) place() string {
	pk, _ := t.key["PK"].(*types.AttributeValueMemberS)
	sk, _ := t.key["SK"].(*types.AttributeValueMemberS)
	return t.how + " " + ids.ReplaceAllString(pk.Value+" / "+sk.Value, "…")
}

var ids = regexp.MustCompile(`[0-9A-HJKMNP-TV-Z]{26,}|[0-9a-f]{64}|\d{4}-\d\d-\d\dT\d\d:\d\d#\d\d`)

// touches are the rows of a write; none for what writes nothing.
func touches(input any) (all []touch) {
	only := func(item row) row { return row{"PK": item["PK"], "SK": item["SK"]} }
	switch in := input.(type) {
	case *dynamodb.TransactWriteItemsInput:
		for _, i := range in.TransactItems {
			switch {
			case i.Put != nil:
				all = append(all, touch{"put", only(i.Put.Item)})
			case i.Update != nil:
				all = append(all, touch{"update", i.Update.Key})
			case i.Delete != nil:
				all = append(all, touch{"delete", i.Delete.Key})
			case i.ConditionCheck != nil:
				all = append(all, touch{"check", i.ConditionCheck.Key})
			}
		}
	case *dynamodb.PutItemInput:
		all = append(all, touch{"put", only(in.Item)})
	case *dynamodb.UpdateItemInput:
		all = append(all, touch{"update", in.Key})
	case *dynamodb.DeleteItemInput:
		all = append(all, touch{"delete", in.Key})
	}
	return all
}

// change takes the nth row that the function's writes touch away just before the
// write, or, where there is none, puts a stranger's there: once.
type change struct {
	t    *testing.T
	db   *dynamodb.Client
	name string // of the table

	mu     sync.Mutex
	left   int
	what   touch // what was changed; no key: there are fewer
	had    row   // what stood there; nil: nothing
	passed bool  // the write before which it was changed succeeded
	wrote  bool  // any write did, to the table or elsewhere
}

// foreign is the attribute by which a stranger's row is known.
const foreign = "foreign"

func changing(w *foyertest.World, n int) (*change, func(*middleware.Stack) error) {
	c := &change{t: w.T, db: dynamodb.NewFromConfig(w.AWS), name: w.Config.Table, left: n}
	return c, func(stack *middleware.Stack) error {
		return stack.Initialize.Add(middleware.InitializeMiddlewareFunc("Meanwhile", func(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
			now := c.before(ctx, touches(in.Parameters))
			out, meta, err := next.HandleInitialize(ctx, in)
			if now {
				c.passed = err == nil
			}
			if err == nil && !foyertest.Reads(in.Parameters) {
				c.mu.Lock()
				c.wrote = true
				c.mu.Unlock()
			}
			return out, meta, err
		}), middleware.Before)
	}
}

// before changes the row if it is one of these; it says whether it did.
func (c *change) before(ctx context.Context, all []touch) (now bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, touched := range all {
		if c.left--; c.left != 0 {
			continue
		}
		now, c.what = true, touched
		if c.had = c.get(ctx); c.had != nil {
			c.delete(ctx)
			continue
		}
		c.put(ctx, row{
			"PK": touched.key["PK"], "SK": touched.key["SK"], foreign: &types.AttributeValueMemberBOOL{Value: true},
			"role": &types.AttributeValueMemberS{Value: table.RoleMember}, // as a membership it is one of the team
		})
	}
	return now
}

// hit says whether something was changed.
func (c *change) hit() bool { return c.what.key != nil }

// after is what stands there now.
func (c *change) after(ctx context.Context) row { return c.get(ctx) }

// back brings back what stood there before.
func (c *change) back(ctx context.Context) {
	if c.had != nil {
		c.put(ctx, c.had)
		return
	}
	c.delete(ctx)
}

// whole says whether a row that stands there again has what the one before had.
func (c *change) whole(now row) bool {
	for name := range c.had {
		if _, ok := now[name]; !ok && !strings.HasPrefix(name, "lease") {
			return false
		}
	}
	return now != nil
}

func (c *change) get(ctx context.Context) row {
	yes := true
	res, err := c.db.GetItem(ctx, &dynamodb.GetItemInput{TableName: &c.name, Key: c.what.key, ConsistentRead: &yes})
	if err != nil {
		c.t.Error(err)
		return nil
	}
	return res.Item
}

func (c *change) put(ctx context.Context, item row) {
	if _, err := c.db.PutItem(ctx, &dynamodb.PutItemInput{TableName: &c.name, Item: item}); err != nil {
		c.t.Error(err)
	}
}

func (c *change) delete(ctx context.Context) {
	if _, err := c.db.DeleteItem(ctx, &dynamodb.DeleteItemInput{TableName: &c.name, Key: c.what.key}); err != nil {
		c.t.Error(err)
	}
}
