package provider

import (
	"bytes"
	"context"
	"errors"
	"maps"
	"slices"
	"sync"
	"testing"
	"time"

	"gatehouse/audit"
	"gatehouse/fault"
	"gatehouse/flow"
	"gatehouse/id"
	"gatehouse/oauth"
	"gatehouse/proof"
	"gatehouse/session"
)

// memory is the store in memory. A transaction has it for itself and is
// undone when it fails.
type memory struct {
	oauth.Store  // other methods panic
	mu           sync.Mutex
	codes        map[string]oauth.Code
	families     map[id.Family]oauth.Family
	grounds      map[id.Family]oauth.Grounds
	sessions     map[id.Session]session.Session
	interactions map[id.Interaction]flow.Interaction
	people       *people
	used         map[string]bool
	events       []audit.Event
	revoked      []oauth.Revocation
	reads        int    // of families
	writes       int    // of anything
	overtake     func() // runs once, before the next transaction
	fail         error  // of every call
	failWrites   error  // of every write
	failCommit   error  // of every transaction
}

func newMemory() *memory {
	return &memory{
		codes: map[string]oauth.Code{}, families: map[id.Family]oauth.Family{}, grounds: map[id.Family]oauth.Grounds{},
		sessions: map[id.Session]session.Session{}, interactions: map[id.Interaction]flow.Interaction{}, used: map[string]bool{},
	}
}

// inMemory finds the transaction in a context: what waits for its end.
type inMemory struct{}

func (s *memory) AfterCommit(ctx context.Context, f func()) {
	if after, ok := ctx.Value(inMemory{}).(*[]func()); ok {
		*after = append(*after, f)
		return
	}
	f()
}

