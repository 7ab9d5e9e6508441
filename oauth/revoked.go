package oauth

import (
	"context"
	"time"

	"gatehouse/audit"
	"gatehouse/fault"
	"gatehouse/id"
)

// TokenFacts is what a revocation may be about. Empty fields are not about anything.
type TokenFacts struct {
	JTI           string
	Authorization id.Authorization
	Session       id.Session
	User          id.User
	Client        id.Client
	KeyID         string
	Issued        time.Time
	AuthTime      time.Time // when the person was proved; zero: not after Issued
	Exact         bool      // Issued is not cut to the second, as it is in a token

	consent string // what consentOf says, where the facts are kept; empty: it was not asked
}

// consentOf is the key of a revocation of what a person allowed a client.
func consentOf(user id.User, client id.Client) string { return audit.OfConsent(user, client).ID }

// Thing is what a revocation is about: the Kind and Key that it has.
type Thing struct {
	Kind RevocationKind
	Key  string
}

// Things is one of each kind that a token can have, RevokedOthers last: its key
// is the person alone, and in the revocation whoever was spared comes behind it.
// Keys of what a token does not have are empty.
type Things [9]Thing

// Things is all that a revocation of such a token can be about.
func (t *TokenFacts) Things() Things {
	consent := t.consent
	if consent == "" && t.User != "" {
		consent = consentOf(t.User, t.Client)
	}
	everybody := ""
	if t.User != "" {
		everybody = Everybody
	}
	return Things{
		{RevokedToken, t.JTI},
		{RevokedAuthorization, string(t.Authorization)},
		{RevokedSession, string(t.Session)},
		{RevokedUser, string(t.User)},
		{RevokedClient, string(t.Client)},
		{RevokedKey, t.KeyID},
		{RevokedConsent, consent},
		{RevokedEverybody, everybody},
		{RevokedOthers, string(t.User)},
	}
}

// Revoked reports whether a token is dead although its signature and expiry are
// good: because something about it was revoked, its client is disabled, or a lock
// is on its person, its session or its client. It answers from memory, and asks
// the store too while Load is not done: so its answer holds for this moment alone.
// An error is Unavailable, as RevocationsUnknown: the caller must refuse.
func (r *Registry) Revoked(ctx context.Context, t TokenFacts) (bool, error) {
	// Asked first: what Load has read is in memory before it says that it is done.
	loaded := r.loaded.Load()
	if r.known(&t) {
		return true, nil
	}
	if !loaded {
		if dead, err := r.revokedInStore(ctx, &t); dead || err != nil {
			return dead, err
		}
	}
	return r.locked(ctx, &t)
}

// revokedBy is Revoked with what was not read yet. In the transaction of ctx it
// misses nothing that was committed before its call.
func (r *Registry) revokedBy(ctx context.Context, t TokenFacts) (bool, error) {
	if r.known(&t) {
		return true, nil
	}
	return r.revokedInStore(ctx, &t)
}

// known reports whether memory knows that a token is dead.
func (r *Registry) known(t *TokenFacts) bool {
	if c := (*r.clients.Load())[t.Client]; c != nil && c.Disabled {
		return true
	}
	return r.revoked.dead(t)
}

// revokedInStore asks the store for the revocations of one token, and judges by them.
func (r *Registry) revokedInStore(ctx context.Context, t *TokenFacts) (bool, error) {
	list, err := r.store.RevocationsAbout(ctx, t.Things())
	if err != nil {
		return false, RevocationsUnknown(err)
	}
	if len(list) == 0 {
		return false, nil
	}
	found := newRevocations()
	for _, v := range list {
		found.add(v)
	}
	return found.dead(t), nil
}

// RevocationsUnknown is the answer of whoever cannot tell whether a token was
// revoked, because of err: Unavailable, which is neither yes nor no.
func RevocationsUnknown(err error) error {
	return &fault.Error{
		Kind: fault.Unavailable, Code: "revocations.unknown", Detail: "Gatehouse cannot tell now which tokens were revoked.",
		RetryAfter: time.Second, Err: err,
	}
}

// dead reports whether one of the revocations is about a token.
func (s *revocations) dead(t *TokenFacts) bool {
	for _, thing := range t.Things() {
		if s.kills(thing, t) {
			return true
		}
	}
	return false
}
