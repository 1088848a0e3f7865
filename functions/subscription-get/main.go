// Command subscription-get is the Lambda function of that operation.
package main

import (
	"foyer/shared/lambdarun"
	"foyer/shared/subscription"
)

func main() { lambdarun.API(subscription.Get) }
