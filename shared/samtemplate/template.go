package samtemplate

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"sort"
	"strings"

	"gopkg.in/yaml.v3"
)

// implicitHTTPAPI is the API that SAM makes for HttpApi events that name none.
const implicitHTTPAPI = "ServerlessHttpApi"

// Template is a template resolved with one set of [Settings]. It does not change after
// Load or With; everything it hands out may be read by several goroutines.
type Template struct {
	// Path is where the template was read; messages begin with its last element.
	Path string
	// Settings are the ones it was resolved with, defaults filled in.
	Settings Settings
	// Parameters are in the order of their names.
	Parameters []Parameter
	// Conditions says how each condition came out.
	Conditions map[string]bool
	// Resources are those whose condition holds, by logical id.
	Resources map[string]Resource
	// Outputs are the resolved values by name.
	Outputs map[string]string
	// Functions are those of type AWS::Serverless::Function, by logical id, sorted.
	Functions []Function

	root *yaml.Node
}

// Parameter is a parameter of the template and the value it was resolved with.
type Parameter struct {
	Name, Type, Description string
	// Default is nil where a deployment has to give a value.
	Default *string
	// AllowedValues is empty where anything goes.
	AllowedValues []string
	// Value is the given value, or the default, or "" where there is neither.
	Value string
}

// Resource is one resource as the template has it, before SAM expands it.
type Resource struct {
	LogicalID, Type string
	// Condition is the name of the condition it depends on, or "".
	Condition string
	// Properties are resolved: map[string]any, []any, string, bool, int, float64.
	Properties map[string]any
	// Metadata is resolved likewise (BuildMethod of functions stands there).
	Metadata map[string]any
	// DependsOn are logical ids.
	DependsOn []string
	// Line is where it begins in the file.
	Line int
}

// Load reads the template at path and resolves it with the parameters' defaults and
// made-up physical names. Errors name the file, the line and the place.
func Load(path string) (*Template, error) {
	source, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read the template: %w", err)
	}
	return Parse(path, source)
}

// Parse is Load for a template in memory; path only names it in messages.
func Parse(path string, source []byte) (*Template, error) {
	var document yaml.Node
	if err := yaml.Unmarshal(source, &document); err != nil {
		return nil, fmt.Errorf("%s: %w", filepath.Base(path), err)
	}
	if len(document.Content) != 1 || document.Content[0].Kind != yaml.MappingNode {
		return nil, fmt.Errorf("%s: is no mapping", filepath.Base(path))
	}
	root := document.Content[0]
	if err := lengthen(root, ""); err != nil {
		return nil, fmt.Errorf("%s: %w", filepath.Base(path), err)
	}
	return resolveTemplate(path, root, Settings{}.with(Settings{}))
}

// With resolves the same template again with o laid over the settings it has: other
// parameters, or the physical names of a deployed or test stack.
func (t *Template) With(o Settings) (*Template, error) {
	return resolveTemplate(t.Path, t.root, t.Settings.with(o))
}

func resolveTemplate(path string, root *yaml.Node, settings Settings) (*Template, error) {
	t := &Template{Path: path, Settings: settings, root: root, Resources: map[string]Resource{}, Outputs: map[string]string{}}
	r := &resolver{root: root, settings: settings, parameters: map[string]any{}, conditions: map[string]bool{}, naming: map[string]bool{}}
	for _, step := range []func(*resolver) error{t.readParameters, t.readConditions, t.readResources, t.readOutputs, t.readFunctions} {
		if err := step(r); err != nil {
			return nil, fmt.Errorf("%s: %w", filepath.Base(path), err)
		}
	}
	return t, nil
}

func (t *Template) readParameters(r *resolver) error {
	section := child(r.root, "Parameters")
	for name := range r.settings.Parameters {
		if child(section, name) == nil {
			return fmt.Errorf("the parameter %q was given a value but is not declared", name)
		}
	}
	for name, n := range entries(section) {
		v, err := r.value(n, "Parameters."+name)
		if err != nil {
			return err
		}
		m := Map(v)
		p := Parameter{Name: name, Type: text(m["Type"]), Description: text(m["Description"])}
		if d, ok := m["Default"]; ok {
			value := text(d)
			p.Default, p.Value = &value, value
		}
		for _, a := range List(m["AllowedValues"]) {
			p.AllowedValues = append(p.AllowedValues, text(a))
		}
		if given, ok := r.settings.Parameters[name]; ok {
			p.Value = given
		}
		if len(p.AllowedValues) > 0 && p.Value != "" && !contains(p.AllowedValues, p.Value) {
			return r.fail(n, "Parameters."+name, "%q is none of the allowed values %q", p.Value, p.AllowedValues)
		}
		t.Parameters = append(t.Parameters, p)
		r.parameters[name] = p.resolved()
	}
	sort.Slice(t.Parameters, func(i, j int) bool { return t.Parameters[i].Name < t.Parameters[j].Name })
	return nil
}

