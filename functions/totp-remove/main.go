// Command totp-remove is the Lambda function of that operation.
package main

import (
	"foyer/shared/lambdarun"
	"foyer/shared/totp"
)

func main() { lambdarun.API(totp.Remove) }
