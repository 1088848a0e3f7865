// Command notifications-list is the Lambda function of that operation.
package main

import (
	"foyer/shared/lambdarun"
	"foyer/shared/notifications"
)

func main() { lambdarun.API(notifications.List) }
