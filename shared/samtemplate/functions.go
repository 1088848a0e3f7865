package samtemplate

import (
	"fmt"
	"sort"
	"strings"
	"unicode"
)

// Function is one AWS::Serverless::Function with Globals merged in.
type Function struct {
	// LogicalID is the resource's name in the template: InvitationsSendFunction.
	LogicalID string
	// ID is Foyer's name of the operation, made from the logical id: invitations-send.
	ID string
	// Name is the physical name, Arn the function's ARN.
	Name, Arn string

	CodeURI, Handler, Runtime string
	Architectures             []string
	// Timeout is in seconds, MemorySize in MB; 0 where neither function nor Globals say one.
	Timeout, MemorySize int
	// Environment is what the function finds in its environment.
	Environment map[string]string
	// Tracing is Active, PassThrough or Disabled, or "".
	Tracing string
	// LoggingConfig has LogFormat, LogGroup, ApplicationLogLevel and SystemLogLevel.
	LoggingConfig map[string]string
	// Role is the ARN of a role of its own choosing; "" where SAM makes one.
	Role string
	// Policies are the entries of Policies as written, resolved: names and ARNs
	// (string), policy documents and SAM policy templates (map[string]any).
	Policies []any
	// Events are sorted by name.
	Events []Event
	// Resource has every other property.
	Resource Resource
}

// Event is one entry of a function's Events.
type Event struct {
	// Name is its key in Events, Type one of SAM's event types (HttpApi, DynamoDB, ScheduleV2, …).
	Name, Type string
	// Properties are resolved.
	Properties map[string]any
}

// Streams gives the events of type DynamoDB.
func (f Function) Streams() []Event { return f.events("DynamoDB") }

// Schedules gives the events of types ScheduleV2 and Schedule.
func (f Function) Schedules() []Event { return f.events("ScheduleV2", "Schedule") }

// Queues gives the events of type SQS.
func (f Function) Queues() []Event { return f.events("SQS") }

func (f Function) events(types ...string) []Event {
	var out []Event
	for _, e := range f.Events {
		if contains(types, e.Type) {
			out = append(out, e)
		}
	}
	return out
}

// Function finds a function by Foyer's id (invitations-send) or by its logical id
// (InvitationsSendFunction).
func (t *Template) Function(id string) (Function, error) {
	for _, f := range t.Functions {
		if f.ID == id || f.LogicalID == id {
			return f, nil
		}
	}
	return Function{}, fmt.Errorf("%s has no function %s: add the resource %s", t.Path, id, LogicalID(id))
}

// LogicalID gives the logical id of an operation's function: invitations-send is
// InvitationsSendFunction.
func LogicalID(id string) string {
	var b strings.Builder
	for _, word := range strings.Split(id, "-") {
		if word != "" {
			b.WriteString(strings.ToUpper(word[:1]) + word[1:])
		}
	}
	return b.String() + "Function"
}

// FunctionID is the inverse of [LogicalID].
func FunctionID(logicalID string) string {
	var b strings.Builder
	for i, r := range strings.TrimSuffix(logicalID, "Function") {
		if unicode.IsUpper(r) && i > 0 {
			b.WriteByte('-')
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}

func (t *Template) readFunctions(r *resolver) error {
	for _, id := range sortedKeys(t.Resources) {
		resource := t.Resources[id]
		if resource.Type != "AWS::Serverless::Function" {
			continue
		}
		f, err := t.readFunction(r, resource)
		if err != nil {
			return err
		}
		t.Functions = append(t.Functions, f)
	}
	return nil
}

func (t *Template) readFunction(r *resolver, resource Resource) (Function, error) {
	p := resource.Properties
	f := Function{
		LogicalID: resource.LogicalID, ID: FunctionID(resource.LogicalID), Resource: resource,
		CodeURI: text(p["CodeUri"]), Handler: text(p["Handler"]), Runtime: text(p["Runtime"]),
		Architectures: Strings(p["Architectures"]), Tracing: text(p["Tracing"]), Role: text(p["Role"]),
		Environment: map[string]string{}, LoggingConfig: map[string]string{}, Policies: List(p["Policies"]),
	}
	place := "Resources." + f.LogicalID
	var err error
	if f.Name, err = r.name(r.root, f.LogicalID, resource.Type, place); err != nil {
		return f, err
	}
	f.Arn = r.arn("lambda", "function:"+f.Name)
	for property, into := range map[string]*int{"Timeout": &f.Timeout, "MemorySize": &f.MemorySize} {
		if v, ok := p[property]; ok {
			if _, err := fmt.Sscanf(text(v), "%d", into); err != nil {
				return f, fmt.Errorf("line %d: %s.%s: %v is no whole number", resource.Line, place, property, v)
			}
		}
	}
	for k, v := range Map(Map(p["Environment"])["Variables"]) {
		f.Environment[k] = text(v)
	}
	for k, v := range Map(p["LoggingConfig"]) {
		f.LoggingConfig[k] = text(v)
	}
	for name, v := range Map(p["Events"]) {
		m := Map(v)
		if m == nil || text(m["Type"]) == "" {
			return f, fmt.Errorf("line %d: %s.Events.%s: has no Type", resource.Line, place, name)
		}
		properties := Map(m["Properties"])
		if properties == nil {
			properties = map[string]any{}
		}
		f.Events = append(f.Events, Event{Name: name, Type: text(m["Type"]), Properties: properties})
	}
	sort.Slice(f.Events, func(i, j int) bool { return f.Events[i].Name < f.Events[j].Name })
	return f, nil
}
