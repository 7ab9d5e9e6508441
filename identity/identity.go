// Package identity knows people and proves them: users, their passwords and
// second factors, and the counters that keep guessing hopeless.
package identity

import (
	"context"
	"time"

	"gatehouse/id"
)

// User is a person. Email is unique without regard to case.
type User struct {
	ID            id.User
	Email         string
	EmailVerified bool
	Name          string
	Claims        Claims
	Disabled      bool
	Created       time.Time
	Updated       time.Time
	Rev           int64     // counts the changes; the first is 1
	LastSignIn    time.Time // zero: never
}

// Claims are the standard claims (OpenID Connect Core 5.1) besides sub, name,
// email and updated_at, and attributes. An empty one is not given out.
type Claims struct {
	GivenName           string
	FamilyName          string
	MiddleName          string
	Nickname            string
	PreferredUsername   string
	Profile             string
	Picture             string
	Website             string
	Gender              string
	Birthdate           string
	Zoneinfo            string
	Locale              string
	PhoneNumber         string
	PhoneNumberVerified bool
	Address             Address

	// Attributes are what the house keeps of the person besides, as "department". They
	// are no standard claims: a client is told of one where its settings say so.
	Attributes map[string]string
}

// Address is the address claim (OpenID Connect Core 5.1.1).
type Address struct {
	Formatted, StreetAddress, Locality, Region, PostalCode, Country string
}

// Password is a person's password hash in PHC form. ID is another whenever a new
// one is set, so that what the old one proved is gone with it; the same password
// hashed anew keeps its ID.
type Password struct {
	User    id.User
	ID      id.Factor
	Hash    string
	Changed time.Time
}

// FactorKind is what a second factor is.
type FactorKind string

// KindTOTP is an authenticator that shows codes (RFC 6238).
const KindTOTP FactorKind = "totp"

// Factor is a second factor of a person, who may have several. Until its first
// code confirms it, it belongs to the browser that began it: the same person
// sees another one elsewhere.
type Factor struct {
	ID        id.Factor
	User      id.User
	Kind      FactorKind
	Name      string
	Sealed    string // the secret, sealed and bound to this row
	LastStep  int64  // the last time step that was used; later ones only are accepted
	Drift     int64  // in steps: -1, 0 or +1, learned
	Browser   []byte // SHA-256 of the binding cookie; empty once it is confirmed
	Confirmed time.Time
	Created   time.Time
	LastUsed  time.Time
}

// Attempts is the counter of one key.
type Attempts struct {
	Failures     int
	BlockedUntil time.Time
	Updated      time.Time
}

