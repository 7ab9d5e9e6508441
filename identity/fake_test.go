package identity

import (
	"bytes"
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"gatehouse/audit"
	"gatehouse/fault"
	"gatehouse/id"
	"gatehouse/identity/password"
	"gatehouse/proof"
	"gatehouse/secret"
	"gatehouse/setting"
)

// memory is a Store in maps: transactions run one after the other and undo what
// they did when they fail. The real one is tried in store_test.go; this one
// lives inside synctest bubbles.
type memory struct {
	mu sync.Mutex
	tables
	broken error            // when set, every write fails with it
	unread map[string]error // with what each of these reads fails
	letsIn error            // what MayStillLetIn says
	held   func(t *tables)  // what somebody else does before a person is held; nil: nothing
}

type tables struct {
	users     map[id.User]User
	passwords map[id.User]Password
	factors   map[id.Factor]Factor
	recovery  map[string]id.User
	renewed   map[id.User]time.Time
	attempts  map[string]Attempts
	marks     map[string]mark
	events    []audit.Event
	ended     []ending
	ousted    []ending // sessions only
	chiefs    map[id.User]bool
	circles   map[Circle][]id.User
}

type mark struct {
	hash  string
	until time.Time
}

type ending struct {
	User   id.User
	Except id.Session
	Reason string
}

func newMemory() *memory {
	return &memory{tables: tables{
		users: map[id.User]User{}, passwords: map[id.User]Password{}, factors: map[id.Factor]Factor{},
		chiefs: map[id.User]bool{}, recovery: map[string]id.User{}, renewed: map[id.User]time.Time{}, attempts: map[string]Attempts{}, marks: map[string]mark{},
	}}
}

func (t tables) clone() tables {
	return tables{
		maps.Clone(t.users), maps.Clone(t.passwords), maps.Clone(t.factors), maps.Clone(t.recovery), maps.Clone(t.renewed),
		maps.Clone(t.attempts), maps.Clone(t.marks), slices.Clone(t.events), slices.Clone(t.ended), slices.Clone(t.ousted), maps.Clone(t.chiefs), maps.Clone(t.circles),
	}
}

type txKey struct{}

