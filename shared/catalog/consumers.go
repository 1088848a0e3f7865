package catalog

// Kind is what calls a function that has no route.
type Kind string

// The kinds of functions without a route.
const (
	Stream   Kind = "stream"   // the table's stream
	Schedule Kind = "schedule" // EventBridge Scheduler
	Trigger  Kind = "trigger"  // the user pool
	Queue    Kind = "queue"    // a queue of SQS
	OnDemand Kind = "demand"   // somebody who runs Foyer, by hand
	HTTP     Kind = "http"     // the HTTP API, but not an operation: the page
)

// Function is a function that is not an operation of the API.
type Function struct {
	ID   string
	Kind Kind
}

// WithoutOperation are the functions that serve no operation, in the order of API.md. It
// names them without linking them: whoever asks for the list needs none of them.
func WithoutOperation() []Function {
	return []Function{
		{"web", HTTP},
		{"stream-notify", Stream},
		{"stream-mail", Stream},
		{"due-run", Schedule},
		{"jobs-run", Queue},
		{"mail-events", Queue},
		{"replay", OnDemand},
		{"token-scopes", Trigger},
	}
}
