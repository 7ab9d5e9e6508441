package house

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"gatehouse/audit"
	"gatehouse/wire"
)

// VerifyTrail looks at all of the audit log, and says whether it is what was recorded. went, where it is
// not nil, is told how far it is.
func (h *House) VerifyTrail(ctx context.Context, went func(done, total int64) error) (wire.Verdict, error) {
	sealed := audit.WhetherSealed(h.Sealer.Seal(ctx, time.Now())) // what keeps it from sealing is found below
	verifier, strange, err := h.Verifier()
	if err != nil {
		return wire.Verdict{}, err
	}
	verifier.Went = went
	found, err := verifier.Verify(ctx)
	if err != nil {
		return wire.Verdict{}, err
	}
	v := wire.OfVerdict(found, strange, "audit.checkpoint_file", h.KeepsCheckpoints())
	if v.Key = verifier.Keys.Public(); v.Good && sealed != nil {
		return wire.Verdict{}, sealed
	}
	return v, nil
}

// lookAtTrail is an audit.Looker.
func (h *House) lookAtTrail(ctx context.Context, went func(done, total int64) error) (audit.Looked, error) {
	v, err := h.VerifyTrail(ctx, went)
	if err != nil {
		return audit.Looked{}, err
	}
	text, err := json.Marshal(v)
	if err != nil {
		return audit.Looked{}, fmt.Errorf("write a verdict: %w", err)
	}
	return audit.Looked{Good: v.Good, Sealed: v.Sealed, Findings: len(v.Findings), Verdict: text}, nil
}
