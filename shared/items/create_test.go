//go:build engine

package items_test

import (
	"net/http"
	"strings"
	"testing"

	"foyer/shared/foyertest"
	"foyer/shared/table"
)

func TestAnItemIsPrivateUnlessItsAuthorSaysThatTheClientCanSeeIt(t *testing.T) {
	s := newScene(t)
	for _, body := range []fields{
		{"kind": "message", "title": "Hello", "text": "Two\nlines"},
		{"kind": "file", "title": "Draft.pdf"},
		{"kind": "task", "title": "Do it", "due": "2027-01-02T10:00:00+02:00"},
		{"kind": "event", "title": "Kick-off", "start": "2027-01-02T10:00:00Z", "end": "2027-01-02T11:00:00Z"},
	} {
		for _, shared := range []bool{false, true} {
			kind := body["kind"].(string)
			body["clientCanSee"] = shared
			if !shared {
				delete(body, "clientCanSee") // private is what one gets without a word (rule 5)
			}
			made := s.create(body)
			id := made.String("id")
			prefix, _ := table.ItemPrefix(kind)
			if !strings.HasPrefix(id, prefix) || made.JSON()["clientCanSee"] != shared || made.String("author") != s.Ann.ID || made.String("kind") != kind {
				t.Errorf("made a %s (shared: %v): got %s", kind, shared, made.Body)
			}
			got := s.Do(s.Ann, http.MethodGet, s.item(id), nil).Must(http.StatusOK)
			if got.Body != made.Body || got.Header.Get("ETag") != made.Header.Get("ETag") || got.Header.Get("ETag") == "" {
				t.Errorf("a %s reads %s %s, was made as %s %s", kind, got.Header.Get("ETag"), got.Body, made.Header.Get("ETag"), made.Body)
			}
			if s.has(table.SharedItem(s.Project, id)) != shared || s.has(table.PrivateItem(s.Project, id)) == shared {
				t.Errorf("a %s (shared: %v) stands in the wrong realm", kind, shared)
			}
			want := http.StatusNotFound
			if shared {
				want = http.StatusOK
			}
			s.Do(s.Carl, http.MethodGet, s.portalItem(id), nil).Must(want)
			if n := len(s.activities(shared, id, table.ActivityItemCreated)); n != 1 {
				t.Errorf("a %s (shared: %v): got %d records of it where they belong, want 1", kind, shared, n)
			}
			if n := len(s.activities(!shared, id, table.ActivityItemCreated)); n != 0 {
				t.Errorf("a %s (shared: %v): got %d records of it in the other realm, want none", kind, shared, n)
			}
		}
	}
	due := s.create(fields{"kind": "task", "title": "In UTC", "due": "2027-01-02T10:00:00+02:00"}).String("due")
	if want := "2027-01-02T08:00:00Z"; due != want {
		t.Errorf("got due %s, want %s", due, want)
	}
}

func TestATaskForAClientIsSharedByThat(t *testing.T) {
	s := newScene(t)
	invited := s.Invited(s.Ann, s.Project, "Globex", "Cora Client", "cora@globex.example")
	for name, body := range map[string]fields{
		"without a word":               {"kind": "task", "title": "Approve", "assignee": s.Carl.ID, "ask": "approval"},
		"though it is said to be not":  {"kind": "task", "title": "Look", "assignee": s.Carl.ID, "ask": "feedback", "clientCanSee": false},
		"of one who is invited so far": {"kind": "task", "title": "Later", "assignee": invited.ID},
	} {
		t.Run(name, func(t *testing.T) {
			made := s.create(body)
			id := made.String("id")
			if made.JSON()["clientCanSee"] != true {
				t.Errorf("got %s, want clientCanSee true", made.Body)
			}
			shown := s.Do(s.Carl, http.MethodGet, s.portalItem(id), nil).Must(http.StatusOK)
			if shown.String("assignee") != body["assignee"] {
				t.Errorf("the client sees %s, want assignee %s", shown.Body, body["assignee"])
			}
			acts := s.activities(true, id, table.ActivityItemCreated)
			if len(acts) != 1 || acts[0].Assignee != body["assignee"] || acts[0].Actor != s.Ann.ID {
				t.Errorf("got records %+v, want one that names the assignee", acts)
			}
		})
	}
	t.Run("a colleague's task stays private", func(t *testing.T) {
		made := s.create(fields{"kind": "task", "title": "Internal", "assignee": s.Ann.ID})
		if made.JSON()["clientCanSee"] != false || made.String("assignee") != s.Ann.ID {
			t.Errorf("got %s, want a private task of Ann", made.Body)
		}
		s.Do(s.Carl, http.MethodGet, s.portalItem(made.String("id")), nil).Problem(http.StatusNotFound, "not-found")
	})
}

