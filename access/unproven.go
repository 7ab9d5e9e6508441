package access

import (
	"context"
	"slices"
)

// unprovenKey is under which a context says what to answer.
type unprovenKey struct{}

// Unproven returns a context in which nobody hands on a permission of Gatehouse itself, be it
// by a grant, a role, a membership or what else leads to it, nor gets hold of somebody who has
// one: refusal is the answer. It is for whoever may, and has to prove first that it is still
// they; a door that asks by its operations alone would forget a detour.
func Unproven(ctx context.Context, refusal error) context.Context {
	return context.WithValue(ctx, unprovenKey{}, refusal)
}

func refusalOf(ctx context.Context) error {
	refusal, _ := ctx.Value(unprovenKey{}).(error)
	return refusal
}

// unproven is the refusal of Unproven, where what is handed on is what it is about. It is
// called once the giver is read.
func (g *giver) unproven(ctx context.Context, all []handed) error {
	refusal := refusalOf(ctx)
	if refusal == nil || !slices.ContainsFunc(all, func(h handed) bool { return g.is.rules.administers(h.bits) }) {
		return nil
	}
	return refusal
}
