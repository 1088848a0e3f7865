package awsenv

import (
	"crypto/x509"
	_ "embed" // roots.pem
	"errors"
	"net/http"
	"os"
	"sync"
	"sync/atomic"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
)

// roots are the authorities that certificates of AWS's services come from
// (https://www.amazontrust.com/repository/).
//
//go:embed roots.pem
var roots []byte

// client is the SDK's HTTP client. To read all the authorities that a system
// trusts took most of the first call's time (infra/bench), so they are read only
// where a certificate comes from none of roots. AWS_CA_BUNDLE names a file of
// other ones, as for every AWS SDK.
type client struct {
	few       func() aws.HTTPClient
	all       func() aws.HTTPClient
	elsewhere atomic.Bool // a certificate came from none of the few
}

func newClient() *client {
	return &client{
		few: sync.OnceValue(func() aws.HTTPClient {
			pool := x509.NewCertPool()
			pool.AppendCertsFromPEM(bundle())
			return awshttp.NewBuildableClient().WithTransportOptions(func(t *http.Transport) { t.TLSClientConfig.RootCAs = pool }).Freeze()
		}),
		all: sync.OnceValue(func() aws.HTTPClient { return awshttp.NewBuildableClient().Freeze() }),
	}
}

func bundle() []byte {
	if name := os.Getenv("AWS_CA_BUNDLE"); name != "" {
		if own, err := os.ReadFile(name); err == nil { //nolint:gosec // set by who deploys the function
			return own
		}
	}
	return roots
}

// Do sends a request. Where the certificate is of an unknown authority nothing
// was sent, and the SDK tries again (SES's client does not: its caller does).
func (c *client) Do(r *http.Request) (*http.Response, error) {
	if c.elsewhere.Load() {
		return c.all().Do(r)
	}
	res, err := c.few().Do(r)
	var unknown x509.UnknownAuthorityError
	if errors.As(err, &unknown) {
		c.elsewhere.Store(true)
	}
	return res, err
}
