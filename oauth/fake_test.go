package oauth_test

import (
	"bytes"
	"context"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"gatehouse/audit"
	"gatehouse/fault"
	"gatehouse/follow"
	"gatehouse/id"
	"gatehouse/oauth"
	"gatehouse/proof"
	"gatehouse/secret"
	"gatehouse/setting"
)

// state is what memory holds; a transaction that fails brings it back.
type state struct {
	clients  []oauth.Client
	codes    []oauth.Code
	consents []oauth.Consent
	families []oauth.Family
	revoked  []oauth.Revocation
	events   []audit.Event
	versions map[string]int64
	person   proof.Subject
}

func (s state) clone() state {
	versions := map[string]int64{}
	for k, v := range s.versions {
		versions[k] = v
	}
	return state{
		slices.Clone(s.clients), slices.Clone(s.codes), slices.Clone(s.consents), slices.Clone(s.families),
		slices.Clone(s.revoked), slices.Clone(s.events), versions, s.person,
	}
}

// memory is the part of a Store that the Service and the Registry use; other
// methods panic. Transactions run one at a time.
type memory struct {
	oauth.Store
	tx  sync.Mutex
	mu  sync.Mutex
	s   state
	err map[string]error // by method; "*" is every method, "Commit" the end of a transaction

	slow map[string]time.Duration // by method: what a call waits for others
}

// inTx finds the transaction in a context.
type inTx struct{}

// waiting is what waits for the end of a transaction.
type waiting struct{ commit, end []func() }

func (m *memory) AfterEnd(ctx context.Context, f func(ctx context.Context)) {
	outside := context.WithValue(ctx, inTx{}, nil)
	if w, ok := ctx.Value(inTx{}).(*waiting); ok {
		w.end = append(w.end, func() { f(outside) })
		return
	}
	f(outside)
}

func (m *memory) HoldRevocations(context.Context) error {
	return m.do("HoldRevocations", func() error { return nil })
}

func (m *memory) AfterCommit(ctx context.Context, f func()) {
	if w, ok := ctx.Value(inTx{}).(*waiting); ok {
		w.commit = append(w.commit, f)
		return
	}
	f()
}

func (m *memory) InTx(ctx context.Context, f func(context.Context) error) error {
	if ctx.Value(inTx{}) != nil {
		return f(ctx)
	}
	var w waiting
	err := m.alone(func() error { return f(context.WithValue(ctx, inTx{}, &w)) })
	if err != nil {
		w.commit = nil
	}
	for _, f := range slices.Concat(w.commit, w.end) {
		f()
	}
	return err
}

// alone runs f as the one transaction there is.
func (m *memory) alone(f func() error) error {
	m.tx.Lock()
	defer m.tx.Unlock()
	m.mu.Lock()
	before := m.s.clone()
	m.mu.Unlock()
	err := f()
	if err == nil {
		err = m.do("Commit", func() error { return nil })
	}
	if err != nil {
		m.mu.Lock()
		defer m.mu.Unlock()
		m.s = before
	}
	return err
}

func (m *memory) do(method string, f func() error) error {
	time.Sleep(m.slow[method])
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.err["*"]; err != nil {
		return err
	}
	if err := m.err[method]; err != nil {
		return err
	}
	return f()
}

func (m *memory) Versions(context.Context) (v map[string]int64, err error) {
	err = m.do("Versions", func() error { v = m.s.clone().versions; return nil })
	return v, err
}

func (m *memory) WentBack(_ context.Context, epoch int64) error {
	return m.do("WentBack", func() error {
		if m.s.versions[follow.Epoch] == epoch {
			m.s.versions[follow.Epoch]++
		}
		return nil
	})
}

func (m *memory) find(client id.Client) int {
	return slices.IndexFunc(m.s.clients, func(c oauth.Client) bool { return c.ID == client })
}

func (m *memory) InsertClient(_ context.Context, c oauth.Client) error {
	return m.do("InsertClient", func() error {
		if m.find(c.ID) >= 0 {
			return fault.New(fault.Conflict, "client.exists", "There is one.")
		}
		m.s.clients = append(m.s.clients, c)
		m.s.versions[oauth.VersionClients]++
		return nil
	})
}

func (m *memory) UpdateClient(_ context.Context, c oauth.Client) error {
	return m.do("UpdateClient", func() error {
		old := &m.s.clients[m.find(c.ID)]
		if c.Rev != 0 && c.Rev != old.Rev {
			return fault.New(fault.Conflict, "client.changed", "Somebody was faster.")
		}
		c.Rev = old.Rev + 1
		*old = c
		m.s.versions[oauth.VersionClients]++
		return nil
	})
}

