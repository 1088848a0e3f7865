// Command stream-notify is the Lambda function that tells people what happened.
package main

import (
	"foyer/shared/lambdarun"
	"foyer/shared/notifications"
)

func main() { lambdarun.Stream(notifications.Notify) }
