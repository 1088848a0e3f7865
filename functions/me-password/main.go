// Command me-password is the Lambda function of that operation.
package main

import (
	"foyer/shared/lambdarun"
	"foyer/shared/me"
)

func main() { lambdarun.API(me.Password) }
