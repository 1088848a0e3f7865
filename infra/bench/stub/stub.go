// Package stub stands in for AWS where AWS is not what is measured: it answers at
// once, from a few rows that no write changes.
package stub

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"

	"foyer/shared/table"
)

// AWS answers what Foyer's functions ask of DynamoDB, Cognito, Secrets Manager,
// SES and SQS: over HTTP (ServeHTTP), or as an SDK's HTTP client in the same
// process (Do), which remembers its answers so that its own work hardly counts.
type AWS struct {
	items map[table.Key]json.RawMessage
	keys  []table.Key // sorted

	mu       sync.Mutex
	answered map[string][]byte
	calls    []string
	record   bool
}

// Row is a row of the stub, under its key.
type Row = table.Rowed

// New is a stub with those rows.
func New(rows ...Row) (*AWS, error) {
	s := &AWS{items: map[table.Key]json.RawMessage{}, answered: map[string][]byte{}}
	for _, r := range rows {
		item, err := attributevalue.MarshalMap(r.Row)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", r.Key, err)
		}
		key, err := attributevalue.MarshalMap(r.Key)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", r.Key, err)
		}
		item["PK"], item["SK"] = key["PK"], key["SK"]
		if s.items[r.Key], err = attributevalue.MarshalMapJSON(item); err != nil {
			return nil, fmt.Errorf("%s: %w", r.Key, err)
		}
		s.keys = append(s.keys, r.Key)
	}
	slices.SortFunc(s.keys, func(a, b table.Key) int { return strings.Compare(a.String(), b.String()) })
	return s, nil
}

// ServeHTTP answers one call of an SDK.
func (s *AWS) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	answer, err := s.answer(r, body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	for name, values := range header(answer) {
		w.Header()[name] = values
	}
	_, _ = w.Write(answer) //nolint:gosec // JSON to an SDK; if it has gone, nobody is left to tell
}

// Do answers one call of an SDK whose HTTP client the stub is.
func (s *AWS) Do(r *http.Request) (*http.Response, error) {
	var body []byte
	if r.Body != nil {
		var err error
		if body, err = io.ReadAll(r.Body); err != nil {
			return nil, err
		}
	}
	target := r.Header.Get("X-Amz-Target")
	call := target + string(body)
	s.mu.Lock()
	if s.record {
		s.calls = append(s.calls, target)
	}
	answer, ok := s.answered[call]
	s.mu.Unlock()
	if !ok {
		var err error
		if answer, err = s.answer(r, body); err != nil {
			return nil, err
		}
		if !bytes.Equal(answer, []byte("{}")) { // writes differ each time
			s.mu.Lock()
			s.answered[call] = answer
			s.mu.Unlock()
		}
	}
	return &http.Response{StatusCode: http.StatusOK, Header: header(answer), Body: io.NopCloser(bytes.NewReader(answer)), ContentLength: int64(len(answer)), Request: r}, nil
}

// Calls are the operations that do asks for through Do, sorted: of those that are
// made at once, any may come first.
func (s *AWS) Calls(do func() error) ([]string, error) {
	s.set(true)
	err := do()
	return slices.Sorted(slices.Values(s.set(false))), err
}

func (s *AWS) set(record bool) (calls []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	calls, s.calls, s.record = s.calls, nil, record
	return calls
}

func header(answer []byte) http.Header {
	return http.Header{
		"Content-Type":     {"application/x-amz-json-1.0"},
		"X-Amzn-Requestid": {"STUB"},
		"X-Amz-Crc32":      {strconv.FormatUint(uint64(crc32.ChecksumIEEE(answer)), 10)},
	}
}

func (s *AWS) answer(r *http.Request, body []byte) ([]byte, error) {
	_, operation, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	switch operation {
	case "GetItem", "BatchGetItem", "Query":
		var in request
		if err := json.Unmarshal(body, &in); err != nil {
			return nil, err
		}
		return json.Marshal(s.read(operation, in))
	case "":
		return []byte(`{"MessageId":"message"}`), nil // SES
	}
	if fixed, ok := others[operation]; ok {
		return []byte(fixed), nil
	}
	return []byte("{}"), nil // a write that succeeds
}

// others are the answers of other services.
var others = map[string]string{
	"GetSecretValue":              `{"SecretString":"00000000000000000000000000000000","VersionId":"one"}`,
	"DescribeUserPoolClient":      `{"UserPoolClient":{"ClientSecret":"secret"}}`,
	"AdminGetUser":                `{"UserStatus":"CONFIRMED"}`,
	"AdminInitiateAuth":           tokens,
	"AdminRespondToAuthChallenge": tokens,
	"AssociateSoftwareToken":      `{"SecretCode":"JBSWY3DPEHPK3PXP"}`,
	"VerifySoftwareToken":         `{"Status":"SUCCESS"}`,
}

// tokens are what Cognito gives for the session of Rows.
var tokens = `{"AuthenticationResult":{"AccessToken":"` + part(`{"alg":"RS256"}`) + "." + part(`{"origin_jti":"`+Session+`","username":"`+Person+`"}`) + "." + part("sig") +
	`","RefreshToken":"refresh","ExpiresIn":3600,"TokenType":"Bearer"}}`

func part(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) }

// request is what the stub looks at of a read.
type request struct {
	Key          key
	RequestItems map[string]struct{ Keys []key }
	Values       map[string]text `json:"ExpressionAttributeValues"`
}

type (
	text struct{ S string }
	key  struct{ PK, SK text }
)

func (k key) of() table.Key { return table.Key{PK: k.PK.S, SK: k.SK.S} }

func (s *AWS) read(operation string, in request) any {
	if operation == "GetItem" {
		if item, ok := s.items[in.Key.of()]; ok {
			return map[string]any{"Item": item}
		}
		return struct{}{}
	}
	found := []json.RawMessage{}
	if operation == "Query" {
		pk, prefix := in.rangeAsked()
		for _, k := range s.keys {
			if k.PK == pk && strings.HasPrefix(k.SK, prefix) {
				found = append(found, s.items[k])
			}
		}
		return map[string]any{"Items": found, "Count": len(found), "ScannedCount": len(found)}
	}
	responses := map[string][]json.RawMessage{}
	for name, want := range in.RequestItems {
		for _, k := range want.Keys {
			if item, ok := s.items[k.of()]; ok {
				found = append(found, item)
			}
		}
		responses[name] = found
	}
	return map[string]any{"Responses": responses, "UnprocessedKeys": struct{}{}}
}

// rangeAsked is the partition and the prefix of a query, told apart by the realm.
func (in request) rangeAsked() (pk, prefix string) {
	for _, v := range in.Values {
		if slices.ContainsFunc([]string{table.RealmTeam, table.RealmClient, table.RealmUser, table.RealmAuth, table.RealmDue},
			func(realm string) bool { return strings.HasPrefix(v.S, realm) }) {
			pk = v.S
		} else {
			prefix = v.S
		}
	}
	return pk, prefix
}
