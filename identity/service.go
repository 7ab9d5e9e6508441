package identity

import (
	"context"
	"fmt"

	"gatehouse/audit"
	"gatehouse/fault"
	"gatehouse/id"
	"gatehouse/identity/password"
	"gatehouse/proof"
)

// Service is everything that is done with people. All fields are needed.
// Methods that check a proof count attempts and must not be called inside a
// transaction, which would undo the count.
type Service struct {
	Store  Store
	Audit  audit.Recorder
	Keeper Keeper
	Ends   Ends
	Rights Rights
	Hasher *password.Hasher
	Config func() Config // as it is now
	Issuer func() string // the name that authenticator apps show

	Administration Administration
	Guard          Guard
	// Refusals tells of links that count no more; nil: nothing does.
	Refusals *audit.Refusals
}

// Guard keeps whoever administers people from getting hold of what these may do.
type Guard interface {
	// MayTakeOver refuses to let by change how user proves who they are, where user may
	// do, now or later, what by may not: Forbidden "access.not_held". People may
	// change what is theirs, and the operator on the host anything.
	MayTakeOver(ctx context.Context, by audit.Actor, user id.User) error
	// MayStillLetIn is MayTakeOver, asked later of what by has made for user, and refuses it,
	// too, where by may not let people in any more: they lost the right, their key or their
	// account. By does nothing now, so no refusal is recorded as theirs.
	MayStillLetIn(ctx context.Context, by audit.Actor, user id.User) error
}

// Administration knows who administers Gatehouse, which is a part of the policy and
// not of a person; *access.Service does. All methods join the transaction of ctx.
type Administration interface {
	// Administered reports whether somebody is sure to administer Gatehouse now,
	// EverAdministered whether anybody ever was made an administrator.
	Administered(ctx context.Context) (bool, error)
	EverAdministered(ctx context.Context) (bool, error)
	// KeepAdministered runs f in one transaction, as the only one that changes the
	// policy meanwhile, and undoes it where it takes the last administrator away:
	// Conflict "access.last_administrator". The person's row comes first.
	KeepAdministered(ctx context.Context, f func(ctx context.Context) error) error
	// Appoint makes somebody the first administrator.
	Appoint(ctx context.Context, by audit.Actor, user id.User) error
}

// Keeper seals secrets and derives keys; *secret.Keeper does.
type Keeper interface {
	Seal(purpose, row string, plain []byte) (string, error)
	Open(purpose, row, sealed string) ([]byte, error)
	Key(label string) []byte
}

// Ends ends what a person holds: sessions, refresh families, tokens. It joins
// the transaction of ctx.
type Ends interface {
	EndUser(ctx context.Context, by audit.Actor, user id.User, except id.Session, reason audit.Reason) error
	// EndTokens ends the codes and tokens that applications were given for user, in
	// whichever session, and no session.
	EndTokens(ctx context.Context, user id.User) error
	// EndSessions ends the sessions of user but except, with what came of them;
	// what begins from now on is not touched, not even in the same second.
	EndSessions(ctx context.Context, by audit.Actor, user id.User, except id.Session, reason audit.Reason) error
}

// Rights are what people may do elsewhere.
type Rights interface {
	// DisabledChanged tells that user was disabled or enabled. It joins the
	// transaction of ctx, before anything else in there raises a counter.
	DisabledChanged(ctx context.Context, user id.User, disabled bool) error
}

// NewHasher returns the hasher that c describes. A process has one.
func NewHasher(c PasswordConfig) *password.Hasher {
	return password.NewHasher(password.Options{
		Params: password.Params{MemoryKiB: c.MemoryKiB, Passes: c.Passes},
		Slots:  c.Slots, Queue: c.Queue, Wait: c.Wait, Process: c.Process,
	})
}

// Standing is what a sign-in must know of a person.
type Standing struct {
	User
	Password id.Factor   // empty: there is no password
	Second   []id.Factor // the confirmed second factors
}

// Secured reports whether the person has a confirmed second factor.
func (s *Standing) Secured() bool { return len(s.Second) > 0 }

// Living returns the proofs of the list whose factor the person still has: these
// are all that may be counted, shown or recorded.
func (s Standing) Living(l proof.List) proof.List {
	return l.Of(append([]id.Factor{s.Password}, s.Second...)...)
}

// Standing reads the person with what may prove them now.
func (s *Service) Standing(ctx context.Context, user id.User) (Standing, error) {
	u, err := s.Store.User(ctx, user)
	if err != nil {
		return Standing{}, fmt.Errorf("read person: %w", err)
	}
	p, err := s.Store.Password(ctx, user)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return Standing{}, fmt.Errorf("read password: %w", err)
	}
	st := Standing{User: u, Password: p.ID}
	all, err := s.Factors(ctx, user)
	for _, f := range all {
		st.Second = append(st.Second, f.ID)
	}
	return st, err
}

// Standings is Standing for many people, in a question for fifty of them. Who is not
// there is left out, and second factors are in no order.
func (s *Service) Standings(ctx context.Context, users []id.User) (map[id.User]Standing, error) {
	found, err := s.Store.Standings(ctx, users)
	if err != nil {
		return nil, fmt.Errorf("read people: %w", err)
	}
	return found, nil
}

// record writes an event about a person in the transaction of ctx.
func (s *Service) record(ctx context.Context, by audit.Actor, action audit.Action, user id.User, before, after any) error {
	e := audit.Event{Actor: by, Action: action, Target: audit.OfUser(user), User: user}
	if before != nil {
		e.Before = audit.Doc(before)
	}
	if after != nil {
		e.After = audit.Doc(after)
	}
	if err := s.Audit.Record(ctx, e); err != nil {
		return fmt.Errorf("record %s: %w", action, err)
	}
	return nil
}
