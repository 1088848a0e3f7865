package main

import (
	"context"
	"net/http"
	"path/filepath"
)

// checkInvoke runs single functions by `sam local invoke`: first with events as they are committed, then with events
// that name the items and the people of the scene.
func (s *scene) checkInvoke(ctx context.Context, r *report, cli *sam, root, work string) {
	committed := func(operation string) (response, error) {
		return cli.invoke(ctx, functionOf(operation), filepath.Join(root, "events", operation+".json"))
	}
	filled := func(operation string, ids map[string]string, token string) (response, error) {
		event, err := writeEvent(root, work, operation, ids, token)
		if err != nil {
			return response{}, err
		}
		return cli.invoke(ctx, functionOf(operation), event)
	}
	r.check("invoke, public: invitations-view answers its event with a 404 problem: the token is invented", func() (string, error) {
		return "", wantProblem(http.StatusNotFound, "not-found")(committed("invitations-view"))
	})
	r.check("invoke, staff: items-get answers its event with a 401 problem: nobody has such a session", func() (string, error) {
		return "", wantProblem(http.StatusUnauthorized, "unauthorized")(committed("items-get"))
	})
	r.check("invoke, staff: items-get shows the owner the private item", func() (string, error) {
		got, err := filled("items-get", map[string]string{"project": s.project, "item": s.private}, s.ownerToken)
		if err != nil {
			return "", err
		}
		return "", wantItem(got, s.private)
	})
	r.check("invoke, portal: portal-items-get shows the client the shared item", func() (string, error) {
		got, err := filled("portal-items-get", map[string]string{"project": s.project, "item": s.shared}, s.clientToken)
		if err != nil {
			return "", err
		}
		return "", wantItem(got, s.shared)
	})
	r.check("invoke, portal: portal-items-get has a 404 for the private item", func() (string, error) {
		return "", wantProblem(http.StatusNotFound, "not-found")(filled("portal-items-get", map[string]string{"project": s.project, "item": s.private}, s.clientToken))
	})
}
