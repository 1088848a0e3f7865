package awsenv

import (
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// server is a DynamoDB whose certificate is of no authority that AWS uses.
func server(t *testing.T) (endpoint, certificate string, requests *atomic.Int32) {
	t.Helper()
	requests = &atomic.Int32{}
	s := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		requests.Add(1)
		_, _ = w.Write([]byte(`{"Item":{"PK":{"S":"USER#a"}}}`)) // the client reads it or fails
	}))
	t.Cleanup(s.Close)
	certificate = filepath.Join(t.TempDir(), "certificate.pem")
	if err := os.WriteFile(certificate, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw}), 0o600); err != nil {
		t.Fatal(err)
	}
	return s.URL, certificate, requests
}

func get(t *testing.T, endpoint string) (*dynamodb.GetItemOutput, error) {
	t.Helper()
	for name, value := range map[string]string{"AWS_ENDPOINT_URL": endpoint, "AWS_REGION": "eu-central-1", "AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b"} {
		t.Setenv(name, value)
	}
	return dynamodb.NewFromConfig(Config()).GetItem(t.Context(), &dynamodb.GetItemInput{TableName: aws.String("foyer"),
		Key: map[string]types.AttributeValue{"PK": &types.AttributeValueMemberS{Value: "USER#a"}}})
}

func TestACertificateOfAnAuthorityThatTheSystemTrustsIsAccepted(t *testing.T) {
	endpoint, certificate, requests := server(t)
	t.Setenv("SSL_CERT_FILE", certificate) // read once in the life of a process, here
	res, err := get(t, endpoint)
	if err != nil || res.Item == nil {
		t.Fatalf("got %v, %v, want the row", res, err)
	}
	if n := requests.Load(); n != 1 {
		t.Errorf("the service saw %d requests, want one: a refused certificate gets none", n)
	}
}

func TestABundleIsTrustedAtOnce(t *testing.T) {
	endpoint, certificate, _ := server(t)
	t.Setenv("AWS_CA_BUNDLE", certificate)
	if res, err := get(t, endpoint); err != nil || res.Item == nil {
		t.Fatalf("got %v, %v, want the row", res, err)
	}
}

// The fingerprints that Amazon Trust Services publishes for its roots
// (https://www.amazontrust.com/repository/): Amazon Root CA 1 to 4, and Starfield
// Services Root Certificate Authority - G2.
var published = []string{
	"8ecde6884f3d87b1125ba31ac3fcb13d7016de7f57cc904fe1cb97c6ae98196e",
	"1ba5b2aa8c65401a82960118f80bec4f62304d83cec4713a19c39c011ea46db4",
	"18ce6cfe7bf14e60b2e347b8dfe868cb31d02ebb3ada271569f50343b46db3a4",
	"e35d28419ed02025cfa69038cd623962458da5c695fbdea3c22b0bfb25897092",
	"568d6905a2c88708a4b3025190edcfedb1974a606a13c6e5290fcb2ae63edab5",
}

func TestTheRootsAreThoseThatAmazonPublishes(t *testing.T) {
	var got []string
	for block, rest := pem.Decode(roots); block != nil; block, rest = pem.Decode(rest) {
		sum := sha256.Sum256(block.Bytes)
		got = append(got, hex.EncodeToString(sum[:]))
		root, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			t.Fatal(err)
		}
		if time.Until(root.NotAfter) < 2*365*24*time.Hour {
			t.Errorf("%s ends on %s: look for its successor", root.Subject.CommonName, root.NotAfter)
		}
	}
	if !slices.Equal(got, published) {
		t.Errorf("got %v, want %v", got, published)
	}
}
