// Command jobs-get is the Lambda function of that operation.
package main

import (
	"foyer/shared/jobs"
	"foyer/shared/lambdarun"
)

func main() { lambdarun.API(jobs.Get) }
