package house

import (
	"context"

	"gatehouse/secret"
)

// Raised reports whether this process committed what others follow: a change of policies,
// clients, settings and the like.
func (h *House) Raised() bool { return h.raised.Load() }

// Same is what only a process of the same house can say about nonce, which whoever asks
// has drawn.
func (h *House) Same(nonce string) []byte {
	return secret.MAC(h.Keeper.Key("same-house"), nonce)
}

// Hear reads all news there is, and returns the version of the policy by which this
// process decides from now on.
func (h *House) Hear(ctx context.Context) (policy uint64, err error) {
	if err := h.Feed.Step(ctx); err != nil {
		return 0, err
	}
	return h.Policy.Figures().Version, nil
}
