package access

import (
	"context"
	"fmt"
	"iter"
	"time"

	"gatehouse/id"
)

// loadPage is how many rows of a kind are read at a time.
const loadPage = 5000

// policyReader is what a policy is read by.
type policyReader interface {
	policyStore
	disabledStore
	APIs(ctx context.Context) ([]API, error)
	Roles(ctx context.Context) ([]Role, error)
	Scopes(ctx context.Context) ([]Scope, error)
	Locks(ctx context.Context) ([]LockRecord, error)
	ServiceAccounts(ctx context.Context) ([]ServiceAccountRecord, error)
	deltaStore
}

// policyStore reads a policy in one state. What it tells is as a Policy has it.
type policyStore interface {
	View(ctx context.Context, f func(ctx context.Context) error) error
	Versions(ctx context.Context) (map[string]int64, error)
	// PolicyGrants calls each for the grants that were over at since at the earliest and
	// made at by at the latest (zero: whenever): one that was revoked ended then. Their
	// Source, Reason, Ticket and Request are left out. PolicyMemberships calls it for all
	// of them. After the call each may not keep what it was shown.
	PolicyGrants(ctx context.Context, since, by time.Time, each func(*Grant)) error
	PolicyMemberships(ctx context.Context, each func(*Membership)) error
	// GrantsOfKind lists grants of all subjects of a kind, in the order of these and
	// of their ends, behind one of them, without those that were over by then.
	GrantsOfKind(ctx context.Context, after Subject, at GrantCursor, over time.Time, limit int) ([]GrantRecord, error)
	// LivingServiceKeys lists those of everybody that are not over at now, behind
	// after in the order of their ids.
	LivingServiceKeys(ctx context.Context, now time.Time, after id.ServiceKey, limit int) ([]KeyRecord, error)
}

// disabledStore tells who is disabled.
type disabledStore interface {
	// DisabledUsers lists people who are disabled, behind after in the order of
	// their ids; DisabledClients returns all such clients.
	DisabledUsers(ctx context.Context, after string, limit int) ([]string, error)
	DisabledClients(ctx context.Context) ([]string, error)
	// Disabled reports whether who is there and disabled.
	Disabled(ctx context.Context, who Subject) (bool, error)
}

// Load returns the policy as the store has it, in one state, with the grants that were
// there at a moment: those that counted, were to count, or had been over for as long
// as is told of. All else is as it is now.
func Load(ctx context.Context, s policyReader, b BuiltIn, at time.Time) (*Snapshot, error) {
	l, err := viewed(ctx, s, b, at, at)
	return l.Snapshot, err
}

// loaded is a snapshot with what tells whether the store went back since.
type loaded struct {
	*Snapshot
	stamp, epoch int64
}

// viewed reads the policy in one state, with the grants that had not been over for
// long at a moment, and that were made by another; zero: whenever they were.
func viewed(ctx context.Context, s policyReader, b BuiltIn, at, made time.Time) (l loaded, err error) {
	err = s.View(ctx, func(ctx context.Context) error {
		l, err = load(ctx, s, b, at, made)
		return err
	})
	if err != nil {
		return loaded{}, fmt.Errorf("load the policy: %w", err)
	}
	return l, nil
}

// load packs each row as it comes: there is never a list of all of them.
func load(ctx context.Context, s policyReader, b BuiltIn, at, made time.Time) (l loaded, err error) {
	versions, err := s.Versions(ctx)
	if err != nil {
		return l, err
	}
	p := Policy{Version: uint64(versions[VersionPolicy]), BuiltIn: b}
	if err := p.loadBasis(ctx, s); err != nil {
		return l, err
	}
	if err := p.loadKeys(ctx, s, at); err != nil {
		return l, err
	}
	c := newCompiling(&p)
	if err := s.PolicyGrants(ctx, at.Add(-told), made, c.grant); err != nil {
		return l, err
	}
	if err := s.PolicyMemberships(ctx, c.membership); err != nil {
		return l, err
	}
	if err := c.loadDisabled(ctx, s); err != nil {
		return l, err
	}
	return loaded{c.snapshot(p.Version, compileKeys(p.Keys)), versions[stampOfPolicy], versions[VersionEpoch]}, nil
}

// loadBasis reads what grants are made of, and the locks.
func (p *Policy) loadBasis(ctx context.Context, s policyReader) (err error) {
	if p.APIs, err = s.APIs(ctx); err != nil {
		return err
	}
	if p.Scopes, err = s.Scopes(ctx); err != nil {
		return err
	}
	if p.Roles, err = s.Roles(ctx); err != nil {
		return err
	}
	locks, err := s.Locks(ctx)
	if err != nil {
		return err
	}
	for _, l := range locks {
		p.Locks = append(p.Locks, l.Lock)
	}
	return nil
}

// eachMembership calls f for each one of members of a kind.
func eachMembership(ctx context.Context, s policyReader, kind Kind, f func(m *MembershipRecord)) error {
	for member, of := "", (Subject{}); ; {
		page, err := s.MembershipsAfter(ctx, kind, member, of, loadPage)
		if err != nil {
			return err
		}
		for i := range page {
			f(&page[i])
		}
		if len(page) < loadPage {
			return nil
		}
		last := &page[len(page)-1]
		member, of = last.Member.ID, last.Of
	}
}

// told is for how long after its end a grant is looked at, so that it can be told
// that it ended.
const told = 90 * 24 * time.Hour

// loadGrants reads the grants of who that had not been over for long at a moment.
func (p *Policy) loadGrants(ctx context.Context, s policyReader, who Subject, at time.Time) error {
	return p.addGrants(grantsBehind(GrantCursor{Ends: at.Add(-told)}, func(from GrantCursor) ([]GrantRecord, error) {
		return s.GrantsAfter(ctx, who, from, loadPage)
	}))
}

func (p *Policy) addGrants(all iter.Seq2[*GrantRecord, error]) error {
	for g, err := range all {
		if err != nil {
			return err
		}
		p.Grants = append(p.Grants, g.decided())
	}
	return nil
}

func (p *Policy) loadKeys(ctx context.Context, s policyReader, at time.Time) error {
	for after := id.ServiceKey(""); ; {
		page, err := s.LivingServiceKeys(ctx, at, after, loadPage)
		if err != nil {
			return err
		}
		for i := range page {
			p.Keys = append(p.Keys, page[i].decided())
		}
		if len(page) < loadPage {
			return nil
		}
		after = page[len(page)-1].ID
	}
}

func (c *compiling) loadDisabled(ctx context.Context, s policyReader) error {
	clients, err := s.DisabledClients(ctx)
	if err != nil {
		return err
	}
	c.disable(Client, clients)
	accounts, err := s.ServiceAccounts(ctx)
	if err != nil {
		return err
	}
	for _, a := range accounts {
		if a.Disabled {
			c.disable(ServiceAccount, []string{a.ID})
		}
	}
	for after := ""; ; {
		page, err := s.DisabledUsers(ctx, after, loadPage)
		if err != nil {
			return err
		}
		c.disable(User, page)
		if len(page) < loadPage {
			return nil
		}
		after = page[len(page)-1]
	}
}

func (c *compiling) disable(kind Kind, ids []string) {
	for _, name := range ids {
		c.principal(Principal{Subject: Subject{kind, name}, Disabled: true})
	}
}
