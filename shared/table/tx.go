package table

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// ErrConditionFailed is what Write returns when a condition failed for which no
// other error was given with Else.
var ErrConditionFailed = errors.New("a condition of the write failed")

// ErrConflict is what Write returns when another transaction was changing the
// same rows: nothing was written, the same write may be tried again.
var ErrConflict = errors.New("another write was under way on the same rows")

// Tx gathers writes that happen together or not at all (at most 100, each row once).
type Tx struct{ writes []*write }

type write struct {
	key    Key
	row    any
	kind   string
	cond   *expression.ConditionBuilder
	update *expression.UpdateBuilder
	orElse error
}

// Write is one write of a transaction, to be qualified with If and Else.
type Write struct{ w *write }

// Put writes a whole row (a struct with an embedded Key, or a pointer to one).
func (tx *Tx) Put(key Key, row any) Write { return tx.add(&write{kind: "put", key: key, row: row}) }

// Update changes attributes of the row at key; without a condition it makes the
// row if it is absent, so say If(Exists()).
func (tx *Tx) Update(key Key, u expression.UpdateBuilder) Write {
	return tx.add(&write{kind: "update", key: key, update: &u})
}

// Delete removes the row at key.
func (tx *Tx) Delete(key Key) Write { return tx.add(&write{kind: "delete", key: key}) }

// Check only asks that a condition holds on the row at key.
func (tx *Tx) Check(key Key, cond expression.ConditionBuilder) Write {
	return tx.add(&write{kind: "check", key: key, cond: &cond})
}

func (tx *Tx) add(w *write) Write {
	tx.writes = append(tx.writes, w)
	return Write{w}
}

// If adds a condition; several must all hold.
func (w Write) If(cond expression.ConditionBuilder) Write {
	if w.w.cond != nil {
		cond = w.w.cond.And(cond)
	}
	w.w.cond = &cond
	return w
}

// Else is the error that Write returns when this condition failed.
func (w Write) Else(err error) Write {
	w.w.orElse = err
	return w
}

// Absent holds where there is no row.
func Absent() expression.ConditionBuilder {
	return expression.AttributeNotExists(expression.Name("PK"))
}

// Exists holds where there is a row.
func Exists() expression.ConditionBuilder { return expression.AttributeExists(expression.Name("PK")) }

// Is holds where the attribute has the value.
func Is(name string, value any) expression.ConditionBuilder {
	return expression.Name(name).Equal(expression.Value(value))
}

// IsOrAbsent holds where the attribute has the value; where that is empty, where there
// is no such attribute, as rows leave empty ones out.
func IsOrAbsent(name, value string) expression.ConditionBuilder {
	if value == "" {
		return expression.Name(name).AttributeNotExists()
	}
	return Is(name, value)
}

// Set begins an update that sets an attribute.
func Set(name string, value any) expression.UpdateBuilder {
	return expression.Set(expression.Name(name), expression.Value(value))
}

// Write carries out the transaction: all of it or nothing. A failed condition
// gives the error of its Else; of several failed ones, the first. Of nothing to
// write there is no call.
func (t *Table) Write(ctx context.Context, tx *Tx) error {
	if len(tx.writes) == 0 {
		return nil
	}
	items := make([]types.TransactWriteItem, len(tx.writes))
	for i, w := range tx.writes {
		item, err := t.transactItem(w)
		if err != nil {
			return fmt.Errorf("%s %s: %w", w.kind, w.key, err)
		}
		items[i] = item
	}
	return retry(ctx, conflictTries, errTransactionConflict, func() error { return t.transact(ctx, tx, items) })
}

// conflictTries is how often a transaction is tried that met another one on its
// rows. AWS cancels one of two that meet even where both only check a condition
// on the same row (a project that is not archived), so it says nothing of the
// caller's own read being stale, and the same transaction may be tried again.
const conflictTries = 3

// errTransactionConflict is a conflict that DynamoDB reports; an ErrConflict by
// Else is a failed condition, which no repetition of the same write mends.
var errTransactionConflict = fmt.Errorf("a transaction met another: %w", ErrConflict)

func (t *Table) transact(ctx context.Context, tx *Tx, items []types.TransactWriteItem) error {
	_, err := t.db.TransactWriteItems(ctx, &dynamodb.TransactWriteItemsInput{TransactItems: items})
	if err == nil {
		return nil
	}
	var canceled *types.TransactionCanceledException
	if errors.As(err, &canceled) {
		conflict, busy := false, false
		for i, reason := range canceled.CancellationReasons {
			if reason.Code == nil || i >= len(tx.writes) {
				continue
			}
			switch *reason.Code {
			case "ConditionalCheckFailed":
				if tx.writes[i].orElse != nil {
					return tx.writes[i].orElse
				}
				return fmt.Errorf("%s %s: %w", tx.writes[i].kind, tx.writes[i].key, ErrConditionFailed)
			case "TransactionConflict":
				conflict = true
			case "ThrottlingError", "ProvisionedThroughputExceeded":
				busy = true
			}
		}
		switch {
		case conflict:
			return errTransactionConflict
		case busy:
			return fmt.Errorf("transaction of %d writes: %w", len(items), ErrBusy)
		}
	}
	return fmt.Errorf("transaction of %d writes: %w", len(items), err)
}

