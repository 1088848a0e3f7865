//go:build engine

// Package reads holds every function to this: what it could not read is no answer.
// A row that Foyer could not get, or cannot make sense of, is not an absent one: a
// caller hears of a failure, and what is to be sent later is neither sent nor lost.
package reads

import (
	"context"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/middleware"

	"foyer/shared/foyertest"
	"foyer/shared/table"
)

// breaking spoils one thing of a function's AWS calls, the nth, once.
type breaking struct {
	mu    sync.Mutex
	left  int    // until it
	calls int    // that read, so far
	What  string // what was spoiled; empty: nothing, there are fewer
}

// turn says whether this is the one.
func (b *breaking) turn(what string) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.left--; b.left != 0 {
		return false
	}
	b.What = what
	return true
}

// later is what the rows of a read are called by: those of the first come with the access.
func (b *breaking) later() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.calls++; b.calls == 1 {
		return ""
	}
	return ", read later"
}

func (b *breaking) hit() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.What != ""
}

// passing notes whether a call was made that changes something: to the table, or outside it.
type passing struct {
	mu      sync.Mutex
	changed bool
}

// option comes after what breaks a call: one that was broken was not made.
func (p *passing) option(stack *middleware.Stack) error {
	return stack.Initialize.Add(middleware.InitializeMiddlewareFunc("Passing", func(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
		if !foyertest.Reads(in.Parameters) {
			p.mu.Lock()
			p.changed = true
			p.mu.Unlock()
		}
		return next.HandleInitialize(ctx, in)
	}), middleware.After)
}

// call makes the nth call fail, before it has an effect. except are calls that
// are not counted.
func call(n int, except ...string) (*breaking, func(*middleware.Stack) error) {
	b := &breaking{left: n}
	return b, func(stack *middleware.Stack) error {
		return stack.Initialize.Add(middleware.InitializeMiddlewareFunc("Breaking", func(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
			if name := middleware.GetOperationName(ctx); !slices.Contains(except, name) && b.turn(name+countOf(in.Parameters)) {
				return middleware.InitializeOutput{}, middleware.Metadata{}, &smithy.GenericAPIError{Code: "InternalServerError", Message: "broken by a test", Fault: smithy.FaultServer}
			}
			return next.HandleInitialize(ctx, in)
		}), middleware.Before)
	}
}

// countOf tells a call about the counts of attempts from others of its name: what
// counts one, what takes one back, what knows a place.
func countOf(in any) string {
	var key map[string]types.AttributeValue
	verb := ""
	switch in := in.(type) {
	case *dynamodb.UpdateItemInput:
		key, verb = in.Key, strings.Fields(aws.ToString(in.UpdateExpression) + " -")[0]
	case *dynamodb.PutItemInput:
		key, verb = in.Item, "PUT"
	}
	if pk, ok := key["PK"].(*types.AttributeValueMemberS); ok && strings.HasPrefix(pk.Value, table.RealmAuth+"ATTEMPTS#") {
		return " " + verb + " of attempts"
	}
	return ""
}

// row makes the nth row that is read unreadable: each of its attributes, but the
// key, has a type that it never has. except are partitions whose rows are not
// counted, by the beginning of their keys.
func row(n int, except ...string) (*breaking, func(*middleware.Stack) error) {
	b := &breaking{left: n}
	return b, func(stack *middleware.Stack) error {
		return stack.Initialize.Add(middleware.InitializeMiddlewareFunc("Breaking", func(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
			out, meta, err := next.HandleInitialize(ctx, in)
			if err != nil {
				return out, meta, err
			}
			later := b.later()
			for _, item := range items(out.Result) {
				key, _ := item["PK"].(*types.AttributeValueMemberS)
				sort, _ := item["SK"].(*types.AttributeValueMemberS)
				if key == nil || sort == nil || slices.ContainsFunc(except, func(prefix string) bool { return strings.HasPrefix(key.Value, prefix) }) {
					continue
				}
				if b.turn(key.Value + " / " + sort.Value + later) {
					spoil(item)
				}
			}
			return out, meta, err
		}), middleware.Before)
	}
}

// items are the rows in the answer of a read, in an order that is the same in each run.
func items(result any) []map[string]types.AttributeValue {
	switch r := result.(type) {
	case *dynamodb.GetItemOutput:
		if r.Item != nil {
			return []map[string]types.AttributeValue{r.Item}
		}
	case *dynamodb.BatchGetItemOutput:
		for _, rows := range r.Responses { // of one table, in no order
			slices.SortFunc(rows, func(a, b map[string]types.AttributeValue) int { return strings.Compare(keyOf(a), keyOf(b)) })
			return rows
		}
	case *dynamodb.QueryOutput:
		return r.Items
	}
	return nil
}

// keyOf is the row's key without what differs from run to run.
func keyOf(item map[string]types.AttributeValue) string {
	pk, _ := item["PK"].(*types.AttributeValueMemberS)
	sk, _ := item["SK"].(*types.AttributeValueMemberS)
	return named(pk.Value + " / " + sk.Value)
}

func spoil(item map[string]types.AttributeValue) {
	for name, v := range item {
		if name == "PK" || name == "SK" {
			continue
		}
		switch v.(type) {
		case *types.AttributeValueMemberM, *types.AttributeValueMemberL:
			item[name] = &types.AttributeValueMemberBOOL{Value: true}
		default:
			item[name] = &types.AttributeValueMemberL{Value: []types.AttributeValue{&types.AttributeValueMemberBOOL{Value: true}}}
		}
	}
}

// ids are what differs from run to run in a key.
var ids = regexp.MustCompile(`[0-9A-HJKMNP-TV-Z]{26,}|[0-9a-f]{64}`)

// named is a call, or a row's key without what differs from run to run.
func named(what string) string { return ids.ReplaceAllString(what, "…") }
