//go:build engine

package streams_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"foyer/shared/foyertest"
	"foyer/shared/table"
)

// outcome is what the consumers have made: the rows, without what is drawn anew in
// each run (claims, times of sending), and the mails.
type outcome struct {
	rows  map[table.Key]string
	mails map[string]int
	jobs  map[string]bool // handed to jobs-run, once or more
}

func (w *world) outcome() outcome {
	w.T.Helper()
	o := outcome{rows: map[table.Key]string{}, mails: map[string]int{}, jobs: w.jobs()}
	for key, item := range w.Rows() {
		var row map[string]any
		if err := table.Unmarshal(item, &row); err != nil {
			w.T.Fatal(err)
		}
		if isMark(key) {
			for _, name := range []string{"claimId", "claimUntil", "keyVersion", "ttl"} {
				delete(row, name)
			}
			for _, name := range []string{"sentAt", "messageId"} {
				if _, ok := row[name]; ok {
					row[name] = "set"
				}
			}
		}
		o.rows[key] = fmt.Sprint(row)
	}
	for _, m := range w.Mails("") {
		o.mails[mailText(m)]++
	}
	return o
}

func mailText(m foyertest.Mail) string { return m.To + " | " + m.Subject + " | " + m.Text }

// differences are where o is not as wanted; doubled mails may be more than once.
func (o outcome) differences(want outcome, doubled int) (out []string) {
	for key, row := range want.rows {
		switch got, ok := o.rows[key]; {
		case !ok:
			out = append(out, fmt.Sprintf("lost: %s", key))
		case got != row:
			out = append(out, fmt.Sprintf("%s is\n  %s, want\n  %s", key, got, row))
		}
	}
	for key, row := range o.rows {
		if _, ok := want.rows[key]; !ok {
			out = append(out, fmt.Sprintf("too much: %s %s", key, row))
		}
	}
	if !maps.Equal(o.jobs, want.jobs) {
		out = append(out, fmt.Sprintf("got the jobs %v begun, want %v", o.jobs, want.jobs))
	}
	for _, m := range slices.Sorted(maps.Keys(want.mails)) {
		if o.mails[m] < want.mails[m] {
			out = append(out, fmt.Sprintf("lost: %d mails, want %d: %.900s", o.mails[m], want.mails[m], m))
		}
	}
	extra := 0
	for _, m := range slices.Sorted(maps.Keys(o.mails)) {
		switch more := o.mails[m] - want.mails[m]; {
		case more > 0 && want.mails[m] == 0:
			out = append(out, fmt.Sprintf("too much: the mail %.900s", m))
		case more > 0:
			if extra += more; extra > doubled {
				out = append(out, fmt.Sprintf("doubled: %d mails, want %d: %.900s", o.mails[m], want.mails[m], m))
			}
		}
	}
	return out
}

func isMark(k table.Key) bool { return strings.HasPrefix(k.SK, table.MailMark("", "").SK) }
func isMail(k table.Key) bool {
	return strings.HasPrefix(k.PK, table.RealmUser) && strings.HasPrefix(k.SK, table.PrefixMail)
}
func isHeld(k table.Key) bool {
	return strings.HasPrefix(k.PK, table.RealmUser) && strings.Contains(k.PK, "#HELD#")
}
func isFeed(k table.Key) bool {
	return strings.HasPrefix(k.PK, table.RealmUser) && strings.Contains(k.PK, "#FEED#")
}
func isActivity(k table.Key) bool {
	return strings.HasSuffix(k.PK, "#ACT") && strings.HasPrefix(k.SK, table.PrefixActivity)
}
func isAudit(k table.Key) bool { return strings.Contains(k.PK, "#AUDIT#") }

// asItShould asserts, of what an undisturbed run has made, that it is what the rules
// say of this state of the table (rules 13, 14, 16, 23), stated once more and
// naively: one copy of each change in the audit; one line and one mail for each
// change and each person who is told of it; every mail sent or dropped; every job
// handed on.
func (w *world) asItShould() {
	w.T.Helper()
	rows := w.Rows()
	activities, audits := rowsOf[table.ActivityRow](w, rows, isActivity), rowsOf[table.ActivityRow](w, rows, isAudit)
	for key, a := range activities {
		audit := table.Audit(a.Workspace, a.At, a.Activity)
		if got, ok := audits[audit]; !ok || got.Type != a.Type || got.Item != a.Item || got.Actor != a.Actor {
			w.T.Errorf("%s: got %+v in the audit, want its copy", key, got)
		}
	}
	if len(audits) != len(activities) {
		w.T.Errorf("got %d copies in the audit, want %d", len(audits), len(activities))
	}
	want := map[table.Key]string{}
	for key, a := range activities {
		if a.At.Before(w.since) {
			continue // told before, in another state of things
		}
		for person, reason := range w.told(rows, key, a) {
			line := table.TeamFeed(person, a.Workspace, a.Activity)
			if w.kind(rows, a.Project, person) == table.KindClient {
				line = table.PortalFeed(person, a.Activity)
			}
			want[line] = reason
		}
	}
	mails, marks := rowsOf[table.MailRow](w, rows, isMail), rowsOf[table.MailMarkRow](w, rows, isMark)
	toSend := map[string]int{}
	for key, line := range rowsOf[table.FeedRow](w, rows, isFeed) {
		if line.At.Before(w.since) {
			continue
		}
		if want[key] != line.Reason {
			w.T.Errorf("got the line %s for the reason %q, want %q", key, line.Reason, want[key])
		}
		delete(want, key)
		person, _, _ := strings.Cut(strings.TrimPrefix(key.PK, table.RealmUser), "#")
		if _, ok := mails[table.Mail(person, table.MailNotification+"#"+line.Activity)]; !ok {
			w.T.Errorf("the line %s has no mail", key)
		}
	}
	for key, reason := range want {
		w.T.Errorf("there is no line %s, want one for the reason %q", key, reason)
	}
	for key, m := range mails {
		if m.At.Before(w.since) {
			continue
		}
		mark := marks[table.MailMark(m.Person, m.Mail)]
		if m.Waits() {
			w.waits(rows, key, m)
			continue
		}
		if (mark.SentAt != nil) == (mark.Dropped != "") {
			w.T.Errorf("%s: got the mark %+v, want it sent or dropped", key, mark)
		}
		if mark.SentAt != nil {
			toSend[w.goesTo(rows, m)]++
		}
	}
	begun := w.jobs()
	for key, j := range rowsOf[table.JobRow](w, rows, func(k table.Key) bool { return strings.HasPrefix(k.SK, table.PrefixJob) }) {
		if !begun[j.Job] {
			w.T.Errorf("%s was not handed to jobs-run", key)
		}
	}
	sent := map[string]int{}
	for _, m := range w.Mails("") {
		sent[m.To]++
	}
	if !maps.Equal(sent, toSend) {
		w.T.Errorf("got mails sent %v, want %v", sent, toSend)
	}
	if w.T.Failed() {
		w.T.FailNow()
	}
}

