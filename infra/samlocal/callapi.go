package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
)

// response is an answer over HTTP, or of a function that was invoked, in the parts that checks look at.
type response struct {
	status      int
	contentType string
	body        string
}

// callAPI sends one request to the API at base and returns whatever it answered. Token and body may be empty.
func callAPI(ctx context.Context, base, method, path, token string, body any) (response, error) {
	var content io.Reader
	if body != nil {
		data, err := json.Marshal(body)
		if err != nil {
			return response{}, err
		}
		content = bytes.NewReader(data)
	}
	req, err := http.NewRequestWithContext(ctx, method, base+path, content)
	if err != nil {
		return response{}, err
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	res, err := direct.Do(req)
	if err != nil {
		return response{}, err
	}
	defer func() { _ = res.Body.Close() }()
	text, err := io.ReadAll(io.LimitReader(res.Body, 1<<20))
	return response{status: res.StatusCode, contentType: res.Header.Get("Content-Type"), body: string(text)}, err
}

// decode reads the body of an answer that has to have the given status.
func (r response) decode(status int, into any) error {
	if r.status != status {
		return fmt.Errorf("got %s, want %d", r, status)
	}
	if into == nil {
		return nil
	}
	if err := json.Unmarshal([]byte(r.body), into); err != nil {
		return fmt.Errorf("got %s, want JSON: %w", r, err)
	}
	return nil
}

// wantProblem tells how the answer differs from problem details (RFC 9457) with that status and code.
func (r response) wantProblem(status int, code string) error {
	var problem struct {
		Status int    `json:"status"`
		Code   string `json:"code"`
	}
	if err := r.decode(status, &problem); err != nil {
		return err
	}
	if !strings.HasPrefix(r.contentType, "application/problem+json") {
		return fmt.Errorf("got content type %q, want application/problem+json", r.contentType)
	}
	if problem.Status != status || problem.Code != code {
		return fmt.Errorf("got problem %d %q, want %d %q", problem.Status, problem.Code, status, code)
	}
	return nil
}

// String is the answer in one line; tokens in it, which only the answer of a sign-in has, are left out.
func (r response) String() string {
	if strings.Contains(r.body, "oken\"") {
		return fmt.Sprintf("%d (%s), with a token", r.status, r.contentType)
	}
	return fmt.Sprintf("%d (%s) %.300s", r.status, r.contentType, strings.TrimSpace(r.body))
}
