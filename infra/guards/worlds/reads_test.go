//go:build engine

package worlds

import (
	"context"
	"encoding/json"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go/middleware"

	"foyer/shared/table"
)

// reads are what the table answered during one sweep. A sweep changes nothing, so
// the same read has the same answer, and is made once: the handlers, their policies
// and their calls are as ever, and a sweep takes a fifth of the time.
type reads struct {
	mu      sync.Mutex
	answers map[string]any
	wrote   []string // calls that a sweep must not make
}

func (r *reads) call(ctx context.Context, name string, in middleware.InitializeInput, next middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
	switch in.Parameters.(type) {
	case *dynamodb.GetItemInput, *dynamodb.BatchGetItemInput, *dynamodb.QueryInput:
	default:
		if strings.HasPrefix(name, "DynamoDB.") && !counts(in.Parameters) {
			r.mu.Lock()
			r.wrote = append(r.wrote, name)
			r.mu.Unlock()
		}
		return next.HandleInitialize(ctx, in)
	}
	key, err := json.Marshal(in.Parameters)
	if err != nil {
		return middleware.InitializeOutput{}, middleware.Metadata{}, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	had, ok := r.answers[name+string(key)]
	if !ok {
		out, meta, err := next.HandleInitialize(ctx, in)
		if err != nil {
			return out, meta, err
		}
		had = out.Result
		r.answers[name+string(key)] = had
	}
	return middleware.InitializeOutput{Result: copyOf(had)}, middleware.Metadata{}, nil
}

// counts says whether a call counts an attempt: whoever asks is counted, in both worlds
// alike, and nothing of it is shown.
func counts(input any) bool {
	update, ok := input.(*dynamodb.UpdateItemInput)
	if !ok {
		return false
	}
	pk, ok := update.Key["PK"].(*types.AttributeValueMemberS)
	return ok && strings.HasPrefix(pk.Value, table.RealmAuth+"ATTEMPTS#")
}

// copyOf is an answer whose caller can write the metadata of its own call into it.
func copyOf(answer any) any {
	switch a := answer.(type) {
	case *dynamodb.GetItemOutput:
		c := *a
		return &c
	case *dynamodb.BatchGetItemOutput:
		c := *a
		return &c
	case *dynamodb.QueryOutput:
		c := *a
		return &c
	}
	return answer
}
