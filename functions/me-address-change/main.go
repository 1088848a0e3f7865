// Command me-address-change is the Lambda function of that operation.
package main

import (
	"foyer/shared/lambdarun"
	"foyer/shared/me"
)

func main() { lambdarun.API(me.AddressChange) }
