// Package hostile is the guard against hostile input: schemathesis makes cases
// from the OpenAPI document, half of them against it, and asks the in-process
// router as anonymous, as a client and as a member. Each answer has to be one that
// the document knows, none a server error, and none may show or do what that
// caller may not see or do (hooks.py). The test carries the build tag "engine".
package hostile