func (m *memory) DeleteClient(_ context.Context, client id.Client) error {
	return m.do("DeleteClient", func() error {
		m.s.clients = slices.Delete(slices.Clone(m.s.clients), m.find(client), m.find(client)+1)
		m.s.versions[oauth.VersionClients]++
		return nil
	})
}

func (m *memory) Client(_ context.Context, client id.Client) (c oauth.Client, err error) {
	err = m.do("Client", func() error {
		i := m.find(client)
		if i < 0 {
			return fault.Missing("client")
		}
		c = m.s.clients[i]
		return nil
	})
	return c, err
}

func (m *memory) Clients(context.Context) (list []oauth.Client, err error) {
	err = m.do("Clients", func() error { list = slices.Clone(m.s.clients); return nil })
	return list, err
}

func (m *memory) ClientsNamed(_ context.Context, names []id.Client) (list []oauth.Client, err error) {
	err = m.do("ClientsNamed", func() error {
		for _, c := range m.s.clients {
			if slices.Contains(names, c.ID) {
				list = append(list, c)
			}
		}
		return nil
	})
	return list, err
}

func (m *memory) ClientsAfter(_ context.Context, after id.Client, limit int) (list []oauth.Client, err error) {
	err = m.do("ClientsAfter", func() error {
		for _, c := range m.s.clients {
			if c.ID > after {
				list = append(list, c)
			}
		}
		slices.SortFunc(list, func(a, b oauth.Client) int { return strings.Compare(string(a.ID), string(b.ID)) })
		list = list[:min(limit, len(list))]
		return nil
	})
	return list, err
}

func (m *memory) EndFamiliesOfAuthorization(_ context.Context, a id.Authorization, reason audit.Reason, now time.Time) error {
	return m.endFamilies("EndFamiliesOfAuthorization", reason, now, func(fam oauth.Family) bool { return fam.Authorization.ID == a })
}

func (m *memory) EndFamiliesOfConsent(_ context.Context, user id.User, client id.Client, reason audit.Reason, now time.Time) error {
	return m.endFamilies("EndFamiliesOfConsent", reason, now, func(fam oauth.Family) bool { return fam.User == user && fam.Client == client })
}

func (m *memory) EndFamiliesOfUser(_ context.Context, user id.User, except id.Session, now time.Time) error {
	return m.endFamilies("EndFamiliesOfUser", "", now, func(fam oauth.Family) bool {
		return fam.User == user && (except == "" || fam.Session != except)
	})
}

func (m *memory) EndFamiliesOfClient(_ context.Context, client id.Client, until time.Time) error {
	return m.endFamilies("EndFamiliesOfClient", "", until, func(fam oauth.Family) bool { return fam.Client == client })
}

func (m *memory) EndFamiliesOfEverybody(_ context.Context, now time.Time) error {
	return m.endFamilies("EndFamiliesOfEverybody", "", now, func(oauth.Family) bool { return true })
}

func (m *memory) endFamilies(method string, reason audit.Reason, now time.Time, which func(oauth.Family) bool) error {
	return m.do(method, func() error {
		for i, fam := range m.s.families {
			if fam.RevokedAt.IsZero() && which(fam) {
				m.s.families[i].RevokedAt, m.s.families[i].RevokeReason = now, reason
			}
		}
		return nil
	})
}

func (m *memory) Revoke(ctx context.Context, list ...oauth.Revocation) error {
	return m.do("Revoke", func() error {
		if err := ctx.Err(); err != nil {
			return err
		}
		for _, v := range list {
			m.s.versions[oauth.VersionRevocations]++
			v.Seq = m.s.versions[oauth.VersionRevocations]
			m.s.revoked = append(m.s.revoked, v)
		}
		return nil
	})
}

func (m *memory) RevocationsAfter(_ context.Context, seq int64, limit int) (list []oauth.Revocation, err error) {
	err = m.do("RevocationsAfter", func() error {
		for _, v := range m.s.revoked {
			if v.Seq > seq && len(list) < limit {
				list = append(list, v)
			}
		}
		return nil
	})
	return list, err
}

func (m *memory) consent(user id.User, client id.Client) int {
	return slices.IndexFunc(m.s.consents, func(c oauth.Consent) bool { return c.User == user && c.Client == client })
}

func (m *memory) Consent(_ context.Context, user id.User, client id.Client) (c oauth.Consent, err error) {
	err = m.do("Consent", func() error {
		i := m.consent(user, client)
		if i < 0 {
			return fault.Missing("consent")
		}
		c = m.s.consents[i]
		return nil
	})
	return c, err
}

