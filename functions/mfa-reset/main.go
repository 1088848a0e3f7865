// Command mfa-reset is the Lambda function of that operation.
package main

import (
	"foyer/shared/lambdarun"
	"foyer/shared/mfa"
)

func main() { lambdarun.API(mfa.Reset) }
