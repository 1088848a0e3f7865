// Command passwords-reset is the Lambda function of that operation.
package main

import (
	"foyer/shared/lambdarun"
	"foyer/shared/passwords"
)

func main() { lambdarun.API(passwords.Reset) }
