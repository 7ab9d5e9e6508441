package access

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"gatehouse/id"
)

// VersionPolicy is the counter that every change of a policy raises.
const VersionPolicy = "policy"

// GrantRecord is a Grant as it is kept: with who gave it, and how it ended. Grants that
// are over are kept.
type GrantRecord struct {
	Grant
	Created       time.Time
	CreatedBy     string    // the actor, as "console:root"
	Revoked       time.Time // zero: nobody ended it
	RevokedBy     string
	RevokedReason string
	Rev           int64 // counts the changes; the first is 1
}

// Ends returns when the grant is over: at its own end, or when somebody ended it.
// The zero time is never.
func (r *GrantRecord) Ends() time.Time {
	if r.Revoked.IsZero() || !r.ExpiresAt.IsZero() && r.ExpiresAt.Before(r.Revoked) {
		return r.ExpiresAt
	}
	return r.Revoked
}

// OverAt reports whether the grant is over at now.
func (r *GrantRecord) OverAt(now time.Time) bool {
	end := r.Ends()
	return !end.IsZero() && !now.Before(end)
}

// decided is the grant as a Policy has it: one that was revoked ended then.
func (r *GrantRecord) decided() Grant {
	g := r.Grant
	g.ExpiresAt, g.Withdrawn = r.Ends(), !r.Revoked.IsZero()
	return g
}

// GrantCursor is a place in the list of grants, which is in the order of their
// ends: behind the grant ID that ends at Ends. A zero Ends is never.
type GrantCursor struct {
	Ends time.Time
	ID   id.Grant
}

// String returns c as ParseGrantCursor reads it.
func (c GrantCursor) String() string {
	if c == (GrantCursor{}) {
		return ""
	}
	at := "never"
	if !c.Ends.IsZero() {
		at = strconv.FormatInt(c.Ends.UnixMicro(), 10)
	}
	return at + "." + string(c.ID)
}

// ParseGrantCursor reads what String wrote; ok is false for anything else.
func ParseGrantCursor(text string) (c GrantCursor, ok bool) {
	if text == "" {
		return GrantCursor{}, true
	}
	at, name, ok := strings.Cut(text, ".")
	if c.ID = id.GrantOf(name); !ok || c.ID == "" {
		return GrantCursor{}, false
	}
	if at == "never" {
		return c, true
	}
	micros, err := strconv.ParseInt(at, 10, 64)
	if err != nil {
		return GrantCursor{}, false
	}
	c.Ends = time.UnixMicro(micros).UTC()
	return c, true
}

