// Package seed makes demo data through the HTTP API, as people would: a workspace
// whose owner comes in by invitation, a project with a client who has accepted
// and one who was invited, and items of each kind.
package seed

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"strings"
	"time"
)

// Person is somebody of the demo.
type Person struct {
	Name     string `json:"name"`
	Email    string `json:"email"`
	Password string `json:"password"`
	ID       string `json:"id,omitempty"` // of a client
}

// Demo is the demo data: what a newcomer signs in with and looks at.
type Demo struct {
	Workspace   string `json:"workspace"`
	Project     string `json:"project"`
	Company     string `json:"company"`
	Owner       Person `json:"owner"`
	Client      Person `json:"client"`  // has accepted
	Invited     Person `json:"invited"` // has not
	Contact     string `json:"contact"` // of Client
	SharedItem  string `json:"sharedItem"`
	PrivateItem string `json:"privateItem"`

	Run      string `json:"run,omitempty"`   // as in Options
	Items    int    `json:"items,omitempty"` // how many are made
	Complete bool   `json:"complete"`

	file string
}

// Options say where the stack is.
type Options struct {
	API   string // http://localhost:3000
	Mails string // the list of sent mails as JSON
	File  string // where the demo's ids and passwords are kept, for the next time
	Run   string // one life of the engine: what was begun in it is gone on with; "": begun anew
}

// Ensure makes the demo data unless they are there already: the file says that
// they are complete, and its owner can sign in. What an interrupted call in the
// same life of the engine has made is not made again.
func Ensure(ctx context.Context, o Options) (d *Demo, made bool, err error) {
	c := client{api: strings.TrimRight(o.API, "/"), mails: o.Mails, http: &http.Client{Transport: &http.Transport{}, Timeout: time.Minute}}
	if d, err = read(o.File); err != nil {
		return nil, false, err
	}
	if d != nil && d.Complete {
		in, err := c.comesIn(ctx, d.Owner)
		if err != nil || in {
			return d, false, err
		}
		d = nil // the engine has begun anew
	}
	if d == nil || o.Run == "" || d.Run != o.Run {
		d = &Demo{Run: o.Run,
			Owner:   Person{Name: "Ann Archer", Email: "ann@acme.example", Password: password()},
			Client:  Person{Name: "Carl Client", Email: "carl@globex.example", Password: password()},
			Invited: Person{Name: "Ines Invited", Email: "ines@globex.example"},
		}
	}
	d.file = o.File
	if err := d.make(ctx, c); err != nil {
		return nil, false, fmt.Errorf("demo data: %w", err)
	}
	d.Complete = true
	return d, true, d.save()
}

// save writes down what is made so far.
func (d *Demo) save() error {
	raw, err := json.MarshalIndent(d, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(d.file, append(raw, '\n'), 0o600)
}

func read(file string) (*Demo, error) {
	raw, err := os.ReadFile(file) //nolint:gosec // a file of the caller's
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var d Demo
	if err := json.Unmarshal(raw, &d); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return &d, nil
}

// password is one that the pool takes: lower and upper case, a number.
func password() string { return "Demo-" + rand.Text()[:8] + "-7a" }

func (d *Demo) make(ctx context.Context, c client) error {
	if d.Workspace == "" {
		var made struct{ ID string }
		if err := c.do(ctx, "", http.MethodPost, "/v1/workspaces", map[string]string{"name": "Acme Agency", "ownerName": d.Owner.Name, "ownerEmail": d.Owner.Email}, &made); err != nil {
			return err
		}
		d.Workspace = made.ID
		if err := d.save(); err != nil {
			return err
		}
	}
	if err := c.accept(ctx, &d.Owner); err != nil {
		return err
	}
	ann, err := c.signIn(ctx, d.Owner)
	if err != nil {
		return err
	}
	if d.Project == "" {
		var made struct{ ID string }
		if err := c.do(ctx, ann, http.MethodPost, "/v1/workspaces/"+d.Workspace+"/projects", map[string]string{"name": "New website"}, &made); err != nil {
			return err
		}
		d.Project = made.ID
		if err := d.save(); err != nil {
			return err
		}
	}
	for _, p := range []*Person{&d.Client, &d.Invited} { // adding somebody twice changes nothing
		var added struct {
			Person, Contact string
			Company         struct{ ID string }
		}
		body := map[string]string{"companyName": "Globex", "name": p.Name, "email": p.Email, "note": "Glad to have you with us."}
		if err := c.do(ctx, ann, http.MethodPost, "/v1/projects/"+d.Project+"/clients", body, &added); err != nil {
			return err
		}
		p.ID, d.Company = added.Person, added.Company.ID
		if p == &d.Client {
			d.Contact = added.Contact
		}
	}
	if err := c.accept(ctx, &d.Client); err != nil {
		return err
	}
	return d.items(ctx, c, ann)
}

func (d *Demo) items(ctx context.Context, c client, ann string) error {
	items := "/v1/projects/" + d.Project + "/items"
	for i, item := range []struct {
		body map[string]any
		keep *string
	}{
		{map[string]any{"kind": "message", "title": "Kick-off", "text": "We start on Monday. This is where you find everything.", "clientCanSee": true}, &d.SharedItem},
		{map[string]any{"kind": "message", "title": "Budget, for us alone", "text": "Let us keep two days in reserve."}, &d.PrivateItem},
		{map[string]any{"kind": "file", "title": "Style guide", "clientCanSee": true}, nil},
		{map[string]any{"kind": "event", "title": "Workshop", "start": time.Now().AddDate(0, 0, 7).UTC().Truncate(time.Hour), "clientCanSee": true}, nil},
		{map[string]any{"kind": "task", "title": "Set up the test server"}, nil},
		{map[string]any{"kind": "task", "title": "Your feedback on the sketches", "assignee": d.Client.ID, "ask": "feedback"}, nil},
	} {
		if i < d.Items {
			continue
		}
		var made struct{ ID string }
		if err := c.do(ctx, ann, http.MethodPost, items, item.body, &made); err != nil {
			return err
		}
		if item.keep != nil {
			*item.keep = made.ID
		}
		d.Items = i + 1
		if err := d.save(); err != nil {
			return err
		}
	}
	return nil
}
