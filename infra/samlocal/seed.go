package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"time"
)

// What the template asks for when it is deployed here. Nothing listens at the page's address: links are only read.
const (
	mailFrom  = "foyer@example.com"
	publicURL = "http://localhost:3000"
)

// mailPatience is how long a mail may take: through the table's stream, to a function that has to start first.
const mailPatience = time.Minute

// seed makes an owner and a client who share a project, as people do it: by the API of the deployed stack and the links
// in the mails that it sends. It goes through the engine's own gateway; sam local comes after.
func (s *stack) seed(ctx context.Context, api string) error {
	s.owner = person{email: "ann@acme.example", password: "Correct-Horse-7"}
	s.client = person{email: "carl@globex.example", password: "Blue-Bicycle-22"}
	call := func(method, path, token string, body any) (response, error) {
		return callAPI(ctx, api, method, path, token, body)
	}
	workspace, err := created(call(http.MethodPost, "/v1/workspaces", "", map[string]string{"name": "Acme Agency", "ownerName": "Ann Archer", "ownerEmail": s.owner.email}))
	if err != nil {
		return fmt.Errorf("workspace: %w", err)
	}
	if err := s.accept(ctx, call, s.owner); err != nil {
		return fmt.Errorf("owner's invitation: %w", err)
	}
	token, err := signIn(call, s.owner)
	if err != nil {
		return fmt.Errorf("owner's sign-in: %w", err)
	}
	project, err := created(call(http.MethodPost, "/v1/workspaces/"+workspace+"/projects", token, map[string]string{"name": "New website"}))
	if err != nil {
		return fmt.Errorf("project: %w", err)
	}
	got, err := call(http.MethodPost, "/v1/projects/"+project+"/clients", token,
		map[string]string{"companyName": "Globex", "name": "Carl Client", "email": s.client.email, "note": "Welcome aboard."})
	if err == nil {
		err = got.decode(http.StatusCreated, nil)
	}
	if err != nil {
		return fmt.Errorf("client: %w", err)
	}
	if err := s.accept(ctx, call, s.client); err != nil {
		return fmt.Errorf("client's invitation: %w", err)
	}
	return nil
}

// accept waits for the person's invitation mail and accepts it with their password.
func (s *stack) accept(ctx context.Context, call caller, who person) error {
	ctx, cancel := context.WithTimeoutCause(ctx, mailPatience, fmt.Errorf("no invitation mail to %s within %s", who.email, mailPatience))
	defer cancel()
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	for {
		token, err := s.invitation(ctx, who.email)
		if err != nil {
			return err
		}
		if token != "" {
			got, err := call(http.MethodPost, "/v1/invitations/"+token+"/acceptance", "", map[string]string{"password": who.password})
			if err != nil {
				return err
			}
			return got.decode(http.StatusOK, nil)
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-tick.C:
		}
	}
}

// invitationLink is the form of the link in an invitation mail.
var invitationLink = regexp.MustCompile(`/#/invitation/([A-Za-z0-9_-]{43})`)

// invitation returns the token of the invitation mailed to an address, or "" while there is none.
func (s *stack) invitation(ctx context.Context, email string) (string, error) {
	got, err := callAPI(ctx, s.engine.Endpoint, http.MethodGet, "/_ministack/ses/messages", "", nil)
	if err != nil {
		return "", err
	}
	return invitationTo(email, got)
}

func invitationTo(email string, got response) (string, error) {
	if got.status != http.StatusOK {
		return "", fmt.Errorf("sent mails: got %d", got.status) // not their text: links in mails are secrets
	}
	var sent struct {
		Messages map[string][]struct { // by account
			To       []string
			BodyText string
		} `json:"messages"`
	}
	if err := json.Unmarshal([]byte(got.body), &sent); err != nil {
		return "", errors.New("sent mails: the engine's answer is not what was expected")
	}
	for _, mails := range sent.Messages {
		for _, mail := range mails {
			if link := invitationLink.FindStringSubmatch(mail.BodyText); link != nil && slices.Contains(mail.To, email) {
				return link[1], nil
			}
		}
	}
	return "", nil
}

// created returns the id of what a request made.
func created(got response, err error) (string, error) {
	if err != nil {
		return "", err
	}
	var made struct {
		ID string `json:"id"`
	}
	if err := got.decode(http.StatusCreated, &made); err != nil {
		return "", err
	}
	if made.ID == "" {
		return "", fmt.Errorf("got %s, want an id", got)
	}
	return made.ID, nil
}
