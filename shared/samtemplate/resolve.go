package samtemplate

import (
	"encoding/base64"
	"fmt"
	"regexp"
	"strings"

	"gopkg.in/yaml.v3"
)

// noValue is what !Ref AWS::NoValue resolves to: the key or list element that has it is
// left out, as CloudFormation does.
type noValue struct{}

// resolver turns nodes into plain values: map[string]any, []any, string, bool, int, float64.
type resolver struct {
	root       *yaml.Node
	settings   Settings
	parameters map[string]any
	conditions map[string]bool
	naming     map[string]bool // resources whose name is being resolved, against cycles
}

func (r *resolver) fail(n *yaml.Node, place, format string, args ...any) error {
	return fmt.Errorf("line %d: %s: %s", n.Line, place, fmt.Sprintf(format, args...))
}

func (r *resolver) value(n *yaml.Node, place string) (any, error) {
	if name, argument, ok := intrinsic(n); ok {
		return r.call(name, argument, place)
	}
	switch n.Kind {
	case yaml.ScalarNode:
		if tag := n.ShortTag(); tag == "!!str" || tag == "!!timestamp" {
			return n.Value, nil // an unquoted 2012-10-17 is a string to CloudFormation
		}
		var v any
		if err := n.Decode(&v); err != nil {
			return nil, r.fail(n, place, "%v", err)
		}
		return v, nil
	case yaml.SequenceNode:
		out := []any{}
		for i, c := range n.Content {
			v, err := r.value(c, fmt.Sprintf("%s[%d]", place, i))
			if err != nil {
				return nil, err
			}
			if _, gone := v.(noValue); !gone {
				out = append(out, v)
			}
		}
		return out, nil
	case yaml.MappingNode:
		out := make(map[string]any, len(n.Content)/2)
		for i := 0; i+1 < len(n.Content); i += 2 {
			key := n.Content[i].Value
			v, err := r.value(n.Content[i+1], join(place, key))
			if err != nil {
				return nil, err
			}
			if _, gone := v.(noValue); !gone {
				out[key] = v
			}
		}
		return out, nil
	default:
		return nil, r.fail(n, place, "a YAML node of kind %d", n.Kind)
	}
}

func (r *resolver) call(name string, argument *yaml.Node, place string) (any, error) {
	switch name {
	case "Ref":
		return r.ref(argument, argument.Value, place)
	case "Fn::Sub":
		return r.sub(argument, place)
	case "Condition":
		return r.condition(argument, argument.Value, place)
	}
	if argument.Kind == yaml.ScalarNode {
		return r.scalarCall(name, argument, place)
	}
	if name == "Fn::If" {
		return r.either(argument, place)
	}
	v, err := r.value(argument, join(place, name))
	if err != nil {
		return nil, err
	}
	args, ok := v.([]any)
	if !ok {
		args = []any{v}
	}
	return r.listCall(name, args, argument, place)
}

// scalarCall is a function whose argument is one scalar.
func (r *resolver) scalarCall(name string, argument *yaml.Node, place string) (any, error) {
	switch name {
	case "Fn::GetAtt":
		return r.listCall(name, []any{dotted(argument).Content[0].Value, dotted(argument).Content[1].Value}, argument, place)
	case "Fn::Base64":
		return base64.StdEncoding.EncodeToString([]byte(argument.Value)), nil
	case "Fn::ImportValue":
		return nil, r.fail(argument, place, "ImportValue %q: Foyer is one stack; make the value a parameter", argument.Value)
	}
	return nil, r.fail(argument, place, "%s does not take a scalar here", name)
}

