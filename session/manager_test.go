package session_test

import (
	"bytes"
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"gatehouse/audit"
	"gatehouse/clock"
	"gatehouse/fault"
	"gatehouse/id"
	"gatehouse/proof"
	"gatehouse/secret"
	"gatehouse/session"
	"gatehouse/setting"
)

// memory is a Store, an audit.Store and the Families in memory. Transactions
// are undone on error.
type memory struct {
	mu       sync.Mutex
	rows     map[id.Session]session.Session
	disabled map[id.User]bool
	events   []string
	ended    []id.Session
	touched  int
	err      map[string]error // by method
	locks    map[string]bool  // by the id of a person or a session
}

func (m *memory) Locked(_ context.Context, user id.User, session id.Session, _ id.Client) (locked bool, err error) {
	err = m.locked("Locked", func() { locked = m.locks[string(user)] || m.locks[string(session)] })
	return locked, err
}

func (m *memory) InTx(ctx context.Context, f func(context.Context) error) error {
	m.mu.Lock()
	rows, events, ended := maps.Clone(m.rows), slices.Clone(m.events), slices.Clone(m.ended)
	m.mu.Unlock()
	err := f(ctx)
	if err != nil {
		m.mu.Lock()
		m.rows, m.events, m.ended = rows, events, ended
		m.mu.Unlock()
	}
	return err
}

func (m *memory) locked(method string, f func()) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.err[method]; err != nil {
		return err
	}
	f()
	return nil
}

func (m *memory) InsertSession(_ context.Context, s session.Session, most int) error {
	full := false
	err := m.locked("InsertSession", func() {
		open := 0
		for _, other := range m.rows {
			if other.User == s.User && other.RevokedAt.IsZero() {
				open++
			}
		}
		if full = open >= most; !full {
			m.rows[s.ID] = s
		}
	})
	if full {
		return fault.New(fault.Conflict, "session.nobody", "too many")
	}
	return err
}

func (m *memory) SessionByToken(_ context.Context, hash []byte) (got session.Session, enabled bool, err error) {
	err = m.locked("SessionByToken", func() {
		for _, s := range m.rows {
			if string(s.TokenHash) == string(hash) {
				got, enabled = s, !m.disabled[s.User]
			}
		}
	})
	if err == nil && got.ID == "" {
		err = fault.Missing("session")
	}
	return got, enabled, err
}

func (m *memory) Session(_ context.Context, want id.Session) (s session.Session, err error) {
	err = m.locked("Session", func() { s = m.rows[want] })
	if err == nil && s.ID == "" {
		err = fault.Missing("session")
	}
	return s, err
}

func (m *memory) HoldActing(_ context.Context, s session.Session, now time.Time) (live bool, err error) {
	err = m.locked("HoldActing", func() {
		have, ok := m.rows[s.ID]
		live = ok && have.Live(now) && bytes.Equal(have.TokenHash, s.TokenHash) && !m.disabled[have.User]
	})
	return live, err
}

func (m *memory) RaiseSession(_ context.Context, s session.Session, now time.Time) (live bool, err error) {
	err = m.locked("RaiseSession", func() {
		row := m.rows[s.ID]
		if live = row.ID != "" && row.Live(now); live {
			row.TokenHash, row.Proofs, row.Seen, row.IdleExpires, row.IP = s.TokenHash, s.Proofs, s.Seen, s.IdleExpires, s.IP
			m.rows[s.ID] = row
		}
	})
	return live, err
}

func (m *memory) TouchSession(_ context.Context, want id.Session, seen, idle time.Time, ip string) error {
	return m.locked("TouchSession", func() {
		s := m.rows[want]
		s.Seen, s.IdleExpires, s.IP = seen, idle, ip
		m.rows[want] = s
		m.touched++
	})
}

