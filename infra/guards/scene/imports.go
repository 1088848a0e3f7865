//go:build engine

package scene

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/http"

	"foyer/shared/table"
)

// Import announces a file of contacts and puts it where it is to be uploaded.
func (s *Scene) Import(file string) string {
	s.T.Helper()
	sum := sha256.Sum256([]byte(file))
	id := s.Do(s.Ann, "POST", "/v1/workspaces/"+s.WorkspaceID+"/imports",
		map[string]any{"size": len(file), "sha256": base64.StdEncoding.EncodeToString(sum[:])}).Must(http.StatusCreated).String("id")
	s.PutFile("imports/"+s.WorkspaceID+"/"+id+"/file.csv", file)
	return id
}

// Planned is an import of one new contact of Globex whose plan is made, past the jobs:
// every row and file that they would have made.
func (s *Scene) Planned() (id, plan string) {
	s.T.Helper()
	address := s.Address()
	id, plan = s.Import("Globex,Nora New,"+address+"\n"), s.NewID("job_")
	file, now := "imports/"+s.WorkspaceID+"/"+id+"/"+plan+".jsonl", s.Clock.Now()
	s.PutFile(file, fmt.Sprintf(`{"line":1,"verdict":"new","company":"Globex","companyId":%q,"name":"Nora New","email":%q}`+"\n", s.CompanyID, address))
	s.Put(table.Job(s.WorkspaceID, plan), table.JobRow{
		Job: plan, Workspace: s.WorkspaceID, Kind: "imports-plan", State: table.JobDone, About: map[string]string{"import": id}, Done: 1, Total: 1,
		Actor: s.Ann.ID, CreatedAt: now, UpdatedAt: now, TTL: now.AddDate(0, 0, 30).Unix(),
	})
	var row table.ImportRow
	at := table.Import(s.WorkspaceID, id)
	if found, err := s.Table.Get(s.T.Context(), at, &row); err != nil || !found {
		s.T.Fatal(found, err)
	}
	row.PlanJob, row.Plan = plan, &table.ImportResult{New: 1, File: file}
	s.Put(at, row)
	return id, plan
}

// planned has the request ask for a new import with its plan.
func planned(s *Scene, r *Request) (plan string) {
	r.IDs["import"], plan = s.Planned()
	return plan
}

// applying has it ask for one whose plan is being applied.
func applying(s *Scene, r *Request) (plan string) {
	s.T.Helper()
	plan = planned(s, r)
	s.Do(s.Ann, "POST", "/v1/workspaces/"+s.WorkspaceID+"/imports/"+r.IDs["import"]+"/application", map[string]any{"plan": plan}).Must(http.StatusAccepted)
	return plan
}
