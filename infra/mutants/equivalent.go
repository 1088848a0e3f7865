package main

import (
	"fmt"
	"sort"
	"strings"
)

// exception is a mutant that no test can notice, with the reason. It is named as
// Mutant.Key names it: file, function, operator, text. One that names no mutant is
// an error, so none outlives the code that it is about; so is one that a test does
// notice.
type exception struct{ key, why string }

// equivalent gives the reasons by number of the mutant.
func equivalent(all []Mutant, exceptions []exception) (map[int]string, error) {
	byKey := map[string]int{}
	for _, m := range all {
		byKey[m.Key()] = m.Number
	}
	reasons := map[int]string{}
	var wrong []string
	for _, e := range exceptions {
		number, ok := byKey[e.key]
		switch {
		case !ok:
			wrong = append(wrong, "names no mutant: "+e.key)
		case reasons[number] != "":
			wrong = append(wrong, "stands there twice: "+e.key)
		case strings.TrimSpace(e.why) == "":
			wrong = append(wrong, "has no reason: "+e.key)
		default:
			reasons[number] = e.why
		}
	}
	if len(wrong) > 0 {
		sort.Strings(wrong)
		return nil, fmt.Errorf("infra/mutants/exceptions.go:\n  %s", strings.Join(wrong, "\n  "))
	}
	return reasons, nil
}