func (m *memory) RevokeSessions(_ context.Context, f session.Filter, reason audit.Reason, now time.Time) (ids []id.Session, err error) {
	err = m.locked("RevokeSessions", func() {
		for _, s := range m.rows {
			if s.RevokedAt.IsZero() && (s.ID == f.Session || f.Session == "" && s.User == f.User && s.ID != f.Except) {
				s.RevokedAt, s.Reason = now, reason
				m.rows[s.ID] = s
				ids = append(ids, s.ID)
			}
		}
	})
	return ids, err
}

func (m *memory) RevokeOldestSessions(_ context.Context, user id.User, keep int, reason audit.Reason, now time.Time) (ids []id.Session, err error) {
	err = m.locked("RevokeOldestSessions", func() {
		var open []session.Session
		for _, s := range m.rows {
			if s.User == user && s.RevokedAt.IsZero() {
				open = append(open, s)
			}
		}
		slices.SortFunc(open, func(a, b session.Session) int { return b.Created.Compare(a.Created) })
		for _, s := range open[min(keep, len(open)):] {
			s.RevokedAt, s.Reason = now, reason
			m.rows[s.ID] = s
			ids = append(ids, s.ID)
		}
	})
	return ids, err
}

func (m *memory) DropInteractions(context.Context, time.Time) error {
	return m.locked("DropInteractions", func() {})
}

func (m *memory) EndEverySession(_ context.Context, except id.Session, reason audit.Reason, now time.Time) (n int64, err error) {
	err = m.locked("EndEverySession", func() {
		for _, s := range m.rows {
			if s.Live(now) && s.ID != except {
				s.RevokedAt, s.Reason = now, reason
				m.rows[s.ID] = s
				n++
			}
		}
	})
	return n, err
}

func (m *memory) EndEverybody(context.Context) error {
	return m.locked("EndEverybody", func() { m.ended = append(m.ended, "everybody") })
}

func (m *memory) SessionsOf(_ context.Context, user id.User, now time.Time, limit int) (list []session.Session, err error) {
	err = m.locked("SessionsOf", func() {
		for _, s := range m.rows {
			if s.User == user && s.Live(now) && len(list) < limit {
				list = append(list, s)
			}
		}
	})
	return list, err
}

func TestCursorsOfSessionsComeBackAsTheyWere(t *testing.T) {
	t.Parallel()
	c := session.Cursor{Created: time.UnixMicro(1_764_000_000_000_001).UTC(), ID: id.NewSession()}
	for _, c := range []session.Cursor{{}, c} {
		if got, ok := session.ParseCursor(c.String()); !ok || got != c {
			t.Errorf("%q is read as %v (%v)", c, got, ok)
		}
	}
	for _, s := range []string{"1", "1.", "x." + string(c.ID), "1.usr_x", string(c.ID)} {
		if got, ok := session.ParseCursor(s); ok {
			t.Errorf("%q was taken for %v", s, got)
		}
	}
}

func (m *memory) LiveSessions(_ context.Context, now time.Time, l session.Listing, limit int) (list []session.Session, err error) {
	err = m.locked("LiveSessions", func() {
		for _, s := range m.rows {
			if (l.After == (session.Cursor{}) || s.Created.Before(l.After.Created)) && s.Live(now) {
				list = append(list, s)
			}
		}
		slices.SortFunc(list, func(a, b session.Session) int { return b.Created.Compare(a.Created) })
		list = list[:min(limit, len(list))]
	})
	return list, err
}

func (m *memory) InsertEvents(ctx context.Context, b audit.Batch) error {
	for i, e := range b.Entries {
		if err := m.InsertEvent(ctx, e, b.Waiting[i]); err != nil {
			return err
		}
	}
	return nil
}

func (m *memory) InsertEvent(_ context.Context, e *audit.Entry, _ audit.Unsealed) error {
	return m.locked("InsertEvent", func() {
		m.events = append(m.events, string(e.Action)+" "+e.Target.ID+" "+string(e.User)+" "+string(e.Reason)+" "+string(e.After))
	})
}

