package lambdarun

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"reflect"
	"testing"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"foyer/shared/api"
	"foyer/shared/table"
)

type nothing struct{}

var ping = api.Operation[nothing, nothing]{
	ID: "ping", Method: http.MethodGet, Path: "/ping", Access: api.Public,
	Handle: func(context.Context, *api.Call, *nothing) (*nothing, error) { return &nothing{}, nil },
}

func testEnv() *api.Env {
	return api.NewEnv(api.Config{}, aws.Config{}, slog.New(slog.NewJSONHandler(io.Discard, nil)))
}

func TestAPathThatIsNoURLIsAbsentAndNoFailure(t *testing.T) {
	handle := APIHandler(testEnv(), ping)
	for path, want := range map[string]int{"/v1/ping": 204, "/v1/nothing": 404, "/v1/%zz": 404, "/v1/\x7f": 404, "/v1/a b": 404, "": 404, "/v1/ping/..": 404} {
		res, err := handle(t.Context(), events.APIGatewayV2HTTPRequest{RawPath: path, RequestContext: events.APIGatewayV2HTTPRequestContext{
			DomainName: "portal.example.com", HTTP: events.APIGatewayV2HTTPRequestContextHTTPDescription{Method: "GET", Path: path}}})
		if err != nil || res.StatusCode != want {
			t.Errorf("%q: got %d %v, want %d", path, res.StatusCode, err, want)
		}
		if want == 404 && res.Headers["Content-Type"] != "application/problem+json" {
			t.Errorf("%q: got content type %q, want a problem", path, res.Headers["Content-Type"])
		}
	}
}

type recordingConsumer struct {
	got   []table.Inserted
	retry []string
}

func (c *recordingConsumer) Run(_ context.Context, _ *api.Env, records []table.Inserted) []string {
	c.got = records
	return c.retry
}

// One record of every type of attribute, in Lambda's JSON.
const streamEvent = `{"Records":[
 {"eventID":"e1","eventName":"INSERT","dynamodb":{"SequenceNumber":"111","Keys":{"PK":{"S":"USER#a"},"SK":{"S":"MAIL#1"}},
  "NewImage":{"PK":{"S":"USER#a"},"SK":{"S":"MAIL#1"},"n":{"N":"7"},"b":{"BOOL":true},"bin":{"B":"AAE="},"ss":{"SS":["x"]},"ns":{"NS":["1"]},"bs":{"BS":["AAE="]},"l":{"L":[{"S":"x"}]},"m":{"M":{"k":{"S":"v"}}},"z":{"NULL":true}}}},
 {"eventID":"e2","eventName":"MODIFY","dynamodb":{"SequenceNumber":"112","Keys":{"PK":{"S":"USER#a"},"SK":{"S":"MAIL#1"}}}},
 {"eventID":"e3","eventName":"REMOVE","dynamodb":{"SequenceNumber":"113","Keys":{"PK":{"S":"USER#a"},"SK":{"S":"MAIL#1"}}}}]}`

func TestFailuresAreReportedBySequenceNumberAndOnlyInsertionsAreTaken(t *testing.T) {
	var e events.DynamoDBEvent
	if err := json.Unmarshal([]byte(streamEvent), &e); err != nil {
		t.Fatal(err)
	}
	c := &recordingConsumer{retry: []string{"111"}}
	res, err := StreamHandler(testEnv(), c)(t.Context(), e)
	if err != nil {
		t.Fatal(err)
	}
	if want := []events.DynamoDBBatchItemFailure{{ItemIdentifier: "111"}}; !reflect.DeepEqual(res.BatchItemFailures, want) {
		t.Errorf("got failures %+v, want %+v", res.BatchItemFailures, want)
	}
	s := func(v string) types.AttributeValue { return &types.AttributeValueMemberS{Value: v} }
	want := []table.Inserted{{Sequence: "111", Key: table.Key{PK: "USER#a", SK: "MAIL#1"}, New: table.Item{
		"PK": s("USER#a"), "SK": s("MAIL#1"), "n": &types.AttributeValueMemberN{Value: "7"}, "b": &types.AttributeValueMemberBOOL{Value: true},
		"bin": &types.AttributeValueMemberB{Value: []byte{0, 1}}, "ss": &types.AttributeValueMemberSS{Value: []string{"x"}}, "ns": &types.AttributeValueMemberNS{Value: []string{"1"}},
		"bs": &types.AttributeValueMemberBS{Value: [][]byte{{0, 1}}}, "l": &types.AttributeValueMemberL{Value: []types.AttributeValue{s("x")}},
		"m": &types.AttributeValueMemberM{Value: table.Item{"k": s("v")}}, "z": &types.AttributeValueMemberNULL{Value: true},
	}}}
	if !reflect.DeepEqual(c.got, want) {
		t.Errorf("got %+v, want %+v", c.got, want)
	}
}

// Rows that are handed on once more arrive as they were.
func TestAStreamEventIsReadAsTheRowsThatItWasMadeOf(t *testing.T) {
	var e events.DynamoDBEvent
	if err := json.Unmarshal([]byte(streamEvent), &e); err != nil {
		t.Fatal(err)
	}
	first, second := &recordingConsumer{}, &recordingConsumer{}
	if _, err := StreamHandler(testEnv(), first)(t.Context(), e); err != nil {
		t.Fatal(err)
	}
	made, err := StreamEvent(first.got)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := json.Marshal(made)
	if err != nil {
		t.Fatal(err)
	}
	var sent events.DynamoDBEvent
	if err := json.Unmarshal(raw, &sent); err != nil {
		t.Fatal(err)
	}
	if _, err := StreamHandler(testEnv(), second)(t.Context(), sent); err != nil {
		t.Fatal(err)
	}
	if len(second.got) != 1 || !reflect.DeepEqual(second.got, first.got) {
		t.Errorf("got %+v, want %+v", second.got, first.got)
	}
}

// An answer without failures has an empty list: a null would make Lambda take the
// whole batch for failed.
func TestNoFailureIsAnEmptyList(t *testing.T) {
	res, err := StreamHandler(testEnv(), &recordingConsumer{})(t.Context(), events.DynamoDBEvent{})
	if err != nil {
		t.Fatal(err)
	}
	if raw, _ := json.Marshal(res); string(raw) != `{"batchItemFailures":[]}` {
		t.Errorf("got %s", raw)
	}
}
