//go:build engine

package cost

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go/middleware"

	"foyer/shared/table"
)

// Use is what something consumed.
type Use struct {
	Read, Write float64 // units
	Calls       int     // of AWS, of whichever service
	Rounds      int     // calls one after another: the longest chain of calls of which none began before the last had ended
}

func (u Use) String() string {
	return fmt.Sprintf("%g read and %g write units, %d calls, %d one after another", u.Read, u.Write, u.Calls, u.Rounds)
}

// Meter adds up what a function's AWS calls consume while it runs.
type Meter struct {
	// Rows reads rows past the meter.
	Rows func(ctx context.Context, keys ...table.Key) (table.Rows, error)
	// Indexes are those of the table.
	Indexes []Index
	// Hold is how long each call waits before it goes out, so that calls which the
	// code begins together do overlap, however busy the machine is.
	Hold time.Duration

	mu      sync.Mutex
	calls   []call
	running bool
}

type call struct {
	name        string // DynamoDB BatchGetItem
	read, write float64
	begun, over time.Time
	err         error
}

// Start forgets what was metered and begins.
func (m *Meter) Start() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.calls, m.running = nil, true
}

// Stop ends the metering.
func (m *Meter) Stop() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.running = false
}

// Use is what was consumed between Start and Stop.
func (m *Meter) Use() Use {
	m.mu.Lock()
	defer m.mu.Unlock()
	u := Use{Calls: len(m.calls), Rounds: chain(m.calls)}
	for _, c := range m.calls {
		u.Read, u.Write = u.Read+c.read, u.Write+c.write
	}
	return u
}

// Calls are the calls in the order in which they began, with what each consumed.
func (m *Meter) Calls() string {
	m.mu.Lock()
	defer m.mu.Unlock()
	var lines []string
	for _, c := range slices.SortedFunc(slices.Values(m.calls), func(a, b call) int { return a.begun.Compare(b.begun) }) {
		line := c.name
		if c.read > 0 {
			line += fmt.Sprintf(" %g read", c.read)
		}
		if c.write > 0 {
			line += fmt.Sprintf(" %g write", c.write)
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, ", ")
}

// Services says how often each service was called.
func (m *Meter) Services() map[string]int {
	m.mu.Lock()
	defer m.mu.Unlock()
	out := map[string]int{}
	for _, c := range m.calls {
		service, _, _ := strings.Cut(c.name, " ")
		out[service]++
	}
	return out
}

// Failed are the calls that failed: what they consumed is not known.
func (m *Meter) Failed() []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	failed := map[string]bool{}
	for _, c := range m.calls {
		if c.err != nil {
			failed[fmt.Sprintf("%s: %v", c.name, c.err)] = true
		}
	}
	return slices.Sorted(maps.Keys(failed))
}

// chain is the length of the longest chain of calls of which none began before the
// one before it had ended: of those that are possible next, the one that ends first.
func chain(calls []call) (n int) {
	var free time.Time
	for _, c := range slices.SortedFunc(slices.Values(calls), func(a, b call) int { return a.over.Compare(b.over) }) {
		if !c.begun.Before(free) {
			n, free = n+1, c.over
		}
	}
	return n
}

// Middleware is the meter on a function's AWS calls.
func (m *Meter) Middleware(stack *middleware.Stack) error {
	return stack.Initialize.Add(middleware.InitializeMiddlewareFunc("Meter", func(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
		m.mu.Lock()
		running, hold := m.running, m.Hold
		m.mu.Unlock()
		if _, signs := stack.Finalize.Get("PresignHTTPRequest"); signs || !running { // a link is made without a call
			return next.HandleInitialize(ctx, in)
		}
		c := call{name: nameOf(in.Parameters), begun: time.Now()}
		tx, _ := in.Parameters.(*dynamodb.TransactWriteItemsInput)
		before, err := m.rowsOf(ctx, tx)
		if err == nil {
			err = ask(in.Parameters)
		}
		if err != nil {
			return middleware.InitializeOutput{}, middleware.Metadata{}, err
		}
		time.Sleep(hold) // see Hold
		out, meta, err := next.HandleInitialize(ctx, in)
		c.over, c.err = time.Now(), err
		switch {
		case err == nil && tx != nil:
			after, readErr := m.rowsOf(ctx, tx)
			c.write, c.err = m.transacted(tx, before, after), readErr
		case err == nil:
			c.read, c.write = consumed(in.Parameters, out.Result)
		}
		m.mu.Lock()
		defer m.mu.Unlock()
		m.calls = append(m.calls, c)
		return out, meta, err
	}), middleware.Before)
}

// nameOf is service and operation of a call, by the type of its input.
func nameOf(in any) string {
	service, operation, _ := strings.Cut(strings.TrimPrefix(fmt.Sprintf("%T", in), "*"), ".")
	if name, ok := map[string]string{"dynamodb": dynamoDB, "cognitoidentityprovider": "Cognito", "sesv2": "SES", "sqs": "SQS", "secretsmanager": "SecretsManager", "s3": "S3"}[service]; ok {
		service = name
	}
	return service + " " + strings.TrimSuffix(operation, "Input")
}

