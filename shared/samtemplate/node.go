package samtemplate

import (
	"fmt"
	"strings"

	"gopkg.in/yaml.v3"
)

// shortForms maps CloudFormation's YAML tags to the long form of the same function.
var shortForms = map[string]string{
	"!Ref": "Ref", "!Condition": "Condition",
	"!Sub": "Fn::Sub", "!GetAtt": "Fn::GetAtt", "!Join": "Fn::Join", "!Select": "Fn::Select",
	"!Split": "Fn::Split", "!If": "Fn::If", "!Equals": "Fn::Equals", "!And": "Fn::And",
	"!Or": "Fn::Or", "!Not": "Fn::Not", "!FindInMap": "Fn::FindInMap", "!Base64": "Fn::Base64",
	"!ImportValue": "Fn::ImportValue", "!GetAZs": "Fn::GetAZs", "!Cidr": "Fn::Cidr",
	"!Transform": "Fn::Transform",
}

// lengthen rewrites every short-form tag below n into its long form and every alias into
// what it stands for, in place, so that the resolver has one form to know. Lines are kept
// for messages.
func lengthen(n *yaml.Node, place string) error {
	if n.Kind == yaml.AliasNode {
		*n = *n.Alias // its anchor stands further up and is rewritten already
		return nil
	}
	for i, child := range n.Content {
		at := place
		switch {
		case n.Kind == yaml.MappingNode && i%2 == 0 && child.Tag == "!!merge":
			return fmt.Errorf("line %d: %s: CloudFormation does not know the merge key <<", child.Line, place)
		case n.Kind == yaml.MappingNode && i%2 == 0 && child.Tag != "!!str" && child.Tag != "!!int":
			return fmt.Errorf("line %d: %s: the key %s is YAML's %s and not a word; put it in quotes", child.Line, place, child.Value, strings.TrimPrefix(child.Tag, "!!"))
		case n.Kind == yaml.MappingNode && i%2 == 1:
			at = join(place, n.Content[i-1].Value)
		case n.Kind == yaml.SequenceNode:
			at = fmt.Sprintf("%s[%d]", place, i)
		}
		if err := lengthen(child, at); err != nil {
			return err
		}
	}
	if !strings.HasPrefix(n.Tag, "!") || strings.HasPrefix(n.Tag, "!!") {
		return nil
	}
	function, known := shortForms[n.Tag]
	if !known {
		return fmt.Errorf("line %d: %s: the tag %s is no CloudFormation function", n.Line, place, n.Tag)
	}
	argument := *n
	argument.Tag = ""
	if function == "Fn::GetAtt" && argument.Kind == yaml.ScalarNode {
		argument = *dotted(&argument)
	}
	if argument.Kind == yaml.ScalarNode {
		argument.Tag = "!!str"
	}
	name := &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: function, Line: n.Line, Column: n.Column}
	*n = yaml.Node{Kind: yaml.MappingNode, Tag: "!!map", Line: n.Line, Column: n.Column, Content: []*yaml.Node{name, &argument}}
	return nil
}

// dotted turns the scalar "Resource.Attribute" of a GetAtt into its two-element list.
func dotted(n *yaml.Node) *yaml.Node {
	resource, attribute, _ := strings.Cut(n.Value, ".")
	scalar := func(v string) *yaml.Node {
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: v, Line: n.Line}
	}
	return &yaml.Node{Kind: yaml.SequenceNode, Tag: "!!seq", Line: n.Line, Content: []*yaml.Node{scalar(resource), scalar(attribute)}}
}

// child gives the value under key of a mapping, nil when there is none.
func child(n *yaml.Node, key string) *yaml.Node {
	if n == nil || n.Kind != yaml.MappingNode {
		return nil
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			return n.Content[i+1]
		}
	}
	return nil
}

// intrinsic says whether n is a function call: a mapping with the one key Ref,
// Condition or Fn::….
func intrinsic(n *yaml.Node) (name string, argument *yaml.Node, ok bool) {
	if n == nil || n.Kind != yaml.MappingNode || len(n.Content) != 2 {
		return "", nil, false
	}
	name = n.Content[0].Value
	if name == "Ref" || name == "Condition" || strings.HasPrefix(name, "Fn::") {
		return name, n.Content[1], true
	}
	return "", nil, false
}

// merge gives SAM's merge of a Globals value with a resource's own: mappings key by
// key, lists one after the other (global first), for anything else the resource's own
// value stands. An intrinsic counts as a scalar. (SAM specification, "Globals section".)
func merge(global, own *yaml.Node) *yaml.Node {
	if global == nil {
		return own
	}
	if own == nil {
		return global
	}
	_, _, globalCall := intrinsic(global)
	_, _, ownCall := intrinsic(own)
	if globalCall || ownCall || global.Kind != own.Kind {
		return own
	}
	switch own.Kind {
	case yaml.SequenceNode:
		out := *own
		out.Content = append(append([]*yaml.Node{}, global.Content...), own.Content...)
		return &out
	case yaml.MappingNode:
		out := *own
		out.Content = nil
		for i := 0; i+1 < len(global.Content); i += 2 {
			key := global.Content[i]
			out.Content = append(out.Content, key, merge(global.Content[i+1], child(own, key.Value)))
		}
		for i := 0; i+1 < len(own.Content); i += 2 {
			if child(global, own.Content[i].Value) == nil {
				out.Content = append(out.Content, own.Content[i], own.Content[i+1])
			}
		}
		return &out
	default:
		return own
	}
}

func join(place, key string) string {
	if place == "" {
		return key
	}
	return place + "." + key
}
