//go:build engine

package members_test

import (
	"net/http"
	"testing"

	"foyer/shared/foyertest"
	"foyer/shared/jobs/jobqueue"
	"foyer/shared/table"
)

// places are where a person of a project stands.
func places(p foyertest.Person, project string) []table.Key {
	return []table.Key{table.Project(p.ID, project), table.Person(project, p.ID), table.TeamPerson(project, p.ID)}
}

func (s team) outOfProject(p foyertest.Person, project string) {
	s.T.Helper()
	for _, key := range places(p, project) {
		if err := s.Table.DeleteOne(s.T.Context(), key); err != nil {
			s.T.Fatal(err)
		}
	}
}

// Whoever gets a task is of the team and of the project to the last moment.
func TestWhoGetsATaskIsLookedAtAgainWhereTheyWereChangedMeanwhile(t *testing.T) {
	for what, c := range map[string]struct {
		inProject bool
		meanwhile func(s team, max foyertest.Person)
		goesToMax bool
	}{
		"removed from the team": {true, func(s team, max foyertest.Person) { s.remove(s.ann, max, "").Must(http.StatusAccepted) }, false},
		"out of the project":    {true, func(s team, max foyertest.Person) { s.outOfProject(max, s.project) }, true},
		"into the project": {false, func(s team, max foyertest.Person) {
			s.intoProject(max, s.project)
			s.put(table.TeamPerson(s.project, max.ID), table.TeamPersonRow{Person: max.ID, Kind: table.KindMember, AddedBy: max.ID})
		}, true},
	} {
		t.Run(what, func(t *testing.T) {
			s := newTeam(t)
			mia := s.joined("Mia Member", "mia@acme.example", table.RoleMember)
			max := s.joined("Max Member", "max@acme.example", table.RoleMember)
			s.intoProject(mia, s.project)
			if c.inProject {
				s.intoProject(max, s.project)
			}
			task := s.task(mia, s.project, false)
			s.remove(s.ann, mia, "?handTo="+max.ID).Must(http.StatusAccepted)
			s.Before(jobqueue.ID, "TransactWriteItems", 2, func() { c.meanwhile(s, max) }) // the first takes Mia out of the project
			s.runJobs()
			want := s.ann
			if c.goesToMax {
				want = max
			}
			rows, _, err := table.QueryInto[table.ActivityRow](t.Context(), s.Table, table.Query{PK: table.TeamProjectActivity(s.project, "").PK})
			if err != nil {
				t.Fatal(err)
			}
			for _, a := range rows {
				if a.Type == table.ActivityTaskHandedOver && a.Assignee != want.ID {
					t.Errorf("the task was handed to %s, want to %s alone", a.Assignee, want.Name)
				}
			}
			if got := s.assignee(s.project, task); got != want.ID {
				t.Errorf("the task is %s's, want %s's", got, want.Name)
			}
			if c.goesToMax && !s.find(table.Person(s.project, max.ID), &table.PersonRow{}) {
				t.Error("whoever has the task is not of the project")
			}
			if what == "into the project" {
				var added table.TeamPersonRow
				if !s.find(table.TeamPerson(s.project, max.ID), &added) || added.AddedBy != max.ID {
					t.Errorf("got %+v, want the place that they had by then", added)
				}
			}
			s.runJobs() // that of who was removed meanwhile
			s.whole()
		})
	}
}

// Where it could not be read whether somebody is of the team, nobody else gets their tasks.
func TestWhoCouldNotBeReadGetsTheTasksAllTheSame(t *testing.T) {
	s := newTeam(t)
	mia := s.joined("Mia Member", "mia@acme.example", table.RoleMember)
	max := s.joined("Max Member", "max@acme.example", table.RoleMember)
	s.intoProject(mia, s.project)
	task := s.task(mia, s.project, false)
	s.remove(s.ann, mia, "?handTo="+max.ID).Must(http.StatusAccepted)
	s.Failing(jobqueue.ID, "GetItem", 3, foyertest.ErrPasses) // after the job and the project
	s.runJobs()
	if got := s.assignee(s.project, task); got != max.ID {
		t.Errorf("the task is %s's, want Max's", got)
	}
	s.whole()
}

// An owner who gets tasks of a project that they are not of is among its people from then
// on, by their own name.
func TestAnOwnerWhoGetsTheTasksIsInTheProjectByTheirName(t *testing.T) {
	s := newTeam(t)
	mia := s.joined("Mia Member", "mia@acme.example", table.RoleMember)
	max := s.joined("Max Member", "max@acme.example", table.RoleMember)
	project := s.Project(mia, s.workspace, "Mia's project")
	task := s.task(mia, project, false)
	s.remove(s.ann, mia, "?handTo="+max.ID).Must(http.StatusAccepted)
	s.remove(s.ann, max, "").Must(http.StatusAccepted)
	s.runJobs()
	if got := s.assignee(project, task); got != s.ann.ID {
		t.Errorf("the task is %s's, want the owner's", got)
	}
	people := s.Do(s.ann, "GET", "/v1/projects/"+project+"/people", nil).Must(http.StatusOK).List("items")
	if len(people) != 1 || people[0]["person"] != s.ann.ID || people[0]["name"] != s.ann.Name {
		t.Errorf("the project's people are %v, want Ann alone", people)
	}
	s.whole()
}

// asMember is Carl, whose access as a client was removed, of the team.
func (s team) asMember() foyertest.Person {
	s.T.Helper()
	s.Do(s.ann, "DELETE", s.access(), nil).Must(http.StatusNoContent)
	s.invite(s.ann, s.carl.Name, s.carl.Email, table.RoleMember).Must(http.StatusCreated)
	return s.Accept(s.carl, s.workspace)
}

func (s team) access() string {
	return "/v1/workspaces/" + s.workspace + "/contacts/" + s.carl.Contact + "/access"
}

// Rule 19: what a client had is theirs again when their access is given back, whatever
// they were in between.
func TestWhoLeavesTheTeamKeepsWhatTheyHadAsAClient(t *testing.T) {
	s := newTeam(t)
	carl := s.asMember()
	s.remove(s.ann, carl, "").Must(http.StatusAccepted)
	s.runJobs()
	s.Do(s.ann, "PUT", s.access(), nil).Must(http.StatusNoContent)
	carl = s.SignIn(carl)
	s.Do(carl, "GET", "/v1/portal/projects/"+s.project, nil).Must(http.StatusOK)
	s.whole()
}

// Whoever was a client of the project and is of the team by now gets tasks as a member.
func TestTasksAreHandedToAMemberWhoWasAClientOfTheProject(t *testing.T) {
	s := newTeam(t)
	carl := s.asMember()
	mia := s.joined("Mia Member", "mia@acme.example", table.RoleMember)
	s.intoProject(mia, s.project)
	private, shared := s.task(mia, s.project, false), s.task(mia, s.project, true)
	s.Do(carl, "GET", "/v1/projects/"+s.project+"/items/"+private, nil).Problem(http.StatusNotFound, "not-found")
	s.remove(s.ann, mia, "?handTo="+carl.ID).Must(http.StatusAccepted)
	s.runJobs()
	for _, task := range []string{private, shared} {
		if got := s.assignee(s.project, task); got != carl.ID {
			t.Errorf("the task is %s's, want Carl's", got)
		}
		s.Do(carl, "GET", "/v1/projects/"+s.project+"/items/"+task, nil).Must(http.StatusOK)
	}
	s.whole()
}
