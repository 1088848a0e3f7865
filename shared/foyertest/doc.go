// Package foyertest is where tests of Foyer's operations run: a World of its own
// for each test (table, user pool, secret, queue made from template.yaml in a
// local engine), every function held to its own policy of the template, a clock
// that the test moves, and people with names.
//
// A test that needs the engine carries the build tag "engine" and is in an
// external test package (items_test), since a World serves the whole catalogue:
//
//	func TestAClientDoesNotSeeAPrivateItem(t *testing.T) {
//		w := foyertest.New(t)
//		acme := w.Acme() // Ann of Acme Agency (owner), Globex with its client Carl, one project
//		item := w.Do(acme.Ann, "POST", "/v1/projects/"+acme.Project+"/items", map[string]any{"kind": "message", "title": "Secret"}).Must(201)
//		w.Do(acme.Carl, "GET", "/v1/portal/projects/"+acme.Project+"/items/"+item.String("id"), nil).Must(404)
//	}
//
// Every call goes through the real handler of the one function that the route
// belongs to, with the real SDK against the engine, and what the function's
// policy does not grant is refused as AWS would refuse it.
//
// The engine is the one that FOYER_TEST_ENGINE names, or one that is started for
// the test process. Nothing is skipped where there is none: the test fails.
package foyertest
