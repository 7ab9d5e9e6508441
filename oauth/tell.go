package oauth

import (
	"context"
	"fmt"
)

// toldPage is how many revocations are told of at once.
const toldPage = 500

// RevokedAfter returns revocations behind the number seq in their order, the number
// up to which these are all, and whether there are more. It asks the store. Where that
// went back, behind a standby that had not heard of everything, the number is less
// than seq: nobody can tell what follows that.
func (r *Registry) RevokedAfter(ctx context.Context, seq int64) (list []Revocation, to int64, more bool, err error) {
	present, err := r.store.Versions(ctx) // before the rows: what comes between is told of twice, and not never
	if err != nil {
		return nil, 0, false, fmt.Errorf("read what was revoked: %w", err)
	}
	list, err = r.store.RevocationsAfter(ctx, seq, toldPage)
	if err != nil {
		return nil, 0, false, fmt.Errorf("read what was revoked: %w", err)
	}
	to = present[VersionRevocations]
	if len(list) > 0 {
		to = max(to, list[len(list)-1].Seq)
	}
	if more = len(list) == toldPage; more {
		to = list[len(list)-1].Seq
	}
	return list, to, more, nil
}

// LastRevoked is the number of the last revocation that is known; below 0 before
// the first reading.
func (r *Registry) LastRevoked() int64 { return r.lastSeq.Load() }

// Next returns a channel that is closed when something else is known; see
// follow.Follower.
func (r *Registry) Next() <-chan struct{} { return r.follower.Next() }
