// Command stream-notify is the Lambda function that tells people what happened.
package main

import (
	"foyer/shared/lambdarun"
	"foyer/shared/notify"
)

func main() { lambdarun.Stream(notify.Consumer) }
