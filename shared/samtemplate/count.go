package samtemplate

import (
	"fmt"
	"path/filepath"
	"strings"

	"gopkg.in/yaml.v3"
)

// ResourceLimit is how many resources CloudFormation takes in one template
// (CloudFormation User Guide, "Understand CloudFormation quotas").
const ResourceLimit = 500

// Count says how many CloudFormation resources the template becomes.
type Count struct {
	// Total is what the limit applies to.
	Total int
	// ByType counts CloudFormation's types, ByResource the template's own resources by
	// logical id: what each becomes, itself included.
	ByType, ByResource map[string]int
}

// ResourceCount counts the resources after SAM's expansion. Resources whose condition
// does not hold count too, for CloudFormation's limit is on the template.
//
// Counted as samtranslator 1.110.0 expands them:
//   - a function: itself, a role unless Role is given, version and alias with
//     AutoPublishAlias, one for EventInvokeConfig, and for each event
//     HttpApi, S3, Cognito: a permission; DynamoDB, SQS, Kinesis: an event source
//     mapping; ScheduleV2: a schedule, and a role unless RoleArn is given; Schedule,
//     EventBridgeRule, CloudWatchEvent: a rule and a permission; SNS: a subscription
//     and a permission; CloudWatchLogs: a subscription filter and a permission;
//   - an HTTP API, also the implicit one: the API and its stage;
//   - a simple table, a layer version, a nested application: one;
//   - everything else that is not AWS::Serverless: itself.
//
// A resource, event or property whose expansion is not in this list is an error.
func (t *Template) ResourceCount() (Count, error) {
	c := &counter{Count: Count{ByType: map[string]int{}, ByResource: map[string]int{}}}
	for id, n := range entries(child(t.root, "Resources")) {
		kind := child(n, "Type").Value
		c.from = id
		c.what = "Resources." + id
		if child(n, "Connectors") != nil {
			return Count{}, fmt.Errorf("%s: line %d: %s: Connectors are not counted; add them to count.go", filepath.Base(t.Path), n.Line, c.what)
		}
		if err := c.resource(kind, mergeGlobals(t.root, kind, child(n, "Properties"))); err != nil {
			return Count{}, fmt.Errorf("%s: line %d: %w", filepath.Base(t.Path), n.Line, err)
		}
	}
	if c.implicitAPI {
		c.from = implicitHTTPAPI
		c.add("AWS::ApiGatewayV2::Api", "AWS::ApiGatewayV2::Stage")
	}
	return c.Count, nil
}

type counter struct {
	Count
	from, what  string
	implicitAPI bool
}

func (c *counter) add(types ...string) {
	for _, t := range types {
		c.Total++
		c.ByType[t]++
		c.ByResource[c.from]++
	}
}

func (c *counter) refuse(n *yaml.Node, properties ...string) error {
	for _, p := range properties {
		if child(n, p) != nil {
			return fmt.Errorf("%s: what SAM makes of %s is not counted; add it to count.go", c.what, p)
		}
	}
	return nil
}

func (c *counter) resource(kind string, properties *yaml.Node) error {
	switch kind {
	case "AWS::Serverless::Function":
		return c.function(properties)
	case "AWS::Serverless::HttpApi":
		c.add("AWS::ApiGatewayV2::Api", "AWS::ApiGatewayV2::Stage")
		for name, a := range entries(child(child(properties, "Auth"), "Authorizers")) {
			if child(a, "FunctionArn") != nil {
				return fmt.Errorf("%s: the Lambda authorizer %s is not counted; add it to count.go", c.what, name)
			}
		}
		return c.refuse(properties, "Domain")
	case "AWS::Serverless::SimpleTable":
		c.add("AWS::DynamoDB::Table")
	case "AWS::Serverless::LayerVersion":
		c.add("AWS::Lambda::LayerVersion")
	case "AWS::Serverless::Application":
		c.add("AWS::CloudFormation::Stack")
	default:
		if strings.HasPrefix(kind, "AWS::Serverless::") {
			return fmt.Errorf("%s: what SAM makes of %s is not counted; add it to count.go", c.what, kind)
		}
		c.add(kind)
	}
	return nil
}

func (c *counter) function(p *yaml.Node) error {
	if err := c.refuse(p, "FunctionUrlConfig", "DeploymentPreference", "SnapStart", "CapacityProviderConfig"); err != nil {
		return err
	}
	c.add("AWS::Lambda::Function")
	if child(p, "Role") == nil {
		c.add("AWS::IAM::Role")
	}
	if child(p, "AutoPublishAlias") != nil {
		c.add("AWS::Lambda::Version", "AWS::Lambda::Alias")
	}
	if config := child(p, "EventInvokeConfig"); config != nil {
		c.add("AWS::Lambda::EventInvokeConfig")
		for outcome, d := range entries(child(config, "DestinationConfig")) {
			if kind := child(d, "Type"); kind != nil && (kind.Value == "SQS" || kind.Value == "SNS") && child(d, "Destination") == nil {
				return fmt.Errorf("%s: EventInvokeConfig: give %s a Destination; the one that SAM would make is not counted", c.what, outcome)
			}
		}
	}
	for name, e := range entries(child(p, "Events")) {
		if err := c.event(name, e); err != nil {
			return err
		}
	}
	return nil
}

func (c *counter) event(name string, e *yaml.Node) error {
	kind, p := child(e, "Type"), child(e, "Properties")
	if kind == nil {
		return fmt.Errorf("%s: the event %s has no Type", c.what, name)
	}
	if d := child(p, "DeadLetterConfig"); d != nil && child(d, "Arn") == nil {
		return fmt.Errorf("%s: the event %s: give DeadLetterConfig an Arn; the queue that SAM would make is not counted", c.what, name)
	}
	switch kind.Value {
	case "HttpApi":
		c.add("AWS::Lambda::Permission")
		if child(p, "ApiId") == nil {
			c.implicitAPI = true
		}
	case "S3", "Cognito":
		c.add("AWS::Lambda::Permission")
	case "DynamoDB", "SQS", "Kinesis":
		c.add("AWS::Lambda::EventSourceMapping")
	case "ScheduleV2":
		c.add("AWS::Scheduler::Schedule")
		if child(p, "RoleArn") == nil {
			c.add("AWS::IAM::Role")
		}
	case "Schedule", "EventBridgeRule", "CloudWatchEvent":
		c.add("AWS::Events::Rule", "AWS::Lambda::Permission")
	case "SNS":
		if child(p, "SqsSubscription") != nil {
			return fmt.Errorf("%s: the event %s: SqsSubscription is not counted; add it to count.go", c.what, name)
		}
		c.add("AWS::SNS::Subscription", "AWS::Lambda::Permission")
	case "CloudWatchLogs":
		c.add("AWS::Logs::SubscriptionFilter", "AWS::Lambda::Permission")
	default:
		return fmt.Errorf("%s: what SAM makes of an event of type %s is not counted; add it to count.go", c.what, kind.Value)
	}
	return nil
}
