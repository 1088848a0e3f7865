package api

import (
	"net/http"
	"strconv"

	"github.com/danielgtaylor/huma/v2"
)

// describeForms says in the document what is common to all operations and stands
// in no type: the forms of the ids in paths, and when to try again.
func describeForms(_ *huma.OpenAPI, op *huma.Operation) {
	for _, p := range op.Parameters {
		if form, ok := pathForms[p.Name]; ok && p.In == "path" && form.pattern != "" {
			described := *p.Schema // huma's own goes on to validate; the form is looked at before (admit)
			described.Pattern = form.pattern
			p.Schema = &described
		}
	}
	if r := op.Responses[strconv.Itoa(http.StatusServiceUnavailable)]; r != nil {
		r.Headers = map[string]*huma.Param{"Retry-After": {Description: "After how many seconds to try again", Schema: &huma.Schema{Type: huma.TypeInteger}}}
	}
}

// alsoAnswers adds a second status of success to the document, with what the first
// one has.
func alsoAnswers(responses map[string]*huma.Response, status, also int) {
	other := *responses[strconv.Itoa(status)]
	other.Description = http.StatusText(also)
	responses[strconv.Itoa(also)] = &other
}
