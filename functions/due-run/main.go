// Command due-run is the Lambda function that does what has become due, every minute.
package main

import (
	"foyer/shared/due"
	"foyer/shared/lambdarun"
)

func main() { lambdarun.Schedule(due.Run) }