func (m *memory) EndSessions(_ context.Context, ids []id.Session) error {
	return m.locked("EndSessions", func() { m.ended = append(m.ended, ids...) })
}

const ada = id.User("usr_ada")

var from = audit.Actor{Kind: audit.Person, ID: string(ada), IP: "192.0.2.1", Agent: "Browser"}

func newManager() (*session.Manager, *memory) {
	m := &memory{rows: map[id.Session]session.Session{}, disabled: map[id.User]bool{}, err: map[string]error{}}
	return &session.Manager{Store: m, Audit: &audit.Log{Store: m}, Config: setting.Always(session.DefaultConfig()), Families: m, Locks: m}, m
}

func byPassword() proof.List {
	return proof.List{{Method: proof.Password, At: clock.Now(), Factor: "fac_password", Source: proof.ByPassword}}
}

func byCode() proof.Proof {
	return proof.Proof{Method: proof.OTP, At: clock.Now(), Factor: "fac_phone", Source: proof.ByAuthenticator}
}

func create(t *testing.T, m *session.Manager) (session.Session, string) {
	t.Helper()
	s, token, err := m.Create(t.Context(), from, ada, byPassword())
	if err != nil {
		t.Fatal(err)
	}
	return s, token
}

func signedIn(t *testing.T, m *session.Manager, token string) bool {
	t.Helper()
	_, err := m.Authenticate(t.Context(), token, "192.0.2.2")
	if err != nil && (fault.CodeOf(err) != "session.none" || !fault.Is(err, fault.Unauthenticated)) {
		t.Fatalf("Authenticate = %v", err)
	}
	return err == nil
}

func TestBrowserStaysSignedInUntilTheLimits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, store := newManager()
		quiet, quietToken := create(t, m)
		_, busyToken := create(t, m)
		if string(quiet.TokenHash) != string(secret.Hash(quietToken)) || strings.Contains(strings.Join(store.events, " "), quietToken) {
			t.Error("the token is kept as something else than its hash")
		}
		start, last := time.Now(), time.Time{}
		for time.Since(start) < 40*24*time.Hour {
			if signedIn(t, m, busyToken) {
				last = time.Now()
			}
			time.Sleep(6 * time.Hour)
			row := store.rows[quiet.ID]
			if want := time.Since(start) < 7*24*time.Hour; row.Live(time.Now()) != want {
				t.Errorf("after %v: the quiet session is live: %v", time.Since(start), !want)
			}
		}
		if got, want := last.Sub(start), 30*24*time.Hour-6*time.Hour; got != want {
			t.Errorf("the busy session lasted %v, want %v", got, want)
		}
		if signedIn(t, m, quietToken) {
			t.Error("the quiet session's token still works")
		}
		for _, s := range store.rows {
			if s.IdleExpires.After(s.Expires) {
				t.Errorf("idle limit %v lies behind the absolute one %v", s.IdleExpires, s.Expires)
			}
		}
		if len(store.ended) != 0 {
			t.Errorf("expiry ended families of %v", store.ended)
		}
	})
}

func TestVisitsAreNotedAtMostOnceAMinute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, store := newManager()
		s, token := create(t, m)
		for range 120 {
			if !signedIn(t, m, token) {
				t.Fatal("signed out")
			}
			time.Sleep(time.Second)
		}
		if store.touched != 1 {
			t.Errorf("%d writes in two minutes, want 1", store.touched)
		}
		if got := store.rows[s.ID].IP; got != "192.0.2.2" {
			t.Errorf("last seen at %s", got)
		}
		busy := m.Config()
		busy.Idle = time.Minute // the shortest allowed: a busy browser must not expire between two notes
		m.Config = setting.Always(busy)
		_, token = create(t, m)
		for range 300 {
			if !signedIn(t, m, token) {
				t.Fatal("a busy browser was signed out")
			}
			time.Sleep(time.Second)
		}
	})
}

