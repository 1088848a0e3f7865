//go:build engine

package cost

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"foyer/shared/api"
	"foyer/shared/due"
	"foyer/shared/foyertest"
	"foyer/shared/jobs/jobqueue"
	"foyer/shared/jobsrun"
	"foyer/shared/mail"
	"foyer/shared/mailevents"
	"foyer/shared/notify"
	"foyer/shared/stream"
	"foyer/shared/table"
)

// Consumers meters what runs without a request.
func (s *State) Consumers() []Metered {
	s.T.Helper()
	s.sendAway()
	return []Metered{s.notify(), s.wait(), s.startJob(), s.runJob("jobs-run of an export", s.job), s.runJob("jobs-run of invitations", s.invite), s.mailOf("stream-mail", s.notification), s.mailOf("stream-mail of a digest", s.waiting), s.mailOf("stream-mail of an invitation", s.invitation), s.mailOf("stream-mail of a reset", s.reset), s.mailOf("stream-mail of a template's test", s.templateTest), s.bounce(), s.dueRun("due-run", nil), s.dueRun("due-run with a reminder", s.reminder), s.dueRun("due-run with a digest", s.digestDue)}
}

// sendAway takes those out of the project whom the operations have added.
func (s *State) sendAway() {
	s.T.Helper()
	rows, _, err := table.QueryInto[table.PersonRow](s.T.Context(), s.Table, table.Query{PK: table.ClientProjectPartition(s.ProjectID), Prefix: table.PrefixPerson})
	for _, row := range rows {
		if !slices.Contains(s.people, row.Person) {
			err = errors.Join(err, s.Table.DeleteOne(s.T.Context(), row.Key))
		}
	}
	if err != nil {
		s.T.Fatal(err)
	}
}

// consume gives a consumer one row of the table, as the stream would.
func (s *State) consume(env *api.Env, c stream.Consumer, key table.Key) {
	s.T.Helper()
	rows, err := s.Table.BatchGet(s.T.Context(), key)
	if err == nil && rows[key] == nil {
		err = fmt.Errorf("%s: no such row", key)
	}
	if err == nil {
		err = c.Handle(s.T.Context(), env, table.Inserted{Key: key, New: rows[key]})
	}
	if err != nil {
		s.T.Errorf("%s: %v", c.ID, err)
	}
}

// notify: Mia has made a shared item; everybody but Carl is told.
func (s *State) notify() Metered {
	s.T.Helper()
	env := s.Env(notify.Consumer.ID)
	return s.measure("stream-notify", consumers["stream-notify"], func() func() {
		key := s.activity()
		return func() { s.consume(env, notify.Consumer, key) }
	})
}

// chosen is a digest at an hour that is not now; each time at another minute.
func (s *State) chosen() table.SettingsRow {
	s.chose++
	at := s.Clock.Now().UTC().Add(12*time.Hour + time.Duration(s.chose)*time.Minute)
	return table.SettingsRow{Level: "all", Digest: at.Format("15:04"), TimeZone: "UTC", Version: 1}
}

// wait is notify where everybody has a digest.
func (s *State) wait() Metered {
	s.T.Helper()
	const name = "stream-notify of what waits"
	var before, with []table.Rowed
	chosen := s.chosen()
	for _, id := range s.people {
		var row table.SettingsRow
		if _, err := s.Table.Get(s.T.Context(), table.Settings(id), &row); err != nil {
			s.T.Fatal(err)
		}
		waits := chosen
		waits.Level = row.Level
		before, with = append(before, table.Rowed{Key: table.Settings(id), Row: row}), append(with, table.Rowed{Key: table.Settings(id), Row: waits})
	}
	env := s.Env(notify.Consumer.ID)
	return s.measure(name, consumers[name], func() func() {
		key := s.activity()
		s.put(with)
		return func() {
			s.consume(env, notify.Consumer, key)
			s.put(before) // by the state's own hand: not metered
		}
	})
}

