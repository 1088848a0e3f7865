package iam

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// token is a #name or :value, a plain name, a comparison, a bracket, a comma, a dot, a sign
// or a number.
var token = regexp.MustCompile(`[#:][0-9A-Za-z_]+|[A-Za-z_][0-9A-Za-z_]*|<>|<=|>=|[=<>(),.\[\]+\-]|[0-9]+`)

// keywords are the words of DynamoDB's expressions that are not functions, in lower
// case. All of them are reserved: an attribute of that name needs a #placeholder.
var keywords = map[string]bool{
	"and": true, "or": true, "not": true, "between": true, "in": true,
	"set": true, "remove": true, "add": true, "delete": true,
}

// hashEquality finds the value that a KeyConditionExpression demands of the hash key:
// the one comparison of it, which DynamoDB requires to be an equality.
func hashEquality(expression, hash string, names map[string]string, values item) (string, error) {
	tokens := token.FindAllString(expression, -1)
	name := func(s string) string {
		if attribute, ok := names[s]; ok {
			return attribute
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
		tokens := token.FindAllString(*expression, -1)
		for i, t := range tokens {
			nested := i > 0 && tokens[i-1] == "." // a.b touches a
			function := i+1 < len(tokens) && tokens[i+1] == "("
			if !startsName(t) || nested || function || keywords[strings.ToLower(t)] {
				continue
			}
			if attribute, ok := names[t]; ok {
				t = attribute
			}
			out = append(out, t)
		}
	}
	return out
}

// startsName says whether a token is an attribute's name or a placeholder for one.
func startsName(t string) bool {
	first := t[0]
	return first == '#' || first == '_' || first|0x20 >= 'a' && first|0x20 <= 'z'
}
