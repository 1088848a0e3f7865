package imports

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"

	"foyer/shared/jobs/work"
)

// reader reads the rows of a file one after another.
type reader struct {
	text    *bufio.Reader // that csv reads from, with no buffer of its own
	csv     *csv.Reader
	before  int // lines that were taken off the beginning
	columns columns
	header  bool
	pending *entry // the first row, where it is no header
}

// sniffed is how much of the file is looked at to find out how it is written.
const sniffed = 64 << 10

// newReader begins to read a file, in UTF-8 or else in Windows-1252. A *work.Failure
// says what it cannot read.
func newReader(file io.Reader, isUTF8 bool) (*reader, error) {
	raw := bufio.NewReader(file)
	begins, err := raw.Peek(4)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	switch {
	case bytes.HasPrefix(begins, []byte("\xef\xbb\xbf")): // the byte order mark of UTF-8
		_, _ = raw.Discard(3)
	case bytes.HasPrefix(begins, []byte("\xff\xfe")), bytes.HasPrefix(begins, []byte("\xfe\xff")):
		return nil, &work.Failure{Reason: "The file is in UTF-16. Save it as CSV in UTF-8."}
	case bytes.HasPrefix(begins, []byte("PK\x03\x04")), bytes.HasPrefix(begins, []byte("\xd0\xcf\x11\xe0")):
		return nil, &work.Failure{Reason: "The file is a workbook, not text. Save it as CSV."}
	}
	var text io.Reader = raw
	if !isUTF8 {
		text = charmap.Windows1252.NewDecoder().Reader(raw)
	}
	buffered := bufio.NewReaderSize(text, sniffed)
	beginning, err := buffered.Peek(sniffed)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	r := &reader{text: buffered}
	comma := separator(string(beginning), err != nil)
	if said, length := saysSeparator(string(beginning)); length > 0 { // as Excel writes it
		_, _ = buffered.Discard(length)
		comma, r.before = said, 1
	}
	r.csv = newCSV(buffered, comma)
	return r, r.first()
}

func newCSV(text io.Reader, comma rune) *csv.Reader {
	r := csv.NewReader(text)
	r.Comma, r.FieldsPerRecord, r.ReuseRecord = comma, -1, true
	r.TrimLeadingSpace = comma != '\t' // else empty fields would go
	return r
}

// saysSeparator is the separator that a first line "sep=;" names, and the length of
// that line; 0 where there is none.
func saysSeparator(text string) (separator rune, length int) {
	line, rest, _ := strings.Cut(text, "\n")
	said, ok := strings.CutPrefix(strings.ToLower(strings.TrimRight(line, "\r")), "sep=")
	if !ok || len(said) != 1 || !strings.Contains(separators, said) {
		return 0, 0
	}
	return rune(said[0]), len(text) - len(rest)
}

// separators are those that are looked for, the usual one first.
const separators = ",;\t"

// separator is the separator with which most of the first rows are rows of contacts.
func separator(beginning string, whole bool) rune {
	best, most := rune(separators[0]), -1
	for _, comma := range separators {
		if n := fitting(beginning, whole, comma); n > most {
			best, most = comma, n
		}
	}
	return best
}

// fitting is how many of the first rows look like contacts, a header for many.
func fitting(beginning string, whole bool, comma rune) (n int) {
	const rows, aHeader = 20, 100
	in := newCSV(strings.NewReader(beginning), comma)
	in.ReuseRecord = false
	for i := range rows {
		record, err := in.Read()
		if errors.Is(err, io.EOF) || err == nil && !whole && in.InputOffset() == int64(len(beginning)) && i > 0 {
			return n // the last one is cut off
		}
		if err != nil {
			continue
		}
		if _, found := columnsOf(record); i == 0 && found > 0 {
			n += found * aHeader
		} else if len(record) >= 3 {
			n++
			if strings.Contains(record[2], "@") {
				n++
			}
		}
	}
	return n
}

// first reads the first row: a header, or a contact.
func (r *reader) first() error {
	e, record, err := r.record()
	if errors.Is(err, io.EOF) {
		return nil
	}
	if err != nil {
		return err
	}
	cols, found := columnsOf(record)
	if r.header = cols.isHeader(found); r.header {
		r.columns = cols
		return cols.complete()
	}
	r.columns = inOrder
	r.columns.fill(&e, record, false)
	r.pending = &e
	return nil
}

// next is the next row; io.EOF after the last one. What cannot be read of a row refuses
// it, and the next one is read.
func (r *reader) next() (entry, error) {
	if r.pending != nil {
		e := *r.pending
		r.pending = nil
		return e, nil
	}
	e, record, err := r.record()
	if err == nil {
		r.columns.fill(&e, record, r.header)
	}
	return e, err
}

// record reads the next record that is not blank.
func (r *reader) record() (e entry, record []string, err error) {
	for {
		record, err = r.csv.Read()
		var broken *csv.ParseError
		switch {
		case errors.As(err, &broken):
			e.Line = r.before + broken.StartLine
			e.refuse(reasonQuotes)
			if _, err := r.text.Peek(1); errors.Is(broken, csv.ErrQuote) && errors.Is(err, io.EOF) {
				e.refuse(reasonQuoteOpen)
			}
			return e, nil, nil
		case err != nil:
			return e, nil, err
		}
		if strings.TrimSpace(strings.Join(record, "")) == "" {
			continue
		}
		line, _ := r.csv.FieldPos(0)
		e.Line = r.before + line
		return e, record, nil
	}
}

// isUTF8 reads all of the file and says whether it is valid UTF-8.
func isUTF8(file io.Reader) (bool, error) {
	buf, kept := make([]byte, sniffed), 0
	for {
		n, err := file.Read(buf[kept:])
		part := buf[:kept+n]
		for len(part) > 0 {
			ch, size := utf8.DecodeRune(part)
			if ch == utf8.RuneError && size == 1 {
				if utf8.FullRune(part) {
					return false, nil
				}
				break // the rest of it comes
			}
			part = part[size:]
		}
		kept = copy(buf, part)
		switch {
		case errors.Is(err, io.EOF):
			return kept == 0, nil
		case err != nil:
			return false, fmt.Errorf("read the file: %w", err)
		}
	}
}