func TestRaisingTrustChangesTheTokenAndKeepsTheID(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, store := newManager()
		s, old := create(t, m)
		time.Sleep(time.Minute)
		both := s.Proofs.Merge(byCode())
		raised, token, err := m.Raise(t.Context(), from, s, both)
		if err != nil {
			t.Fatal(err)
		}
		if signedIn(t, m, old) {
			t.Error("the old token still works")
		}
		got, err := m.Authenticate(t.Context(), token, "")
		if err != nil || got.ID != s.ID || raised.ID != s.ID || !slices.Equal(got.Proofs, both) || got.Proofs.Level() != proof.AAL2 {
			t.Errorf("after Raise: %+v, %v", got, err)
		}
		if err := m.End(t.Context(), from, s.ID, "sign-out"); err != nil {
			t.Fatal(err)
		}
		_, token, err = m.Raise(t.Context(), from, got, got.Proofs)
		if fault.CodeOf(err) != "session.none" || token != "" {
			t.Errorf("Raise of an ended session = %q, %v", token, err)
		}
		if signedIn(t, m, token) || store.rows[s.ID].RevokedAt.IsZero() {
			t.Error("Raise brought an ended session back")
		}
	})
}

func TestNobodyIsSignedInByAnythingButALiveToken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, store := newManager()
		_, token := create(t, m)
		for name, bad := range map[string]string{
			"no token": "", "another": secret.Token(32), "shorter": token[:42], "longer": token + "A",
			"the hash": string(secret.Hash(token)), "a huge one": strings.Repeat("A", 1<<20),
		} {
			if signedIn(t, m, bad) {
				t.Errorf("%s signs in", name)
			}
		}
		store.disabled[ada] = true
		if signedIn(t, m, token) {
			t.Error("a disabled person is signed in")
		}
		store.disabled[ada] = false
		broken := fault.New(fault.Unavailable, "store.busy", "Busy.")
		for _, method := range []string{"SessionByToken", "TouchSession"} {
			time.Sleep(2 * time.Minute)
			store.err = map[string]error{method: broken}
			if _, err := m.Authenticate(t.Context(), token, ""); !fault.Is(err, fault.Unavailable) {
				t.Errorf("%s fails: Authenticate = %v, want the store's error", method, err)
			}
		}
		store.err = nil
		if !signedIn(t, m, token) {
			t.Error("the token does not work after all")
		}
	})
}

func TestEndingASessionEndsItsFamiliesOnceAndTogether(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, store := newManager()
		s, token := create(t, m)
		store.err = map[string]error{"EndSessions": errors.New("disk full")}
		if err := m.End(t.Context(), from, s.ID, "sign-out"); err == nil {
			t.Fatal("End succeeded although the families could not be ended")
		}
		store.err = map[string]error{"InsertEvent": errors.New("disk full")}
		if err := m.End(t.Context(), from, s.ID, "sign-out"); err == nil {
			t.Fatal("End succeeded although the event could not be recorded")
		}
		store.err = nil
		if !signedIn(t, m, token) || len(store.ended) != 0 {
			t.Fatal("a failed End left something behind")
		}
		for i := range 3 {
			ended, err := m.EndLive(t.Context(), from, s.ID, "sign-out")
			if err != nil || ended != (i == 0) {
				t.Fatalf("call %d: ended %t, %v", i+1, ended, err)
			}
		}
		if signedIn(t, m, token) {
			t.Error("the token outlived its session")
		}
		if diff := cmp.Diff([]id.Session{s.ID}, store.ended); diff != "" {
			t.Errorf("families ended of (-want +got):\n%s", diff)
		}
		if n := strings.Count(strings.Join(store.events, "\n"), "session.end "); n != 1 {
			t.Errorf("%d events, want 1", n)
		}
		if err := m.End(t.Context(), from, "ses_never", "x"); !fault.Is(err, fault.NotFound) {
			t.Errorf("End of a session that never was = %v", err)
		}
	})
}

