package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"

	"foyer/infra/local/seed"
)

// scene is what the checks learn and make on the way, for those that follow.
type scene struct {
	owner, client           seed.Person
	ownerToken, clientToken string
	project                 string // of both people
	shared, private         string // items of the project
}

// An id and a token that have the right form and name nothing.
const (
	inventedItem  = "msg_01JD0000000000000000000000"
	inventedToken = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
)

// checkAPI makes real HTTP calls to `sam local start-api` at base. The functions run in containers; behind them is the
// local engine with its table and its user pool. start-api has no JWT authorizer: each function checks the token itself.
func (s *scene) checkAPI(ctx context.Context, r *report, base string) {
	call := func(method, path, token string, body any) (response, error) {
		return callAPI(ctx, base, method, path, token, body)
	}
	get := func(path, token string) (response, error) { return call(http.MethodGet, path, token, nil) }

	r.check("start-api, public: the owner signs in with the password (sessions-create)", func() (_ string, err error) {
		s.ownerToken, err = signIn(call, s.owner)
		return "", err
	})
	r.check("start-api, public: an invented invitation is a 404 problem (invitations-view)", func() (string, error) {
		return "", wantProblem(http.StatusNotFound, "not-found")(get("/v1/invitations/"+inventedToken, ""))
	})
	r.check("start-api, public: a client signs in (sessions-create), and sees the project (portal-projects-list)", func() (_ string, err error) {
		if s.clientToken, err = signIn(call, s.client); err != nil {
			return "", err
		}
		projects, err := listIDs(get("/v1/portal/projects", s.clientToken))
		if err == nil && len(projects) == 0 {
			err = errors.New("the client has no project")
		}
		if err != nil {
			return "", err
		}
		s.project = projects[0]
		return "", nil
	})
	if s.ownerToken == "" || s.project == "" {
		return // nothing of what follows could be told apart from this failure
	}
	items := "/v1/projects/" + s.project + "/items"
	r.check("start-api, staff: the owner makes a private and a shared item (items-create)", func() (_ string, err error) {
		if s.private, err = createItem(call, items, s.ownerToken, false); err == nil {
			s.shared, err = createItem(call, items, s.ownerToken, true)
		}
		return "", err
	})
	if s.private == "" || s.shared == "" {
		return
	}
	r.check("start-api, staff: the owner's list has both (items-list)", func() (string, error) {
		ids, err := listIDs(get(items+"?kind=message", s.ownerToken))
		if err == nil && (!slices.Contains(ids, s.private) || !slices.Contains(ids, s.shared)) {
			err = fmt.Errorf("got %q, want %s and %s among them", ids, s.private, s.shared)
		}
		return "", err
	})
	r.check("start-api, staff: without a token it is a 401", func() (string, error) {
		return "", wantProblem(http.StatusUnauthorized, "unauthorized")(get(items+"?kind=message", ""))
	})
	r.check("start-api, staff: the same token signed with another key is a 401, and the real one works on", func() (string, error) {
		forged, err := forge(s.ownerToken)
		if err != nil {
			return "", err
		}
		if err := wantProblem(http.StatusUnauthorized, "unauthorized")(get(items+"?kind=message", forged)); err != nil {
			return "", err
		}
		_, err = listIDs(get(items+"?kind=message", s.ownerToken))
		return "", err
	})
	r.check("start-api, staff: a client's real token is not let in", func() (string, error) {
		got, err := get(items+"?kind=message", s.clientToken)
		if err == nil && got.status != http.StatusForbidden && got.status != http.StatusNotFound {
			err = fmt.Errorf("got %s, want 403 or 404", got)
		}
		return "", err
	})
	s.checkPortal(r, get)
}

