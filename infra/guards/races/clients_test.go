//go:build engine

package races_test

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"

	"foyer/infra/guards/races"
)

// How many of each there are in one history of namesAndAddresses.
const (
	fewProjects  = 2
	fewNames     = 3
	fewAddresses = 4
)

// namesAndAddresses: many add clients of few names of companies and few addresses to
// few projects. There is one company of a name, one contact of an address in it, one
// person of an address, and one place of the person in each project.
var namesAndAddresses = race{
	name:  "names and addresses",
	model: races.ByWhat(races.Model(addressStep, addressState{})),
	begin: func(a *arena) func(int, *rand.Rand) {
		var projects [fewProjects]string
		for i := range projects {
			projects[i] = a.Project(a.Ann, a.WorkspaceID, fmt.Sprint("Project ", i))
		}
		address := func(n int) string { return fmt.Sprintf("c%d-%d@many.example", a.number, n) }
		return func(client int, random *rand.Rand) {
			p := random.IntN(fewProjects)
			if random.IntN(5) == 0 {
				var each []func(races.Heard) (races.Asked, races.Heard, bool)
				for n := range fewAddresses {
					each = append(each, func(heard races.Heard) (races.Asked, races.Heard, bool) {
						return races.Asked{What: fmt.Sprint("people ", p), Of: address(n)}, races.Heard{Status: 200, Value: contactIn(heard.Value, address(n))}, heard.Done()
					})
				}
				a.Record(client, races.Asked{What: "list", Of: "all"}, func() races.Heard {
					return a.ask(a.Ann, "GET", "/v1/projects/"+projects[p]+"/people?limit=100", nil, clientsOf)
				}, each...)
				return
			}
			name, n := random.IntN(fewNames), random.IntN(fewAddresses)
			// However it is written, it is one name.
			written := fmt.Sprintf([]string{"Many %d %d", "MANY %d %d", " many  %d %d "}[random.IntN(3)], a.number, name)
			company := func(heard races.Heard) (races.Asked, races.Heard, bool) {
				id, _, _ := strings.Cut(heard.Value, " ")
				return races.Asked{What: "company", Of: fmt.Sprint("name ", name)}, races.Heard{Status: 200, Value: id}, heard.Status == 201
			}
			a.Record(client, races.Asked{What: fmt.Sprintf("add %d %d", p, name), Of: address(n)}, func() races.Heard {
				return a.ask(a.Ann, "POST", "/v1/projects/"+projects[p]+"/clients", map[string]any{"companyName": written, "name": "Somebody", "email": address(n)}, func(body map[string]any) string {
					company, _ := body["company"].(map[string]any)["id"].(string)
					return fmt.Sprintf("%s %s %s", company, body["contact"], body["person"])
				})
			}, company)
		}
	},
}

// clientsOf are the clients of a list of people, by address and contact.
func clientsOf(body map[string]any) string {
	var out strings.Builder
	people, _ := body["items"].([]any)
	for _, p := range people {
		if p := p.(map[string]any); p["kind"] == "client" {
			fmt.Fprintf(&out, "%s=%s ", p["email"], p["contact"])
		}
	}
	return out.String()
}

// contactIn is the contact of the address in what clientsOf gave.
func contactIn(clients, address string) string {
	for pair := range strings.FieldsSeq(clients) {
		if of, contact, _ := strings.Cut(pair, "="); of == address {
			return contact
		}
	}
	return ""
}

// unheard is an id that nobody has heard yet.
const unheard = "?"

// addressState is what there is of an address: the person, the contact in each company, and
// as which contact the person is in each project. Of a name it is the company.
type addressState struct {
	Company, Person string
	Contacts        [fewNames]string
	Places          [fewProjects]string
}

// bind says whether what has the id had (none: "") can have this one, and notes that it has.
func bind(had *string, id string) bool {
	if *had != "" && *had != unheard && id != unheard {
		return *had == id
	}
	if *had == "" || *had == unheard {
		*had = id
	}
	return true
}

func addressStep(s addressState, asked races.Asked, heard races.Heard) []addressState {
	words := strings.Fields(asked.What)
	switch words[0] {
	case "list":
		return races.Only(heard.Unknown() || heard.Done(), s)
	case "company":
		return races.Only(bind(&s.Company, heard.Value), s)
	}
	p, _ := strconv.Atoi(words[1])
	if words[0] == "people" {
		if s.Places[p] == "" || heard.Value == "" {
			return races.Only(s.Places[p] == heard.Value, s)
		}
		return races.Only(bind(&s.Places[p], heard.Value), s)
	}
	name, _ := strconv.Atoi(words[2])
	ids, after := strings.Fields(heard.Value), s
	switch {
	case heard.NotNow():
		return []addressState{s}
	case heard.Unknown():
		if s.Places[p] == "" {
			bind(&after.Person, unheard)
			bind(&after.Contacts[name], unheard)
			after.Places[p] = after.Contacts[name]
		}
		return races.Either(s, after)
	case heard.Status == 201:
		ok := s.Places[p] == "" && bind(&after.Person, ids[2]) && bind(&after.Contacts[name], ids[1])
		after.Places[p] = ids[1]
		return races.Only(ok, after)
	case heard.Status == 200: // as whichever contact they are in the project
		return races.Only(s.Places[p] != "" && bind(&after.Person, ids[2]) && bind(&after.Places[p], ids[1]), after)
	}
	return nil
}
