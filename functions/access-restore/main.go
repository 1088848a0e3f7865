// Command access-restore is the Lambda function of that operation.
package main

import (
	"foyer/shared/access"
	"foyer/shared/lambdarun"
)

func main() { lambdarun.API(access.Restore) }
