package api

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"foyer/shared/table"
)

// idempotency is the Idempotency-Key of a POST.
type idempotency struct {
	key         table.Key
	fingerprint string
	written     bool // the record is in a transaction of this request
}

// errRemembered: another request with the same key has had its effect meanwhile.
var errRemembered = errors.New("a request with that idempotency key was carried out")

// idempotencyFor is how long a key is remembered.
const idempotencyFor = 24 * time.Hour

// Remember puts the record of the Idempotency-Key (if the request has one) into
// the transaction that makes what result names: effect and record together.
func (c *Call) Remember(tx *table.Tx, result string) {
	if c.idem == nil {
		return
	}
	c.idem.written = true
	now := c.Now()
	row := table.IdempotencyRow{Fingerprint: c.idem.fingerprint, Result: result, TTL: now.Add(idempotencyFor).Unix()}
	tx.Put(c.idem.key, row).If(table.Absent().Or(table.Before("ttl", now.Unix()))).Else(errRemembered)
}

// remembered is the result of an earlier request with the same key, or empty.
func (c *Call) remembered(ctx context.Context) (string, error) {
	var row table.IdempotencyRow
	rows, err := c.Read(ctx, c.idem.key)
	if err != nil {
		return "", err
	}
	if _, err := rows.Into(c.idem.key, &row); err != nil {
		return "", err
	}
	if row.TTL < c.Now().Unix() { // absent, or over
		return "", nil
	}
	if row.Fingerprint != c.idem.fingerprint {
		return "", NewProblem(http.StatusUnprocessableEntity, "idempotency-key-reused", "This Idempotency-Key was used for another request.")
	}
	return row.Result, nil
}

// useIdempotencyKey takes the request's key, bound to caller, operation and path, if
// the operation takes one.
func (c *Call) useIdempotencyKey(ctx huma.Context, keyed bool) error {
	keys := requestOf(ctx.Context()).Header.Values("Idempotency-Key")
	if len(keys) == 0 || !keyed {
		return nil
	}
	key := strings.Join(keys, ",") // as the gateway does
	if key == "" || len(key) > 255 || strings.ContainsFunc(key, func(r rune) bool { return r < 0x21 || r > 0x7e }) {
		return Invalid(Fault("header.Idempotency-Key", "must be 1 to 255 visible ASCII characters"))
	}
	sum := sha256.Sum256([]byte(strings.Join([]string{c.Person, c.Operation, ctx.URL().Path, key}, "\x00")))
	body := sha256.Sum256(bodyOf(ctx.Context()))
	c.idem = &idempotency{key: table.Idempotency(hex.EncodeToString(sum[:])), fingerprint: hex.EncodeToString(body[:])}
	return nil
}
