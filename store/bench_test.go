package store_test

import (
	"crypto/rand"
	"fmt"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"gatehouse/id"
	"gatehouse/identity"
	"gatehouse/internal/testpg"
	"gatehouse/oauth"
	"gatehouse/proof"
	"gatehouse/session"
	"gatehouse/store"
)

// refresher is one application that refreshes its own family, as the token
// endpoint does: read the family, rotate it.
type refresher struct {
	store  *store.Store
	family oauth.Family
	now    time.Time
}

func newRefreshers(b *testing.B, s *store.Store, n int) []*refresher {
	b.Helper()
	now := time.Now()
	ctx := b.Context()
	check := func(err error) {
		if err != nil {
			b.Fatal(err)
		}
	}
	client := oauth.Client{ID: id.NewClient(), Created: now, Updated: now}
	check(s.InsertClient(ctx, client))
	all := make([]*refresher, n)
	for i := range all {
		user := id.NewUser()
		check(s.InsertUser(ctx, identity.User{ID: user, Email: string(user), Created: now, Updated: now}))
		browser := session.Session{
			ID: id.NewSession(), TokenHash: random(32), User: user, Created: now, Seen: now,
			IdleExpires: now.Add(time.Hour), Expires: now.Add(time.Hour),
		}
		check(s.InsertSession(ctx, browser, session.MaxPerPerson))
		check(s.PutConsent(ctx, oauth.Consent{User: user, Client: client.ID, Scopes: []string{"openid"}, Created: now, Updated: now}))
		family, _ := id.NewFamily()
		f := oauth.Family{
			ID: family, Generation: 1, CurrentHash: random(32), SealedSuccessor: random(150), PreviousHash: random(32),
			Authorization: oauth.Authorization{
				ID: id.NewAuthorization(), Client: client.ID, User: user, Session: browser.ID,
				Scopes: []string{"openid", "profile", "offline_access"}, Level: proof.AAL1, AMR: []string{"pwd"},
			},
			Created: now, RotatedAt: now, IdleExpires: now.Add(time.Hour), Expires: now.Add(time.Hour),
		}
		check(s.InsertFamily(ctx, f))
		all[i] = &refresher{store: s, family: f, now: now}
	}
	return all
}

func random(n int) []byte {
	b := make([]byte, n)
	rand.Read(b)
	return b
}

func (r *refresher) read(b *testing.B) {
	f, grounds, err := r.store.Family(b.Context(), r.family.ID)
	if err != nil || !grounds.UserEnabled {
		b.Errorf("read: %v %v", grounds, err)
	}
	r.family = f
}

func (r *refresher) rotate(b *testing.B) {
	did, err := r.store.RotateFamily(b.Context(), oauth.Rotation{
		Family: r.family.ID, Client: r.family.Client,
		Presented: r.family.CurrentHash, Next: random(32), Sealed: random(150), Now: r.now, IdleExpires: r.now.Add(time.Hour),
	})
	if err != nil || !did {
		b.Errorf("rotate: %v %v", did, err)
	}
}

func onBoth(b *testing.B, f func(b *testing.B, s *store.Store)) {
	b.Run("sqlite", func(b *testing.B) { f(b, migrated(b, "sqlite:"+filepath.Join(b.TempDir(), "gatehouse.db"))) })
	b.Run("postgres", func(b *testing.B) { f(b, migrated(b, testpg.URL(b))) })
}

// BenchmarkRefresh is what one refresh costs the database: the family is read
// with everything beside it, and rotated.
func BenchmarkRefresh(b *testing.B) {
	onBoth(b, func(b *testing.B, s *store.Store) {
		for _, callers := range []int{1, 16, 64} {
			b.Run(fmt.Sprintf("callers=%d", callers), func(b *testing.B) {
				concurrently(b, newRefreshers(b, s, callers), func(r *refresher) {
					r.read(b)
					r.rotate(b)
				})
			})
		}
	})
}

func BenchmarkRotateFamily(b *testing.B) {
	onBoth(b, func(b *testing.B, s *store.Store) {
		for _, callers := range []int{1, 16, 64} {
			b.Run(fmt.Sprintf("callers=%d", callers), func(b *testing.B) {
				concurrently(b, newRefreshers(b, s, callers), func(r *refresher) {
					next := random(32)
					did, err := r.store.RotateFamily(b.Context(), oauth.Rotation{
						Family: r.family.ID, Client: r.family.Client,
						Presented: r.family.CurrentHash, Next: next, Sealed: random(150), Now: r.now, IdleExpires: r.now.Add(time.Hour),
					})
					if err != nil || !did {
						b.Errorf("rotate: %v %v", did, err)
					}
					r.family.CurrentHash = next
				})
			})
		}
	})
}

func BenchmarkFamily(b *testing.B) {
	onBoth(b, func(b *testing.B, s *store.Store) {
		for _, callers := range []int{1, 16} {
			b.Run(fmt.Sprintf("callers=%d", callers), func(b *testing.B) {
				concurrently(b, newRefreshers(b, s, callers), func(r *refresher) { r.read(b) })
			})
		}
	})
}

func BenchmarkOpenAnExistingSQLite(b *testing.B) {
	url := "sqlite:" + filepath.Join(b.TempDir(), "gatehouse.db")
	migrated(b, url)
	for b.Loop() {
		s, err := store.Open(b.Context(), store.Config{URL: url}, nil)
		if err == nil {
			err = s.Migrate(b.Context())
		}
		if err == nil {
			err = s.Close()
		}
		if err != nil {
			b.Fatal(err)
		}
	}
}

// concurrently shares b.N calls of f among all refreshers, and reports how many
// were done in a second and how long one took.
func concurrently(b *testing.B, all []*refresher, f func(r *refresher)) {
	b.Helper()
	b.ResetTimer()
	var done atomic.Int64
	var mutex sync.Mutex
	var wg sync.WaitGroup
	took := make([]time.Duration, 0, b.N)
	for _, r := range all {
		wg.Go(func() {
			var mine []time.Duration
			for done.Add(1) <= int64(b.N) && !b.Failed() {
				start := time.Now()
				f(r)
				mine = append(mine, time.Since(start))
			}
			mutex.Lock()
			defer mutex.Unlock()
			took = append(took, mine...)
		})
	}
	wg.Wait()
	b.StopTimer()
	slices.Sort(took)
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "ops/s")
	b.ReportMetric(float64(took[len(took)/2].Microseconds()), "p50-µs")
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds()), "p99-µs")
}
