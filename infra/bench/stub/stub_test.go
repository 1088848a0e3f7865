package stub

import (
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"foyer/shared/api"
	"foyer/shared/catalog"
	"foyer/shared/lambdarun"
)

// A function whose caller is not let in, or that fails, would be measured at doing
// nothing. One that does not find what its event names has read its rows.
func TestEveryEventIsLetInByTheStub(t *testing.T) {
	for _, op := range catalog.Operations() {
		id := op.Meta().ID
		fake, err := New(Rows(id)...)
		if err != nil {
			t.Fatal(err)
		}
		raw, err := os.ReadFile(filepath.Join("..", "..", "..", "events", id+".json"))
		if err != nil {
			t.Fatal(err)
		}
		var event events.APIGatewayV2HTTPRequest
		if err := json.Unmarshal(raw, &event); err != nil {
			t.Fatal(err)
		}
		env := api.NewEnv(api.Config{Table: "foyer", UserPoolID: "pool", UserPoolClientID: "client-id", Region: "eu-central-1", SignUpOpen: true},
			aws.Config{Region: "eu-central-1", Credentials: credentials.NewStaticCredentialsProvider("a", "b", ""), HTTPClient: fake},
			slog.New(slog.NewJSONHandler(io.Discard, nil)))
		res, err := lambdarun.APIHandler(env, op)(t.Context(), event)
		if err != nil || res.StatusCode >= http.StatusInternalServerError || res.StatusCode == http.StatusUnauthorized || res.StatusCode == http.StatusForbidden {
			t.Errorf("%s: got %d %s, %v, want it let in", id, res.StatusCode, res.Body, err)
		}
	}
}
