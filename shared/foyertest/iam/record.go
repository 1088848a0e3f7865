package iam

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"sync"
)

// RecordDir is the environment variable that names the directory into which every
// process appends the grants that its tests needed, one JSON line each. Unset, uses are
// kept in memory only.
const RecordDir = "FOYER_IAM_RECORD"

// Use says that a call was allowed, and by which entries of which statement. It holds
// no physical name, so that uses of tests with different tables are the same.
type Use struct {
	// Function made the call; Grantee is whose policy allowed it (see [Policy]).
	Function, Grantee string
	// Statement is the statement's id, Action the entry of its Action that matched.
	Statement, Action string
	// Resource is the index of the entry of its Resource that matched.
	Resource int
	// LeadingKeys are the patterns of dynamodb:LeadingKeys that the call needed, sorted.
	LeadingKeys []string `json:",omitempty"`
	// Implied says that SAM made the statement.
	Implied bool `json:",omitempty"`
}

func (u Use) key() string {
	return strings.Join([]string{u.Function, u.Grantee, u.Statement, u.Action, fmt.Sprint(u.Resource), strings.Join(u.LeadingKeys, "\x00")}, "\x01")
}

// recorder is the file of this process, shared by all enforcers.
var recorder struct {
	sync.Mutex
	dir  string
	file *os.File
	seen map[string]bool
}

func (e *Enforcer) record(d Decision) error {
	u := Use{
		Function: e.Function, Grantee: e.Policy.Grantee, Statement: d.By.ID, Action: d.Action,
		Resource: d.ResourceIndex, LeadingKeys: distinct(d.LeadingKeys), Implied: d.By.Implied,
	}
	e.mu.Lock()
	_, known := e.uses[u.key()]
	e.uses[u.key()] = u
	e.mu.Unlock()
	if known {
		return nil
	}
	return write(u)
}

func write(u Use) error {
	dir := os.Getenv(RecordDir)
	if dir == "" {
		return nil
	}
	recorder.Lock()
	defer recorder.Unlock()
	if recorder.file == nil || recorder.dir != dir {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return err
		}
		file, err := os.OpenFile(filepath.Join(dir, fmt.Sprintf("uses-%d.jsonl", os.Getpid())), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
		if err != nil {
			return err
		}
		recorder.dir, recorder.file, recorder.seen = dir, file, map[string]bool{}
	}
	if recorder.seen[u.key()] {
		return nil
	}
	line, err := json.Marshal(u)
	if err != nil {
		return err
	}
	if _, err := recorder.file.Write(append(line, '\n')); err != nil {
		return err
	}
	recorder.seen[u.key()] = true
	return nil
}

// Uses gives what this enforcer allowed so far, in a stable order.
func (e *Enforcer) Uses() []Use {
	e.mu.Lock()
	defer e.mu.Unlock()
	keys := make([]string, 0, len(e.uses))
	for k := range e.uses {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	out := make([]Use, len(keys))
	for i, k := range keys {
		out[i] = e.uses[k]
	}
	return out
}

// ReadUses gives what all processes recorded in dir. A line that cannot be read is an
// error: a lost line would call a needed grant unused.
func ReadUses(dir string) ([]Use, error) {
	files, err := filepath.Glob(filepath.Join(dir, "*.jsonl"))
	if err != nil {
		return nil, err
	}
	var out []Use
	for _, name := range files {
		uses, err := readFile(name)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		out = append(out, uses...)
	}
	return out, nil
}

func readFile(name string) (out []Use, err error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer func() {
		if closing := file.Close(); err == nil {
			err = closing
		}
	}()
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		var u Use
		if err := json.Unmarshal(lines.Bytes(), &u); err != nil {
			return nil, err
		}
		out = append(out, u)
	}
	return out, lines.Err()
}

func distinct(list []string) []string {
	seen := map[string]bool{}
	var out []string
	for _, s := range list {
		if !seen[s] {
			seen[s] = true
			out = append(out, s)
		}
	}
	sort.Strings(out)
	return out
}
