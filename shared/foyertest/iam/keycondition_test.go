package iam

import (
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

func TestAttributesNamedByExpressions(t *testing.T) {
	names := map[string]string{"#n": "name", "#0": "PK", "#s": "size"}
	for _, c := range []struct {
		expression string
		want       []string
	}{
		{"#n, state, visits[0].at", []string{"name", "state", "visits"}},
		{"attribute_not_exists(#0) AND (size(#s) < :max OR NOT contains(tags, :t))", []string{"PK", "size", "tags"}},
		{"SET a = if_not_exists(a, :zero) + :one, b = list_append(b, :l) REMOVE c ADD d :two DELETE e :set", []string{"a", "b", "c", "d", "e"}},
		{"n=n-:one", []string{"n"}},
		{"a BETWEEN :1 AND :2 and b IN (:3, :4)", []string{"a", "b"}},
		{"", nil},
	} {
		if got := distinct(expressionNames(names, &c.expression)); !slices.Equal(got, distinct(c.want)) {
			t.Errorf("%q: got %q, want %q", c.expression, got, c.want)
		}
	}
}

func TestTheHashKeyOfAQuery(t *testing.T) {
	names := map[string]string{"#0": "PK", "#1": "SK"}
	values := item{
		":p": &types.AttributeValueMemberS{Value: "USER#1"}, ":s": &types.AttributeValueMemberS{Value: "TEAM#1"},
		":n": &types.AttributeValueMemberN{Value: "5"}, ":l": &types.AttributeValueMemberL{},
	}
	for expression, want := range map[string]string{
		"PK = :p":                         "USER#1",
		"PK=:p AND SK=:s":                 "USER#1",
		"SK = :s AND PK = :p":             "USER#1",
		":p = PK":                         "USER#1",
		"#0 = :p AND begins_with(#1, :s)": "USER#1",
		"(#1 = :s) AND (#0 = :p)":         "USER#1",
		"PK = :n":                         "5",
		"PK = :l":                         "", // no key
		"SK = :s":                         "",
		"begins_with(PK, :p)":             "",
		"PK > :p":                         "",
		"PK = :missing":                   "",
		"XPK = :p":                        "",
	} {
		got, err := hashEquality(expression, "PK", names, values)
		if got != want || (err != nil) != (want == "") {
			t.Errorf("%q: got %q, %v, want %q", expression, got, err, want)
		}
	}
}
