package imports

import (
	"encoding/base64"
	"encoding/json"
	"strings"
	"unicode/utf8"

	"foyer/shared/address"
	"foyer/shared/api"
	"foyer/shared/names"
	"foyer/shared/table"
)

// What becomes of a row.
const (
	verdictNew       = "new"
	verdictChanged   = "changed"
	verdictUnchanged = "unchanged"
	verdictRefused   = "refused"
)

// Why a row is refused.
const (
	reasonColumns          = "columns"
	reasonQuotes           = "quotes"
	reasonQuoteOpen        = "quote-open"
	reasonCompanyMissing   = "company-missing"
	reasonCompanyInvalid   = "company-invalid"
	reasonCompanyAmbiguous = "company-ambiguous"
	reasonNameMissing      = "name-missing"
	reasonNameInvalid      = "name-invalid"
	reasonEmailMissing     = "email-missing"
	reasonEmailInvalid     = "email-invalid"
	reasonEmailTwice       = "email-twice"
	reasonOvertaken        = "overtaken"
)

// details are the reasons for people.
var details = map[string]string{
	reasonColumns:          "The row has more fields than there are columns, or without a header fewer. A field with a separator in it has to be quoted.",
	reasonQuotes:           "A quotation mark stands within a field. The field has to be quoted, and the mark doubled.",
	reasonQuoteOpen:        "A quotation mark opens a field here and is never closed: nothing after it could be read.",
	reasonCompanyMissing:   "The company is missing.",
	reasonCompanyInvalid:   "The company's name is longer than 100 characters, has several lines, or characters that cannot be read.",
	reasonCompanyAmbiguous: "Several companies have this name.",
	reasonNameMissing:      "The name is missing.",
	reasonNameInvalid:      "The name is longer than 100 characters, has several lines, or characters that cannot be read.",
	reasonEmailMissing:     "The e-mail address is missing.",
	reasonEmailInvalid:     "This is no e-mail address.",
	reasonEmailTwice:       "A row before has the same address in the same company.",
	reasonOvertaken:        "The contact, or its address, was changed by somebody since the plan was made.",
}

// nameMost is how long names may be, as contacts-create and companies-create have it.
const nameMost = 100

// entry is one row of the file: as it was read, then as it is planned, a line of the
// plan's file each time.
type entry struct {
	Line    int    `json:"line"`
	Verdict string `json:"verdict,omitempty"`
	Reason  string `json:"reason,omitempty"`
	Detail  string `json:"detail,omitempty"`
	Company string `json:"company,omitempty"`
	Name    string `json:"name,omitempty"`
	Email   string `json:"email,omitempty"`

	CompanyID string `json:"companyId,omitempty"`
	Contact   string `json:"contact,omitempty"`
	Was       string `json:"was,omitempty"` // the name that the contact has

	NewCompany bool `json:"newCompany,omitempty"` // it is the first row of a company that is new
}

func (e *entry) refuse(reason string) {
	e.Verdict, e.Reason, e.Detail, e.NewCompany = verdictRefused, reason, details[reason], false
}

// actionable says whether applying the plan has to do something for the row.
func (e entry) actionable() bool { return e.Verdict == verdictNew || e.Verdict == verdictChanged }

// group is what the rows of one company have in common before it is known.
func (e entry) group() string { return names.Fold(e.Company) }

// append adds the entry to lines of JSON.
func (e entry) append(lines []byte) []byte {
	raw, _ := json.Marshal(e) // of strings and numbers: does not fail
	return append(append(lines, raw...), '\n')
}

// rules are what a row has to keep to on its own and among the rows before it. They are
// those of contacts-create and companies-create.
type rules struct {
	addresses map[string]bool // of the rows so far, by company
	companies map[string]bool
}

func newRules() *rules { return &rules{addresses: map[string]bool{}, companies: map[string]bool{}} }

// check refuses the row, or brings it into its one spelling.
func (r *rules) check(e *entry) {
	defer e.shorten()
	e.Company, e.Name, e.Email = strings.TrimSpace(e.Company), strings.TrimSpace(e.Name), strings.TrimSpace(e.Email)
	folded := e.group()
	email, invalid := address.Canonical(e.Email)
	switch {
	case e.Verdict == verdictRefused:
	case folded == "":
		e.refuse(reasonCompanyMissing)
	case !readable(e.Company):
		e.refuse(reasonCompanyInvalid)
	case names.Fold(e.Name) == "":
		e.refuse(reasonNameMissing)
	case !readable(e.Name):
		e.refuse(reasonNameInvalid)
	case e.Email == "":
		e.refuse(reasonEmailMissing)
	case invalid != nil:
		e.refuse(reasonEmailInvalid)
	case r.addresses[folded+"\x00"+email]:
		e.refuse(reasonEmailTwice)
	default:
		e.Email, e.NewCompany = email, !r.companies[folded] // if there is none yet
		r.addresses[folded+"\x00"+email], r.companies[folded] = true, true
	}
}

// readable says whether it can be a name.
func readable(name string) bool {
	return utf8.RuneCountInString(name) <= nameMost && api.Line(name).One() && !strings.ContainsRune(name, utf8.RuneError)
}

// fieldMost is how much of a field stands in the plan: all of one that is not refused.
const fieldMost = 254

// shorten keeps what was refused for its length from making the plan as long.
func (e *entry) shorten() {
	for _, field := range []*string{&e.Company, &e.Name, &e.Email} {
		if r := []rune(*field); len(r) > fieldMost {
			*field = string(r[:fieldMost]) + "…"
		}
	}
}

// count counts an entry, and keeps its refusal if it is among the first.
func count(in *table.ImportResult, e entry) {
	switch e.Verdict {
	case verdictNew:
		in.New++
	case verdictChanged:
		in.Changed++
	case verdictUnchanged:
		in.Unchanged++
	case verdictRefused:
		in.Refused++
		if len(in.Refusals) < refusalsShown {
			in.Refusals = append(in.Refusals, table.ImportRefusal{Line: e.Line, Reason: e.Reason})
		}
	}
}

// isSHA256 says whether s is 32 bytes in base64.
func isSHA256(s string) bool {
	raw, err := base64.StdEncoding.Strict().DecodeString(s)
	return err == nil && len(raw) == 32
}
