package house

import (
	"context"
	"fmt"

	"gatehouse/audit"
	"gatehouse/ephemeral"
	"gatehouse/fault"
	"gatehouse/id"
	"gatehouse/web"
)

// Turns bound how often a person changes something: each change leaves an event in
// the audit log, which nothing may fill (limits.person).
type Turns struct{ flood web.Flood }

func (h *House) openTurns() error {
	var err error
	if h.Limiters, err = ephemeral.Open(h.Config.Redis, h.Keeper.Key("limits"), h.Log); err != nil {
		return err
	}
	limiter, err := h.Limiters.New("person", ephemeral.Config(h.Config.Limits.Person))
	if err != nil {
		return fmt.Errorf("limit what a person changes: %w", err)
	}
	h.Turns = Turns{web.Flood{Limiter: limiter, Log: h.Log}}
	if limiter, err = h.Limiters.New("refusals", refusals); err != nil {
		return fmt.Errorf("limit what is recorded of refusals: %w", err)
	}
	h.Refusals = &audit.Refusals{Take: web.Flood{Limiter: limiter, Log: h.Log}.Take, Log: h.Log}
	return nil
}

// refusals bound how many refusals of one actor, and of one address, are recorded.
var refusals = ephemeral.Config{Enabled: true, Burst: 30, PerMinute: 10, Remembered: 100_000}

// Take counts one change of the person, or answers "person.flood" (TooMany) with how
// long they have to wait. Of changes at once no more pass than may.
func (t Turns) Take(ctx context.Context, user id.User) error {
	return t.take(ctx, string(user))
}

// TakeFrom is Take for who has proved a part of being the person, at an address:
// they use up no turn of who is signed in, or asks from elsewhere.
func (t Turns) TakeFrom(ctx context.Context, user id.User, address string) error {
	return t.take(ctx, string(user)+" "+id.Network(address))
}

func (t Turns) take(ctx context.Context, key string) error {
	if wait := t.flood.Take(ctx, key); wait > 0 {
		return &fault.Error{Kind: fault.TooMany, Code: "person.flood", Detail: "You changed too much in too short a time. Nothing was changed now.", RetryAfter: wait}
	}
	return nil
}