func (m *memory) InTx(ctx context.Context, f func(ctx context.Context) error) error {
	if ctx.Value(txKey{}) != nil {
		return f(ctx)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	before := m.clone()
	if err := f(context.WithValue(ctx, txKey{}, true)); err != nil {
		m.tables = before
		return err
	}
	return nil
}

// in runs f under the lock unless ctx is in a transaction, which holds it.
func (m *memory) in(ctx context.Context, f func() error) error {
	if ctx.Value(txKey{}) == nil {
		m.mu.Lock()
		defer m.mu.Unlock()
	}
	return f()
}

func (m *memory) write(ctx context.Context, f func() error) error {
	if m.broken != nil {
		return m.broken
	}
	return m.in(ctx, f)
}

func (m *memory) read(ctx context.Context, what string, f func() error) error {
	if err := m.unread[what]; err != nil {
		return err
	}
	return m.in(ctx, f)
}

func (m *memory) taken(u User) bool {
	for _, o := range m.users {
		if o.ID != u.ID && Canonical(o.Email) == Canonical(u.Email) {
			return true
		}
	}
	return false
}

func (m *memory) InsertUser(ctx context.Context, u User) error {
	return m.write(ctx, func() error {
		if m.taken(u) {
			return fault.New(fault.Conflict, "user.email_taken", "")
		}
		u.Rev = 1
		m.users[u.ID] = u
		return nil
	})
}

func (m *memory) UpdateUser(ctx context.Context, u User) error {
	return m.write(ctx, func() error {
		was := m.users[u.ID]
		switch {
		case m.taken(u):
			return fault.New(fault.Conflict, "user.email_taken", "")
		case u.Rev != 0 && u.Rev != was.Rev:
			return fault.New(fault.Conflict, "user.changed", "")
		}
		u.Rev = was.Rev + 1
		m.users[u.ID] = u
		return nil
	})
}

func (m *memory) HoldUser(ctx context.Context, user id.User) (User, error) {
	if m.held != nil {
		m.held(&m.tables)
	}
	return m.User(ctx, user)
}

func (m *memory) DeleteUser(ctx context.Context, user id.User) error {
	return m.write(ctx, func() error { delete(m.users, user); delete(m.passwords, user); return nil })
}

func (m *memory) User(ctx context.Context, user id.User) (u User, err error) {
	err = m.read(ctx, "User", func() error { return found(&u, m.users, user) })
	return u, err
}

func found[K comparable, V any](to *V, in map[K]V, key K) error {
	v, ok := in[key]
	if !ok {
		return fault.Missing("row")
	}
	*to = v
	return nil
}

func (m *memory) UserByEmail(ctx context.Context, email string) (u User, err error) {
	err = m.in(ctx, func() error {
		for _, o := range m.users {
			if Canonical(o.Email) == Canonical(email) {
				u = o
				return nil
			}
		}
		return fault.Missing("user")
	})
	return u, err
}

func (m *memory) Users(ctx context.Context, f UserFilter) (us []User, err error) {
	err = m.in(ctx, func() error {
		us = slices.SortedFunc(maps.Values(m.users), func(a, b User) int { return cmp.Compare(a.Email, b.Email) })
		us = us[:min(len(us), f.Limit)]
		return nil
	})
	return us, err
}

func (m *memory) UsersIn(ctx context.Context, c Circle, after id.User, limit int) (us []User, err error) {
	err = m.in(ctx, func() error {
		for _, user := range slices.Sorted(slices.Values(m.circles[c])) {
			if u, ok := m.users[user]; ok && user > after && len(us) < limit {
				us = append(us, u)
			}
		}
		return nil
	})
	return us, err
}

// The policy is a list of those who administer. It is Administration too.
func (m *memory) Administered(ctx context.Context) (there bool, err error) {
	err = m.in(ctx, func() error {
		for user := range m.chiefs {
			u, ok := m.users[user]
			there = there || ok && !u.Disabled
		}
		return nil
	})
	return there, err
}

func (m *memory) EverAdministered(ctx context.Context) (ever bool, err error) {
	err = m.in(ctx, func() error { ever = len(m.chiefs) > 0; return nil })
	return ever, err
}

func (m *memory) Appoint(ctx context.Context, _ audit.Actor, user id.User) error {
	return m.write(ctx, func() error { m.chiefs[user] = true; return nil })
}

// MayTakeOver is Guard: everybody may.
func (m *memory) MayTakeOver(context.Context, audit.Actor, id.User) error { return nil }

func (m *memory) MayStillLetIn(context.Context, audit.Actor, id.User) error { return m.letsIn }

func (m *memory) KeepAdministered(ctx context.Context, f func(ctx context.Context) error) error {
	return m.InTx(ctx, func(ctx context.Context) error {
		before, _ := m.Administered(ctx)
		if err := f(ctx); err != nil {
			return err
		}
		if after, _ := m.Administered(ctx); before && !after {
			return fault.New(fault.Conflict, "access.last_administrator", "")
		}
		return nil
	})
}

func (m *memory) Standings(ctx context.Context, users []id.User) (map[id.User]Standing, error) {
	all := map[id.User]Standing{}
	for _, user := range users {
		u, err := m.User(ctx, user)
		if fault.Is(err, fault.NotFound) {
			continue
		}
		st := Standing{User: u}
		if p, err := m.Password(ctx, user); err == nil {
			st.Password = p.ID
		}
		factors, err := m.FactorsOf(ctx, user)
		if err != nil {
			return nil, err
		}
		for _, f := range factors {
			st.Second = append(st.Second, f.ID)
		}
		all[user] = st
	}
	return all, nil
}

func (m *memory) PutPassword(ctx context.Context, p Password) error {
	return m.write(ctx, func() error { m.passwords[p.User] = p; return nil })
}

func (m *memory) Password(ctx context.Context, user id.User) (p Password, err error) {
	err = m.read(ctx, "Password", func() error { return found(&p, m.passwords, user) })
	return p, err
}

func (m *memory) PasswordHashFrom(ctx context.Context, user id.User) (hash string, err error) {
	err = m.in(ctx, func() error {
		order := slices.Sorted(maps.Keys(m.passwords))
		if len(order) == 0 {
			return nil
		}
		at, _ := slices.BinarySearch(order, user)
		hash = m.passwords[order[at%len(order)]].Hash
		return nil
	})
	return hash, err
}

func (m *memory) PutPendingFactor(ctx context.Context, f Factor) error {
	return m.write(ctx, func() error {
		m.deletePending(f.User, func(o Factor) bool { return bytes.Equal(o.Browser, f.Browser) })
		m.factors[f.ID] = f
		return nil
	})
}

func (m *memory) deletePending(user id.User, which func(Factor) bool) {
	maps.DeleteFunc(m.factors, func(_ id.Factor, o Factor) bool { return o.User == user && o.Confirmed.IsZero() && which(o) })
}

func (m *memory) PendingFactor(ctx context.Context, user id.User, browser []byte) (f Factor, err error) {
	err = m.in(ctx, func() error {
		for _, o := range m.factors {
			if o.User == user && o.Confirmed.IsZero() && bytes.Equal(o.Browser, browser) {
				f = o
				return nil
			}
		}
		return fault.Missing("factor")
	})
	return f, err
}

func (m *memory) FactorsOf(ctx context.Context, user id.User) (all []Factor, err error) {
	err = m.in(ctx, func() error {
		for _, o := range m.factors {
			if o.User == user && !o.Confirmed.IsZero() {
				all = append(all, o)
			}
		}
		slices.SortFunc(all, func(a, b Factor) int {
			return cmp.Or(a.Confirmed.Compare(b.Confirmed), cmp.Compare(a.ID, b.ID))
		})
		return nil
	})
	return all, err
}

func (m *memory) ConfirmFactor(ctx context.Context, factor id.Factor, step int64, now time.Time) (ok bool, err error) {
	err = m.write(ctx, func() error {
		f, there := m.factors[factor]
		if !there || !f.Confirmed.IsZero() {
			return nil
		}
		m.deletePending(f.User, func(Factor) bool { return true })
		f.Confirmed, f.LastUsed, f.LastStep, f.Browser, ok = now, now, step, nil, true
		m.factors[factor] = f
		return nil
	})
	return ok, err
}

func (m *memory) SpendStep(ctx context.Context, factor id.Factor, step, drift int64, now time.Time) (ok bool, err error) {
	err = m.write(ctx, func() error {
		if f := m.factors[factor]; f.ID != "" && f.LastStep < step {
			f.LastStep, f.Drift, f.LastUsed, ok = step, drift, now, true
			m.factors[factor] = f
		}
		return nil
	})
	return ok, err
}

func (m *memory) DeleteFactors(ctx context.Context, user id.User) error {
	return m.write(ctx, func() error {
		maps.DeleteFunc(m.factors, func(_ id.Factor, o Factor) bool { return o.User == user })
		return nil
	})
}

func (m *memory) PutRecoveryCodes(ctx context.Context, user id.User, macs [][]byte, now time.Time) error {
	return m.write(ctx, func() error {
		m.renewed[user] = now
		maps.DeleteFunc(m.recovery, func(_ string, o id.User) bool { return o == user })
		for _, mac := range macs {
			m.recovery[string(mac)] = user
		}
		return nil
	})
}

func (m *memory) SpendRecoveryCode(ctx context.Context, user id.User, mac []byte) (ok bool, err error) {
	err = m.write(ctx, func() error {
		if ok = m.recovery[string(mac)] == user; ok {
			delete(m.recovery, string(mac))
		}
		return nil
	})
	return ok, err
}

func (m *memory) RecoveryCodesMade(ctx context.Context, user id.User) (made time.Time, err error) {
	err = m.in(ctx, func() error {
		for _, u := range m.recovery {
			if u == user {
				made = m.renewed[user]
			}
		}
		return nil
	})
	return made, err
}

func (m *memory) CountRecoveryCodes(ctx context.Context, user id.User) (n int, err error) {
	err = m.in(ctx, func() error {
		for _, u := range m.recovery {
			if u == user {
				n++
			}
		}
		return nil
	})
	return n, err
}

func (m *memory) TakeAttempt(ctx context.Context, key string, now time.Time, block func(int) time.Duration) (a Attempts, ok bool, err error) {
	err = m.write(ctx, func() error {
		a = m.attempts[key]
		if now.Before(a.BlockedUntil) && !a.BlockedUntil.After(now.Add(LongestBlock)) {
			return nil
		}
		a.Failures++
		a.Updated, a.BlockedUntil = now, time.Time{}
		if d := block(a.Failures); d > 0 {
			a.BlockedUntil = now.Add(d)
		}
		m.attempts[key], ok = a, true
		return nil
	})
	return a, ok, err
}

func (m *memory) ReturnAttempt(ctx context.Context, key string, taken Attempts) error {
	return m.write(ctx, func() error {
		a := m.attempts[key]
		if a.Failures > 0 {
			a.Failures--
		}
		if a.BlockedUntil.Equal(taken.BlockedUntil) {
			a.BlockedUntil = time.Time{}
		}
		m.attempts[key] = a
		return nil
	})
}

func (m *memory) Blocked(ctx context.Context, keys [3]string, now time.Time) (until time.Time, err error) {
	err = m.in(ctx, func() error {
		for _, key := range keys {
			if b := m.attempts[key].BlockedUntil; b.After(until) && !b.After(now.Add(LongestBlock)) {
				until = b
			}
		}
		return nil
	})
	return until, err
}

func (m *memory) Attempts(ctx context.Context, key string) (a Attempts, err error) {
	err = m.in(ctx, func() error { a = m.attempts[key]; return nil })
	return a, err
}

func (m *memory) ClearAttempts(ctx context.Context, key string) error {
	return m.write(ctx, func() error { delete(m.attempts, key); return nil })
}

func (m *memory) PutMark(ctx context.Context, kind string, hash []byte, until, now time.Time, replace bool) (ok bool, err error) {
	err = m.write(ctx, func() error {
		if ok = replace || !now.Before(m.marks[kind].until); ok {
			m.marks[kind] = mark{string(hash), until}
		}
		return nil
	})
	return ok, err
}

func (m *memory) SpendMark(ctx context.Context, kind string, hash []byte, now time.Time) (ok bool, err error) {
	err = m.write(ctx, func() error {
		if ok = m.has(kind, hash, now); ok {
			delete(m.marks, kind)
		}
		return nil
	})
	return ok, err
}

func (m *memory) has(kind string, hash []byte, now time.Time) bool {
	have := m.marks[kind]
	return have.hash == string(hash) && now.Before(have.until)
}

func (m *memory) HasMark(ctx context.Context, kind string, hash []byte, now time.Time) (ok bool, err error) {
	err = m.read(ctx, "HasMark", func() error { ok = m.has(kind, hash, now); return nil })
	return ok, err
}

func (m *memory) MarkUntil(ctx context.Context, kind string, now time.Time) (until time.Time, err error) {
	err = m.in(ctx, func() error {
		if have := m.marks[kind]; now.Before(have.until) {
			until = have.until
		}
		return nil
	})
	return until, err
}

func (m *memory) DropMark(ctx context.Context, kind string, now time.Time) (ok bool, err error) {
	err = m.write(ctx, func() error {
		if ok = now.Before(m.marks[kind].until); ok {
			delete(m.marks, kind)
		}
		return nil
	})
	return ok, err
}

// memory also takes the events and the endings.
func (m *memory) Record(ctx context.Context, e audit.Event) error {
	return m.write(ctx, func() error { m.events = append(m.events, e); return nil })
}

func (m *memory) EndSessions(ctx context.Context, _ audit.Actor, user id.User, except id.Session, reason audit.Reason) error {
	return m.write(ctx, func() error {
		m.ousted = append(m.ousted, ending{user, except, string(reason)})
		return nil
	})
}

func (m *memory) DisabledChanged(context.Context, id.User, bool) error { return nil }

func (m *memory) EndTokens(ctx context.Context, user id.User) error {
	return m.write(ctx, func() error { m.ended = append(m.ended, ending{user, "", "grants"}); return nil })
}

func (m *memory) EndUser(ctx context.Context, _ audit.Actor, user id.User, except id.Session, reason audit.Reason) error {
	return m.write(ctx, func() error { m.ended = append(m.ended, ending{user, except, string(reason)}); return nil })
}

// plainKeeper seals so that a test can see what a value is bound to.
type plainKeeper struct{}

func (plainKeeper) Seal(purpose, row string, plain []byte) (string, error) {
	return purpose + "|" + row + "|" + string(plain), nil
}

func (plainKeeper) Open(purpose, row, sealed string) ([]byte, error) {
	plain, ok := strings.CutPrefix(sealed, purpose+"|"+row+"|")
	if !ok {
		return nil, fault.New(fault.Internal, "sealed.bound", "")
	}
	return []byte(plain), nil
}

func (plainKeeper) Key(label string) []byte { return secret.Hash("test key " + label) }

// house is a Service over memory with cheap hashes.
type house struct {
	*Service
	*testing.T
	memory *memory
}

var (
	cheap  = password.Options{Params: password.Params{MemoryKiB: 64, Passes: 1}, Slots: 2, Queue: 200, Wait: 2 * time.Second}
	here   = audit.Actor{IP: "192.0.2.7", Agent: "test"}
	nobody = audit.Actor{Kind: audit.Console}
)

const goodPassword = "violet harbour 77 engines"

func newHouse(t *testing.T) *house {
	m := newMemory()
	return &house{T: t, memory: m, Service: &Service{
		Store: m, Audit: m, Keeper: plainKeeper{}, Ends: m, Rights: m, Administration: m, Guard: m,
		Hasher: password.NewHasher(cheap), Config: setting.Always(DefaultConfig()), Issuer: setting.Always("Gatehouse"),
	}}
}

func (h *house) person(email string) User {
	h.Helper()
	u, err := h.Create(h.Context(), nobody, User{Email: email, Name: "Some Person"}, goodPassword)
	if err != nil {
		h.Fatalf("create %s: %v", email, err)
	}
	return u
}

// wants checks the code of err; "" wants no error.
func (h *house) wants(code string, err error) {
	h.Helper()
	if code == "" && err != nil || code != "" && fault.CodeOf(err) != code {
		h.Fatalf("got %v, want code %q", err, code)
	}
}

// failing is the error of a check whose proof nobody looks at.
func failing(_ proof.Proof, err error) error { return err }

func (h *house) actions() []string {
	var all []string
	for _, e := range h.memory.events {
		action := string(e.Action)
		if e.Reason != "" {
			action += " " + string(e.Reason)
		}
		all = append(all, action)
	}
	return all
}
