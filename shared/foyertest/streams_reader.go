//go:build engine

package foyertest

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"
)

// streamAPI is what the reader asks of DynamoDB Streams.
type streamAPI interface {
	DescribeStream(context.Context, *dynamodbstreams.DescribeStreamInput, ...func(*dynamodbstreams.Options)) (*dynamodbstreams.DescribeStreamOutput, error)
	GetShardIterator(context.Context, *dynamodbstreams.GetShardIteratorInput, ...func(*dynamodbstreams.Options)) (*dynamodbstreams.GetShardIteratorOutput, error)
	GetRecords(context.Context, *dynamodbstreams.GetRecordsInput, ...func(*dynamodbstreams.Options)) (*dynamodbstreams.GetRecordsOutput, error)
}

// shard is where the reader is in one shard of the stream.
type shard struct {
	id, parent string
	iterator   *string // nil before the first read, and when the shard has ended
	begun      bool
}

func (s *shard) ended() bool { return s.begun && s.iterator == nil }

// reader reads a table's stream from its beginning: every shard, a shard only when
// its parent has been read to its end, so that the changes of one row come in
// order.
type reader struct {
	client streamAPI
	stream *string
	shards []*shard
}

// read hands on what is new, until nothing is. What a consumer writes meanwhile comes in
// the same shard, unless several go on or one has ended: then it looks again.
func (r *reader) read(ctx context.Context, each func(shard string, record events.DynamoDBEventRecord) error) error {
	for {
		if err := r.list(ctx); err != nil {
			return err
		}
		found, going := false, 0
		for _, s := range r.shards {
			if s.ended() || !r.mayBegin(s) {
				continue
			}
			n, err := r.readShard(ctx, s, each)
			if err != nil {
				return fmt.Errorf("shard %s: %w", s.id, err)
			}
			if s.ended() {
				found = true // its children may begin now
				continue
			}
			if going++; going > 1 && n > 0 {
				found = true // the one before may have more now
			}
		}
		if !found {
			return nil
		}
	}
}

// list learns of new shards. In a description a shard's parent may be gone already:
// then it has nothing that is still to be read.
func (r *reader) list(ctx context.Context) error {
	known := map[string]*shard{}
	for _, s := range r.shards {
		known[s.id] = s
	}
	var after *string
	for {
		page, err := r.client.DescribeStream(ctx, &dynamodbstreams.DescribeStreamInput{StreamArn: r.stream, ExclusiveStartShardId: after})
		if err != nil {
			return fmt.Errorf("describe the stream: %w", err)
		}
		for _, d := range page.StreamDescription.Shards {
			if id := aws.ToString(d.ShardId); known[id] == nil {
				known[id] = &shard{id: id, parent: aws.ToString(d.ParentShardId)}
				r.shards = append(r.shards, known[id])
			}
		}
		if after = page.StreamDescription.LastEvaluatedShardId; after == nil {
			return nil
		}
	}
}

func (r *reader) mayBegin(s *shard) bool {
	for _, other := range r.shards {
		if other.id == s.parent {
			return other.ended()
		}
	}
	return true
}

// readShard reads the shard to its end, or to where nothing is new.
func (r *reader) readShard(ctx context.Context, s *shard, each func(string, events.DynamoDBEventRecord) error) (n int, err error) {
	if !s.begun {
		it, err := r.client.GetShardIterator(ctx, &dynamodbstreams.GetShardIteratorInput{StreamArn: r.stream, ShardId: &s.id, ShardIteratorType: types.ShardIteratorTypeTrimHorizon})
		if err != nil {
			return 0, err
		}
		if it.ShardIterator == nil {
			return 0, errors.New("no iterator was given")
		}
		s.begun, s.iterator = true, it.ShardIterator
	}
	for s.iterator != nil {
		res, err := r.client.GetRecords(ctx, &dynamodbstreams.GetRecordsInput{ShardIterator: s.iterator})
		if err != nil {
			return n, err
		}
		for _, record := range res.Records {
			if err := each(s.id, recordOf(record)); err != nil {
				return n, err
			}
		}
		n += len(res.Records)
		s.iterator = res.NextShardIterator
		if len(res.Records) == 0 {
			break
		}
	}
	return n, nil
}

// parents says of each shard which one it continues.
func (r *reader) parents() map[string]string {
	out := map[string]string{}
	for _, s := range r.shards {
		out[s.id] = s.parent
	}
	return out
}

func recordOf(r types.Record) events.DynamoDBEventRecord {
	return events.DynamoDBEventRecord{
		EventID: aws.ToString(r.EventID), EventName: string(r.EventName), EventSource: "aws:dynamodb",
		Change: events.DynamoDBStreamRecord{
			Keys: imageOf(r.Dynamodb.Keys), NewImage: imageOf(r.Dynamodb.NewImage), OldImage: imageOf(r.Dynamodb.OldImage),
			SequenceNumber: aws.ToString(r.Dynamodb.SequenceNumber),
		},
	}
}

func imageOf(image map[string]types.AttributeValue) map[string]events.DynamoDBAttributeValue {
	out := make(map[string]events.DynamoDBAttributeValue, len(image))
	for name, v := range image {
		out[name] = attributeOf(v)
	}
	return out
}

func attributeOf(v types.AttributeValue) events.DynamoDBAttributeValue {
	switch v := v.(type) {
	case *types.AttributeValueMemberS:
		return events.NewStringAttribute(v.Value)
	case *types.AttributeValueMemberN:
		return events.NewNumberAttribute(v.Value)
	case *types.AttributeValueMemberBOOL:
		return events.NewBooleanAttribute(v.Value)
	case *types.AttributeValueMemberB:
		return events.NewBinaryAttribute(v.Value)
	case *types.AttributeValueMemberNULL:
		return events.NewNullAttribute()
	case *types.AttributeValueMemberSS:
		return events.NewStringSetAttribute(v.Value)
	case *types.AttributeValueMemberNS:
		return events.NewNumberSetAttribute(v.Value)
	case *types.AttributeValueMemberBS:
		return events.NewBinarySetAttribute(v.Value)
	case *types.AttributeValueMemberM:
		return events.NewMapAttribute(imageOf(v.Value))
	case *types.AttributeValueMemberL:
		list := make([]events.DynamoDBAttributeValue, 0, len(v.Value))
		for _, e := range v.Value {
			list = append(list, attributeOf(e))
		}
		return events.NewListAttribute(list)
	}
	panic(fmt.Sprintf("attribute value %T", v))
}
