// Command invitation-template-test is the Lambda function of that operation.
package main

import (
	"foyer/shared/invitationtemplate"
	"foyer/shared/lambdarun"
)

func main() { lambdarun.API(invitationtemplate.Test) }
