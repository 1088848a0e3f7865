package main

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"log/slog"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/oklog/ulid/v2"
)

// byHand is two operations as one would write them with the AWS SDK and nothing
// else: they make the same calls, ask the same questions of the same rows, answer
// the same and log the same line. They are the measure of what api, table, huma
// and attributevalue add to a call.
type byHand struct {
	db  *dynamodb.Client
	log *slog.Logger
}

type (
	request  = events.APIGatewayV2HTTPRequest
	response = events.APIGatewayV2HTTPResponse
	row      = map[string]types.AttributeValue
)

// itemsList is portal-items-list.
func (h byHand) itemsList(ctx context.Context, req request) (response, error) {
	start := time.Now()
	project := req.PathParameters["project"]
	rows, workspace, person, err := h.facts(ctx, req, project)
	if err != nil {
		return response{}, err
	}
	own, facts := rows["USER#"+person+"PROJECT#"+project], rows["CLIENT#P#"+project+"PROJECT"]
	contact := str(own["contact"])
	company, active := str(dict(rows["USER#"+person+"MEMBERSHIP#"+workspace]["contacts"])[contact]), contact != ""
	if own == nil || facts == nil || !active || str(own["kind"]) != "client" || company == "" {
		return refusal(404), nil
	}
	query, err := url.ParseQuery(req.RawQueryString)
	if err != nil {
		return refusal(400), nil //nolint:nilerr // the caller hears of it
	}
	prefix, ok := map[string]string{"message": "msg_", "file": "fil_", "task": "tsk_", "event": "evt_"}[query.Get("kind")]
	if !ok {
		return refusal(422), nil
	}
	type answer struct {
		open bool
		err  error
	}
	gate := make(chan answer, 1)
	go func() {
		found, err := h.get(ctx, key("CLIENT#W#"+workspace+"#CO#"+company, "GATE"))
		gate <- answer{open: len(found) == 1 && !truth(found[0]["archived"]), err: err}
	}()
	page, err := h.db.Query(ctx, &dynamodb.QueryInput{
		TableName: aws.String("foyer"), KeyConditionExpression: aws.String("PK = :pk AND begins_with(SK, :sk)"), ConsistentRead: aws.Bool(true),
		ExpressionAttributeValues: row{":pk": &types.AttributeValueMemberS{Value: "CLIENT#P#" + project}, ":sk": &types.AttributeValueMemberS{Value: "ITEM#" + prefix}},
		ScanIndexForward:          aws.Bool(false), Limit: aws.Int32(21),
	})
	let := <-gate
	if err := errors.Join(err, let.err); err != nil {
		return response{}, err
	}
	if !let.open {
		return refusal(404), nil
	}
	type item struct {
		ID        string    `json:"id"`
		Kind      string    `json:"kind"`
		Title     string    `json:"title"`
		Text      string    `json:"text,omitempty"`
		Author    string    `json:"author"`
		CreatedAt time.Time `json:"createdAt"`
		UpdatedAt time.Time `json:"updatedAt"`
	}
	var body struct {
		Items []item `json:"items"`
	}
	for _, r := range page.Items {
		body.Items = append(body.Items, item{str(r["item"]), str(r["kind"]), str(r["title"]), str(r["text"]), str(r["author"]), at(r["createdAt"]), at(r["updatedAt"])})
	}
	return h.answer(ctx, req, start, 200, person, body, "")
}

// itemsCreate is items-create, of a message.
func (h byHand) itemsCreate(ctx context.Context, req request) (response, error) {
	start := time.Now()
	project := req.PathParameters["project"]
	rows, workspace, person, err := h.facts(ctx, req, project)
	if err != nil {
		return response{}, err
	}
	facts := rows["CLIENT#P#"+project+"PROJECT"]
	if role := str(rows["USER#"+person+"MEMBERSHIP#"+workspace]["role"]); facts == nil || role != "owner" && role != "admin" {
		return refusal(404), nil
	}
	if truth(facts["archived"]) {
		return refusal(409), nil
	}
	var in struct{ Kind, Title, Text string }
	if err := json.Unmarshal([]byte(req.Body), &in); err != nil || in.Kind != "message" || in.Title == "" || len(in.Title) > 200 {
		return refusal(422), nil //nolint:nilerr // the caller hears of it
	}
	now := time.Now().UTC().Truncate(time.Millisecond)
	id, act := "msg_"+ulid.MustNew(ulid.Timestamp(now), rand.Reader).String(), "act_"+ulid.MustNew(ulid.Timestamp(now), rand.Reader).String()
	stamp := text(now.Format(time.RFC3339Nano))
	_, err = h.db.TransactWriteItems(ctx, &dynamodb.TransactWriteItemsInput{TransactItems: []types.TransactWriteItem{
		{ConditionCheck: &types.ConditionCheck{TableName: aws.String("foyer"), Key: key("CLIENT#P#"+project, "PROJECT"), ConditionExpression: aws.String("archived = :no"),
			ExpressionAttributeValues: row{":no": &types.AttributeValueMemberBOOL{}}}},
		{Put: &types.Put{TableName: aws.String("foyer"), ConditionExpression: aws.String("attribute_not_exists(PK)"), Item: row{
			"PK": text("TEAM#P#" + project), "SK": text("ITEM#" + id), "item": text(id), "kind": text(in.Kind), "title": text(in.Title), "text": text(in.Text),
			"author": text(person), "createdAt": stamp, "updatedAt": stamp, "version": &types.AttributeValueMemberN{Value: "1"}}}},
		{Put: &types.Put{TableName: aws.String("foyer"), Item: row{
			"PK": text("TEAM#P#" + project + "#ACT"), "SK": text(act), "activity": text(act), "type": text("item-created"), "workspace": text(workspace),
			"project": text(project), "item": text(id), "actor": text(person), "at": stamp}}},
	}})
	if err != nil {
		return response{}, err
	}
	body := struct {
		ID           string    `json:"id"`
		Kind         string    `json:"kind"`
		Title        string    `json:"title"`
		Text         string    `json:"text,omitempty"`
		Author       string    `json:"author"`
		CreatedAt    time.Time `json:"createdAt"`
		UpdatedAt    time.Time `json:"updatedAt"`
		ClientCanSee bool      `json:"clientCanSee"`
	}{id, in.Kind, in.Title, in.Text, person, now, now, false}
	raw, err := json.Marshal(body)
	if err != nil {
		return response{}, err
	}
	sum := sha256.Sum256(raw)
	return h.answer(ctx, req, start, 201, person, body, `"`+base64.RawURLEncoding.EncodeToString(sum[:15])+`"`)
}

