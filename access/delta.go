package access

import (
	"context"
	"errors"
	"time"

	"gatehouse/follow"
	"gatehouse/id"
)

// The bounds of a delta: a whole load is cheaper than to read so many one by one,
// and what is so old may be removed already, in parts.
const (
	maxDelta = 1000
	deltaAge = 24*time.Hour + 30*time.Minute
)

// deltaStore reads what changed: of one subject, and of the versions.
type deltaStore interface {
	ChangesAfter(ctx context.Context, version uint64, limit int) ([]Change, error)
	GrantsAfter(ctx context.Context, who Subject, after GrantCursor, limit int) ([]GrantRecord, error)
	MembershipsOf(ctx context.Context, member Subject) ([]MembershipRecord, error)
	MembershipsAfter(ctx context.Context, kind Kind, member string, of Subject, limit int) ([]MembershipRecord, error)
	ServiceKeysOf(ctx context.Context, account string, limit int) ([]KeyRecord, error)
	PersonalTokensOf(ctx context.Context, user id.User, limit int) ([]KeyRecord, error)
}

// delta is what must be read to get from one version of the policy to another.
type delta struct {
	version uint64
	rules   bool
	who     []Subject
}

// deltaOf makes one of the changes that follow a version, up to another. ok is false
// where only a whole load will do: they were too many, something is missing, or
// anything may have changed.
func deltaOf(list []Change, from, to uint64, now time.Time) (d delta, ok bool) {
	if len(list) == 0 || len(list) > maxChanges || now.Sub(list[0].At) > deltaAge {
		return d, false
	}
	d.version = from
	seen := map[Subject]bool{}
	for _, c := range list {
		if c.Version > d.version+1 {
			return d, false
		}
		d.version = c.Version
		switch who := (Subject{Kind(c.Kind), c.Key}); {
		case who.Kind.acts():
			if !seen[who] {
				seen[who], d.who = true, append(d.who, who)
			}
		case c.Kind == ChangedRules:
			d.rules = true
		case c.Kind == LostSubject, c.Kind == LostAPI, c.Kind == CutSession, c.Kind == CutClient:
		default: // anything, or something that this program does not know
			return d, false
		}
	}
	return d, d.version == to && len(d.who) <= maxDelta
}

// errWentBack is that the store is not what it was when the snapshot was read of it: a
// database was put back beneath a server, or a standby took over that had not heard of
// everything.
var errWentBack = errors.New("the store went back in time")

var stampOfPolicy = follow.Stamp(VersionPolicy)

// advanced is a later snapshot, if a delta leads to it, with the stamp of its version.
type advanced struct {
	*Snapshot
	stamp int64
}

// advance returns what s is by now; none where only a whole load will do. It compares
// by what the store says now: whoever asked before may have asked before s was read.
func (l *Live) advance(ctx context.Context, s *Snapshot, now time.Time) (next advanced, err error) {
	err = l.store.View(ctx, func(ctx context.Context) error {
		next = advanced{}
		versions, err := l.store.Versions(ctx)
		if err != nil || versions[VersionEpoch] != l.epoch.Load() {
			return err
		}
		head, stamp := uint64(versions[VersionPolicy]), versions[stampOfPolicy]
		if head < s.version || head == s.version && stamp != l.stamp {
			return errWentBack
		}
		if head == s.version {
			next = advanced{s, stamp}
			return nil
		}
		list, err := l.store.ChangesAfter(ctx, s.version, maxChanges+1)
		if err != nil {
			return err
		}
		if len(list) > 0 && list[0].Version == s.version+1 && list[0].Former != l.stamp {
			return errWentBack
		}
		d, ok := deltaOf(list, s.version, head, now)
		if !ok {
			return nil
		}
		next.stamp = stamp
		next.Snapshot, err = d.apply(ctx, l.store, s, now)
		return err
	})
	return next, err
}

// apply reads what changed and returns s with it.
func (d *delta) apply(ctx context.Context, store policyReader, s *Snapshot, now time.Time) (*Snapshot, error) {
	if d.rules {
		p, err := loadRules(ctx, store, now)
		if err != nil {
			return nil, err
		}
		s = s.withRules(d.version, p)
	}
	for _, who := range d.who {
		p, err := loadOne(ctx, store, who, now)
		if err != nil {
			return nil, err
		}
		s = s.With(d.version, p.Principals[0], p.Memberships, p.Grants)
		if who.Kind != Client {
			s = s.withKeys(who, p.Keys)
		}
	}
	if s.version != d.version {
		s = s.withVersion(d.version)
	}
	return s, nil
}

// loadRules reads all of a policy that is the same for everybody.
func loadRules(ctx context.Context, s policyReader, now time.Time) (p Policy, err error) {
	if err := p.loadBasis(ctx, s); err != nil {
		return p, err
	}
	err = eachMembership(ctx, s, Group, func(m *MembershipRecord) { p.Memberships = append(p.Memberships, m.Membership) })
	if err != nil {
		return p, err
	}
	for _, kind := range []Kind{Group, Organisation} {
		whose := Subject{Kind: kind}
		err := p.addGrants(grantsBehind(GrantCursor{}, func(at GrantCursor) ([]GrantRecord, error) {
			page, err := s.GrantsOfKind(ctx, whose, at, now.Add(-told), loadPage)
			if len(page) > 0 {
				whose = page[len(page)-1].Subject
			}
			return page, err
		}))
		if err != nil {
			return p, err
		}
	}
	return p, nil
}

// loadOne reads what one principal has by name.
func loadOne(ctx context.Context, s policyReader, who Subject, now time.Time) (p Policy, err error) {
	disabled, err := s.Disabled(ctx, who)
	if err != nil {
		return p, err
	}
	p.Principals = []Principal{{Subject: who, Disabled: disabled}}
	in, err := s.MembershipsOf(ctx, who)
	if err != nil {
		return p, err
	}
	for i := range in {
		p.Memberships = append(p.Memberships, in[i].Membership)
	}
	if err := p.loadKeysOf(ctx, s, who, now); err != nil {
		return p, err
	}
	return p, p.loadGrants(ctx, s, who, now)
}

// loadKeysOf reads the keys of one principal that are not over.
func (p *Policy) loadKeysOf(ctx context.Context, s policyReader, who Subject, now time.Time) error {
	var keys []KeyRecord
	var err error
	switch who.Kind {
	case ServiceAccount:
		keys, err = s.ServiceKeysOf(ctx, who.ID, MaxOldKeysOf)
	case User:
		keys, err = s.PersonalTokensOf(ctx, id.User(who.ID), MaxOldKeysOf)
	}
	for i := range keys {
		if !keys[i].OverAt(now) {
			p.Keys = append(p.Keys, keys[i].decided())
		}
	}
	return err
}
