// Package awsenv is the AWS configuration of a function, taken from the
// environment that Lambda gives it. It stands in for config.LoadDefaultConfig,
// which also links and asks for profiles, SSO, web identities and instance
// metadata, none of which a function has.
package awsenv

import (
	"context"
	"errors"
	"io"
	"net/http"
	"os"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
)

// attempts of one AWS call, the first included; the API's callers wait for them.
const attempts = 3

// Config reads region, credentials and (in the local engine) the endpoint.
func Config() aws.Config {
	cfg := aws.Config{
		Region:      os.Getenv("AWS_REGION"),
		Credentials: aws.NewCredentialsCache(aws.CredentialsProviderFunc(credentials)),
		HTTPClient:  SafeBody(newClient()),
		Retryer: func() aws.Retryer {
			return retry.NewStandard(func(o *retry.StandardOptions) { o.MaxAttempts = attempts })
		},
	}
	if endpoint := os.Getenv("AWS_ENDPOINT_URL"); endpoint != "" {
		cfg.BaseEndpoint = aws.String(endpoint)
	}
	return cfg
}

// SafeBody lets the client read requests' bodies in one way only. The SDK closes a
// request's body as soon as an answer is there, and net/http may look once more
// whether the body has ended: by WriteTo, which smithy-go (1.28.8) has on its
// bodies, and which is an error once they are closed. Then net/http closes the
// connection while the answer is read, and the SDK makes a call again that has had
// its effect.
func SafeBody(client aws.HTTPClient) aws.HTTPClient { return safeBody{client} }

type safeBody struct{ client aws.HTTPClient }

func (c safeBody) Do(r *http.Request) (*http.Response, error) {
	if r.Body != nil && r.Body != http.NoBody {
		r.Body = struct{ io.ReadCloser }{r.Body} // without WriteTo
	}
	return c.client.Do(r)
}

func credentials(context.Context) (aws.Credentials, error) {
	c := aws.Credentials{AccessKeyID: os.Getenv("AWS_ACCESS_KEY_ID"), SecretAccessKey: os.Getenv("AWS_SECRET_ACCESS_KEY"), SessionToken: os.Getenv("AWS_SESSION_TOKEN"), Source: "environment"}
	if !c.HasKeys() {
		return c, errors.New("no AWS credentials in the environment")
	}
	return c, nil
}