// waiting is the mail of a digest of one line to one of Globex's people.
func (s *State) waiting() table.Key {
	s.T.Helper()
	person := s.people[2]
	s.put([]table.Rowed{{Key: table.Settings(person), Row: s.chosen()}})
	activity := s.activity()
	s.consume(s.Env(notify.Consumer.ID), notify.Consumer, activity)
	s.put([]table.Rowed{{Key: table.Settings(person), Row: table.SettingsRow{Level: "all", Version: 1}}})
	var held table.MailRow
	if _, err := s.Table.Get(s.T.Context(), table.Mail(person, table.MailNotification+"#"+activity.SK), &held); err != nil || held.Digest == "" {
		s.T.Fatalf("got the mail %+v (%v), want one that waits", held, err)
	}
	s.digest = held.Digest
	id := table.MailDigest + "#" + held.Digest
	s.put([]table.Rowed{{Key: table.Mail(person, id), Row: table.MailRow{Mail: id, Kind: table.MailDigest, Person: person, Digest: held.Digest, At: s.Clock.Now(), TTL: held.TTL}}})
	return table.Mail(person, id)
}

// job is a job that was asked for: an export of the last day of the audit.
func (s *State) job() table.Key {
	s.T.Helper()
	day := auditTo.Format(time.DateOnly)
	id := s.Do(s.Ann, http.MethodPost, "/v1/workspaces/"+s.WorkspaceID+"/audit/export", map[string]any{"format": "csv", "from": day, "to": day}).Must(http.StatusAccepted).String("id")
	return table.Job(s.WorkspaceID, id)
}

func (s *State) startJob() Metered {
	s.T.Helper()
	env := s.Env(notify.Consumer.ID)
	return s.measure("stream-notify of a job", consumers["stream-notify of a job"], func() func() {
		key := s.job()
		return func() { s.consume(env, notify.Consumer, key) }
	})
}

// invite is a job that was asked for: the invitations of a company that is new.
func (s *State) invite() table.Key {
	s.T.Helper()
	s.invitees = s.Company()
	at := "/v1/workspaces/" + s.WorkspaceID + "/companies/" + s.invitees
	for range invitees {
		s.Do(s.Ann, http.MethodPost, at+"/contacts", map[string]any{"name": "Nora New", "email": s.Address()}).Must(http.StatusCreated)
	}
	return table.Job(s.WorkspaceID, s.Do(s.Ann, http.MethodPost, at+"/invitations", nil).Must(http.StatusAccepted).String("id"))
}

func (s *State) runJob(name string, job func() table.Key) Metered {
	s.T.Helper()
	env := s.Env(jobqueue.ID)
	return s.measure(name, consumers[name], func() func() {
		body, _ := json.Marshal(jobqueue.Message{Workspace: s.WorkspaceID, Job: strings.TrimPrefix(job().SK, table.PrefixJob)}) // two strings
		return func() {
			if err := jobsrun.Runner.Run(s.T.Context(), env, string(body)); err != nil {
				s.T.Errorf("%s: %v", jobqueue.ID, err)
			}
		}
	})
}

// activity is the record of a shared item that Mia has made.
func (s *State) activity() table.Key {
	s.T.Helper()
	item := s.Do(s.Mia, http.MethodPost, "/v1/projects/"+s.ProjectID+"/items", map[string]any{"kind": "message", "title": "News", "clientCanSee": true}).Must(http.StatusCreated).String("id")
	acts, _, err := table.QueryInto[table.ActivityRow](s.T.Context(), s.Table, table.Query{PK: table.ClientProjectActivity(s.ProjectID, "").PK, Descending: true, Limit: 1})
	if err != nil || len(acts) != 1 || acts[0].Item != item {
		s.T.Fatalf("got the records %v (%v), want the one of %s", acts, err, item)
	}
	return acts[0].Key
}

// mailOf meters stream-mail on a mail that make puts.
func (s *State) mailOf(name string, make func() table.Key) Metered {
	s.T.Helper()
	env := s.Env(mail.Deliver.ID)
	return s.measure(name, consumers[name], func() func() {
		key := make()
		return func() { s.consume(env, mail.Deliver, key) }
	})
}

// notification is the mail of an activity to one of Globex's people.
func (s *State) notification() table.Key {
	s.T.Helper()
	activity := s.activity()
	s.consume(s.Env(notify.Consumer.ID), notify.Consumer, activity)
	return table.Mail(s.people[2], table.MailNotification+"#"+activity.SK)
}

