package access

import (
	"context"

	"gatehouse/audit"
	"gatehouse/fault"
)

// Draft is a Store in which somebody alone tries out what changes would come to. It
// need not be safe for several who call it at once.
type Draft interface {
	Store
	// Basis is another number once APIs, roles, scopes or locks changed.
	Basis() uint64
	// Moved is another number once grants or memberships of somebody changed, or
	// whether they are disabled.
	Moved(who Subject) uint64
	// GroupNamed, OrgNamed and ServiceAccountNamed return the one of an id; false: there is
	// none. Many thousands are asked for, one after the other.
	GroupNamed(name string) (GroupRecord, bool)
	OrgNamed(name string) (OrgRecord, bool)
	ServiceAccountNamed(name string) (ServiceAccountRecord, bool)
}

// orMissing is one that was looked for by its id.
func orMissing[T any](one T, there bool, what string) (T, error) {
	if !there {
		return one, fault.Missing(what)
	}
	return one, nil
}

// Over returns the service over a draft: it refuses and records what s would, by the
// same rules, and keeps what it read of the draft as long as that stays so. Not safe
// for several who call it at once.
func (s *Service) Over(d Draft, record audit.Recorder, people Directory, clients Applications) *Service {
	return &Service{Store: d, Audit: record, Refusals: s.Refusals, People: people, Clients: clients, Keys: s.Keys, BuiltIn: s.BuiltIn, memo: &memo{draft: d}}
}

// memo is what a service over a draft remembers.
type memo struct {
	draft Draft
	known known
	at    uint64 // Basis when known was read
	giver *giver
	basis uint64 // Basis when giver began, and
	moved uint64 // what Moved said of those whom it looked at, when it was read
}

// basisNow returns what was known before.
func (m *memo) basisNow() (known, bool) {
	if m == nil || m.known.rules == nil || m.at != m.draft.Basis() {
		return known{}, false
	}
	return m.known, true
}

func (m *memo) keep(k known) {
	if m != nil {
		m.at, m.known = m.draft.Basis(), k
	}
}

// giverOf returns the giver of before, if nothing changed that it looked at, or next.
func (m *memo) giverOf(by audit.Actor, next *giver) *giver {
	if m == nil || next.free {
		return next
	}
	if g := m.giver; g != nil && g.by == by && m.basis == m.draft.Basis() {
		if !g.read || m.moves(g) == m.moved {
			g.wants, g.with = next.wants, next.with
			return g
		}
	}
	m.giver, m.basis = next, m.draft.Basis()
	return next
}

// saw notes that a giver was read.
func (m *memo) saw(g *giver) {
	if m != nil && m.giver == g {
		m.moved = m.moves(g)
	}
}

// moves only rises, by each change of what the giver was read from.
func (m *memo) moves(g *giver) (sum uint64) {
	for _, who := range g.around {
		sum += m.draft.Moved(who)
	}
	return sum
}

// Replay writes what was tried out in a draft: f gets the version that the policy comes
// to, and says itself what it touched (InsertChanges). The last live administrator
// stays: Conflict "access.last_administrator".
func (s *Service) Replay(ctx context.Context, f func(ctx context.Context, version uint64) error) error {
	return s.Store.InTx(ctx, func(ctx context.Context) error { return s.replay(ctx, f) })
}

func (s *Service) replay(ctx context.Context, f func(ctx context.Context, version uint64) error) error {
	version, err := s.Store.RaisePolicy(ctx)
	if err != nil {
		return err
	}
	s.Store.AfterCommit(ctx, func() { s.Live.Committed(uint64(version)) })
	before, err := s.Administered(ctx)
	if err != nil {
		return err
	}
	if err := f(ctx, uint64(version)); err != nil || !before {
		return err
	}
	return s.stillAdministered(ctx)
}