func TestANewItemThatIsNotRightIsRefusedWithThePlaceAndNothingIsWritten(t *testing.T) {
	s := newScene(t)
	other := s.Project2("Other project")
	stranger := s.Invited(s.Ann, other, "Initech", "Dora", "dora@initech.example")
	s.Unchanged(func() {
		for name, test := range map[string]struct {
			body fields
			at   string
		}{
			"no kind":                                 {fields{"title": "x"}, "body"},
			"an unknown kind":                         {fields{"kind": "note", "title": "x"}, "body.kind"},
			"no title":                                {fields{"kind": "message"}, "body"},
			"an empty title":                          {fields{"kind": "message", "title": ""}, "body.title"},
			"a blank title":                           {fields{"kind": "message", "title": "  "}, "body.title"},
			"a title of two lines":                    {fields{"kind": "message", "title": "a\nb"}, "body.title"},
			"a title too long":                        {fields{"kind": "message", "title": strings.Repeat("ä", 201)}, "body.title"},
			"a text too long":                         {fields{"kind": "message", "title": "x", "text": strings.Repeat("a", 20001)}, "body.text"},
			"a text with control characters":          {fields{"kind": "message", "title": "x", "text": "a\x00b"}, "body.text"},
			"a title that is a number":                {fields{"kind": "message", "title": 7}, "body.title"},
			"an unknown field":                        {fields{"kind": "message", "title": "x", "rank": 1}, "body.rank"},
			"a field of another kind":                 {fields{"kind": "message", "title": "x", "due": "2027-01-02T10:00:00Z"}, "body.due"},
			"an event without start":                  {fields{"kind": "event", "title": "x"}, "body.start"},
			"an event that ends before its start":     {fields{"kind": "event", "title": "x", "start": "2027-01-02T10:00:00Z", "end": "2027-01-02T09:00:00Z"}, "body.end"},
			"a time that is none":                     {fields{"kind": "event", "title": "x", "start": "tomorrow"}, "body.start"},
			"an unknown ask":                          {fields{"kind": "task", "title": "x", "assignee": s.Carl.ID, "ask": "money"}, "body.ask"},
			"an ask of nobody":                        {fields{"kind": "task", "title": "x", "ask": "approval"}, "body.ask"},
			"an ask of a colleague":                   {fields{"kind": "task", "title": "x", "ask": "approval", "assignee": s.Ann.ID}, "body.ask"},
			"an assignee who is nobody":               {fields{"kind": "task", "title": "x", "assignee": "Carl"}, "body.assignee"},
			"an assignee who does not exist":          {fields{"kind": "task", "title": "x", "assignee": invented(s.Carl.ID)}, "body.assignee"},
			"an assignee of another project":          {fields{"kind": "task", "title": "x", "assignee": stranger.ID}, "body.assignee"},
			"an empty assignee":                       {fields{"kind": "task", "title": "x", "assignee": ""}, "body.assignee"},
			"an assignee that would be another's key": {fields{"kind": "task", "title": "x", "assignee": s.Carl.ID + "#x"}, "body.assignee"},
		} {
			t.Run(name, func(t *testing.T) {
				r := s.Do(s.Ann, http.MethodPost, s.items(), test.body)
				r.Fault(test.at)
			})
		}
		both := s.Do(s.Ann, http.MethodPost, s.items(), fields{"kind": "task", "title": "x", "ask": "approval", "assignee": invented(s.Carl.ID)})
		both.Fault("body.assignee")
		both.Fault("body.ask")
		for _, body := range []fields{{"ask": "approval"}, {"assignee": invented(s.Carl.ID)}} {
			body["kind"], body["title"] = "message", "x"
			if got := s.Do(s.Ann, http.MethodPost, s.items(), body).Must(http.StatusUnprocessableEntity).List("errors"); len(got) != 1 {
				t.Errorf("%v: got the faults %v, want that it is of another kind alone", body, got)
			}
		}
		s.Do(s.Ann, http.MethodPost, s.items(), foyertest.Raw("{")).Problem(http.StatusBadRequest, "malformed")
		s.Do(s.Ann, http.MethodPost, s.items()+"?as="+s.Carl.ID, fields{"kind": "message", "title": "x"}).Fault("query.as")
	})
}