// Store keeps policies; *store.Store does.
type Store interface {
	InTx(ctx context.Context, f func(ctx context.Context) error) error
	View(ctx context.Context, f func(ctx context.Context) error) error
	// AfterCommit runs f once the transaction of ctx was kept.
	AfterCommit(ctx context.Context, f func())
	Versions(ctx context.Context) (map[string]int64, error)
	// RaisePolicy raises VersionPolicy by one and returns it. Whoever changes a
	// policy does this first: others wait then until the transaction ends.
	RaisePolicy(ctx context.Context) (int64, error)
	// InsertChanges keeps what a version touched, in the transaction that raised it.
	InsertChanges(ctx context.Context, list []Change) error
	// ChangesAfter returns what the versions behind one touched, in order.
	ChangesAfter(ctx context.Context, version uint64, limit int) ([]Change, error)
	// LossesAfter is ChangesAfter of those that say that somebody lost something.
	LossesAfter(ctx context.Context, version uint64, limit int) ([]Change, error)
	// ChangedSince returns the first version at or after a moment that is still told
	// of, 0 for none.
	ChangedSince(ctx context.Context, at time.Time) (uint64, error)

	// InsertAPI and UpdateAPI answer Conflict "api.exists" when the id or the
	// audience is taken, UpdateAPI "access.changed" when Rev is another one.
	InsertAPI(ctx context.Context, a API) error
	UpdateAPI(ctx context.Context, a API) error
	DeleteAPI(ctx context.Context, name string) error
	APIs(ctx context.Context) ([]API, error)

	// InsertRole answers Conflict "role.exists", UpdateRole "access.changed".
	InsertRole(ctx context.Context, r Role) error
	UpdateRole(ctx context.Context, r Role) error
	DeleteRole(ctx context.Context, name string) error
	Roles(ctx context.Context) ([]Role, error)

	// InsertScope answers Conflict "scope.exists", UpdateScope "access.changed".
	InsertScope(ctx context.Context, s Scope) error
	UpdateScope(ctx context.Context, s Scope) error
	DeleteScope(ctx context.Context, name string) error
	Scopes(ctx context.Context) ([]Scope, error)

	InsertGrant(ctx context.Context, g GrantRecord) error
	// UpdateGrant writes the ends of g: ExpiresAt and the three of its revocation.
	UpdateGrant(ctx context.Context, g GrantRecord) error
	Grant(ctx context.Context, grant id.Grant) (GrantRecord, error)
	// GrantsAfter lists grants of who (the zero Subject: of everybody) in the order
	// of their ends and ids, behind the cursor; GrantsBefore in the opposite order,
	// those in front of it.
	GrantsAfter(ctx context.Context, who Subject, after GrantCursor, limit int) ([]GrantRecord, error)
	GrantsBefore(ctx context.Context, who Subject, before GrantCursor, limit int) ([]GrantRecord, error)
	// GrantOfRole, GrantOfAPI and GrantInOrg, of what is given within an organisation,
	// return one that is not over at now, "" for none.
	GrantOfRole(ctx context.Context, role string, now time.Time) (id.Grant, error)
	GrantOfAPI(ctx context.Context, api string, now time.Time) (id.Grant, error)
	// GrantsOfKind lists grants of all subjects of a kind, in the order of these and
	// of their ends, behind one of them, without those that were over by then.
	GrantsOfKind(ctx context.Context, after Subject, at GrantCursor, over time.Time, limit int) ([]GrantRecord, error)
	// HoldersOfRole returns for whom the grants of a role are that are not over.
	HoldersOfRole(ctx context.Context, role string, now time.Time, limit int) ([]Holding, error)
	GrantInOrg(ctx context.Context, org string, now time.Time) (id.Grant, error)
	// Administered reports whether there is a live administrator; see Service.
	Administered(ctx context.Context, now time.Time) (bool, error)
	// EndGrantsOf revokes all that are not over at now, and returns how many.
	EndGrantsOf(ctx context.Context, who Subject, now time.Time, by, reason string) (int64, error)

	// InsertGroup answers Conflict "group.exists"; DeleteGroup removes its members
	// and its own memberships too.
	InsertGroup(ctx context.Context, g GroupRecord) error
	DeleteGroup(ctx context.Context, name string) error
	Groups(ctx context.Context) ([]GroupRecord, error)

	// InsertOrg answers Conflict "org.exists"; DeleteOrg removes its members too.
	InsertOrg(ctx context.Context, o OrgRecord) error
	DeleteOrg(ctx context.Context, name string) error
	Orgs(ctx context.Context) ([]OrgRecord, error)

	// PutMembership takes the place of one of the same member in the same group or
	// organisation.
	PutMembership(ctx context.Context, m MembershipRecord) error
	DeleteMembership(ctx context.Context, of, member Subject) error
	// DropMemberships takes member out of all that they are in, and returns of how
	// many.
	DropMemberships(ctx context.Context, member Subject) (int64, error)
	Membership(ctx context.Context, of, member Subject) (MembershipRecord, error)
	// Members lists those of a group or an organisation behind after, by their kinds
	// and ids; MembershipsAfter those of members of one kind, by members and what
	// they are in.
	Members(ctx context.Context, of, after Subject, limit int) ([]MembershipRecord, error)
	MembershipsAfter(ctx context.Context, kind Kind, member string, of Subject, limit int) ([]MembershipRecord, error)
	// MembershipsOf lists those of one member.
	MembershipsOf(ctx context.Context, member Subject) ([]MembershipRecord, error)

	// PolicyGrants returns the grants that were over at since at the earliest and made
	// at by at the latest (zero: whenever), as a Policy has them: one that was revoked
	// ended then. Their Source, Ticket and Request are left out. PolicyMemberships
	// returns all of them.
	PolicyGrants(ctx context.Context, since, by time.Time) ([]Grant, error)
	PolicyMemberships(ctx context.Context) ([]Membership, error)
	// InsertServiceAccount answers Conflict "service.exists", UpdateServiceAccount,
	// which writes Description and Disabled, "access.changed".
	// DeleteServiceAccount removes its keys too.
	InsertServiceAccount(ctx context.Context, a ServiceAccountRecord) error
	UpdateServiceAccount(ctx context.Context, a ServiceAccountRecord) error
	DeleteServiceAccount(ctx context.Context, name string) error
	ServiceAccounts(ctx context.Context) ([]ServiceAccountRecord, error)

	InsertServiceKey(ctx context.Context, k KeyRecord) error
	ServiceKey(ctx context.Context, key id.ServiceKey) (KeyRecord, error)
	// RevokeServiceKey reports whether it was not revoked before.
	RevokeServiceKey(ctx context.Context, key id.ServiceKey, now time.Time, by string) (bool, error)
	// ServiceKeysOf lists all of an account, those that are over too, the newest
	// first, at most limit. LivingServiceKeys lists those of everybody that are not
	// over at now, behind after in the order of their ids.
	ServiceKeysOf(ctx context.Context, account string, limit int) ([]KeyRecord, error)
	LivingServiceKeys(ctx context.Context, now time.Time, after id.ServiceKey, limit int) ([]KeyRecord, error)
	// DropServiceKeys removes those of an account that were over before, and returns
	// how many.
	DropServiceKeys(ctx context.Context, account string, before time.Time) (int64, error)
	// UseServiceKeys notes when keys were last used, where that is later than what
	// is known. It raises no counter.
	UseServiceKeys(ctx context.Context, used map[id.ServiceKey]time.Time) error

	// PutLock takes the place of one on the same.
	PutLock(ctx context.Context, l LockRecord) error
	DeleteLock(ctx context.Context, on LockTarget) error
	DropEndedLocks(ctx context.Context, now time.Time) error
	Locks(ctx context.Context) ([]LockRecord, error)

	// DisabledUsers lists people who are disabled, behind after in the order of
	// their ids; DisabledClients returns all such clients.
	DisabledUsers(ctx context.Context, after string, limit int) ([]string, error)
	DisabledClients(ctx context.Context) ([]string, error)
	// Disabled reports whether who is there and disabled.
	Disabled(ctx context.Context, who Subject) (bool, error)
}

