package files

import (
	"context"
	"fmt"

	"foyer/shared/api"
)

// Growing is a file that slices of a job write piece by piece, of whatever size: what
// is too short for a part yet (PartLeast) stands in a file of its own beside it.
type Growing struct {
	Parts Parts
	Tails int `json:",omitempty"` // how many tails there have been
	Held  int `json:",omitempty"` // bytes of the last one; 0: none
}

// Add appends to the file; the last piece completes it. The Growing that it gives back
// stands for all so far; asked again with the same Growing, it appends the same again,
// once.
func (g Growing) Add(ctx context.Context, env *api.Env, key, contentType string, piece []byte, last bool) (Growing, error) {
	if g.Held > 0 {
		held, _, err := Read(ctx, env, g.tail(key), 0, int64(g.Held))
		if err != nil {
			return g, err
		}
		piece = append(held, piece...)
	}
	var err error
	if last || len(piece) >= PartLeast {
		g.Held = 0
		g.Parts, err = g.Parts.Add(ctx, env, key, contentType, piece, last)
		return g, err
	}
	if len(piece) == 0 {
		return g, nil
	}
	g.Tails, g.Held = g.Tails+1, len(piece) // never over the one before: a slice that is done again reads that
	return g, Write(ctx, env, g.tail(key), contentType, piece)
}

func (g Growing) tail(key string) string { return fmt.Sprintf("%s.tail-%d", key, g.Tails) }
