package samtemplate

import (
	"iter"
	"slices"
	"sort"

	"gopkg.in/yaml.v3"
)

// Map gives a resolved value as a mapping; nil when it is none.
func Map(v any) map[string]any {
	m, _ := v.(map[string]any)
	return m
}

// List gives a resolved value as a list. A scalar or mapping is a list of one, as in
// every place where CloudFormation and IAM accept either; nil is the empty list.
func List(v any) []any {
	switch v := v.(type) {
	case nil:
		return nil
	case []any:
		return v
	default:
		return []any{v}
	}
}

// Strings is List with every element as CloudFormation writes it into a string:
// true as "true", 5 as "5".
func Strings(v any) []string { return texts(List(v)) }

// entries walks a mapping node in the file's order.
func entries(n *yaml.Node) iter.Seq2[string, *yaml.Node] {
	return func(yield func(string, *yaml.Node) bool) {
		if n == nil || n.Kind != yaml.MappingNode {
			return
		}
		for i := 0; i+1 < len(n.Content); i += 2 {
			if !yield(n.Content[i].Value, n.Content[i+1]) {
				return
			}
		}
	}
}

func contains(list []string, s string) bool { return slices.Contains(list, s) }

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}
