// Package oauth decides what a client gets: who may have a code, what a code or a
// refresh token brings, under which Ceiling, and what was ended early. Service has
// a method for each grant and each end, Registry remembers clients and
// revocations, and the nouns of the protocol are here: Client, Code, Family,
// Consent, Revocation. It makes tokens and leaves signing to a Signer, rows to a
// Store, and everything about HTTP to the doors.
package oauth

import (
	"context"
	"time"

	"gatehouse/audit"
	"gatehouse/id"
	"gatehouse/proof"
)

// Authorization is what a person allowed a client, and how the person had been
// proved then. Codes and families carry it; tokens are made from it.
type Authorization struct {
	ID        id.Authorization
	Client    id.Client
	User      id.User
	Session   id.Session
	Scopes    []string
	Audiences []string
	AuthTime  time.Time   // when the proof that counts was given (OpenID Connect Core 2)
	Level     proof.Level // the acr of the tokens
	AMR       []string    // RFC 8176
	Nonce     string
	Claims    string // the `claims` parameter, as far as the person allowed it; "" when nothing is left
}

// Code is an authorization code (RFC 6749 section 4.1). Only its hash is kept.
type Code struct {
	Hash []byte // SHA-256 of the code
	Authorization
	RedirectURI string // as it was sent; empty when it was left out
	Challenge   string // PKCE S256 challenge; empty when the client need not send one
	Created     time.Time
	Expires     time.Time
	Claimed     time.Time // zero until it was exchanged
}

// Family is the row behind all refresh tokens that follow one another
// (docs/decisions/0004). The current token is known by the hash of its secret.
type Family struct {
	ID id.Family
	Authorization
	Generation      uint32 // of the current token; the first is 1
	CurrentHash     []byte // SHA-256 of the current token's secret
	PreviousHash    []byte // of the one before; nil at generation 1
	SealedSuccessor []byte // the current token, sealed under its predecessor
	Static          bool   // the token is not rotated
	Created         time.Time
	RotatedAt       time.Time
	IdleExpires     time.Time
	Expires         time.Time
	RevokedAt       time.Time // zero while alive
	RevokeReason    audit.Reason
}

// Grounds is what a family rests on: the person, the client, the browser session
// and the consent, read together with it. An end is written down there and not
// in every family (decision 0021).
type Grounds struct {
	// Ended is that all which the person or the client had then was ended after
	// the family began, or that the client is disabled or gone.
	Ended          bool
	UserEnabled    bool          // there is such a person, and they are enabled
	User           proof.Subject // whether they administer Gatehouse is not of the store: see Service.Administrators
	SessionRevoked bool          // the browser session was ended, not merely expired
	Unasked        bool          // the client asks nobody for consent, as the store has it at this moment
	Consented      []string      // the scopes that the person has allowed the client; nil when there is no consent, or nobody is asked
}

// Rotation is one step of a family: the token whose secret hashes to Presented
// is replaced by the one that hashes to Next.
type Rotation struct {
	Family      id.Family
	Client      id.Client
	Presented   []byte
	Next        []byte
	Sealed      []byte // the successor, sealed under the presented token
	Now         time.Time
	IdleExpires time.Time
}

// Consent is what a person has allowed a client, and when.
type Consent struct {
	User    id.User
	Client  id.Client
	Scopes  []string
	Created time.Time
	Updated time.Time
}

// RevocationKind says what a revocation is about.
type RevocationKind string

// The kinds; Key is the id of such a thing, or a token's jti. A withdrawn
// consent is named as in the audit log, and what a person had but for one session by
// OthersKey.
const (
	RevokedToken         RevocationKind = "jti"
	RevokedAuthorization RevocationKind = "authorization"
	RevokedSession       RevocationKind = "session"
	RevokedUser          RevocationKind = "user"
	RevokedEverybody     RevocationKind = "everybody" // all people; Key is Everybody
	RevokedOthers        RevocationKind = "others"
	RevokedClient        RevocationKind = "client"
	RevokedKey           RevocationKind = "key"
	RevokedConsent       RevocationKind = "consent"
)

// Everybody is the key of what ends for all people.
const Everybody = "people"

// Revocation says that access tokens about Key, issued at or before Before, are
// dead although their signature and their expiry are good. After Until no such
// token can be alive and the revocation may be forgotten.
type Revocation struct {
	Seq    int64 // the version of "revocations" that brought it; set by the store
	Kind   RevocationKind
	Key    string
	Before time.Time
	Until  time.Time
}

// Names of the version row's counters (architecture: caches follow one version
// row). A write to such a thing raises its counter in the same transaction.
const (
	VersionClients     = "clients"
	VersionRevocations = "revocations"
)

