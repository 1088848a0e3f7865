//go:build engine

package cost

// Price is a list price of AWS in us-east-1, on demand, without any free tier or
// discount.
type Price struct {
	Service, What string
	USD           float64
	Per           float64 // of what the price is for: a million, a thousand, one
	Source        string  // where it was read, and of when that is; AWS's own page decides
}

// each is the price of one.
func (p Price) each() float64 { return p.USD / p.Per }

const (
	thousand, million = 1e3, 1e6
	unread            = "no page with the figure could be read; AWS's list as it is known of 2025"
)

// The prices, with the page on which each was looked up in November 2026 and the time
// that the page is of; for some no page with a figure could be read.
var (
	readUnit    = Price{"DynamoDB", "read request units", 0.125, million, "airbyte.com/data-engineering-resources/dynamodb-pricing, July 2025 (halved in November 2024)"}
	writeUnit   = Price{"DynamoDB", "write request units", 0.625, million, "airbyte.com/data-engineering-resources/dynamodb-pricing, July 2025 (halved in November 2024)"}
	stored      = Price{"DynamoDB", "GB-months in the table", 0.25, 1, "aws.amazon.com/dynamodb/pricing, read November 2026"}
	recoverable = Price{"DynamoDB", "GB-months recoverable to a point in time", 0.20, 1, unread}
	keyUse      = Price{"KMS", "uses of the table's key", 0.03, 10 * thousand, unread}
	httpCall    = Price{"API Gateway (HTTP API)", "requests", 1.00, million, "awsforengineers.com/blog/aws-api-gateway-pricing-explained, May 2025"}
	invocation  = Price{"Lambda", "invocations", 0.20, million, "cloudchipr.com/blog/aws-lambda-pricing, 2024"}
	gbSecond    = Price{"Lambda", "GB-seconds, arm64", 0.0000133334, 1, "cloudchipr.com/blog/aws-lambda-pricing, 2024"}
	activeUser  = Price{"Cognito (Essentials)", "monthly active users", 0.015, 1, unread}
	mailSent    = Price{"SES", "mails", 0.10, thousand, "acecloudinterviews.com/tutorials/aws/ses, read November 2026"}
	logged      = Price{"CloudWatch", "GB of logs", 0.50, 1, "factualminds.com/blog/amazon-cloudwatch-pricing-metrics-logs-alarms-dashboards, June 2026"}
	alarm       = Price{"CloudWatch", "alarms", 0.10, 1, unread}
	trace       = Price{"X-Ray", "traces", 5.00, million, "aws.amazon.com/xray/pricing, read November 2026"}
	scheduled   = Price{"EventBridge Scheduler", "calls", 1.00, million, "cloudburn.io/blog/amazon-eventbridge-pricing, March 2026"}
	queueCall   = Price{"SQS", "requests", 0.40, million, unread}
	secretKept  = Price{"Secrets Manager", "secrets", 0.40, 1, unread}
	secretRead  = Price{"Secrets Manager", "reads", 0.05, 10 * thousand, unread}
	fileWritten = Price{"S3", "objects written", 0.005, thousand, unread}
	sentOut     = Price{"data transfer", "GB to the internet", 0.09, 1, "apigatewaycost.com/aws, read November 2026"}
)
