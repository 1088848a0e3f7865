package replay

import (
	"context"

	"github.com/oklog/ulid/v2"

	"foyer/shared/table"
)

// page is how many rows are read at once.
const page = 100

// window brings back what was recorded in the workspace in the window and was not
// told, the jobs that were not begun, then what was to be mailed and was not. The
// workspace's own changes come first, then each project's, then the mails of its
// people: members, contacts.
func (r *run) window(ctx context.Context) error {
	w := r.in.Workspace
	if err := r.activity(ctx, table.WorkspaceActivity(w, "").PK); err != nil {
		return err
	}
	pk := table.Workspace(w).PK
	if err := r.jobs(ctx, pk); err != nil {
		return err
	}
	err := each(ctx, r, table.Query{PK: pk, Prefix: table.PrefixProject}, func(p table.PointerRow) (string, error) {
		for _, partition := range []string{table.TeamProjectActivity(p.Project, "").PK, table.ClientProjectActivity(p.Project, "").PK} {
			if err := r.activity(ctx, partition); err != nil {
				return "", err
			}
		}
		return p.SK, nil
	})
	if err != nil {
		return err
	}
	if err := each(ctx, r, table.Query{PK: pk, Prefix: table.PrefixMember}, func(m table.MemberRow) (string, error) { return m.SK, r.mails(ctx, m.Person) }); err != nil {
		return err
	}
	err = each(ctx, r, table.Query{PK: pk, Prefix: table.Contact(w, "").SK}, func(c table.ContactRow) (string, error) {
		if c.Person == "" {
			return c.SK, nil
		}
		return c.SK, r.mails(ctx, c.Person)
	})
	if err == nil && r.resume != nil {
		err = errNoSuchPlace
	}
	return err
}

// each does something with every row of a range; do gives back the row's sort key.
func each[R any](ctx context.Context, r *run, q table.Query, do func(R) (string, error)) error {
	for {
		rows, more, err := table.QueryInto[R](ctx, r.env.Table, q)
		if err != nil {
			return err
		}
		for _, row := range rows {
			if q.After, err = do(row); err != nil {
				return err
			}
		}
		if !more {
			return nil
		}
	}
}

// activity hands the changes of a partition that were recorded in the window to
// stream-notify: those that are not in the audit, which it writes last.
func (r *run) activity(ctx context.Context, partition string) error {
	after, ok := r.begin(partition)
	if !ok {
		return nil
	}
	if after == "" {
		after = table.PrefixActivity + stamp(r.in.From.UnixMilli())
	}
	end := table.PrefixActivity + stamp(r.in.To.UnixMilli())
	for {
		if err := r.come(ctx, partition, after); err != nil {
			return err
		}
		items, more, err := r.env.Table.Query(ctx, table.Query{PK: partition, Prefix: table.PrefixActivity, After: after, Limit: page})
		if err != nil {
			return err
		}
		var rows []table.Inserted
		var audits []table.Key
		for _, item := range items {
			var a table.ActivityRow
			if err := table.Unmarshal(item, &a.Key); err != nil {
				return err
			}
			if a.SK >= end {
				more = false
				break
			}
			after = a.SK
			// A row that cannot be read has no audit: stream-notify puts it on the poison queue.
			if err := table.Unmarshal(item, &a); err != nil {
				a.Workspace, a.Activity = r.in.Workspace, a.SK
			}
			rows = append(rows, table.Inserted{Key: a.Key, New: item})
			audits = append(audits, table.Audit(a.Workspace, a.At, a.Activity))
		}
		if rows, err = r.notTold(ctx, rows, audits); err != nil {
			return err
		}
		if err := r.handOnAll(ctx, r.env.Config.NotifyFunction, rows); err != nil {
			return err
		}
		if !more {
			return nil
		}
	}
}

// notTold leaves out the changes that were told to the end.
func (r *run) notTold(ctx context.Context, rows []table.Inserted, audits []table.Key) ([]table.Inserted, error) {
	if r.in.Again || len(rows) == 0 {
		return rows, nil
	}
	there, err := r.env.Table.BatchGet(ctx, audits...)
	if err != nil {
		return nil, err
	}
	var out []table.Inserted
	for i, row := range rows {
		if _, told := there[audits[i]]; !told {
			out = append(out, row)
		}
	}
	return out, nil
}

