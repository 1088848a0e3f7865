package iam

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// token is a name, a #name, a :value, a comparison, a bracket, a comma or a dot.
var token = regexp.MustCompile(`[#:]?[A-Za-z_][A-Za-z0-9_\-]*|:[0-9A-Za-z_]+|#[0-9A-Za-z_]+|<>|<=|>=|[=<>(),.\[\]+\-]|[0-9]+`)

// words are the operators and functions of DynamoDB's expressions, in lower case: no
// attribute is named like one without a #placeholder, for all are reserved.
var words = map[string]bool{
	"and": true, "or": true, "not": true, "between": true, "in": true,
	"begins_with": true, "attribute_exists": true, "attribute_not_exists": true, "attribute_type": true,
	"contains": true, "size": true, "if_not_exists": true, "list_append": true,
	"set": true, "remove": true, "add": true, "delete": true,
}

// hashEquality finds the value that a KeyConditionExpression demands of the hash key:
// the one comparison of it, which DynamoDB requires to be an equality.
func hashEquality(expression, hash string, names map[string]string, values item) (string, error) {
	tokens := token.FindAllString(expression, -1)
	name := func(s string) string {
		if real, ok := names[s]; ok {
			return real
		}
		return s
	}
	for i := 0; i+2 < len(tokens); i++ {
		left, right := tokens[i], tokens[i+2]
		if tokens[i+1] != "=" {
			continue
		}
		if name(right) == hash && strings.HasPrefix(left, ":") {
			left, right = right, left
		}
		if name(left) != hash || !strings.HasPrefix(right, ":") {
			continue
		}
		return keyValue(right, values)
	}
	return "", fmt.Errorf("the KeyConditionExpression %q has no equality of the hash key %s", expression, hash)
}

// keyValue gives a key attribute as dynamodb:LeadingKeys has it: strings and numbers as
// they are written.
func keyValue(name string, values item) (string, error) {
	switch v := values[name].(type) {
	case *types.AttributeValueMemberS:
		return v.Value, nil
	case *types.AttributeValueMemberN:
		return v.Value, nil
	case *types.AttributeValueMemberB:
		return string(v.Value), nil
	case nil:
		return "", fmt.Errorf("the key attribute %s has no value", name)
	default:
		return "", fmt.Errorf("the key attribute %s is a %T", name, v)
	}
}

// expressionNames gives the top-level attributes that the expressions name.
func expressionNames(names map[string]string, expressions ...*string) []string {
	var out []string
	for _, expression := range expressions {
		if expression == nil {
			continue
		}
		previous := ""
		for _, t := range token.FindAllString(*expression, -1) {
			first := t[0]
			isName := first == '#' || first == '_' || first|0x20 >= 'a' && first|0x20 <= 'z'
			if isName && previous != "." && !words[strings.ToLower(t)] {
				if real, ok := names[t]; ok {
					t = real
				}
				out = append(out, t)
			}
			previous = t
		}
	}
	return out
}
