package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"

	"gopkg.in/yaml.v3"
)

// endpointVariable is where AWS's SDKs take the address of AWS from.
const endpointVariable = "AWS_ENDPOINT_URL"

// localTemplate makes of a built template the one that sam local gets: the functions' folders, which SAM looks for beside
// the template, are named absolutely, and nameEndpoint has named the address of AWS. Everything else stays as it is.
func localTemplate(built []byte, folder string) ([]byte, error) {
	var document yaml.Node
	if err := yaml.Unmarshal(built, &document); err != nil {
		return nil, err
	}
	if len(document.Content) != 1 || document.Content[0].Kind != yaml.MappingNode {
		return nil, errors.New("not a template")
	}
	if err := nameEndpoint(document.Content[0]); err != nil {
		return nil, err
	}
	if err := nameFolders(document.Content[0], folder); err != nil {
		return nil, err
	}
	return yaml.Marshal(&document)
}

// nameEndpoint adds the variable AWS_ENDPOINT_URL to all functions (Globals), empty, unless it is there. sam local sets
// only variables that the template names, and Foyer's own does not name this one: on AWS it would be in the way.
func nameEndpoint(node *yaml.Node) error {
	for _, name := range []string{"Globals", "Function", "Environment", "Variables"} {
		next := valueOf(node, name)
		if next == nil {
			next = &yaml.Node{Kind: yaml.MappingNode}
			node.Content = append(node.Content, &yaml.Node{Kind: yaml.ScalarNode, Value: name}, next)
		}
		if next.Kind != yaml.MappingNode {
			return fmt.Errorf("the template's %s (line %d) is not a mapping", name, next.Line)
		}
		node = next
	}
	if valueOf(node, endpointVariable) == nil {
		node.Content = append(node.Content,
			&yaml.Node{Kind: yaml.ScalarNode, Value: endpointVariable},
			&yaml.Node{Kind: yaml.ScalarNode, Value: "", Style: yaml.DoubleQuotedStyle})
	}
	return nil
}

// nameFolders makes the CodeUri of each function absolute.
func nameFolders(template *yaml.Node, folder string) error {
	resources := valueOf(template, "Resources")
	if resources == nil {
		return errors.New("the template has no resources")
	}
	for i := 1; i < len(resources.Content); i += 2 {
		properties := valueOf(resources.Content[i], "Properties")
		if properties == nil {
			continue
		}
		if code := valueOf(properties, "CodeUri"); code != nil && code.Kind == yaml.ScalarNode && !filepath.IsAbs(code.Value) {
			code.Value = filepath.Join(folder, code.Value)
		}
	}
	return nil
}

// valueOf returns the value of a key in a mapping, or nil.
func valueOf(mapping *yaml.Node, key string) *yaml.Node {
	for i := 0; i+1 < len(mapping.Content); i += 2 {
		if mapping.Content[i].Value == key {
			return mapping.Content[i+1]
		}
	}
	return nil
}

// envVars is the file for --env-vars: for each function (logical id) the variables that it has in the deployed stack,
// with the engine's address as the containers see it. A function that is not in it would run with the template's
// unresolved values (TABLE would be "Table"), so it is an error that there are none.
func envVars(deployed map[string]map[string]string, endpoint string) ([]byte, error) {
	if len(deployed) == 0 {
		return nil, errors.New("the deployed stack has no functions")
	}
	file := map[string]map[string]string{}
	for _, function := range slices.Sorted(maps.Keys(deployed)) {
		file[function] = map[string]string{}
		maps.Copy(file[function], deployed[function])
		file[function][endpointVariable] = endpoint
	}
	return json.MarshalIndent(file, "", "  ")
}
