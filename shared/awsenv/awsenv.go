// Package awsenv is the AWS configuration of a function, taken from the
// environment that Lambda gives it. It stands in for config.LoadDefaultConfig,
// which also links and asks for profiles, SSO, web identities and instance
// metadata, none of which a function has.
package awsenv

import (
	"context"
	"errors"
	"os"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
)

// attempts of one AWS call, the first included; the API's callers wait for them.
const attempts = 3

// Config reads region, credentials and (in the local engine) the endpoint.
func Config() aws.Config {
	cfg := aws.Config{
		Region:      os.Getenv("AWS_REGION"),
		Credentials: aws.NewCredentialsCache(aws.CredentialsProviderFunc(credentials)),
		HTTPClient:  awshttp.NewBuildableClient(),
		Retryer: func() aws.Retryer {
			return retry.NewStandard(func(o *retry.StandardOptions) { o.MaxAttempts = attempts })
		},
	}
	if endpoint := os.Getenv("AWS_ENDPOINT_URL"); endpoint != "" {
		cfg.BaseEndpoint = aws.String(endpoint)
	}
	return cfg
}

func credentials(context.Context) (aws.Credentials, error) {
	c := aws.Credentials{AccessKeyID: os.Getenv("AWS_ACCESS_KEY_ID"), SecretAccessKey: os.Getenv("AWS_SECRET_ACCESS_KEY"), SessionToken: os.Getenv("AWS_SESSION_TOKEN"), Source: "environment"}
	if !c.HasKeys() {
		return c, errors.New("no AWS credentials in the environment")
	}
	return c, nil
}
