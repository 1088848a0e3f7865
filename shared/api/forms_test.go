package api

import (
	"encoding/base64"
	"slices"
	"strings"
	"testing"
)

func TestACursorOfNothingOrWithMoreBehindItIsRefused(t *testing.T) {
	c := &Call{Operation: "try", Viewer: testPerson, Project: testProject}
	position := c.Cursor("msg_01JD0000000000000000000000")
	for what, cursor := range map[string]string{
		"of nothing":          c.Cursor(""),
		"its sum alone":       base64.RawURLEncoding.EncodeToString(c.cursorBinding("")[:cursorSum-1]),
		"with more behind it": position + "!",
		"padded":              position + "=",
		"empty bytes":         "AA",
	} {
		if got, err := c.Position(cursor); err == nil {
			t.Errorf("%s: got the position %q, want a refusal", what, got)
		}
	}
	if got, err := c.Position(""); got != "" || err != nil {
		t.Errorf("no cursor: got %q %v, want the beginning", got, err)
	}
}

func TestAPositionAmongItemsIsAnItemOfTheKind(t *testing.T) {
	c := &Call{Operation: "try", Viewer: testPerson, Project: testProject}
	const id = "msg_01JD0000000000000000000000"
	if got, err := c.ItemPosition(c.Cursor(id), "msg_"); got != id || err != nil {
		t.Errorf("got %q %v, want %s", got, err, id)
	}
	if got, err := c.ItemPosition("", "msg_"); got != "" || err != nil {
		t.Errorf("no cursor: got %q %v, want the beginning", got, err)
	}
	for _, cursor := range []string{c.Cursor("tsk_01JD0000000000000000000000"), c.Cursor("msg_1"), c.Cursor("msg_01JD0000000000000000000000#"), "made-up"} {
		if got, err := c.ItemPosition(cursor, "msg_"); err == nil {
			t.Errorf("got the position %q, want a refusal", got)
		}
	}
}

func TestWhatIsNoKindOfIDHasNoIDs(t *testing.T) {
	for kind, id := range map[string]string{"nothing": testPerson, "": "", "person": "x" + testPerson, "item": "doc_01JD0000000000000000000000"} {
		if ValidID(kind, id) {
			t.Errorf("%q is an id of %q", id, kind)
		}
	}
	if !ValidID("person", testPerson) {
		t.Errorf("%q is no person's id", testPerson)
	}
}

func TestParametersOfAPathStandInBraces(t *testing.T) {
	got := pathParameters("/a/{b}/{c/d}/{e.../x/{f}")
	if want := []string{"b", "f"}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestATagIsMadeOfWhatCanBeShown(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("a body that is no JSON has a tag")
		}
	}()
	if tag := TagOf(make(chan int)); strings.HasPrefix(tag, `"`) {
		t.Errorf("got the tag %s of what is no JSON", tag)
	}
}
