package access

import (
	"context"
	"time"

	"gatehouse/id"
)

// VersionPolicy is the counter that every change of a policy raises.
const VersionPolicy = "policy"

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
	HoldersOfRole(ctx context.Context, role string, now time.Time, limit int) ([]RoleHolder, error)
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
