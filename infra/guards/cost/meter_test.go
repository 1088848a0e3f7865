//go:build engine

package cost_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go/middleware"

	"foyer/infra/guards/cost"
	"foyer/shared/foyertest"
	"foyer/shared/table"
)

type sized struct {
	table.Key
	Text string `dynamodbav:"text"`
}

// bytesAt is a row of exactly so many bytes under the key: with PK, SK and text.
func bytesAt(key table.Key, n int) sized {
	return sized{Text: strings.Repeat("x", n-len("PK"+key.PK+"SK"+key.SK+"text"))}
}

// What AWS's Developer Guide says (“DynamoDB read and write operations”), and what
// public conformance tests have measured on AWS where the guide is silent: a condition
// costs nothing by itself, a check in a transaction is a write.
func TestTheMeterCountsAsAWSDoes(t *testing.T) {
	w := foyertest.New(t)
	m := &cost.Meter{Rows: w.Table.BatchGet}
	cfg := w.AWS.Copy()
	cfg.APIOptions = []func(*middleware.Stack) error{m.Middleware}
	metered := table.New(cfg, w.Config.Table)
	key := func(name string) table.Key { return table.Key{PK: "TEAM#METER", SK: name} }
	put := func(name string, n int) {
		t.Helper()
		if err := w.Table.PutOne(t.Context(), key(name), bytesAt(key(name), n), nil); err != nil {
			t.Fatal(err)
		}
	}
	const kb = 1 << 10
	put("small", 100)
	put("1KB", kb)
	put("3KB", 3*kb)
	put("4KB", 4*kb)
	put("4KB+1", 4*kb+1)
	tx := func(change func(tx *table.Tx)) func() error {
		return func() error {
			var tx table.Tx
			change(&tx)
			return metered.Write(t.Context(), &tx)
		}
	}
	get := func(names ...string) func() error {
		return func() error {
			keys := make([]table.Key, len(names))
			for i, n := range names {
				keys[i] = key(n)
			}
			_, err := metered.BatchGet(t.Context(), keys...)
			return err
		}
	}
	query := func(pk, prefix string) func() error {
		return func() error {
			_, _, err := metered.Query(t.Context(), table.Query{PK: pk, Prefix: prefix})
			return err
		}
	}
	for _, test := range []struct {
		what        string
		do          func() error
		read, write float64
	}{
		{"a get of 4 KB", func() error { _, err := metered.Get(t.Context(), key("4KB"), &sized{}); return err }, 1, 0},
		{"a get of a byte more", func() error { _, err := metered.Get(t.Context(), key("4KB+1"), &sized{}); return err }, 2, 0},
		{"a get of nothing", func() error { _, err := metered.Get(t.Context(), key("none"), &sized{}); return err }, 1, 0},
		{"a batch: each row is rounded by itself", get("small", "1KB", "4KB+1"), 4, 0},
		{"a batch with two rows that are not there", get("small", "none", "neither"), 3, 0},
		{"a query: the sum is rounded", query("TEAM#METER", "4KB"), 3, 0},
		{"a query of small rows", query("TEAM#METER", "1KB"), 1, 0},
		{"a query of nothing", query("TEAM#NOTHING", ""), 1, 0},
		{"a put of 3 KB", func() error { return metered.PutOne(t.Context(), key("a"), bytesAt(key("a"), 3*kb), nil) }, 0, 3},
		{"a put of a byte more over it", func() error { return metered.PutOne(t.Context(), key("a"), bytesAt(key("a"), 3*kb+1), nil) }, 0, 4},
		{"a small put over it", func() error { return metered.PutOne(t.Context(), key("a"), bytesAt(key("a"), 50), nil) }, 0, 4},
		{"a conditional update of 3 KB", func() error {
			return metered.UpdateOne(t.Context(), key("3KB"), table.Set("text", "short"), table.Exists())
		}, 0, 3},
		{"a delete of 4 KB", func() error { return metered.DeleteOne(t.Context(), key("4KB")) }, 0, 4},
		{"a delete of nothing", func() error { return metered.DeleteOne(t.Context(), key("none")) }, 0, 1},
		{"a batch of puts", func() error {
			return metered.BatchPut(t.Context(), table.Rowed{Key: key("b"), Row: bytesAt(key("b"), 100)}, table.Rowed{Key: key("c"), Row: bytesAt(key("c"), 2*kb+1)})
		}, 0, 4},
		{"a transaction of one put", tx(func(tx *table.Tx) { tx.Put(key("d"), bytesAt(key("d"), 100)) }), 0, 2},
		{"a transaction of two puts", tx(func(tx *table.Tx) {
			tx.Put(key("d"), bytesAt(key("d"), 100)).If(table.Exists())
			tx.Put(key("e"), bytesAt(key("e"), kb))
		}), 0, 4},
		{"a transaction of ten", tx(func(tx *table.Tx) {
			for i := range 10 {
				tx.Put(key(fmt.Sprint("f", i)), bytesAt(key("f0"), 100))
			}
		}), 0, 20},
		{"a transaction that puts 3 KB", tx(func(tx *table.Tx) { tx.Put(key("g"), bytesAt(key("g"), 3*kb)) }), 0, 6},
		{"a transaction that checks", tx(func(tx *table.Tx) { tx.Check(key("small"), table.Exists()) }), 0, 2},
		{"a transaction that checks 3 KB and what is not there", tx(func(tx *table.Tx) {
			tx.Check(key("g"), table.Exists())
			tx.Check(key("none"), table.Absent())
		}), 0, 8},
		{"a transaction that moves 3 KB", tx(func(tx *table.Tx) {
			tx.Delete(key("g"))
			tx.Put(key("h"), bytesAt(key("h"), 3*kb))
		}), 0, 12},
		{"a transaction that updates what is smaller then", tx(func(tx *table.Tx) {
			tx.Update(key("h"), expression.Set(expression.Name("text"), expression.Value("short")))
		}), 0, 6},
	} {
		m.Start()
		err := test.do()
		m.Stop()
		if err != nil {
			t.Fatalf("%s: %v", test.what, err)
		}
		if got := m.Use(); got.Read != test.read || got.Write != test.write || got.Calls != 1 || got.Rounds != 1 {
			t.Errorf("%s: got %s; want %g read and %g write units in one call", test.what, got, test.read, test.write)
		}
	}
	m.Start()
	if _, err := dynamodb.NewFromConfig(cfg).Scan(t.Context(), &dynamodb.ScanInput{TableName: aws.String(w.Config.Table)}); err == nil || !strings.Contains(err.Error(), "Scan") {
		t.Errorf("a Scan got %v, want it refused", err)
	}
}