// PutOne writes one row on its own if cond holds (nil: always).
func (t *Table) PutOne(ctx context.Context, key Key, row any, cond *expression.ConditionBuilder) error {
	item, err := rowItem(key, row)
	if err != nil {
		return err
	}
	in := &dynamodb.PutItemInput{TableName: &t.name, Item: item}
	if cond != nil {
		expr, err := expression.NewBuilder().WithCondition(*cond).Build()
		if err != nil {
			return fmt.Errorf("condition: %w", err)
		}
		in.ConditionExpression, in.ExpressionAttributeNames, in.ExpressionAttributeValues = expr.Condition(), expr.Names(), expr.Values()
	}
	_, err = t.db.PutItem(ctx, in)
	return one("put", key, err)
}

// UpdateOne changes one row on its own if cond holds.
func (t *Table) UpdateOne(ctx context.Context, key Key, u expression.UpdateBuilder, cond expression.ConditionBuilder) error {
	expr, err := expression.NewBuilder().WithUpdate(u).WithCondition(cond).Build()
	if err != nil {
		return fmt.Errorf("update expression: %w", err)
	}
	_, err = t.db.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName: &t.name, Key: keyItem(key), UpdateExpression: expr.Update(), ConditionExpression: expr.Condition(),
		ExpressionAttributeNames: expr.Names(), ExpressionAttributeValues: expr.Values(),
	})
	return one("update", key, err)
}

// DeleteOne removes one row on its own; no error if it is absent.
func (t *Table) DeleteOne(ctx context.Context, key Key) error {
	_, err := t.db.DeleteItem(ctx, &dynamodb.DeleteItemInput{TableName: &t.name, Key: keyItem(key)})
	return one("delete", key, err)
}

func one(kind string, key Key, err error) error {
	if err == nil {
		return nil
	}
	var failed *types.ConditionalCheckFailedException
	var conflict *types.TransactionConflictException
	switch {
	case errors.As(err, &failed):
		return fmt.Errorf("%s %s: %w", kind, key, ErrConditionFailed)
	case errors.As(err, &conflict):
		return ErrConflict
	}
	return fmt.Errorf("%s %s: %w", kind, key, err)
}

func (t *Table) transactItem(w *write) (types.TransactWriteItem, error) {
	var out types.TransactWriteItem
	b := expression.NewBuilder()
	built := false
	if w.cond != nil {
		b, built = b.WithCondition(*w.cond), true
	}
	if w.update != nil {
		b, built = b.WithUpdate(*w.update), true
	}
	var expr expression.Expression
	if built {
		var err error
		if expr, err = b.Build(); err != nil {
			return out, err
		}
	}
	switch w.kind {
	case "put":
		item, err := rowItem(w.key, w.row)
		if err != nil {
			return out, err
		}
		out.Put = &types.Put{TableName: &t.name, Item: item, ConditionExpression: expr.Condition(), ExpressionAttributeNames: expr.Names(), ExpressionAttributeValues: expr.Values()}
	case "update":
		out.Update = &types.Update{TableName: &t.name, Key: keyItem(w.key), UpdateExpression: expr.Update(), ConditionExpression: expr.Condition(), ExpressionAttributeNames: expr.Names(), ExpressionAttributeValues: expr.Values()}
	case "delete":
		out.Delete = &types.Delete{TableName: &t.name, Key: keyItem(w.key), ConditionExpression: expr.Condition(), ExpressionAttributeNames: expr.Names(), ExpressionAttributeValues: expr.Values()}
	case "check":
		out.ConditionCheck = &types.ConditionCheck{TableName: &t.name, Key: keyItem(w.key), ConditionExpression: expr.Condition(), ExpressionAttributeNames: expr.Names(), ExpressionAttributeValues: expr.Values()}
	}
	return out, nil
}

// rowItem marshals a row under key, whatever key the struct itself carries: the
// caller names the key once, where the write is seen.
func rowItem(key Key, row any) (Item, error) {
	item, err := attributevalue.MarshalMap(row)
	if err != nil {
		return nil, fmt.Errorf("row %s: %w", key, err)
	}
	for k, v := range keyItem(key) {
		item[k] = v
	}
	return item, nil
}

// Unleased holds where nobody has a lease on the row (leaseUntil) that lasts at now.
func Unleased(now time.Time) expression.ConditionBuilder {
	return expression.Name("leaseUntil").AttributeNotExists().Or(Before("leaseUntil", now.UnixMilli()))
}

// Before holds where the attribute is a number less than n.
func Before(name string, n int64) expression.ConditionBuilder {
	return expression.Name(name).LessThan(expression.Value(n))
}
