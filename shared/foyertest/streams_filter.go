//go:build engine

package foyertest

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-lambda-go/events"

	"foyer/shared/samtemplate"
)

// filtersOf reads the patterns of a mapping's FilterCriteria; a record goes through
// that has one of them.
func filtersOf(criteria any) ([]map[string]any, error) {
	var out []map[string]any
	for _, f := range samtemplate.List(samtemplate.Map(criteria)["Filters"]) {
		text, _ := samtemplate.Map(f)["Pattern"].(string)
		var pattern map[string]any
		if err := json.Unmarshal([]byte(text), &pattern); err != nil {
			return nil, fmt.Errorf("filter %s: %w", text, err)
		}
		out = append(out, pattern)
	}
	return out, nil
}

func letsThrough(filters []map[string]any, record events.DynamoDBEventRecord) (bool, error) {
	if len(filters) == 0 {
		return true, nil
	}
	raw, err := json.Marshal(named(filters, record))
	if err != nil {
		return false, err
	}
	var value map[string]any
	if err := json.Unmarshal(raw, &value); err != nil {
		return false, err
	}
	for _, pattern := range filters {
		if ok, err := matches(pattern, value); ok || err != nil {
			return ok, err
		}
	}
	return false, nil
}

// named is the record with those of its images that a pattern names: they are most of it.
func named(filters []map[string]any, record events.DynamoDBEventRecord) events.DynamoDBEventRecord {
	names := func(image string) bool {
		return slices.ContainsFunc(filters, func(pattern map[string]any) bool {
			change, _ := pattern["dynamodb"].(map[string]any)
			return change[image] != nil
		})
	}
	if !names("NewImage") {
		record.Change.NewImage = nil
	}
	if !names("OldImage") {
		record.Change.OldImage = nil
	}
	return record
}

// matches says whether the value has the pattern of an event filter, as far as
// template.yaml uses them: exact strings, prefix and suffix.
func matches(pattern, value map[string]any) (bool, error) {
	for name, want := range pattern {
		ok := false
		var err error
		switch want := want.(type) {
		case map[string]any:
			inner, there := value[name].(map[string]any)
			if there {
				ok, err = matches(want, inner)
			}
		case []any:
			text, there := value[name].(string)
			if there {
				ok, err = oneOf(want, text)
			}
		default:
			err = fmt.Errorf("filter: %s has the unknown pattern %v", name, want)
		}
		if !ok || err != nil {
			return false, err
		}
	}
	return true, nil
}

func oneOf(rules []any, text string) (bool, error) {
	for _, rule := range rules {
		switch rule := rule.(type) {
		case string:
			if rule == text {
				return true, nil
			}
		case map[string]any:
			prefix, isPrefix := rule["prefix"].(string)
			suffix, isSuffix := rule["suffix"].(string)
			if !isPrefix && !isSuffix || len(rule) != 1 {
				return false, fmt.Errorf("filter: unknown rule %v: teach foyertest what AWS says of it", rule)
			}
			if isPrefix && strings.HasPrefix(text, prefix) || isSuffix && strings.HasSuffix(text, suffix) {
				return true, nil
			}
		default:
			return false, fmt.Errorf("filter: unknown rule %v", rule)
		}
	}
	return false, nil
}
