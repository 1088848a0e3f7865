// Command settings-put is the Lambda function of that operation.
package main

import (
	"foyer/shared/lambdarun"
	"foyer/shared/settings"
)

func main() { lambdarun.API(settings.Put) }
