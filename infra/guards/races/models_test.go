//go:build engine

package races_test

import (
	"testing"

	"github.com/anishathalye/porcupine"

	"foyer/infra/guards/races"
)

// at is an operation from one moment to another.
func at(call, back int64, what, of string, status int, code, value string) porcupine.Operation {
	return porcupine.Operation{ClientId: int(call), Input: races.Asked{What: what, Of: of}, Call: call, Output: races.Heard{Status: status, Code: code, Value: value}, Return: back}
}

// What must not be heard is refused by the models, and what may be is not.
func TestTheModelsTellWhatCanHaveHappened(t *testing.T) {
	a, b := passwords[0], passwords[1]
	for _, c := range []struct {
		name string
		race race
		can  bool
		ops  []porcupine.Operation
	}{
		{"accepted twice", acceptance, false, []porcupine.Operation{at(1, 5, "accept", a, 200, "", ""), at(2, 6, "accept", b, 200, "", "")}},
		{"accepted once of two at once", acceptance, true, []porcupine.Operation{at(1, 5, "accept", a, 200, "", ""), at(2, 6, "accept", b, 404, "not-found", "")}},
		{"refused before it was accepted", acceptance, false, []porcupine.Operation{at(1, 2, "accept", a, 404, "not-found", ""), at(3, 4, "accept", b, 200, "", "")}},
		{"seen after it was accepted", acceptance, false, []porcupine.Operation{at(1, 2, "accept", a, 200, "", ""), at(3, 4, "view", "", 200, "", "")}},
		{"seen while it is accepted", acceptance, true, []porcupine.Operation{at(1, 4, "accept", a, 200, "", ""), at(2, 3, "view", "", 200, "", "")}},
		{"accepted while its contact is removed", acceptance, false, []porcupine.Operation{at(1, 2, "remove", "", 204, "", ""), at(3, 4, "accept", a, 200, "", "")}},
		{"accepted after the contact was restored", acceptance, true, []porcupine.Operation{at(1, 2, "remove", "", 204, "", ""), at(3, 4, "restore", "", 204, "", ""), at(5, 6, "accept", a, 200, "", "")}},
		{"perhaps accepted, and so it was", acceptance, true, []porcupine.Operation{at(1, 2, "accept", a, 503, "unavailable", ""), at(3, 4, "people", "", 200, "", "accepted")}},
		{"perhaps accepted, and so it was not", acceptance, true, []porcupine.Operation{at(1, 2, "accept", a, 503, "unavailable", ""), at(3, 4, "people", "", 200, "", "queued")}},
		{"not accepted any more", acceptance, false, []porcupine.Operation{at(1, 2, "accept", a, 503, "unavailable", ""), at(3, 4, "people", "", 200, "", "accepted"), at(5, 6, "people", "", 200, "", "opened")}},
		{"the password of the one who lost", acceptance, false, []porcupine.Operation{at(1, 5, "accept", a, 200, "", ""), at(2, 6, "accept", b, 404, "not-found", ""), at(7, 8, "sign in", b, 201, "", "")}},
		{"a conflict that changed something", acceptance, false, []porcupine.Operation{at(1, 2, "open", "", 409, "write-conflict", ""), at(3, 4, "people", "", 200, "", "opened")}},

		{"let in after removal", accessOfAClient, false, []porcupine.Operation{at(1, 2, "remove", "", 204, "", ""), at(3, 4, "open the project", "", 200, "", "")}},
		{"let in during removal", accessOfAClient, true, []porcupine.Operation{at(1, 4, "remove", "", 204, "", ""), at(2, 3, "open the project", "", 200, "", "")}},
		{"refused, let in and refused during one removal", accessOfAClient, false, []porcupine.Operation{at(1, 9, "remove", "", 204, "", ""), at(2, 3, "open the project", "", 404, "not-found", ""), at(4, 5, "open the project", "", 200, "", "")}},
		{"a list that still has it", accessOfAClient, false, []porcupine.Operation{at(1, 2, "remove", "", 204, "", ""), at(3, 4, "list", "", 200, "", "true")}},

		{"seen after it was taken back", visibilityOfAnItem, false, []porcupine.Operation{at(1, 2, "share", "", 200, "", "true"), at(3, 4, "take back", "", 200, "", "false"), at(5, 6, "client opens", "", 200, "", "")}},
		{"nowhere for the team", visibilityOfAnItem, false, []porcupine.Operation{at(1, 4, "share", "", 200, "", "true"), at(2, 3, "team opens", "", 404, "not-found", "")}},
		{"shared, and answered as private", visibilityOfAnItem, false, []porcupine.Operation{at(1, 2, "share", "", 200, "", "false")}},

		{"a session that goes on", sessionsOfAPerson, false, []porcupine.Operation{at(1, 2, "end", "s", 204, "", ""), at(3, 4, "read", "s", 200, "", "")}},
		{"another session goes on", sessionsOfAPerson, true, []porcupine.Operation{at(1, 2, "end", "s", 204, "", ""), at(3, 4, "read", "r", 200, "", "")}},
		{"refused while nobody has ended it", sessionsOfAPerson, false, []porcupine.Operation{at(1, 2, "read", "s", 401, "unauthorized", "")}},

		{"two changes of one version", settingsOfAPerson, false, []porcupine.Operation{at(1, 2, "get", "", 200, "", "v1"), at(3, 6, "put", "v1 v2", 200, "", ""), at(4, 5, "put", "v1 v3", 200, "", "")}},
		{"one of two changes of one version", settingsOfAPerson, true, []porcupine.Operation{at(1, 2, "get", "", 200, "", "v1"), at(3, 6, "put", "v1 v2", 200, "", ""), at(4, 5, "put", "v1 v3", 412, "changed", "")}},
		{"refused though nobody had changed it", settingsOfAPerson, false, []porcupine.Operation{at(1, 2, "get", "", 200, "", "v1"), at(3, 4, "put", "v1 v2", 412, "changed", "")}},

		{"one key, two things", keysOfRequests, false, []porcupine.Operation{at(1, 2, "make", "k", 201, "", "x"), at(3, 4, "make", "k", 201, "", "y")}},
		{"one key, two things in the list", keysOfRequests, false, []porcupine.Operation{at(1, 2, "make", "k", 503, "unavailable", ""), at(3, 4, "list", "k", 200, "", "x y")}},
		{"perhaps made, and then heard of", keysOfRequests, true, []porcupine.Operation{at(1, 2, "make", "k", 503, "unavailable", ""), at(3, 4, "list", "k", 200, "", "x"), at(5, 6, "make", "k", 201, "", "x")}},
		{"lost after it was heard of", keysOfRequests, false, []porcupine.Operation{at(1, 2, "make", "k", 201, "", "x"), at(3, 4, "list", "k", 200, "", "")}},

		{"two companies of one name", namesAndAddresses, false, []porcupine.Operation{at(1, 2, "company", "name 0", 200, "", "com1"), at(1, 2, "company", "name 0", 200, "", "com2")}},
		{"made twice in a project", namesAndAddresses, false, []porcupine.Operation{at(1, 2, "add 0 0", "c", 201, "", "com con per"), at(3, 4, "add 0 0", "c", 201, "", "com con per")}},
		{"two persons of one address", namesAndAddresses, false, []porcupine.Operation{at(1, 2, "add 0 0", "c", 201, "", "com con1 per1"), at(3, 4, "add 1 1", "c", 201, "", "com con2 per2")}},
		{"two contacts of an address in a company", namesAndAddresses, false, []porcupine.Operation{at(1, 2, "add 0 0", "c", 201, "", "com con1 per"), at(3, 4, "add 1 0", "c", 201, "", "com con2 per")}},
		{"as another contact than was heard", namesAndAddresses, false, []porcupine.Operation{at(1, 2, "add 0 0", "c", 201, "", "com con1 per"), at(3, 4, "add 0 1", "c", 200, "", "com con2 per")}},
		{"not in the list any more", namesAndAddresses, false, []porcupine.Operation{at(1, 2, "add 0 0", "c", 201, "", "com con per"), at(3, 4, "people 0", "c", 200, "", "")}},
		{"perhaps added, seen, and added no more", namesAndAddresses, true, []porcupine.Operation{at(1, 2, "add 0 0", "c", 503, "unavailable", ""), at(3, 4, "people 0", "c", 200, "", "con"), at(5, 6, "add 0 1", "c", 200, "", "com con per")}},

		{"a workspace that nobody made", workspacesOfAnAddress, false, []porcupine.Operation{at(1, 2, "invitations", "", 200, "", "w1")}},
		{"a workspace of another account", workspacesOfAnAddress, false, []porcupine.Operation{at(1, 2, "create", "", 201, "", "w1"), at(3, 4, "invitations", "", 200, "", "")}},
		{"a workspace that somebody may have made", workspacesOfAnAddress, true, []porcupine.Operation{at(1, 2, "create", "", 503, "unavailable", ""), at(3, 4, "invitations", "", 200, "", "w1")}},
	} {
		if got := porcupine.CheckOperations(c.race.model, c.ops); got != c.can {
			t.Errorf("%s, %s: got %t, want %t", c.race.name, c.name, got, c.can)
		}
	}
}
