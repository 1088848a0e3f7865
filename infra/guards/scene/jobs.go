//go:build engine

package scene

import (
	"fmt"
	"net/http"
	"strings"

	"foyer/shared/foyertest"
	"foyer/shared/table"
)

// Started is a job that was asked for and has not begun, with what it is about.
type Started struct {
	Job       string
	Person    foyertest.Person // whose projects it goes through
	Addresses []string         // of the contacts that it is about
	Import    string
}

// Message is what the queue of jobs holds of it.
func (s *Scene) Message(j Started) string {
	return fmt.Sprintf(`{"workspace":%q,"job":%q}`, s.WorkspaceID, j.Job)
}

// Jobs ask for a job of each kind (jobsrun.Runner), with more than one thing to do.
var Jobs = map[string]func(s *Scene) Started{
	"members-remove": func(s *Scene) (j Started) {
		j.Person = s.Member()
		s.IntoProject(j.Person)
		for _, shared := range []bool{false, true} {
			s.task("Call them", j.Person.ID, shared)
		}
		j.Job = s.Do(s.Ann, "DELETE", s.at("/members/"+j.Person.ID), nil).Must(http.StatusAccepted).String("job")
		return j
	},
	"audit-export": func(s *Scene) Started {
		return Started{Job: s.Do(s.Ann, "POST", s.at("/audit/export"), map[string]any{"format": "jsonl"}).Must(http.StatusAccepted).String("id")}
	},
	"workspaces-export": func(s *Scene) Started {
		return Started{Job: s.Do(s.Ann, "POST", s.at("/export"), nil).Must(http.StatusAccepted).String("id")}
	},
	"address-corrected": func(s *Scene) (j Started) {
		j.Person = s.Bounced()
		for range 2 {
			s.task("Call us", j.Person.ID, false)
		}
		s.Do(s.Ann, "POST", s.at("/contacts/"+j.Person.Contact+"/address-correction"), map[string]any{"email": s.Address()}).Must(http.StatusAccepted)
		j.Job = s.jobOf("address-corrected", "person", j.Person.ID)
		return j
	},
	"contacts-rename": func(s *Scene) (j Started) {
		j.Person = s.Client()
		contact := s.at("/contacts/" + j.Person.Contact)
		s.Do(s.Ann, "PATCH", contact, map[string]any{"name": "Nora Newer"}, foyertest.Header{Name: "If-Match", Value: "*"}).Must(http.StatusOK)
		j.Job = s.jobOf("contacts-rename", "contact", j.Person.Contact)
		return j
	},
	"contacts-delete": func(s *Scene) (j Started) {
		j.Person = s.Invitee()
		for range 2 {
			s.task("Ask them", j.Person.ID, false)
		}
		s.Do(s.Ann, "DELETE", s.at("/contacts/"+j.Person.Contact), nil).Must(http.StatusNoContent)
		j.Job = s.jobOf("contacts-delete", "contact", j.Person.Contact)
		return j
	},
	"invitations-send-all": func(s *Scene) (j Started) {
		company := s.at("/companies/" + s.Company())
		j.Addresses = []string{s.Address(), s.Address(), s.Client().Email} // two new ones, and one who has an account
		for _, email := range j.Addresses {
			s.Do(s.Ann, "POST", company+"/contacts", map[string]any{"name": "Nora New", "email": email}).Must(http.StatusCreated)
		}
		j.Job = s.Do(s.Ann, "POST", company+"/invitations", nil).Must(http.StatusAccepted).String("id")
		return j
	},
	"imports-plan": func(s *Scene) (j Started) {
		j.Import = s.Import("Globex,Nora New," + s.Address() + "\nInitech,Ina New," + s.Address() + "\nInitech,Nobody,nobody\n")
		j.Job = s.Do(s.Ann, "POST", s.at("/imports/"+j.Import+"/plan"), nil).Must(http.StatusAccepted).String("id")
		return j
	},
	// A contact of a new company, one of a company that there is, and one who gets another name.
	"imports-apply": func(s *Scene) (j Started) {
		renamed := s.Contact()
		var row table.ContactRow
		if found, err := s.Table.Get(s.T.Context(), table.Contact(s.WorkspaceID, renamed), &row); err != nil || !found {
			s.T.Fatal(found, err)
		}
		j.Addresses = []string{s.Address(), s.Address(), row.Email}
		j.Import = s.Import(fmt.Sprintf("%s,Ina New,%s\nGlobex,Nora Newer,%s\nGlobex,Nora Newest,%s\n", s.CompanyName(), j.Addresses[0], j.Addresses[1], j.Addresses[2]))
		at := s.at("/imports/" + j.Import)
		s.Do(s.Ann, "POST", at+"/plan", nil).Must(http.StatusAccepted)
		s.RunJobs()
		plan := s.Do(s.Ann, "GET", at, nil).Must(http.StatusOK).String("plan.job")
		j.Job = s.Do(s.Ann, "POST", at+"/application", map[string]any{"plan": plan}).Must(http.StatusAccepted).String("id")
		return j
	},
}

// at is a path below the scene's workspace.
func (s *Scene) at(rest string) string { return "/v1/workspaces/" + s.WorkspaceID + rest }

func (s *Scene) task(title, assignee string, shared bool) {
	s.T.Helper()
	s.Do(s.Ann, "POST", "/v1/projects/"+s.ProjectID+"/items", map[string]any{"kind": "task", "title": title, "assignee": assignee, "clientCanSee": shared}).Must(http.StatusCreated)
}

// jobOf is the job of that kind about something, whose id no answer gives.
func (s *Scene) jobOf(kind, what, id string) (job string) {
	s.T.Helper()
	for key, item := range s.Rows() {
		var row table.JobRow
		if err := table.Unmarshal(item, &row); err == nil && strings.HasPrefix(key.SK, table.PrefixJob) && row.Kind == kind && row.About[what] == id {
			job = row.Job
		}
	}
	if job == "" {
		s.T.Fatalf("there is no job %s of %s", kind, id)
	}
	return job
}