// checkPortal checks what the client sees of the project: the shared item and nothing else.
func (s *scene) checkPortal(r *report, get func(path, token string) (response, error)) {
	items := "/v1/portal/projects/" + s.project + "/items"
	r.check("start-api, portal: the client's list has the shared item and not the private one (portal-items-list)", func() (string, error) {
		ids, err := listIDs(get(items+"?kind=message", s.clientToken))
		if err == nil && (!slices.Contains(ids, s.shared) || slices.Contains(ids, s.private)) {
			err = fmt.Errorf("got %q, want %s and not %s", ids, s.shared, s.private)
		}
		return "", err
	})
	r.check("start-api, portal: the shared item is shown (portal-items-get)", func() (string, error) {
		got, err := get(items+"/"+s.shared, s.clientToken)
		if err != nil {
			return "", err
		}
		return "", wantItem(got, s.shared)
	})
	r.check("start-api, portal: the private one is the 404 of one that does not exist, byte for byte (portal-items-get)", func() (string, error) {
		hidden, err := get(items+"/"+s.private, s.clientToken)
		if err != nil {
			return "", err
		}
		if err := hidden.wantProblem(http.StatusNotFound, "not-found"); err != nil {
			return "", err
		}
		absent, err := get(items+"/"+inventedItem, s.clientToken)
		if err == nil && absent != hidden {
			err = fmt.Errorf("got %s for the private item and %s for an invented one", hidden, absent)
		}
		return "", err
	})
	r.check("start-api, portal: without a token it is a 401", func() (string, error) {
		return "", wantProblem(http.StatusUnauthorized, "unauthorized")(get(items+"/"+s.shared, ""))
	})
}

type caller func(method, path, token string, body any) (response, error)

// signIn returns a person's access token.
func signIn(call caller, who seed.Person) (string, error) {
	got, err := call(http.MethodPost, "/v1/sessions", "", map[string]string{"email": who.Email, "password": who.Password})
	if err != nil {
		return "", err
	}
	return got.accessToken()
}

// accessToken is the token in the answer of sessions-create.
func (r response) accessToken() (string, error) {
	var session struct {
		AccessToken string `json:"accessToken"`
	}
	if err := r.decode(http.StatusCreated, &session); err != nil {
		return "", err
	}
	if session.AccessToken == "" {
		return "", errors.New("the answer has no accessToken")
	}
	return session.AccessToken, nil
}

// createItem makes a message and returns its id.
func createItem(call caller, path, token string, shared bool) (string, error) {
	got, err := call(http.MethodPost, path, token, map[string]any{"kind": "message", "title": "From sam local", "text": "Hello.", "clientCanSee": shared})
	if err != nil {
		return "", err
	}
	var item struct {
		ID           string `json:"id"`
		ClientCanSee bool   `json:"clientCanSee"`
	}
	if err := got.decode(http.StatusCreated, &item); err != nil {
		return "", err
	}
	if item.ID == "" || item.ClientCanSee != shared {
		return "", fmt.Errorf("got %s, want an item with clientCanSee %v", got, shared)
	}
	return item.ID, nil
}

// listIDs returns the ids in the answer of a list.
func listIDs(got response, err error) ([]string, error) {
	if err != nil {
		return nil, err
	}
	var list struct {
		Items []struct {
			ID string `json:"id"`
		} `json:"items"`
	}
	if err := got.decode(http.StatusOK, &list); err != nil {
		return nil, err
	}
	ids := make([]string, 0, len(list.Items))
	for _, item := range list.Items {
		ids = append(ids, item.ID)
	}
	return ids, nil
}

// wantItem tells whether the answer is the item of that id.
func wantItem(got response, id string) error {
	var item struct {
		ID string `json:"id"`
	}
	if err := got.decode(http.StatusOK, &item); err != nil {
		return err
	}
	if item.ID != id {
		return fmt.Errorf("got item %q, want %q", item.ID, id)
	}
	return nil
}

// wantProblem takes what a call returned and tells whether it is that problem.
func wantProblem(status int, code string) func(response, error) error {
	return func(got response, err error) error {
		if err != nil {
			return err
		}
		return got.wantProblem(status, code)
	}
}