// jobs hands to stream-notify the jobs that were asked for in the window, have not
// ended and are nobody's now. One that waits in its queue is put there once more,
// which does no harm.
func (r *run) jobs(ctx context.Context, partition string) error {
	after, ok := r.begin(partition)
	if !ok {
		return nil
	}
	for {
		if err := r.come(ctx, partition, after); err != nil {
			return err
		}
		items, more, err := r.env.Table.Query(ctx, table.Query{PK: partition, Prefix: table.PrefixJob, After: after, Limit: page})
		if err != nil {
			return err
		}
		var rows []table.Inserted
		for _, item := range items {
			var j table.JobRow
			if err := table.Unmarshal(item, &j); err != nil {
				return err
			}
			after = j.SK
			if !j.CreatedAt.Before(r.in.From) && j.CreatedAt.Before(r.in.To) && !j.Ended() && j.LeaseUntil < r.env.Now().UnixMilli() {
				rows = append(rows, table.Inserted{Key: j.Key, New: item})
			}
		}
		if err := r.handOnAll(ctx, r.env.Config.NotifyFunction, rows); err != nil {
			return err
		}
		if !more {
			return nil
		}
	}
}

// mails hands to stream-mail the person's mails of the workspace that were made in
// the window and neither sent nor dropped, and their digests of it likewise.
func (r *run) mails(ctx context.Context, person string) error {
	partition := table.UserPartition(person)
	after, ok := r.begin(partition)
	if !ok {
		return nil
	}
	for {
		if err := r.come(ctx, partition, after); err != nil {
			return err
		}
		items, more, err := r.env.Table.Query(ctx, table.Query{PK: partition, Prefix: table.PrefixMail, After: after, Limit: page})
		if err != nil {
			return err
		}
		var rows []table.Inserted
		var marks []table.Key
		for _, item := range items {
			var m table.MailRow
			if err := table.Unmarshal(item, &m); err != nil {
				return err
			}
			after = m.SK
			ours := m.Workspace == r.in.Workspace || m.Kind == table.MailDigest // which is of all workspaces of its person
			if !ours || m.Waits() || m.At.Before(r.in.From) || !m.At.Before(r.in.To) {
				continue
			}
			rows = append(rows, table.Inserted{Key: m.Key, New: item})
			marks = append(marks, table.MailMark(m.Person, m.Mail))
		}
		if rows, err = r.notMailed(ctx, rows, marks); err != nil {
			return err
		}
		if err := r.handOnAll(ctx, r.env.Config.MailFunction, rows); err != nil {
			return err
		}
		if !more {
			return nil
		}
	}
}

func (r *run) notMailed(ctx context.Context, rows []table.Inserted, marks []table.Key) ([]table.Inserted, error) {
	if len(rows) == 0 {
		return nil, nil
	}
	there, err := r.env.Table.BatchGet(ctx, marks...)
	if err != nil {
		return nil, err
	}
	var out []table.Inserted
	for i, row := range rows {
		var mark table.MailMarkRow
		if _, err := there.Into(marks[i], &mark); err != nil {
			return nil, err
		}
		if mark.SentAt == nil && mark.Dropped == "" {
			out = append(out, row)
		}
	}
	return out, nil
}

// handOnAll hands rows on; what is left of them stays where it is.
func (r *run) handOnAll(ctx context.Context, function string, rows []table.Inserted) error {
	left, err := r.handOn(ctx, function, rows)
	r.out.Failed += len(left)
	return err
}

// stamp is what the ids begin with that were made in that millisecond; alone it
// sorts before all of them.
func stamp(millisecond int64) string {
	var id ulid.ULID
	if err := id.SetTime(uint64(max(millisecond, 0))); err != nil {
		return "~" // after the year 10889: behind every id
	}
	return id.String()[:10]
}
