// Command web is the Lambda function that serves the page.
package main

import (
	"foyer/shared/lambdarun"
	"foyer/shared/web"
)

func main() { lambdarun.HTTP(web.Handler()) }