// Store keeps the protocol's state; *store.Store does. Every method joins the
// transaction of ctx. A thing that is not there is a NotFound fault; any other
// failure is an Internal or Unavailable one, and never means "not there".
type Store interface {
	// InTx runs f in a transaction; nested calls join. f may run twice on
	// Postgres after a serialization failure, and must not sign, hash, render
	// or talk to the network.
	InTx(ctx context.Context, f func(ctx context.Context) error) error
	// AfterCommit runs f once the transaction of ctx was kept, before the
	// outermost InTx returns; at once without a transaction; never when it was
	// undone or nobody knows.
	AfterCommit(ctx context.Context, f func())
	// AfterEnd runs f once the transaction of ctx is over, kept or undone, behind what
	// waits for its commit, with a context without it; at once without a transaction.
	AfterEnd(ctx context.Context, f func(ctx context.Context))

	// Versions returns the counters by name; a name never raised is absent.
	Versions(ctx context.Context) (map[string]int64, error)
	// WentBack begins another epoch, unless the present one is another already.
	WentBack(ctx context.Context, epoch int64) error

	// InsertClient and UpdateClient raise VersionClients. InsertClient answers
	// Conflict when the id is taken, UpdateClient NotFound when it is not there and
	// Conflict "client.changed" when c.Rev is set and is not the revision that it
	// has; it raises the revision. Both write the secrets too.
	InsertClient(ctx context.Context, c Client) error
	UpdateClient(ctx context.Context, c Client) error
	DeleteClient(ctx context.Context, client id.Client) error
	Client(ctx context.Context, client id.Client) (Client, error)
	// Clients returns all clients ordered by id.
	Clients(ctx context.Context) ([]Client, error)
	// ClientsNamed returns those of these ids that there are, in no order.
	ClientsNamed(ctx context.Context, names []id.Client) ([]Client, error)
	// ClientsAfter lists those that follow after, at most limit, in the order
	// that the database has for ids.
	ClientsAfter(ctx context.Context, after id.Client, limit int) ([]Client, error)

	// InsertCode stores c, unless there are so many of its person already, and reports
	// whether it did.
	InsertCode(ctx context.Context, c Code, most int) (bool, error)
	Code(ctx context.Context, hash []byte) (Code, error)
	// ClaimCode marks the code exchanged and reports whether this call did it:
	// of several concurrent calls exactly one gets true. It is one conditional
	// UPDATE (not claimed, not expired at now).
	ClaimCode(ctx context.Context, hash []byte, now time.Time) (bool, error)

	InsertFamily(ctx context.Context, f Family) error
	// Family returns the row and what it rests on, in one query.
	Family(ctx context.Context, family id.Family) (Family, Grounds, error)
	// Families returns the families of f that follow f.After, newest first, at most
	// limit, those that are over among them.
	Families(ctx context.Context, f FamilyFilter, limit int) ([]FamilyState, error)
	// RotateFamily is one conditional UPDATE (decision 0004) and reports
	// whether it changed the row: of several concurrent calls with the same
	// presented hash exactly one gets true.
	RotateFamily(ctx context.Context, r Rotation) (bool, error)
	// TouchFamily moves the idle limit of a static family that is alive and
	// whose current token hashes to presented, and reports whether it was.
	TouchFamily(ctx context.Context, family id.Family, client id.Client, presented []byte, now, idle time.Time) (bool, error)
	// EndFamiliesOfUser ends the families that the person has at now but for those
	// of one session (empty: none is spared), and EndFamiliesOfClient those that
	// the client has until the given time. Each writes one row, however many
	// families there are; who is not there has nothing to end.
	EndFamiliesOfUser(ctx context.Context, user id.User, except id.Session, now time.Time) error
	EndFamiliesOfClient(ctx context.Context, client id.Client, until time.Time) error
	// EndFamiliesOfEverybody ends the families of all clients at now.
	EndFamiliesOfEverybody(ctx context.Context, now time.Time) error
	// EndFamiliesOfAuthorization ends the live families of one authorization, and
	// EndFamiliesOfConsent those that a person has with a client: each row by
	// itself, for there are few.
	EndFamiliesOfAuthorization(ctx context.Context, authorization id.Authorization, reason audit.Reason, now time.Time) error
	EndFamiliesOfConsent(ctx context.Context, user id.User, client id.Client, reason audit.Reason, now time.Time) error
	// HoldPerson reports whether the person is there and enabled, with their second
	// factor, at which the policy looks, and keeps them so until the transaction of ctx is over: who
	// withdraws a consent or ends what they have waits.
	HoldPerson(ctx context.Context, user id.User) (who proof.Subject, enabled bool, err error)
	// HoldSession reports whether the browser session was not ended, and keeps it
	// so until the transaction of ctx is over.
	HoldSession(ctx context.Context, session id.Session) (live bool, err error)

	// Uses returns what is remembered of those of the clients that did anything: when last, and
	// how often somebody signed in since a day.
	Uses(ctx context.Context, clients []id.Client, since time.Time) ([]UseSum, error)
	// Refusals returns what is remembered of refused requests of the client, the latest first.
	Refusals(ctx context.Context, client id.Client) ([]ClientRefusal, error)
	// ConsentsTo lists what people behind after allowed the client, at most limit, in the
	// order that the database has for ids.
	ConsentsTo(ctx context.Context, client id.Client, after id.User, limit int) ([]Consent, error)

	// PutConsent stores c, replacing what was there for the person and client.
	PutConsent(ctx context.Context, c Consent) error
	Consent(ctx context.Context, user id.User, client id.Client) (Consent, error)
	ConsentsOf(ctx context.Context, user id.User) ([]Consent, error)
	DeleteConsent(ctx context.Context, user id.User, client id.Client) error

	// HoldRevocations waits for all who revoke, and keeps the others waiting until the
	// transaction of ctx is over.
	HoldRevocations(ctx context.Context) error
	// Revoke appends revocations, numbered by the raised VersionRevocations.
	Revoke(ctx context.Context, rs ...Revocation) error
	// RevocationsAfter returns those with a greater number, in order, limit at most.
	RevocationsAfter(ctx context.Context, seq int64, limit int) ([]Revocation, error)
	// RevocationsAbout returns those about things of a token, in any order; an empty
	// key is about nothing. It sees what was committed before its call.
	RevocationsAbout(ctx context.Context, things Things) ([]Revocation, error)

	// UseOnce records (kind, key) until the given time and reports whether it
	// was new: of several concurrent calls exactly one gets true. It serves
	// client assertion ids and other one-time marks.
	UseOnce(ctx context.Context, kind, key string, until time.Time) (bool, error)
}
