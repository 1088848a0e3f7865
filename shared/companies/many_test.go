//go:build engine

package companies_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go/middleware"

	"foyer/infra/guards/proof"
	"foyer/shared/names"
	"foyer/shared/table"
)

// The first letters of a name are typed again and again: what finds the companies that
// have them is one query, of the same cost among a few companies and among very many; so
// is what lists those that hold a licence.
func TestTypingANameCostsOneQueryHoweverManyCompaniesThereAre(t *testing.T) {
	s := begin(t)
	for i := range 25 {
		s.company(fmt.Sprintf("Globex %02d", i))
	}
	s.Do(s.ann, "PUT", "/v1/workspaces/"+s.workspace+"/subscription", map[string]any{"seats": 1}).Must(http.StatusOK)
	s.Do(s.ann, "PUT", "/v1/workspaces/"+s.workspace+"/licences/"+s.company("Zeta"), nil).Must(http.StatusOK)
	licensed := s.cost("?licensed=true")
	if all := s.found("search=zet"); all != "Zeta" {
		t.Errorf("got %q, want the licensed one where no licence is asked for", all)
	}
	few := s.cost("?search=glob")
	if !strings.Contains(few, "Query") || strings.Count(few, "Query") > 1 {
		t.Errorf("among 25: %s, want one query", few)
	}
	n := proof.Cases(400, 100_000)
	s.fill(n)
	begun := time.Now()
	for _, search := range []string{"glob", "GLÖB", "glo"} {
		if many := s.cost("?search=" + search); many != few {
			t.Errorf("%q among %d: %s, among 25: %s", search, n+25, many, few)
		}
	}
	if many := s.cost("?licensed=true"); many != licensed || !strings.HasPrefix(many, "1 found") {
		t.Errorf("the licensed ones among %d: %s, among 26: %s", n+26, many, licensed)
	}
	t.Logf("three searches among %d companies took %v: %s each", n+25, time.Since(begun), few)
	if got := s.cost("?search=holding+" + fmt.Sprint(n-1)); !strings.HasPrefix(got, "1 found") {
		t.Errorf("the last of them: %s, want it found alone", got)
	}
}

// cost is how many companies a page of a search has, and the calls of the table that it
// takes, with the units that each consumes.
func (s scene) cost(query string) string {
	s.T.Helper()
	var mu sync.Mutex
	var calls []string
	s.Intercept("companies-list", func(stack *middleware.Stack) error {
		return stack.Initialize.Add(middleware.InitializeMiddlewareFunc("Cost", func(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
			switch in := in.Parameters.(type) {
			case *dynamodb.QueryInput:
				in.ReturnConsumedCapacity = types.ReturnConsumedCapacityTotal
			case *dynamodb.BatchGetItemInput:
				in.ReturnConsumedCapacity = types.ReturnConsumedCapacityTotal
			}
			out, meta, err := next.HandleInitialize(ctx, in)
			mu.Lock()
			defer mu.Unlock()
			call := middleware.GetOperationName(ctx)
			switch out := out.Result.(type) {
			case *dynamodb.QueryOutput:
				call += fmt.Sprint(" ", *out.ConsumedCapacity.CapacityUnits)
			case *dynamodb.BatchGetItemOutput:
				for _, c := range out.ConsumedCapacity {
					call += fmt.Sprint(" ", *c.CapacityUnits)
				}
			}
			calls = append(calls, call)
			return out, meta, err
		}), middleware.Before)
	})
	defer s.Release()
	r := s.Do(s.ann, "GET", s.path(query), nil).Must(http.StatusOK)
	return fmt.Sprintf("%d found by %s", len(r.List("items")), strings.Join(calls, ", "))
}

// fill puts that many companies more into the workspace, past the operations: ten of them
// have one name.
func (s scene) fill(n int) {
	s.T.Helper()
	const together = 500
	for from := 0; from < n; from += together {
		var rows []table.Rowed
		for i := from; i < min(from+together, n); i++ {
			name := fmt.Sprintf("Holding %d of Region %d", i, i/10)
			id := fmt.Sprintf("com_01JD%022d", i)
			rows = append(rows,
				table.Rowed{Key: table.Company(s.workspace, id), Row: table.CompanyRow{Company: id, Name: name, CreatedAt: s.Clock.Now()}},
				table.Rowed{Key: table.CompanyGate(s.workspace, id), Row: table.CompanyGateRow{}},
				table.Rowed{Key: table.CompanyByName(s.workspace, names.Sort(name), id), Row: table.NamedRow{ID: id}})
			for _, word := range names.Words(name) {
				rows = append(rows, table.Rowed{Key: table.CompanyWord(s.workspace, word, names.Sort(name), id), Row: table.WordRow{ID: id, Words: names.Words(name)}})
			}
		}
		if err := s.Table.BatchPut(s.T.Context(), rows...); err != nil {
			s.T.Fatal(err)
		}
	}
}
