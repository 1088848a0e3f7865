// Command invitations-open is the Lambda function of that operation.
package main

import (
	"foyer/shared/acceptance"
	"foyer/shared/lambdarun"
)

func main() { lambdarun.API(acceptance.Open) }