func (s *memory) InTx(ctx context.Context, f func(context.Context) error) error {
	if ctx.Value(inMemory{}) != nil {
		return f(ctx)
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if f := s.overtake; f != nil {
		s.overtake = nil
		f()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	codes, families, interactions := maps.Clone(s.codes), maps.Clone(s.families), maps.Clone(s.interactions)
	events, revoked := len(s.events), len(s.revoked)
	var after []func()
	err := f(context.WithValue(ctx, inMemory{}, &after))
	if err == nil {
		err = s.failCommit
	}
	if err != nil {
		s.codes, s.families, s.interactions = codes, families, interactions
		s.events, s.revoked = s.events[:events], s.revoked[:revoked]
		return err
	}
	for _, f := range after {
		f()
	}
	return nil
}

// open takes the lock unless the transaction has it.
func (s *memory) open(ctx context.Context, write bool) (func(), error) {
	unlock := func() {}
	if ctx.Value(inMemory{}) == nil {
		s.mu.Lock()
		unlock = s.mu.Unlock
	}
	err := s.fail
	if write {
		s.writes++
		if err == nil {
			err = s.failWrites
		}
	}
	return unlock, err
}

func (s *memory) Consent(ctx context.Context, user id.User, client id.Client) (oauth.Consent, error) {
	unlock, err := s.open(ctx, false)
	defer unlock()
	return oauth.Consent{User: user, Client: client, Scopes: s.people.consented}, err
}

func (s *memory) InsertCode(ctx context.Context, c oauth.Code, _ int) (bool, error) {
	unlock, err := s.open(ctx, true)
	defer unlock()
	if err == nil {
		s.codes[string(c.Hash)] = c
	}
	return err == nil, err
}

func (s *memory) Code(ctx context.Context, hash []byte) (oauth.Code, error) {
	unlock, err := s.open(ctx, false)
	defer unlock()
	c, ok := s.codes[string(hash)]
	if err == nil && !ok {
		err = fault.Missing("code")
	}
	return c, err
}

func (s *memory) ClaimCode(ctx context.Context, hash []byte, now time.Time) (bool, error) {
	unlock, err := s.open(ctx, true)
	defer unlock()
	c, ok := s.codes[string(hash)]
	if err != nil || !ok || !c.Claimed.IsZero() || !now.Before(c.Expires) {
		return false, err
	}
	c.Claimed = now
	s.codes[string(hash)] = c
	return true, nil
}

func (s *memory) InsertFamily(ctx context.Context, f oauth.Family) error {
	unlock, err := s.open(ctx, true)
	defer unlock()
	if err == nil {
		s.families[f.ID], s.grounds[f.ID] = f, oauth.Grounds{UserEnabled: true, Consented: f.Scopes}
	}
	return err
}

func (s *memory) Family(ctx context.Context, family id.Family) (oauth.Family, oauth.Grounds, error) {
	unlock, err := s.open(ctx, false)
	defer unlock()
	s.reads++
	f, ok := s.families[family]
	if err == nil && !ok {
		err = fault.Missing("family")
	}
	return f, s.grounds[family], err
}

func (s *memory) RotateFamily(ctx context.Context, r oauth.Rotation) (bool, error) {
	unlock, err := s.open(ctx, true)
	defer unlock()
	f := s.families[r.Family]
	if err != nil || !s.current(f, r.Client, r.Presented, r.Now) {
		return false, err
	}
	f.PreviousHash, f.CurrentHash, f.SealedSuccessor = f.CurrentHash, r.Next, r.Sealed
	f.Generation++
	f.RotatedAt, f.IdleExpires = r.Now, r.IdleExpires
	s.families[r.Family] = f
	return true, nil
}

func (s *memory) current(f oauth.Family, c id.Client, presented []byte, now time.Time) bool {
	return f.Client == c && bytes.Equal(f.CurrentHash, presented) && f.RevokedAt.IsZero() && now.Before(f.IdleExpires) && now.Before(f.Expires)
}

func (s *memory) TouchFamily(ctx context.Context, family id.Family, client id.Client, presented []byte, now, idle time.Time) (bool, error) {
	unlock, err := s.open(ctx, true)
	defer unlock()
	f := s.families[family]
	if err != nil || !s.current(f, client, presented, now) {
		return false, err
	}
	f.IdleExpires = idle
	s.families[family] = f
	return true, nil
}

func (s *memory) EndFamiliesOfAuthorization(ctx context.Context, a id.Authorization, reason audit.Reason, now time.Time) error {
	unlock, err := s.open(ctx, true)
	defer unlock()
	if err != nil {
		return err
	}
	for name, found := range s.families {
		if a == found.Authorization.ID && found.RevokedAt.IsZero() {
			found.RevokedAt, found.RevokeReason = now, reason
			s.families[name] = found
		}
	}
	return nil
}

func (s *memory) Revoke(ctx context.Context, list ...oauth.Revocation) error {
	unlock, err := s.open(ctx, true)
	defer unlock()
	if err == nil {
		s.revoked = append(s.revoked, list...)
	}
	return err
}

// ended returns the keys of that kind that were revoked, each once.
func (s *memory) ended(kind oauth.RevocationKind) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var keys []string
	for _, r := range s.revoked {
		if r.Kind == kind && !slices.Contains(keys, r.Key) {
			keys = append(keys, r.Key)
		}
	}
	return keys
}

// RevocationsAbout and RevocationsAfter have nothing: the registry of these tests
// never reads, and knows what this process ended.
func (s *memory) RevocationsAbout(ctx context.Context, _ oauth.Things) ([]oauth.Revocation, error) {
	return s.RevocationsAfter(ctx, 0, 0)
}

func (s *memory) RevocationsAfter(ctx context.Context, _ int64, _ int) ([]oauth.Revocation, error) {
	unlock, err := s.open(ctx, false)
	defer unlock()
	return nil, err
}

func (s *memory) HoldPerson(ctx context.Context, _ id.User) (proof.Subject, bool, error) {
	unlock, err := s.open(ctx, false)
	defer unlock()
	return proof.Subject{}, err == nil, err
}

func (s *memory) HoldSession(ctx context.Context, name id.Session) (bool, error) {
	unlock, err := s.open(ctx, false)
	defer unlock()
	found, ok := s.sessions[name]
	return err == nil && ok && found.RevokedAt.IsZero(), err
}

func (s *memory) UseOnce(ctx context.Context, kind, key string, _ time.Time) (bool, error) {
	unlock, err := s.open(ctx, true)
	defer unlock()
	if err != nil || s.used[kind+key] {
		return false, err
	}
	s.used[kind+key] = true
	return true, nil
}

func (s *memory) InsertInteraction(ctx context.Context, i flow.Interaction, _ int) (bool, error) {
	unlock, err := s.open(ctx, true)
	defer unlock()
	if _, there := s.interactions[i.ID]; err == nil && there {
		err = fault.New(fault.Conflict, "interaction.stale", "")
	}
	if err == nil {
		s.interactions[i.ID] = i
	}
	return err == nil, err
}

func (s *memory) SignIn(ctx context.Context, q flow.Query) (flow.Found, error) {
	unlock, err := s.open(ctx, false)
	defer unlock()
	var f flow.Found
	if q.Interaction != "" {
		i, ok := s.interactions[q.Interaction]
		if !ok {
			return flow.Found{}, fault.Missing("interaction")
		}
		f.Interaction = i
	}
	for _, found := range s.sessions {
		if bytes.Equal(found.TokenHash, q.Session) && found.Live(q.Now) {
			f.Session = viewOf(found)
		}
	}
	if user := f.Interaction.Progress.User; user != "" {
		q.Person = user
	} else if f.Session != nil && !f.Interaction.Progress.Chosen {
		q.Person = f.Session.User
	}
	if q.Person != "" {
		f.Person, f.Consented = s.people.person(q.Person), s.people.consented
	}
	return f, errors.Join(err, s.people.err)
}

func (s *memory) SignInPerson(_ context.Context, user id.User, _ id.Client) (flow.Person, []string, error) {
	return *s.people.person(user), s.people.consented, s.people.err
}

func (s *memory) UpdateInteraction(ctx context.Context, i flow.Interaction) error {
	unlock, err := s.open(ctx, true)
	defer unlock()
	switch was, ok := s.interactions[i.ID]; {
	case err != nil:
		return err
	case !ok:
		return fault.Missing("interaction")
	case was.Version != i.Version:
		return fault.New(fault.Conflict, "interaction.stale", "")
	}
	i.Version++
	s.interactions[i.ID] = i
	return nil
}

// Record implements audit.Recorder.
func (s *memory) Record(ctx context.Context, e audit.Event) error {
	unlock, err := s.open(ctx, true)
	defer unlock()
	if err == nil {
		s.events = append(s.events, e)
	}
	return err
}

// only returns the family, if there is one alone.
func (s *memory) only(t testing.TB) oauth.Family {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.families) != 1 {
		t.Fatalf("there are %d families, want one", len(s.families))
	}
	for _, f := range s.families {
		return f
	}
	panic("unreachable")
}

// change edits the family that is alone.
func (s *memory) change(t testing.TB, edit func(*oauth.Family, *oauth.Grounds)) {
	t.Helper()
	f := s.only(t)
	grounds := s.grounds[f.ID]
	edit(&f, &grounds)
	s.families[f.ID], s.grounds[f.ID] = f, grounds
}

// hasEvent reports whether the action was recorded.
func (s *memory) hasEvent(action audit.Action) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.ContainsFunc(s.events, func(e audit.Event) bool { return e.Action == action })
}
