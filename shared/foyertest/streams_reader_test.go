//go:build engine

package foyertest

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"
)

// shards is a stream whose shards split as DynamoDB's do. An iterator is
// "<shard>/<place>"; a page is one record.
type shards struct {
	order   []string
	parents map[string]string
	records map[string][]string
	closed  map[string]bool
}

func (s *shards) DescribeStream(_ context.Context, in *dynamodbstreams.DescribeStreamInput, _ ...func(*dynamodbstreams.Options)) (*dynamodbstreams.DescribeStreamOutput, error) {
	at := 0
	if in.ExclusiveStartShardId != nil {
		at = slices.Index(s.order, *in.ExclusiveStartShardId) + 1
	}
	d := &types.StreamDescription{} // a shard a page
	if at < len(s.order) {
		d.Shards = []types.Shard{{ShardId: &s.order[at], ParentShardId: aws.String(s.parents[s.order[at]])}}
	}
	if at+1 < len(s.order) {
		d.LastEvaluatedShardId = &s.order[at]
	}
	return &dynamodbstreams.DescribeStreamOutput{StreamDescription: d}, nil
}

func (s *shards) GetShardIterator(_ context.Context, in *dynamodbstreams.GetShardIteratorInput, _ ...func(*dynamodbstreams.Options)) (*dynamodbstreams.GetShardIteratorOutput, error) {
	if in.ShardIteratorType != types.ShardIteratorTypeTrimHorizon {
		return nil, fmt.Errorf("iterator of type %s", in.ShardIteratorType)
	}
	return &dynamodbstreams.GetShardIteratorOutput{ShardIterator: aws.String(*in.ShardId + "/0")}, nil
}

func (s *shards) GetRecords(_ context.Context, in *dynamodbstreams.GetRecordsInput, _ ...func(*dynamodbstreams.Options)) (*dynamodbstreams.GetRecordsOutput, error) {
	id, place, _ := strings.Cut(*in.ShardIterator, "/")
	n, err := strconv.Atoi(place)
	if err != nil {
		return nil, err
	}
	all, out := s.records[id], &dynamodbstreams.GetRecordsOutput{}
	if n < len(all) {
		out.Records = []types.Record{{EventName: "INSERT", Dynamodb: &types.StreamRecord{SequenceNumber: &all[n]}}}
		n++
	}
	if n < len(all) || !s.closed[id] {
		out.NextShardIterator = aws.String(fmt.Sprintf("%s/%d", id, n))
	}
	return out, nil
}

func TestEveryShardIsReadParentsBeforeChildren(t *testing.T) {
	s := &shards{
		order:   []string{"left", "root", "right", "leaf", "orphan"},
		parents: map[string]string{"left": "root", "right": "root", "leaf": "left", "orphan": "trimmed"},
		records: map[string][]string{"root": {"1", "2"}, "left": {"3"}, "right": {"4"}, "leaf": {"5"}, "orphan": {"6"}},
		closed:  map[string]bool{"root": true, "left": true},
	}
	r := &reader{client: s, stream: aws.String("stream")}
	var got []string
	each := func(shard string, record events.DynamoDBEventRecord) error {
		got = append(got, shard+":"+record.Change.SequenceNumber)
		return nil
	}
	if err := r.read(t.Context(), each); err != nil {
		t.Fatal(err)
	}
	before := func(a, b string) {
		t.Helper()
		if i, j := slices.Index(got, a), slices.Index(got, b); i < 0 || j < 0 || i > j {
			t.Errorf("got %v, want %s before %s", got, a, b)
		}
	}
	before("root:1", "root:2")
	before("root:2", "left:3")
	before("root:2", "right:4")
	before("left:3", "leaf:5")
	if len(got) != 6 || !slices.Contains(got, "orphan:6") {
		t.Errorf("got %v, want all six records, that of a shard too whose parent is gone", got)
	}
	if parents := r.parents(); parents["leaf"] != "left" || parents["left"] != "root" {
		t.Errorf("got the parents %v", parents)
	}

	// A shard that is open ends, and two go on with it.
	got = nil
	s.records["right"] = append(s.records["right"], "7")
	s.closed["right"] = true
	s.order = append(s.order, "late")
	s.parents["late"], s.records["late"] = "right", []string{"8"}
	if err := r.read(t.Context(), each); err != nil {
		t.Fatal(err)
	}
	if want := []string{"right:7", "late:8"}; !slices.Equal(got, want) {
		t.Errorf("got %v, want what is new alone: %v", got, want)
	}
}
