// Command me-password is the Lambda function of that operation.
package main

import (
	"foyer/shared/credentials"
	"foyer/shared/lambdarun"
)

func main() { lambdarun.API(credentials.Password) }
