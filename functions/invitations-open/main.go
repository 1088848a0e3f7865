// Command invitations-open is the Lambda function of that operation.
package main

import (
	"foyer/shared/invitations"
	"foyer/shared/lambdarun"
)

func main() { lambdarun.API(invitations.Open) }