func (m *memory) PutConsent(_ context.Context, c oauth.Consent) error {
	return m.do("PutConsent", func() error {
		if i := m.consent(c.User, c.Client); i >= 0 {
			m.s.consents[i] = c
		} else {
			m.s.consents = append(m.s.consents, c)
		}
		return nil
	})
}

func (m *memory) DeleteConsent(_ context.Context, user id.User, client id.Client) error {
	return m.do("DeleteConsent", func() error {
		i := m.consent(user, client)
		m.s.consents = slices.Delete(slices.Clone(m.s.consents), i, i+1)
		return nil
	})
}

func (m *memory) ConsentsOf(_ context.Context, user id.User) (list []oauth.Consent, err error) {
	err = m.do("ConsentsOf", func() error {
		for _, c := range m.s.consents {
			if c.User == user {
				list = append(list, c)
			}
		}
		return nil
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
	return m.do("InsertEvent", func() error { m.s.events = append(m.s.events, e.Event); return nil })
}

// fail makes method answer err from now on.
func (m *memory) fail(method string, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.err = map[string]error{method: err}
}

func (m *memory) actions() string {
	var all []string
	for _, e := range m.s.events {
		all = append(all, string(e.Action))
	}
	return strings.Join(all, " ")
}

type labels struct{}

func (labels) Key(label string) []byte { return secret.Hash("test key " + label) }

var console = audit.Actor{Kind: audit.Console}

// noGrants is what clients have where nobody grants anything.
// nobodyAdministers is a house without administrators.
type nobodyAdministers struct{}

func (nobodyAdministers) Administers(context.Context, id.User) (bool, error) { return false, nil }

type noMeanings struct{}

func (noMeanings) Meant(context.Context) ([]string, error) { return nil, nil }

type noGrants struct{}

func (noGrants) DisabledChanged(context.Context, id.Client, bool) error { return nil }

func (noGrants) Free(context.Context, id.Client) error { return nil }

func (noGrants) EndGrants(context.Context, audit.Actor, id.Client) error { return nil }

func (noGrants) ServesAPI(context.Context, id.Client) (bool, error) { return false, nil }

func (noGrants) MayPrivilege(context.Context, audit.Actor) error { return nil }

func (noGrants) MayTakeOver(context.Context, audit.Actor, id.Client) error { return nil }

func (noGrants) Serves(context.Context, id.Client, []string) (bool, error) { return false, nil }

func newService() (*oauth.Service, *memory) {
	m := &memory{s: state{versions: map[string]int64{}}}
	return &oauth.Service{Store: m, Audit: &audit.Log{Store: m}, Keeper: labels{}, Config: setting.Always(oauth.DefaultConfig()), Registry: newReplica(m).Registry, Grants: noGrants{}, MFA: setting.Always(proof.MFAAdministrators), Administrators: nobodyAdministers{}, Meanings: noMeanings{}, Notes: &oauth.Notes{}, Trials: &oauth.Trials{Issuer: "https://id.test", Seals: secret.NewBox(make([]byte, 32))}, Log: slog.New(slog.DiscardHandler)}, m
}

// web is a client that breaks no rule.
func web() oauth.Client {
	return oauth.Client{
		ID: "web", Name: "Web", AuthMethod: oauth.AuthBasic,
		RedirectURIs: []string{"https://app.example/cb"},
		GrantTypes:   []string{oauth.GrantCode, oauth.GrantRefresh}, Scopes: []string{"openid", "offline_access"},
	}
}

func create(t *testing.T, s *oauth.Service, c oauth.Client) (oauth.Client, string) {
	t.Helper()
	c, text, err := s.CreateClient(t.Context(), console, c)
	if err != nil {
		t.Fatal(err)
	}
	return c, text
}

// free are Locks on nobody.
type free struct{}

func (free) Locked(context.Context, id.User, id.Session, id.Client) (bool, error) { return false, nil }

// replica is a Registry and what feeds it, as one process has them.
type replica struct {
	*oauth.Registry
	feed *follow.Feed
}

func newReplica(s oauth.Store) *replica {
	feed := follow.NewFeed(s)
	r := &replica{oauth.NewRegistry(s, feed), feed}
	r.Locks = free{}
	return r
}

// Step follows, loads and forgets, as the background does.
func (r *replica) Step(ctx context.Context, now time.Time) error {
	if err := r.feed.Step(ctx); err != nil {
		return err
	}
	if err := r.Load(ctx, now); err != nil {
		return err
	}
	return r.Forget(ctx, now)
}

// dead is Revoked of a registry whose store answers.
func dead(t testing.TB, r *oauth.Registry, facts oauth.TokenFacts) bool {
	t.Helper()
	is, err := r.Revoked(t.Context(), facts)
	if err != nil {
		t.Fatal(err)
	}
	return is
}

// RevocationsAbout looks at all.
func (m *memory) RevocationsAbout(_ context.Context, things oauth.Things) (found []oauth.Revocation, err error) {
	err = m.do("RevocationsAbout", func() error {
		for _, v := range m.s.revoked {
			if isAbout(v, things) {
				found = append(found, v)
			}
		}
		return nil
	})
	return found, err
}

func (m *memory) InsertCode(_ context.Context, c oauth.Code, _ int) (bool, error) {
	err := m.do("InsertCode", func() error { m.s.codes = append(m.s.codes, c); return nil })
	return err == nil, err
}

func (m *memory) code(hash []byte) int {
	return slices.IndexFunc(m.s.codes, func(c oauth.Code) bool { return bytes.Equal(c.Hash, hash) })
}

func (m *memory) Code(_ context.Context, hash []byte) (c oauth.Code, err error) {
	err = m.do("Code", func() error {
		i := m.code(hash)
		if i < 0 {
			return fault.Missing("code")
		}
		c = m.s.codes[i]
		return nil
	})
	return c, err
}

func (m *memory) ClaimCode(_ context.Context, hash []byte, now time.Time) (won bool, err error) {
	err = m.do("ClaimCode", func() error {
		i := m.code(hash)
		if won = i >= 0 && m.s.codes[i].Claimed.IsZero() && now.Before(m.s.codes[i].Expires); won {
			m.s.codes[i].Claimed = now
		}
		return nil
	})
	return won, err
}

func (m *memory) HoldPerson(context.Context, id.User) (who proof.Subject, enabled bool, err error) {
	err = m.do("HoldPerson", func() error { who, enabled = m.s.person, true; return nil })
	return who, enabled, err
}

func (m *memory) HoldSession(context.Context, id.Session) (live bool, err error) {
	err = m.do("HoldSession", func() error { live = true; return nil })
	return live, err
}

func (m *memory) InsertFamily(_ context.Context, f oauth.Family) error {
	return m.do("InsertFamily", func() error { m.s.families = append(m.s.families, f); return nil })
}

func (m *memory) family(name id.Family) int {
	return slices.IndexFunc(m.s.families, func(f oauth.Family) bool { return f.ID == name })
}

func (m *memory) Family(_ context.Context, name id.Family) (f oauth.Family, g oauth.Grounds, err error) {
	err = m.do("Family", func() error {
		i := m.family(name)
		if i < 0 {
			return fault.Missing("family")
		}
		f, g = m.s.families[i], oauth.Grounds{UserEnabled: true, User: m.s.person}
		return nil
	})
	return f, g, err
}

func (m *memory) Families(_ context.Context, f oauth.FamilyFilter, limit int) (all []oauth.FamilyState, err error) {
	err = m.do("Families", func() error {
		for _, one := range slices.Backward(m.s.families) {
			behind := f.After == (oauth.FamilyCursor{}) || one.Created.Before(f.After.Created)
			if one.User == f.User && behind && len(all) < limit {
				all = append(all, oauth.FamilyState{Family: one})
			}
		}
		return nil
	})
	return all, err
}

func (m *memory) RotateFamily(_ context.Context, r oauth.Rotation) (done bool, err error) {
	err = m.do("RotateFamily", func() error {
		f := &m.s.families[m.family(r.Family)]
		if done = bytes.Equal(f.CurrentHash, r.Presented) && f.RevokedAt.IsZero(); done {
			f.PreviousHash, f.CurrentHash, f.SealedSuccessor = f.CurrentHash, r.Next, r.Sealed
			f.Generation++
			f.RotatedAt, f.IdleExpires = r.Now, r.IdleExpires
		}
		return nil
	})
	return done, err
}

// isAbout reports whether a revocation is about one of things.
func isAbout(v oauth.Revocation, things oauth.Things) bool {
	return slices.ContainsFunc(things[:], func(thing oauth.Thing) bool {
		key, _, _ := strings.Cut(v.Key, "|")
		return thing.Key != "" && v.Kind == thing.Kind && (v.Key == thing.Key || v.Kind == oauth.RevokedOthers && key == thing.Key)
	})
}