// invitation is the mail of an invitation that was just made.
func (s *State) invitation() table.Key {
	s.T.Helper()
	rows, _, err := table.QueryInto[table.MailRow](s.T.Context(), s.Table, table.Query{PK: table.UserPartition(s.Invitee().ID), Prefix: table.PrefixMail})
	if err != nil || len(rows) != 1 {
		s.T.Fatalf("got the mails %v (%v), want one", rows, err)
	}
	return rows[0].Key
}

// reset is the mail to somebody who has forgotten their password.
func (s *State) reset() table.Key {
	s.T.Helper()
	p := s.Client()
	s.Do(foyertest.Person{Source: "198.51.100.1"}, http.MethodPost, "/v1/password-resets", map[string]any{"email": p.Email}).Must(http.StatusAccepted)
	rows, _, err := table.QueryInto[table.MailRow](s.T.Context(), s.Table, table.Query{PK: table.UserPartition(p.ID), Prefix: table.PrefixMail + table.MailPasswordReset})
	if err != nil || len(rows) != 1 {
		s.T.Fatalf("got the mails %v (%v), want one", rows, err)
	}
	return rows[0].Key
}

// templateTest is the invitation mail that Ann has sent to herself.
func (s *State) templateTest() table.Key {
	s.T.Helper()
	s.Do(s.Ann, http.MethodPost, "/v1/workspaces/"+s.WorkspaceID+"/invitation-template/test", nil).Must(http.StatusAccepted)
	rows, _, err := table.QueryInto[table.MailRow](s.T.Context(), s.Table, table.Query{PK: table.UserPartition(s.Ann.ID), Prefix: table.PrefixMail + table.MailTemplateTest, Descending: true, Limit: 1})
	if err != nil || len(rows) != 1 {
		s.T.Fatalf("got the mails %v (%v), want one", rows, err)
	}
	return rows[0].Key
}

// bounce meters mail-events on an invitation whose mail came back.
func (s *State) bounce() Metered {
	s.T.Helper()
	env := s.Env(mailevents.ID)
	return s.measure("mail-events of an invitation", consumers["mail-events of an invitation"], func() func() {
		p := s.Invitee()
		rows, _, err := table.QueryInto[table.MailRow](s.T.Context(), s.Table, table.Query{PK: table.UserPartition(p.ID), Prefix: table.PrefixMail})
		if err != nil || len(rows) != 1 {
			s.T.Fatalf("got the mails %v (%v), want one", rows, err)
		}
		body := mailevents.Permanent(p.Email, mailevents.Tags(rows[0]))
		return func() {
			if err := mailevents.Run(s.T.Context(), env, body); err != nil {
				s.T.Errorf("%s: %v", mailevents.ID, err)
			}
		}
	})
}

// dueRun meters a minute of due-run: with nothing due, or with what due gives.
func (s *State) dueRun(name string, something func() table.DueRow) Metered {
	s.T.Helper()
	env := s.Env(due.ID)
	run := func(ctx context.Context) {
		if err := due.Run(ctx, env); err != nil {
			s.T.Errorf("%s: %v", due.ID, err)
		}
	}
	s.Clock.Stand(s.Clock.Now().Truncate(time.Minute).Add(time.Second))
	run(s.T.Context())
	return s.measure(name, consumers[name], func() func() {
		if something != nil {
			row := something()
			minute := table.DueMinute(s.Clock.Now(), time.Minute)
			s.Clock.Stand(minute.Add(-time.Minute))
			run(s.T.Context())
			row.Digest = minute.Format(time.RFC3339)
			s.put([]table.Rowed{{Key: table.Due(minute, row.Due), Row: row}})
		}
		s.Clock.Advance(time.Minute)
		return func() { run(s.T.Context()) }
	})
}

// reminder is a reminder that is due.
func (s *State) reminder() table.DueRow {
	s.T.Helper()
	p := s.Invitee()
	return table.DueRow{Due: table.DueReminder + "#metered#" + p.ID, Kind: table.DueReminder, Person: p.ID, Workspace: s.WorkspaceID, Subject: p.Contact, Generation: 1, Number: 1}
}

// digestDue is a digest that is due.
func (s *State) digestDue() table.DueRow {
	return table.DueRow{Due: table.DueDigest + "#" + s.people[2], Kind: table.DueDigest, Person: s.people[2]}
}
