// Command jobs-run is the Lambda function that does long work, slice by slice.
package main

import (
	"foyer/shared/jobsrun"
	"foyer/shared/lambdarun"
)

func main() { lambdarun.Queue(jobsrun.Runner.Run) }
