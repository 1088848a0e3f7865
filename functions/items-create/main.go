// Command items-create is the Lambda function of that operation.
package main

import (
	"foyer/shared/items"
	"foyer/shared/lambdarun"
)

func main() { lambdarun.API(items.Create) }