func TestTheSameRequestWithTheSameIdempotencyKeyMakesOneItem(t *testing.T) {
	s := newScene(t)
	key := foyertest.Header{Name: "Idempotency-Key", Value: "create-1"}
	body := fields{"kind": "message", "title": "Once"}
	first := s.Do(s.Ann, http.MethodPost, s.items(), body, key).Must(http.StatusCreated)
	s.Unchanged(func() {
		s.Do(s.Ann, http.MethodPost, s.items(), body, key).Must(http.StatusCreated).Same(first)
		s.Do(s.Ann, http.MethodPost, s.items(), fields{"kind": "message", "title": "Twice"}, key).Problem(http.StatusUnprocessableEntity, "idempotency-key-reused")
	})
	s.share(first.String("id"), true).Must(http.StatusOK)
	again := s.Do(s.Ann, http.MethodPost, s.items(), body, key).Must(http.StatusCreated)
	if again.String("id") != first.String("id") || again.JSON()["clientCanSee"] != true {
		t.Errorf("got %s, want the item as it is now", again.Body)
	}
	other := s.Do(s.Ann, http.MethodPost, s.items(), body).Must(http.StatusCreated)
	if other.String("id") == first.String("id") {
		t.Error("without the key the same item came back")
	}
}

func TestAnArchivedProjectIsReadNotChanged(t *testing.T) {
	s := newScene(t)
	private := s.create(fields{"kind": "message", "title": "Private"}).String("id")
	shared := s.create(fields{"kind": "message", "title": "Shared", "clientCanSee": true}).String("id")
	s.archive()
	s.Unchanged(func() {
		s.Do(s.Ann, http.MethodPost, s.items(), fields{"kind": "message", "title": "x"}).Problem(http.StatusConflict, "project-archived")
		s.Do(s.Ann, http.MethodPost, s.items(), fields{"kind": "task", "title": "x", "assignee": "nobody"}).Problem(http.StatusConflict, "project-archived")
		s.share(private, true).Problem(http.StatusConflict, "project-archived")
		s.share(shared, false).Problem(http.StatusConflict, "project-archived")
		s.share(shared, true).Problem(http.StatusConflict, "project-archived") // as it stands already
	})
	s.Do(s.Ann, http.MethodGet, s.item(private), nil).Must(http.StatusOK)
	s.Do(s.Carl, http.MethodGet, s.portalItem(shared), nil).Must(http.StatusOK)
}

// A text that cannot be anybody's id is no part of a key: nothing is read for it.
func TestWhoCannotBeOneOfThePeopleIsNotLookedFor(t *testing.T) {
	s := newScene(t)
	s.Around("items-create", func(c foyertest.AWSCall, next func() (any, error)) (any, error) {
		if c.Name == "GetItem" {
			t.Errorf("%s: %v", c.Name, c.Input)
		}
		return next()
	})
	for _, assignee := range []string{"Carl", s.Carl.ID + "#x", s.Carl.Contact} {
		s.Do(s.Ann, http.MethodPost, s.items(), fields{"kind": "task", "title": "x", "assignee": assignee}).Fault("body.assignee")
	}
}