// Store keeps people; *store.Store does. Methods join the transaction of ctx;
// what is not there is a NotFound fault.
type Store interface {
	InTx(ctx context.Context, f func(ctx context.Context) error) error

	// InsertUser stores u as revision 1. Conflict: "user.email_taken".
	InsertUser(ctx context.Context, u User) error
	// UpdateUser writes everything but ID and Created where the revision is still
	// u.Rev (0: whatever it is), and raises it. Conflict: "user.email_taken", or
	// "user.changed".
	UpdateUser(ctx context.Context, u User) error
	DeleteUser(ctx context.Context, user id.User) error
	User(ctx context.Context, user id.User) (User, error)
	// HoldUser is User; in a transaction the person also stays as they are until
	// it ends.
	HoldUser(ctx context.Context, user id.User) (User, error)
	// UserByEmail compares without regard to case.
	UserByEmail(ctx context.Context, email string) (User, error)
	// Users returns at most f.Limit people, as UserFilter says.
	Users(ctx context.Context, f UserFilter) ([]User, error)
	// UsersIn returns people who were put into c, be it that they are in it now or not,
	// behind one in the order of their ids, at most limit.
	UsersIn(ctx context.Context, c Circle, after id.User, limit int) ([]User, error)
	// Standings returns people with what may prove them now, their second factors
	// in no order. Who is not there is left out.
	Standings(ctx context.Context, users []id.User) (map[id.User]Standing, error)

	PutPassword(ctx context.Context, p Password) error
	Password(ctx context.Context, user id.User) (Password, error)
	// PasswordHashFrom returns the hash of the first person, by id and from the
	// given one on, who has a password; behind the last comes the first. Empty:
	// nobody has one.
	PasswordHashFrom(ctx context.Context, user id.User) (string, error)

	// PutPendingFactor stores a factor that nobody confirmed yet in the place of
	// the pending one of the same person and browser. A person has MaxPending
	// at most; older ones make room.
	PutPendingFactor(ctx context.Context, f Factor) error
	// PendingFactor returns the pending one of the person at the browser.
	PendingFactor(ctx context.Context, user id.User, browser []byte) (Factor, error)
	// FactorsOf returns the confirmed ones, the oldest first; none is no error.
	FactorsOf(ctx context.Context, user id.User) ([]Factor, error)
	// ConfirmFactor confirms the pending factor, uses up step, and removes the
	// person's other pending ones: of several at once exactly one gets true.
	// False: it was not pending.
	ConfirmFactor(ctx context.Context, factor id.Factor, step int64, now time.Time) (bool, error)
	// SpendStep moves LastStep to step and Drift to drift if LastStep is
	// smaller, and reports whether it did: of several concurrent calls with
	// one step exactly one gets true.
	SpendStep(ctx context.Context, factor id.Factor, step, drift int64, now time.Time) (bool, error)
	// DeleteFactors removes all of the person's, pending ones too.
	DeleteFactors(ctx context.Context, user id.User) error

	// PutRecoveryCodes replaces all codes of the person by these MACs.
	PutRecoveryCodes(ctx context.Context, user id.User, macs [][]byte, now time.Time) error
	// SpendRecoveryCode deletes the code and reports whether this call did.
	SpendRecoveryCode(ctx context.Context, user id.User, mac []byte) (bool, error)
	CountRecoveryCodes(ctx context.Context, user id.User) (int, error)
	// RecoveryCodesMade says when the codes that are left were made; zero when none is.
	RecoveryCodesMade(ctx context.Context, user id.User) (time.Time, error)

	// TakeAttempt counts one attempt against key unless it is blocked at now, for
	// LongestBlock at most: a clock that jumped may have written more.
	// block is called with the number of failures including this one and says
	// how long the key is then blocked. It returns the counter after, and
	// whether the attempt may be made; concurrent calls each count.
	TakeAttempt(ctx context.Context, key string, now time.Time, block func(failures int) time.Duration) (Attempts, bool, error)
	// ReturnAttempt takes back one attempt that turned out to be none, and the
	// block that it brought; taken is what TakeAttempt returned.
	ReturnAttempt(ctx context.Context, key string, taken Attempts) error
	// Blocked returns until when one of the keys is blocked, the zero time when
	// none is; an empty key is none.
	Blocked(ctx context.Context, keys [3]string, now time.Time) (time.Time, error)
	// Attempts returns the counter of key, the zero value when there is none.
	Attempts(ctx context.Context, key string) (Attempts, error)
	// ClearAttempts forgets the counter.
	ClearAttempts(ctx context.Context, key string) error

	// PutMark stores a one-time mark (the setup link) unless a live one of that
	// kind exists, and reports whether it did; replace removes older ones first.
	PutMark(ctx context.Context, kind string, hash []byte, until, now time.Time, replace bool) (bool, error)
	// SpendMark deletes the live mark and reports whether this call did.
	SpendMark(ctx context.Context, kind string, hash []byte, now time.Time) (bool, error)
	// HasMark reports whether a live mark with that hash exists.
	HasMark(ctx context.Context, kind string, hash []byte, now time.Time) (bool, error)
	// MarkUntil returns until when the mark of a kind is alive, the zero time where none is.
	MarkUntil(ctx context.Context, kind string, now time.Time) (time.Time, error)
	// DropMark deletes the live mark of a kind, whichever it is, and reports whether there was one.
	DropMark(ctx context.Context, kind string, now time.Time) (bool, error)
}
