// Command jobs-get is the Lambda function of that operation.
package main

import (
	"foyer/shared/jobview"
	"foyer/shared/lambdarun"
)

func main() { lambdarun.API(jobview.Get) }
