package catalog

// Function is a function that serves no operation of the HTTP API.
type Function struct {
	ID   string
	Kind string // what sets it off
}

// WithoutOperation are the functions beside the operations.
func WithoutOperation() []Function {
	return []Function{
		{ID: "web", Kind: "HTTP: the page"},
		{ID: "token-scopes", Kind: "Cognito, before it gives a token"},
		{ID: "stream-notify", Kind: "the table's stream"},
		{ID: "stream-mail", Kind: "the table's stream"},
		{ID: "due-run", Kind: "the scheduler, every minute"},
	}
}
