package imports

import (
	"strings"
	"unicode"

	"foyer/shared/jobs/work"
	"foyer/shared/names"
)

// columns are where company, name and address stand in a row; -1: nowhere.
type columns struct {
	company, name, email int
	count                int  // how many columns there are
	twice                bool // one of the three has two columns
}

// inOrder are the columns of a file without a header.
var inOrder = columns{company: 0, name: 1, email: 2, count: 3}

// titles are what headers call the columns, in English and German, as letters alone.
var titles = map[string]string{
	"company": "company", "companyname": "company", "organization": "company", "organisation": "company",
	"firma": "company", "firmenname": "company", "unternehmen": "company",
	"name": "name", "fullname": "name", "contact": "name", "contactname": "name",
	"kontakt": "name", "ansprechpartner": "name", "ansprechpartnerin": "name",
	"email": "email", "emailaddress": "email", "mail": "email", "emailadresse": "email", "mailadresse": "email",
}

// columnsOf finds the columns that a header names, and how many of the three.
func columnsOf(record []string) (c columns, found int) {
	c = columns{company: -1, name: -1, email: -1, count: len(record)}
	for i, title := range record {
		var at *int
		switch titles[letters(title)] {
		case "company":
			at = &c.company
		case "name":
			at = &c.name
		case "email":
			at = &c.email
		default:
			continue
		}
		if *at >= 0 {
			c.twice = true
			continue
		}
		*at = i
		found++
	}
	return c, found
}

// letters are the letters of a title, folded.
func letters(title string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) {
			return r
		}
		return -1
	}, names.Plain(title))
}

// isHeader says whether it is a header that names so many columns. An address is never
// the title of its column, while a company may have the name of one.
func (c columns) isHeader(found int) bool { return c.email >= 0 || found > 1 }

// complete is the *work.Failure of a header that does not name each column once.
func (c columns) complete() error {
	switch {
	case c.twice:
		return &work.Failure{Reason: "The header names company, name or e-mail twice."}
	case c.company < 0:
		return &work.Failure{Reason: "The header names no column for the company (company, Firma)."}
	case c.name < 0:
		return &work.Failure{Reason: "The header names no column for the name (name)."}
	case c.email < 0:
		return &work.Failure{Reason: "The header names no column for the e-mail address (email, E-Mail)."}
	}
	return nil
}

// fill takes the three fields of a record, if it could be read. Below a header a row may
// end early, as spreadsheets write them.
func (c columns) fill(e *entry, record []string, header bool) {
	if e.Verdict == verdictRefused {
		return
	}
	field := func(at int) string {
		if at < len(record) {
			return record[at]
		}
		return ""
	}
	e.Company, e.Name, e.Email = field(c.company), field(c.name), field(c.email)
	beyond := len(record) > c.count && strings.TrimSpace(strings.Join(record[c.count:], "")) != ""
	if beyond || !header && len(record) < c.count {
		e.refuse(reasonColumns)
	}
}