// waits asserts that a notification stands where the digest of its minute finds it, that
// there will be that digest, and that nobody has sent it alone.
func (w *world) waits(rows map[table.Key]table.Item, key table.Key, m table.MailRow) {
	w.T.Helper()
	minute, err := time.Parse(time.RFC3339, m.Digest)
	held := read[table.MailRow](w, rows, table.Held(m.Person, m.Digest, m.Activity))
	due := read[table.DueRow](w, rows, table.Due(minute, table.DueDigest+"#"+m.Person))
	held.Key = m.Key
	if err != nil || held != m || due.Person != m.Person || due.Digest != m.Digest {
		w.T.Errorf("%s waits for %q: got the row %+v and the digest %+v, want both", key, m.Digest, held, due)
	}
	if _, marked := rows[table.MailMark(m.Person, m.Mail)]; marked {
		w.T.Errorf("%s waits for its digest, and was sent or dropped alone", key)
	}
}

// told says who is told of a change in this state of the table, and why.
func (w *world) told(rows map[table.Key]table.Item, at table.Key, a table.ActivityRow) map[string]string {
	out := map[string]string{}
	if a.Project == "" || a.Item == "" || a.Type != table.ActivityItemCreated && a.Type != table.ActivityItemShared {
		return out
	}
	_, shared := rows[table.SharedItem(a.Project, a.Item)]
	_, private := rows[table.PrivateItem(a.Project, a.Item)]
	if !shared && !private {
		return out
	}
	for key := range rows {
		person, ok := strings.CutPrefix(key.SK, table.PrefixPerson)
		if !ok || key.PK != table.ClientProjectPartition(a.Project) || person == a.Actor {
			continue
		}
		client := w.kind(rows, a.Project, person) == table.KindClient
		if !w.active(rows, a.Project, person) || client && (!shared || !strings.HasPrefix(at.PK, table.RealmClient)) {
			continue
		}
		switch level := w.levelOf(rows, a.Project, person, client); {
		case level == "none":
		case a.Assignee == person:
			out[person] = "assigned"
		case level == "all":
			out[person] = "activity"
		}
	}
	return out
}

func read[R any](w *world, rows map[table.Key]table.Item, key table.Key) (row R) {
	w.T.Helper()
	if item, ok := rows[key]; ok {
		if err := table.Unmarshal(item, &row); err != nil {
			w.T.Fatal(err)
		}
	}
	return row
}

func (w *world) kind(rows map[table.Key]table.Item, project, person string) string {
	return read[table.PersonProjectRow](w, rows, table.Project(person, project)).Kind
}

// active: the membership has the role, or the contact as which they are in the project.
func (w *world) active(rows map[table.Key]table.Item, project, person string) bool {
	workspace, _ := table.WorkspaceOf(project)
	in, of := read[table.PersonProjectRow](w, rows, table.Project(person, project)), read[table.MembershipRow](w, rows, table.Membership(person, workspace))
	if in.Kind == table.KindClient {
		return of.Contacts[in.Contact] != ""
	}
	return in.Kind == table.KindMember && of.Role != ""
}

func (w *world) levelOf(rows map[table.Key]table.Item, project, person string, client bool) string {
	s := read[table.SettingsRow](w, rows, table.Settings(person))
	switch {
	case s.Projects[project] != "":
		return s.Projects[project]
	case s.Level != "":
		return s.Level
	case client:
		return "limited"
	}
	return "all"
}

// goesTo is where a mail goes: a change of address is confirmed from the new one, and
// told to the old one.
func (w *world) goesTo(rows map[table.Key]table.Item, m table.MailRow) string {
	switch m.Kind {
	case table.MailAddressChange:
		return read[table.AddressChangeRow](w, rows, table.AddressChange(m.Person)).Email
	case table.MailAddressChanged:
		return m.Email
	}
	return w.address(rows, m.Person)
}

func (w *world) address(rows map[table.Key]table.Item, person string) string {
	return read[table.AccountRow](w, rows, table.Account(person)).Email
}