// loadPage is how many rows of a kind are read at a time.
const loadPage = 5000

// Load reads the policy as the store has it, in one state, with the grants that
// were there at a moment: those that counted, were to count, or had been over for
// as long as is told of. All else is as it is now.
func Load(ctx context.Context, s Store, at time.Time) (p Policy, err error) {
	return viewed(ctx, s, at, at)
}

// viewed reads the policy in one state, with the grants that had not been over for
// long at a moment, and that were made by another; zero: whenever they were.
func viewed(ctx context.Context, s Store, at, made time.Time) (p Policy, err error) {
	err = s.View(ctx, func(ctx context.Context) error {
		p, err = load(ctx, s, at, made)
		return err
	})
	if err != nil {
		return Policy{}, fmt.Errorf("load the policy: %w", err)
	}
	return p, nil
}

func load(ctx context.Context, s Store, at, made time.Time) (p Policy, err error) {
	versions, err := s.Versions(ctx)
	if err != nil {
		return p, err
	}
	p.Version = uint64(versions[VersionPolicy])
	if err := p.loadBasis(ctx, s); err != nil {
		return p, err
	}
	if p.Grants, err = s.PolicyGrants(ctx, at.Add(-told), made); err != nil {
		return p, err
	}
	if p.Memberships, err = s.PolicyMemberships(ctx); err != nil {
		return p, err
	}
	if err := p.loadKeys(ctx, s, at); err != nil {
		return p, err
	}
	return p, p.loadDisabled(ctx, s)
}

// loadBasis reads what grants are made of, and the locks.
func (p *Policy) loadBasis(ctx context.Context, s Store) (err error) {
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
func eachMembership(ctx context.Context, s Store, kind Kind, f func(m *MembershipRecord)) error {
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
func (p *Policy) loadGrants(ctx context.Context, s Store, who Subject, at time.Time) error {
	for from := (GrantCursor{Ends: at.Add(-told)}); ; {
		page, err := s.GrantsAfter(ctx, who, from, loadPage)
		if err != nil {
			return err
		}
		for i := range page {
			p.Grants = append(p.Grants, page[i].decided())
		}
		if len(page) < loadPage {
			return nil
		}
		last := &page[len(page)-1]
		from = GrantCursor{last.Ends(), last.ID}
	}
}

func (p *Policy) loadKeys(ctx context.Context, s Store, at time.Time) error {
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

func (p *Policy) loadDisabled(ctx context.Context, s Store) error {
	clients, err := s.DisabledClients(ctx)
	if err != nil {
		return err
	}
	p.disable(Client, clients)
	accounts, err := s.ServiceAccounts(ctx)
	if err != nil {
		return err
	}
	for _, a := range accounts {
		if a.Disabled {
			p.disable(ServiceAccount, []string{a.ID})
		}
	}
	for after := ""; ; {
		page, err := s.DisabledUsers(ctx, after, loadPage)
		if err != nil {
			return err
		}
		p.disable(User, page)
		if len(page) < loadPage {
			return nil
		}
		after = page[len(page)-1]
	}
}

func (p *Policy) disable(kind Kind, ids []string) {
	for _, name := range ids {
		p.Principals = append(p.Principals, Principal{Subject: Subject{kind, name}, Disabled: true})
	}
}