const dynamoDB = "DynamoDB"

// rowsOf are the rows that a transaction is about, as they stand.
func (m *Meter) rowsOf(ctx context.Context, tx *dynamodb.TransactWriteItemsInput) (table.Rows, error) {
	if tx == nil {
		return nil, nil
	}
	keys := make([]table.Key, len(tx.TransactItems))
	for i, item := range tx.TransactItems {
		keys[i] = keyOf(item)
	}
	return m.Rows(ctx, keys...)
}

func keyOf(item types.TransactWriteItem) (key table.Key) {
	var row table.Item
	switch {
	case item.Put != nil:
		row = item.Put.Item
	case item.Update != nil:
		row = item.Update.Key
	case item.Delete != nil:
		row = item.Delete.Key
	case item.ConditionCheck != nil:
		row = item.ConditionCheck.Key
	}
	_ = table.Unmarshal(row, &key) // two strings
	return key
}

// transacted is what a transaction that was carried out consumes on AWS: for each of
// its rows, also those that are only checked, two write units for each KB of the larger
// of what it was and what it became, and what it writes to indexes. DynamoDB Local 2.6.1 says it for two small writes;
// for others it sums their bytes up first, and doubles twice (two or ten small rows: 4;
// one of 3 KB: 12).
func (m *Meter) transacted(tx *dynamodb.TransactWriteItemsInput, before, after table.Rows) (write float64) {
	for _, item := range tx.TransactItems {
		key := keyOf(item)
		write += 2 * up(max(rowBytes(before[key]), rowBytes(after[key])), writeBlock)
		for _, i := range m.Indexes {
			write += i.written(before[key], after[key])
		}
	}
	return write
}

// ask makes the call say what it consumes. One that the meter does not know would
// count as nothing, so it is refused; so is Scan, of which Foyer has none.
func ask(in any) error {
	const total = types.ReturnConsumedCapacityTotal
	switch in := in.(type) {
	case *dynamodb.GetItemInput:
		in.ReturnConsumedCapacity = total
	case *dynamodb.BatchGetItemInput:
		in.ReturnConsumedCapacity = total
	case *dynamodb.QueryInput:
		in.ReturnConsumedCapacity = total
	case *dynamodb.PutItemInput:
		in.ReturnConsumedCapacity = total
	case *dynamodb.UpdateItemInput:
		in.ReturnConsumedCapacity = total
	case *dynamodb.DeleteItemInput:
		in.ReturnConsumedCapacity = total
	case *dynamodb.BatchWriteItemInput:
		in.ReturnConsumedCapacity = total
	case *dynamodb.TransactWriteItemsInput: // see transacted
	case *dynamodb.ScanInput:
		return errors.New("a Scan reads the whole table: Foyer has none")
	default:
		if strings.HasPrefix(fmt.Sprintf("%T", in), "*dynamodb.") {
			return fmt.Errorf("the meter does not know %T: teach infra/guards/cost/meter.go", in)
		}
	}
	return nil
}

// consumed is what DynamoDB Local says that the call consumed, and what it leaves
// out: a read that finds nothing is a read all the same on AWS (Developer Guide, “read
// and write operations”), one unit for each absent row and for each empty query.
// DynamoDB Local counts it for GetItem, and not for BatchGetItem and Query.
func consumed(in, out any) (read, write float64) {
	switch out := out.(type) {
	case *dynamodb.GetItemOutput:
		return unitsOf(out.ConsumedCapacity), 0
	case *dynamodb.BatchGetItemOutput:
		absent := 0
		for table, asked := range in.(*dynamodb.BatchGetItemInput).RequestItems {
			absent += len(asked.Keys) - len(out.Responses[table]) - len(out.UnprocessedKeys[table].Keys)
		}
		return sum(out.ConsumedCapacity) + float64(absent), 0
	case *dynamodb.QueryOutput:
		least := 0.5 // of an index: eventually consistent
		if consistent := in.(*dynamodb.QueryInput).ConsistentRead; consistent != nil && *consistent {
			least = 1
		}
		return max(unitsOf(out.ConsumedCapacity), least), 0 // DynamoDB Local counts nothing for a range that is empty
	case *dynamodb.PutItemOutput:
		return 0, unitsOf(out.ConsumedCapacity)
	case *dynamodb.UpdateItemOutput:
		return 0, unitsOf(out.ConsumedCapacity)
	case *dynamodb.DeleteItemOutput:
		return 0, unitsOf(out.ConsumedCapacity)
	case *dynamodb.BatchWriteItemOutput:
		return 0, sum(out.ConsumedCapacity)
	}
	return 0, 0
}

func sum(all []types.ConsumedCapacity) (n float64) {
	for i := range all {
		n += unitsOf(&all[i])
	}
	return n
}

func unitsOf(c *types.ConsumedCapacity) float64 {
	if c == nil || c.CapacityUnits == nil {
		return 0
	}
	return *c.CapacityUnits
}
