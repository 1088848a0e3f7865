// Command audit-export is the Lambda function of that operation.
package main

import (
	"foyer/shared/audit"
	"foyer/shared/lambdarun"
)

func main() { lambdarun.API(audit.Export) }
