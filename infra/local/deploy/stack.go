package deploy

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"foyer/infra/local/engine"
)

// stack is a deployed stack: its template after SAM's transformation, and the
// names that its resources got.
type stack struct {
	name       string
	resources  map[string]resource // of the processed template
	ids        map[string]string   // logical → physical
	parameters map[string]string
	outputs    map[string]string
}

type resource struct {
	Type       string
	Properties map[string]any
}

func readStack(ctx context.Context, client *cloudformation.Client, name string) (*stack, error) {
	s := &stack{name: name, ids: map[string]string{}, parameters: map[string]string{}, outputs: map[string]string{}}
	template, err := client.GetTemplate(ctx, &cloudformation.GetTemplateInput{StackName: &name, TemplateStage: types.TemplateStageProcessed})
	if err != nil {
		return nil, fmt.Errorf("read the processed template: %w", err)
	}
	var body struct{ Resources map[string]resource }
	if err := json.Unmarshal([]byte(aws.ToString(template.TemplateBody)), &body); err != nil {
		return nil, fmt.Errorf("read the processed template: %w", err)
	}
	s.resources = body.Resources
	stacks, err := client.DescribeStacks(ctx, &cloudformation.DescribeStacksInput{StackName: &name})
	if err != nil {
		return nil, fmt.Errorf("describe the stack: %w", err)
	}
	for _, one := range stacks.Stacks {
		for _, p := range one.Parameters {
			s.parameters[aws.ToString(p.ParameterKey)] = aws.ToString(p.ParameterValue)
		}
		for _, o := range one.Outputs {
			s.outputs[aws.ToString(o.OutputKey)] = aws.ToString(o.OutputValue)
		}
	}
	made, err := client.DescribeStackResources(ctx, &cloudformation.DescribeStackResourcesInput{StackName: &name})
	if err != nil {
		return nil, fmt.Errorf("list the stack's resources: %w", err)
	}
	for _, r := range made.StackResources {
		s.ids[aws.ToString(r.LogicalResourceId)] = aws.ToString(r.PhysicalResourceId)
	}
	return s, nil
}

// httpAPI gives the logical id of the stack's one HTTP API.
func (s *stack) httpAPI() (string, error) {
	found := ""
	for id, r := range s.resources {
		if r.Type != "AWS::ApiGatewayV2::Api" {
			continue
		}
		if found != "" {
			return "", fmt.Errorf("two HTTP APIs, %s and %s: the local engine serves one", found, id)
		}
		found = id
	}
	if found == "" {
		return "", errors.New("the template has no HTTP API")
	}
	return found, nil
}

func (s *stack) physical(logical string) (string, error) {
	id, ok := s.ids[logical]
	if !ok || id == "" {
		return "", fmt.Errorf("the engine did not make %s", logical)
	}
	return id, nil
}

// resolve gives a value of the processed template with Ref, Fn::Sub and
// Fn::GetAtt in it replaced. SAM writes no other function into an HTTP API's
// Body; another one is an error, never a wrong route.
func (s *stack) resolve(v any) (any, error) {
	switch v := v.(type) {
	case []any:
		out := make([]any, len(v))
		for i, entry := range v {
			var err error
			if out[i], err = s.resolve(entry); err != nil {
				return nil, err
			}
		}
		return out, nil
	case map[string]any:
		if len(v) == 1 {
			for name, argument := range v {
				if name == "Ref" || strings.HasPrefix(name, "Fn::") {
					return s.function(name, argument)
				}
			}
		}
		out := make(map[string]any, len(v))
		for name, entry := range v {
			var err error
			if out[name], err = s.resolve(entry); err != nil {
				return nil, err
			}
		}
		return out, nil
	default:
		return v, nil
	}
}

func (s *stack) function(name string, argument any) (string, error) {
	switch argument := argument.(type) {
	case string:
		switch name {
		case "Ref":
			return s.ref(argument)
		case "Fn::Sub":
			return s.sub(argument)
		case "Fn::GetAtt":
			return s.reference(argument)
		}
	case []any:
		if name == "Fn::GetAtt" && len(argument) == 2 {
			return s.reference(fmt.Sprint(argument[0], ".", argument[1]))
		}
	}
	return "", fmt.Errorf("%s of %v: not known to the local engine's route maker", name, argument)
}

var placeholder = regexp.MustCompile(`\$\{([^}]*)\}`)

func (s *stack) sub(text string) (string, error) {
	var failed error
	out := placeholder.ReplaceAllStringFunc(text, func(match string) string {
		inner := match[2 : len(match)-1]
		if literal, ok := strings.CutPrefix(inner, "!"); ok {
			return "${" + literal + "}"
		}
		value, err := s.reference(inner)
		failed = errors.Join(failed, err)
		return value
	})
	return out, failed
}

// reference is a name, or a name and an attribute.
func (s *stack) reference(text string) (string, error) {
	logical, attribute, dotted := strings.Cut(text, ".")
	if !dotted {
		return s.ref(text)
	}
	id, err := s.physical(logical)
	if err != nil {
		return "", err
	}
	if s.resources[logical].Type == "AWS::Lambda::Function" && attribute == "Arn" {
		return "arn:aws:lambda:" + engine.Region + ":" + engine.AccountID + ":function:" + id, nil
	}
	return "", fmt.Errorf("%s of a %s: not known to the local engine's route maker", text, s.resources[logical].Type)
}

func (s *stack) ref(name string) (string, error) {
	switch name {
	case "AWS::Region":
		return engine.Region, nil
	case "AWS::AccountId":
		return engine.AccountID, nil
	case "AWS::Partition":
		return "aws", nil
	case "AWS::URLSuffix":
		return "amazonaws.com", nil
	case "AWS::StackName":
		return s.name, nil
	}
	if value, ok := s.parameters[name]; ok {
		return value, nil
	}
	return s.physical(name)
}
