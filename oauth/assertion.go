package oauth

import (
	"context"
	"encoding/base64"
	"fmt"
	"time"

	"gatehouse/secret"
)

// UseAssertion spends the id of a client's assertion (RFC 7523 section 3) and
// reports whether it had not been used. Of several calls at once exactly one
// gets true. It is remembered until the given time.
func (s *Service) UseAssertion(ctx context.Context, c *Client, jti string, until time.Time) (fresh bool, err error) {
	mark := base64.RawURLEncoding.EncodeToString(secret.Hash(string(c.ID) + "\x00" + jti))
	if fresh, err = s.Store.UseOnce(ctx, "client_assertion", mark, until); err != nil {
		return false, fmt.Errorf("use a client assertion: %w", err)
	}
	return fresh, nil
}
