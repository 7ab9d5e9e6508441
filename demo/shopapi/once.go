package shopapi

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"net/http"
	"time"
)

// An order is placed once, however often its request comes: whoever sends it gives it a key
// of its own, and one that comes with the key of an order is answered with that order.

// maxKey bounds a key, in bytes.
const maxKey = 64

// remembered is for how long the keys of orders are known.
const remembered = 24 * time.Hour

// newKey is the key of a form, which is sent once.
func newKey() string { return rand.Text() }

// keyOf is the key of a request to the API, "" where it brings none.
func keyOf(r *http.Request) (string, error) {
	keys := r.Header.Values("Idempotency-Key")
	if len(keys) == 0 {
		return "", nil
	}
	if len(keys) > 1 || !isKey(keys[0]) {
		return "", refused(http.StatusBadRequest, fmt.Sprintf("Idempotency-Key is one key of 1 to %d printable characters.", maxKey))
	}
	return keys[0], nil
}

func isKey(text string) bool {
	for i := range len(text) {
		if text[i] <= ' ' || text[i] > '~' {
			return false
		}
	}
	return text != "" && len(text) <= maxKey
}

// before makes of o the order that its owner placed with a key, and reports whether there is
// one. A key is good for one order: for another it is refused.
func before(ctx context.Context, tx *sql.Tx, key string, o *order) (bool, error) {
	if key == "" {
		return false, nil
	}
	var id int64
	err := tx.QueryRowContext(ctx, `SELECT order_id FROM keys WHERE owner_id = ? AND key = ?`, o.Owner, key).Scan(&id)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("look for a key: %w", err)
	}
	placed, err := scanOrder(tx.QueryRowContext(ctx, orderColumns+` WHERE id = ?`, id))
	if err != nil {
		return false, err
	}
	if placed.Product != o.Product || placed.Quantity != o.Quantity {
		return false, refused(http.StatusUnprocessableEntity, fmt.Sprintf("This was sent before, for order No. %d. Another order takes another key.", id))
	}
	*o = placed
	return true, nil
}

// remember keeps the key of an order, and forgets those that are old.
func remember(ctx context.Context, tx *sql.Tx, key string, o *order) error {
	if key == "" {
		return nil
	}
	now := time.Now().UTC()
	if _, err := tx.ExecContext(ctx, `DELETE FROM keys WHERE at < ?`, now.Add(-remembered).Format(time.RFC3339)); err != nil {
		return fmt.Errorf("forget old keys: %w", err)
	}
	if _, err := tx.ExecContext(ctx, `INSERT INTO keys (owner_id, key, order_id, at) VALUES (?, ?, ?, ?)`, o.Owner, key, o.ID, now.Format(time.RFC3339)); err != nil {
		return fmt.Errorf("keep a key: %w", err)
	}
	return nil
}