// Nothing in a row's change that the index does not hold costs a write there.
func TestTheMeterCountsIndexesInTransactions(t *testing.T) {
	w := foyertest.New(t)
	db := dynamodb.NewFromConfig(w.AWS)
	name := w.Config.Table + "-indexed"
	attribute := func(n string) types.AttributeDefinition {
		return types.AttributeDefinition{AttributeName: &n, AttributeType: types.ScalarAttributeTypeS}
	}
	schema := func(hash, sort string) []types.KeySchemaElement {
		return []types.KeySchemaElement{{AttributeName: &hash, KeyType: types.KeyTypeHash}, {AttributeName: &sort, KeyType: types.KeyTypeRange}}
	}
	_, err := db.CreateTable(t.Context(), &dynamodb.CreateTableInput{
		TableName: &name, BillingMode: types.BillingModePayPerRequest, KeySchema: schema("PK", "SK"),
		AttributeDefinitions:   []types.AttributeDefinition{attribute("PK"), attribute("SK"), attribute(table.StatePK), attribute(table.StateSK)},
		GlobalSecondaryIndexes: []types.GlobalSecondaryIndex{{IndexName: aws.String(table.StateIndex), KeySchema: schema(table.StatePK, table.StateSK), Projection: &types.Projection{ProjectionType: types.ProjectionTypeInclude, NonKeyAttributes: []string{"name"}}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_, _ = db.DeleteTable(context.WithoutCancel(t.Context()), &dynamodb.DeleteTableInput{TableName: &name})
	})
	m := &cost.Meter{Rows: table.New(w.AWS, name).BatchGet}
	if m.Indexes, err = cost.IndexesOf(t.Context(), db, name); err != nil || len(m.Indexes) != 1 {
		t.Fatalf("got %d indexes (%v), want 1", len(m.Indexes), err)
	}
	cfg := w.AWS.Copy()
	cfg.APIOptions = []func(*middleware.Stack) error{m.Middleware}
	metered := table.New(cfg, name)
	key := table.Key{PK: "TEAM#METER", SK: "row"}
	row := map[string]any{"name": "Ivy", "text": "x"}
	set := func(attribute string, value any) func(*table.Tx) {
		return func(tx *table.Tx) { tx.Update(key, table.Set(attribute, value)) }
	}
	for _, test := range []struct {
		what string
		do   func(*table.Tx)
		want float64
	}{
		{"a row that is not in the index", func(tx *table.Tx) { tx.Put(key, row) }, 2},
		{"it comes into the index", func(tx *table.Tx) {
			tx.Update(key, table.Set(table.StatePK, "sent").Set(expression.Name(table.StateSK), expression.Value("1")))
		}, 3},
		{"an attribute changes that the index does not hold", set("text", "y"), 2},
		{"one that it holds", set("name", "Ina"), 3},
		{"its place in the index changes", set(table.StatePK, "opened"), 4},
		{"it is checked", func(tx *table.Tx) { tx.Check(key, table.Exists()) }, 2},
		{"it goes", func(tx *table.Tx) { tx.Delete(key) }, 3},
	} {
		var tx table.Tx
		test.do(&tx)
		m.Start()
		err := metered.Write(t.Context(), &tx)
		m.Stop()
		if err != nil {
			t.Fatalf("%s: %v", test.what, err)
		}
		if got := m.Use().Write; got != test.want {
			t.Errorf("%s: got %g write units, want %g", test.what, got, test.want)
		}
	}
	// A put on its own: DynamoDB Local counts the index itself.
	m.Start()
	if err := metered.PutOne(t.Context(), key, map[string]any{"name": "Ivy", table.StatePK: "sent", table.StateSK: "1"}, nil); err != nil {
		t.Fatal(err)
	}
	m.Stop()
	if got := m.Use().Write; got != 2 {
		t.Errorf("a put of a row that is in the index: got %g write units, want 2", got)
	}
}

func TestCallsThatOverlapAreOneRoundTrip(t *testing.T) {
	w := foyertest.New(t)
	m := &cost.Meter{Rows: w.Table.BatchGet, Hold: 20 * time.Millisecond}
	cfg := w.AWS.Copy()
	cfg.APIOptions = []func(*middleware.Stack) error{m.Middleware}
	metered := table.New(cfg, w.Config.Table)
	get := func() {
		if _, err := metered.Get(t.Context(), table.Key{PK: "TEAM#METER", SK: "none"}, &sized{}); err != nil {
			t.Error(err)
		}
	}
	m.Start()
	get()
	var together sync.WaitGroup
	begin := make(chan struct{})
	for range 4 {
		together.Go(func() { <-begin; get() })
	}
	close(begin)
	together.Wait()
	get()
	m.Stop()
	if got := m.Use(); got.Calls != 6 || got.Rounds != 3 {
		t.Errorf("one call, four at once and one: got %s, want 6 calls, 3 one after another", got)
	}
}
