// Command huma is a Lambda function with one operation of huma's, and no AWS SDK.
package main

import (
	"context"
	"net/http"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/awslabs/aws-lambda-go-api-proxy/httpadapter"
	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
)

type output struct {
	Body struct {
		ID string `json:"id"`
	}
}

func main() {
	mux := http.NewServeMux()
	huma.Register(humago.New(mux, huma.DefaultConfig("floor", "1")), huma.Operation{OperationID: "floor", Method: http.MethodGet, Path: "/v1/me"},
		func(context.Context, *struct{}) (*output, error) { return &output{}, nil })
	lambda.Start(httpadapter.NewV2(mux).ProxyWithContext)
}