// resolved is what Ref of the parameter gives: a list for the list types.
func (p Parameter) resolved() any {
	if p.Type != "CommaDelimitedList" && !strings.HasPrefix(p.Type, "List<") {
		return p.Value
	}
	list := []any{}
	for _, part := range strings.Split(p.Value, ",") {
		list = append(list, strings.TrimSpace(part))
	}
	return list
}

func (t *Template) readConditions(r *resolver) error {
	section := child(r.root, "Conditions")
	for name, n := range entries(section) {
		if _, err := r.condition(n, name, "Conditions"); err != nil {
			return err
		}
	}
	t.Conditions = r.conditions
	return nil
}

func (t *Template) readResources(r *resolver) error {
	section := child(r.root, "Resources")
	if section == nil {
		return fmt.Errorf("has no Resources")
	}
	for id, n := range entries(section) {
		place := "Resources." + id
		kind := child(n, "Type")
		if kind == nil {
			return r.fail(n, place, "has no Type")
		}
		resource := Resource{LogicalID: id, Type: kind.Value, Line: n.Line}
		if c := child(n, "Condition"); c != nil {
			resource.Condition = c.Value
			holds, err := r.condition(c, c.Value, place+".Condition")
			if err != nil {
				return err
			}
			if !holds {
				continue
			}
		}
		properties, err := r.mapping(mergeGlobals(r.root, kind.Value, child(n, "Properties")), place+".Properties")
		if err != nil {
			return err
		}
		resource.Properties = properties
		if resource.Metadata, err = r.mapping(child(n, "Metadata"), place+".Metadata"); err != nil {
			return err
		}
		if d := child(n, "DependsOn"); d != nil {
			v, err := r.value(d, place+".DependsOn")
			if err != nil {
				return err
			}
			resource.DependsOn = Strings(v)
		}
		t.Resources[id] = resource
	}
	return nil
}

// mergeGlobals gives a serverless resource's properties with those of Globals below them.
func mergeGlobals(root *yaml.Node, kind string, own *yaml.Node) *yaml.Node {
	section, serverless := strings.CutPrefix(kind, "AWS::Serverless::")
	if !serverless {
		return own
	}
	return merge(child(child(root, "Globals"), section), own)
}

func (t *Template) readOutputs(r *resolver) error {
	for name, n := range entries(child(r.root, "Outputs")) {
		if c := child(n, "Condition"); c != nil {
			holds, err := r.condition(c, c.Value, "Outputs."+name)
			if err != nil {
				return err
			}
			if !holds {
				continue
			}
		}
		value := child(n, "Value")
		if value == nil {
			return r.fail(n, "Outputs."+name, "has no Value")
		}
		v, err := r.value(value, "Outputs."+name+".Value")
		if err != nil {
			return err
		}
		t.Outputs[name] = text(v)
	}
	return nil
}

func (r *resolver) mapping(n *yaml.Node, place string) (map[string]any, error) {
	if n == nil {
		return map[string]any{}, nil
	}
	v, err := r.value(n, place)
	if err != nil {
		return nil, err
	}
	m, ok := v.(map[string]any)
	if !ok {
		return nil, r.fail(n, place, "is no mapping")
	}
	return m, nil
}

// Ref gives what !Ref of the logical id (or parameter, or pseudo parameter) stands for.
func (t *Template) Ref(id string) (string, error) {
	return t.ask(func(r *resolver) (any, error) { return r.ref(t.root, id, "Ref") })
}

// GetAtt gives what !GetAtt id.attribute stands for, such as ("Table", "Arn").
func (t *Template) GetAtt(id, attribute string) (string, error) {
	return t.ask(func(r *resolver) (any, error) { return r.attribute(t.root, id, attribute, "GetAtt") })
}

// resolver gives one that answers as the template was resolved.
func (t *Template) resolver() *resolver {
	r := &resolver{root: t.root, settings: t.Settings, parameters: map[string]any{}, conditions: maps.Clone(t.Conditions), naming: map[string]bool{}}
	for _, p := range t.Parameters {
		r.parameters[p.Name] = p.resolved()
	}
	return r
}

func (t *Template) ask(question func(*resolver) (any, error)) (string, error) {
	r := t.resolver()
	v, err := question(r)
	if err != nil {
		return "", fmt.Errorf("%s: %w", filepath.Base(t.Path), err)
	}
	return text(v), nil
}

// errorAt is an error about a property of a resource.
func (t *Template) errorAt(r Resource, place, format string, args ...any) error {
	return fmt.Errorf("%s: line %d: Resources.%s.%s: %s", filepath.Base(t.Path), r.Line, r.LogicalID, place, fmt.Sprintf(format, args...))
}
