package table

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// The sparse index of contacts and members by the state of their invitation. It lags
// a moment behind the rows, so it decides nothing: whoever lists by it reads the rows.
//
// Expired is no state of its own there: what waits for an answer stands by the end of
// its time, and the range up to now is what has expired. So nothing has to be moved
// when a time is over.
const (
	StateIndex = "States"
	StatePK    = "statePK"
	StateSK    = "stateSK"
)

// Stated is where a contact or a member stands in the index; nowhere while they were
// never invited.
type Stated struct {
	StatePK string `dynamodbav:"statePK,omitempty"`
	StateSK string `dynamodbav:"stateSK,omitempty"`
}

// StatedAs is that place: in that state, by the end of the invitation's time. subject
// is the contact's id, or the person's where a member is invited.
func StatedAs(w, state string, expires time.Time, subject string) Stated {
	return Stated{StatePK: StatePartition(w, state), StateSK: statedAt(expires) + "#" + subject}
}

// In is the row where the index lists it, for whoever puts it whole.
func (r MemberRow) In(w string) MemberRow {
	r.Stated = StatedAs(w, r.InvitationState, r.ExpiresAt, r.Person)
	return r
}

// In is the row where the index lists it: nowhere while nobody was invited.
func (r ContactRow) In(w string) ContactRow {
	if r.InvitationState != "" {
		r.Stated = StatedAs(w, r.InvitationState, r.ExpiresAt, r.Contact)
	}
	return r
}

// InvitedAs sets the state of a contact's or member's invitation whose time begins
// anew.
func InvitedAs(w, state string, expires time.Time, subject string) expression.UpdateBuilder {
	at := StatedAs(w, state, expires, subject)
	return InState(w, state).Set(expression.Name(StateSK), expression.Value(at.StateSK)).Set(expression.Name("expiresAt"), expression.Value(expires))
}

// InState sets the state of an invitation that was there before.
func InState(w, state string) expression.UpdateBuilder {
	return Set("invitationState", state).Set(expression.Name(StatePK), expression.Value(StatePartition(w, state)))
}

// InNoState takes the state away: of whoever was never invited.
func InNoState() expression.UpdateBuilder {
	return expression.Remove(expression.Name("invitationState")).Remove(expression.Name(StatePK)).Remove(expression.Name(StateSK)).Remove(expression.Name("expiresAt"))
}

// statedAt is a time as text that sorts by it.
func statedAt(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000000000Z") }

// StateEntry is one row of the index.
type StateEntry struct {
	Key
	Position string `dynamodbav:"stateSK"`
	Company  string `dynamodbav:"company"`
}

// StateQuery is a range of one state's partition, the latest end of time first.
type StateQuery struct {
	Workspace, State string
	// EndsBy and EndsAfter bound the ends of the invitations' time, if they are not zero.
	EndsBy, EndsAfter time.Time
	Before            string // position before which to go on, exclusive
	Limit             int
}

func (q StateQuery) input(t *Table) *dynamodb.QueryInput {
	from, to := "0", "~"
	if !q.EndsAfter.IsZero() {
		from = statedAt(q.EndsAfter) + "$" // after all of that very time: # comes before $
	}
	if !q.EndsBy.IsZero() {
		to = statedAt(q.EndsBy) + "$"
	}
	if q.Before != "" && q.Before < to {
		to = q.Before
	}
	text := func(s string) types.AttributeValue { return &types.AttributeValueMemberS{Value: s} }
	return &dynamodb.QueryInput{
		TableName: &t.name, IndexName: aws.String(StateIndex), ScanIndexForward: aws.Bool(false),
		KeyConditionExpression:    aws.String(StatePK + " = :pk AND " + StateSK + " BETWEEN :from AND :to"),
		ExpressionAttributeValues: Item{":pk": text(StatePartition(q.Workspace, q.State)), ":from": text(min(from, to)), ":to": text(to)},
	}
}

// States reads a range of the index. more says whether entries follow the last.
func (t *Table) States(ctx context.Context, q StateQuery) (entries []StateEntry, more bool, err error) {
	in := q.input(t)
	limit := q.Limit
	if q.Before != "" {
		limit++ // the range has its end in it, which is not asked for
	}
	in.Limit = aws.Int32(int32(min(limit, 1000))) //nolint:gosec // at most 1000
	res, err := t.db.Query(ctx, in)
	if err != nil {
		return nil, false, fmt.Errorf("query the state %s: %w", q.State, err)
	}
	if err := attributevalue.UnmarshalListOfMaps(res.Items, &entries); err != nil {
		return nil, false, fmt.Errorf("entries of the state %s: %w", q.State, err)
	}
	if len(entries) > 0 && entries[0].Position == q.Before {
		entries = entries[1:]
	}
	if len(entries) > q.Limit { // its end has gone meanwhile
		return entries[:q.Limit], true, nil
	}
	return entries, res.LastEvaluatedKey != nil, nil
}

// CountStates counts a range of the index, up to its limit.
func (t *Table) CountStates(ctx context.Context, q StateQuery) (int, error) {
	in := q.input(t)
	in.Select, in.Limit = types.SelectCount, aws.Int32(int32(q.Limit)) //nolint:gosec // a constant of the caller
	res, err := t.db.Query(ctx, in)
	if err != nil {
		return 0, fmt.Errorf("count the state %s: %w", q.State, err)
	}
	return int(res.Count), nil
}
