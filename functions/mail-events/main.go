// Command mail-events is the Lambda function that hears of mails that came back.
package main

import (
	"foyer/shared/lambdarun"
	"foyer/shared/mailevents"
)

func main() { lambdarun.Queue(mailevents.Run) }