func (r *resolver) listCall(name string, args []any, n *yaml.Node, place string) (any, error) {
	need := func(count int) error {
		if len(args) != count {
			return r.fail(n, place, "%s takes %d values, has %d", name, count, len(args))
		}
		return nil
	}
	switch name {
	case "Fn::GetAtt":
		if err := need(2); err != nil {
			return nil, err
		}
		return r.attribute(n, text(args[0]), text(args[1]), place)
	case "Fn::Join":
		if err := need(2); err != nil {
			return nil, err
		}
		list, ok := args[1].([]any)
		if !ok {
			return nil, r.fail(n, place, "Join needs a list, has %T", args[1])
		}
		return strings.Join(texts(list), text(args[0])), nil
	case "Fn::Split":
		if err := need(2); err != nil {
			return nil, err
		}
		var out []any
		for _, part := range strings.Split(text(args[1]), text(args[0])) {
			out = append(out, part)
		}
		return out, nil
	case "Fn::Select":
		if err := need(2); err != nil {
			return nil, err
		}
		list, ok := args[1].([]any)
		var index int
		if _, err := fmt.Sscanf(text(args[0]), "%d", &index); err != nil || !ok || index < 0 || index >= len(list) {
			return nil, r.fail(n, place, "Select has no element %v of %v", args[0], args[1])
		}
		return list[index], nil
	case "Fn::FindInMap":
		if err := need(3); err != nil {
			return nil, err
		}
		entry := child(child(child(child(r.root, "Mappings"), text(args[0])), text(args[1])), text(args[2]))
		if entry == nil {
			return nil, r.fail(n, place, "FindInMap: no %v in Mappings", args)
		}
		return r.value(entry, place)
	case "Fn::Equals":
		if err := need(2); err != nil {
			return nil, err
		}
		return text(args[0]) == text(args[1]), nil
	case "Fn::And", "Fn::Or":
		result := name == "Fn::And"
		for _, a := range args {
			b, ok := a.(bool)
			if !ok {
				return nil, r.fail(n, place, "%s needs conditions, has %v", name, a)
			}
			if name == "Fn::And" {
				result = result && b
			} else {
				result = result || b
			}
		}
		return result, nil
	case "Fn::Not":
		b, ok := args[0].(bool)
		if len(args) != 1 || !ok {
			return nil, r.fail(n, place, "Not needs one condition")
		}
		return !b, nil
	case "Fn::Base64":
		return base64.StdEncoding.EncodeToString([]byte(text(args[0]))), nil
	default:
		return nil, r.fail(n, place, "%s is not supported: add it to resolve.go", name)
	}
}

// either is Fn::If; the branch not taken is not resolved, so it may name what does not exist.
func (r *resolver) either(n *yaml.Node, place string) (any, error) {
	if n.Kind != yaml.SequenceNode || len(n.Content) != 3 {
		return nil, r.fail(n, place, "If takes a condition and two values")
	}
	yes, err := r.condition(n, n.Content[0].Value, place)
	if err != nil {
		return nil, err
	}
	if yes {
		return r.value(n.Content[1], place)
	}
	return r.value(n.Content[2], place)
}

// condition evaluates the named condition of the template.
func (r *resolver) condition(n *yaml.Node, name, place string) (bool, error) {
	if decided, ok := r.conditions[name]; ok {
		return decided, nil
	}
	definition := child(child(r.root, "Conditions"), name)
	if definition == nil {
		return false, r.fail(n, place, "no condition %q in Conditions", name)
	}
	v, err := r.value(definition, "Conditions."+name)
	if err != nil {
		return false, err
	}
	decided, ok := v.(bool)
	if !ok {
		return false, r.fail(definition, "Conditions."+name, "is %v, not true or false", v)
	}
	r.conditions[name] = decided
	return decided, nil
}

// reference is a ${…} in a Sub; ${!literal} stands for ${literal}.
var reference = regexp.MustCompile(`\$\{([^}]*)\}`)

func (r *resolver) sub(n *yaml.Node, place string) (any, error) {
	format, variables := n, map[string]any{}
	if n.Kind == yaml.SequenceNode {
		if len(n.Content) != 2 {
			return nil, r.fail(n, place, "Sub takes a string, or a string and a mapping")
		}
		format = n.Content[0]
		v, err := r.value(n.Content[1], place)
		if err != nil {
			return nil, err
		}
		m, ok := v.(map[string]any)
		if !ok {
			return nil, r.fail(n, place, "the second value of Sub is a mapping")
		}
		variables = m
	}
	var failure error
	out := reference.ReplaceAllStringFunc(format.Value, func(match string) string {
		name := strings.TrimSpace(match[2 : len(match)-1])
		if literal, ok := strings.CutPrefix(name, "!"); ok {
			return "${" + literal + "}"
		}
		v, ok := variables[name]
		if !ok {
			var err error
			if resource, attribute, dot := strings.Cut(name, "."); dot {
				v, err = r.attribute(n, resource, attribute, place)
			} else {
				v, err = r.ref(n, name, place)
			}
			if err != nil {
				failure = err
			}
		}
		return text(v)
	})
	return out, failure
}

// text gives a scalar as CloudFormation writes it into a string.
func text(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	default:
		return fmt.Sprint(v)
	}
}

func texts(list []any) []string {
	out := make([]string, len(list))
	for i, v := range list {
		out[i] = text(v)
	}
	return out
}