// A family with offline_access outlives its session's expiry, so that ending
// the expired session must still reach it.
func TestEndingAnExpiredSessionEndsItsFamilies(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, store := newManager()
		s, _ := create(t, m)
		time.Sleep(31 * 24 * time.Hour)
		if err := m.End(t.Context(), from, s.ID, "administrator"); err != nil {
			t.Fatal(err)
		}
		if len(store.ended) != 1 {
			t.Errorf("families ended of %v", store.ended)
		}
	})
}

// Ending a person must stay cheap, whoever signs in again and again.
func TestOneSignInTooManyEndsTheOldestSession(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, store := newManager()
		first, firstToken := create(t, m)
		time.Sleep(time.Second)
		_, secondToken := create(t, m)
		for range session.MaxPerPerson - 2 {
			create(t, m)
		}
		if !signedIn(t, m, firstToken) || len(store.ended) != 0 {
			t.Fatalf("within the bound sessions end: %v", store.ended)
		}
		_, lastToken := create(t, m)
		if signedIn(t, m, firstToken) || !signedIn(t, m, secondToken) || !signedIn(t, m, lastToken) {
			t.Error("not the oldest session ended")
		}
		if diff := cmp.Diff([]id.Session{first.ID}, store.ended); diff != "" {
			t.Errorf("families ended of (-want +got):\n%s", diff)
		}
		if all := strings.Join(store.events, "\n"); strings.Count(all, "session.end "+string(first.ID)+" usr_ada too_many_sessions") != 1 {
			t.Errorf("events: %s", all)
		}
		if n, err := m.EndAll(t.Context(), from, ada, "", "disabled"); err != nil || n != session.MaxPerPerson {
			t.Errorf("EndAll = %d, %v", n, err)
		}
		all := strings.Join(store.events, "\n")
		for _, s := range store.ended[1:] {
			if strings.Count(all, "session.end "+string(s)+" usr_ada disabled") != 1 {
				t.Errorf("the end of %s is not told once: %s", s, all)
			}
		}
	})
}

func TestEndAllSparesOneSession(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, store := newManager()
		keep, keepToken := create(t, m)
		_, a := create(t, m)
		_, b := create(t, m)
		bob, bobToken, err := m.Create(t.Context(), from, "usr_bob", byPassword())
		if err != nil {
			t.Fatal(err)
		}
		n, err := m.EndAll(t.Context(), from, ada, keep.ID, "password")
		if err != nil || n != 2 || len(store.ended) != 2 {
			t.Errorf("EndAll = %d, %v; families of %v", n, err, store.ended)
		}
		if signedIn(t, m, a) || signedIn(t, m, b) || !signedIn(t, m, keepToken) || !signedIn(t, m, bobToken) {
			t.Error("the wrong sessions ended")
		}
		if n, err := m.EndAll(t.Context(), from, ada, keep.ID, "password"); err != nil || n != 0 {
			t.Errorf("a second EndAll = %d, %v", n, err)
		}
		if of, err := m.Of(t.Context(), ada); err != nil || len(of) != 1 || of[0].ID != keep.ID {
			t.Errorf("Of = %v, %v", of, err)
		}
		if all, next, err := m.List(t.Context(), session.Listing{}, 10); err != nil || next != (session.Cursor{}) || len(all) != 2 || !slices.ContainsFunc(all, func(s session.Session) bool { return s.ID == bob.ID }) {
			t.Errorf("List = %v, %v", all, err)
		}
		if _, err := m.EndAll(t.Context(), from, "", "", "x"); err == nil {
			t.Error("EndAll of nobody succeeded")
		}
		if _, err := m.Of(t.Context(), ""); err == nil {
			t.Error("Of nobody lists something")
		}
	})
}
