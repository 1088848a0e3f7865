package imports

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"foyer/shared/api"
	"foyer/shared/files"
	"foyer/shared/jobs/work"
)

// lineMost is more than any line of a plan has: fields are bounded (fieldMost), and JSON
// makes six bytes at most of each character's.
const lineMost = 16 << 10

// linesOf gives the entries of a file of lines of JSON from offset on, one at least: as
// many as are in limit bytes, most at most. next is the offset to go on from.
func linesOf(ctx context.Context, env *api.Env, key string, offset, limit int64, most int) (entries []entry, next int64, err error) {
	part, total, err := files.Read(ctx, env, key, offset, max(limit, lineMost))
	if errors.Is(err, files.ErrAbsent) {
		return nil, 0, &work.Failure{Reason: "The import's files are not kept any more."}
	}
	if err != nil {
		return nil, 0, err
	}
	for next = offset; len(entries) < most; {
		end := bytes.IndexByte(part, '\n')
		if end < 0 {
			break
		}
		var e entry
		if err := json.Unmarshal(part[:end], &e); err != nil {
			return nil, 0, fmt.Errorf("%s at %d: %w", key, next, err)
		}
		entries, part, next = append(entries, e), part[end+1:], next+int64(end)+1
	}
	if len(entries) == 0 {
		return nil, 0, fmt.Errorf("%s has no line at %d, of %d bytes", key, offset, total)
	}
	return entries, next, nil
}
