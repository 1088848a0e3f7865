// Command clients-add is the Lambda function of that operation.
package main

import (
	"foyer/shared/clients"
	"foyer/shared/lambdarun"
)

func main() { lambdarun.API(clients.Add) }