// facts reads what access needs, by partition and sort key.
func (h byHand) facts(ctx context.Context, req request, project string) (rows map[string]row, workspace, person string, err error) {
	claims := req.RequestContext.Authorizer.JWT.Claims
	person = claims["username"]
	if claims["token_use"] != "access" || claims["client_id"] != "client-id" || len(project) != 56 {
		return nil, "", "", errors.New("no valid access token")
	}
	workspace = "wks_" + project[4:30]
	session := "SESSION#" + claims["origin_jti"]
	found, err := h.get(ctx, key("USER#"+person, session), key("CLIENT#W#"+workspace, "GATE"), key("USER#"+person, "MEMBERSHIP#"+workspace),
		key("USER#"+person, "PROJECT#"+project), key("CLIENT#P#"+project, "PROJECT"))
	if err != nil {
		return nil, "", "", err
	}
	rows = make(map[string]row, len(found))
	for _, r := range found {
		rows[str(r["PK"])+str(r["SK"])] = r
	}
	ends, ok := rows["USER#"+person+session]["ttl"].(*types.AttributeValueMemberN)
	gate := rows["CLIENT#W#"+workspace+"GATE"]
	if !ok || gate == nil || truth(gate["closed"]) {
		return nil, "", "", errors.New("no session")
	}
	if until, err := strconv.ParseInt(ends.Value, 10, 64); err != nil || until <= time.Now().Unix() {
		return nil, "", "", errors.New("the session has ended")
	}
	return rows, workspace, person, nil
}

func (h byHand) get(ctx context.Context, keys ...row) ([]row, error) {
	res, err := h.db.BatchGetItem(ctx, &dynamodb.BatchGetItemInput{RequestItems: map[string]types.KeysAndAttributes{"foyer": {ConsistentRead: aws.Bool(true), Keys: keys}}})
	if err != nil {
		return nil, err
	}
	return res.Responses["foyer"], nil
}

func (h byHand) answer(ctx context.Context, req request, start time.Time, status int, person string, body any, tag string) (response, error) {
	var out strings.Builder
	if err := json.NewEncoder(&out).Encode(body); err != nil {
		return response{}, err
	}
	res := response{StatusCode: status, Body: out.String(), Headers: map[string]string{"Content-Type": "application/json", "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}}
	if tag != "" {
		res.Headers["ETag"] = tag
	}
	h.log.InfoContext(ctx, "request", "requestId", req.RequestContext.RequestID, "method", req.RequestContext.HTTP.Method, "route", req.RouteKey, "status", status, "code", "", "person", person, "ms", time.Since(start).Milliseconds())
	return res, nil
}

func refusal(status int) response { return response{StatusCode: status} }

func key(pk, sk string) row { return row{"PK": text(pk), "SK": text(sk)} }

func text(s string) types.AttributeValue { return &types.AttributeValueMemberS{Value: s} }

func str(v types.AttributeValue) string {
	if s, ok := v.(*types.AttributeValueMemberS); ok {
		return s.Value
	}
	return ""
}

func truth(v types.AttributeValue) bool {
	b, ok := v.(*types.AttributeValueMemberBOOL)
	return ok && b.Value
}

func dict(v types.AttributeValue) row {
	if m, ok := v.(*types.AttributeValueMemberM); ok {
		return m.Value
	}
	return nil
}

func at(v types.AttributeValue) time.Time {
	t, _ := time.Parse(time.RFC3339Nano, str(v))
	return t
}
