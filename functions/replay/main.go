// Command replay is the Lambda function that brings back, on demand, what the
// stream's consumers left.
package main

import (
	"foyer/shared/lambdarun"
	"foyer/shared/replay"
)

func main() { lambdarun.OnDemand(replay.Run) }
