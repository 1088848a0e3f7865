// Command invitation-template-put is the Lambda function of that operation.
package main

import (
	"foyer/shared/lambdarun"
	"foyer/shared/templateedit"
)

func main() { lambdarun.API(templateedit.Put) }
