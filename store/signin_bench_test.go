package store_test

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"gatehouse/id"
	"gatehouse/identity"
	"gatehouse/session"
	"gatehouse/store"
)

// BenchmarkSignIn is what a session costs the database that begins, with and without the
// note when its person signed in last, by 16 at a time among 2,000 people.
func BenchmarkSignIn(b *testing.B) {
	onBoth(b, func(b *testing.B, s *store.Store) {
		now := time.Now()
		people := make([]id.User, 2000)
		for i := range people {
			people[i] = id.NewUser()
			if err := s.InsertUser(b.Context(), identity.User{ID: people[i], Email: string(people[i]), Created: now, Updated: now}); err != nil {
				b.Fatal(err)
			}
		}
		var turn atomic.Int64
		for name, insert := range map[string]func(context.Context, session.Session) error{
			"noted": func(ctx context.Context, n session.Session) error { return s.InsertSession(ctx, n, 1<<30) },
			"alone": func(ctx context.Context, n session.Session) error { return store.InsertSessionAlone(ctx, s, n) },
		} {
			b.Run(name, func(b *testing.B) {
				b.SetParallelism(16)
				b.RunParallel(func(pb *testing.PB) {
					for pb.Next() {
						n := turn.Add(1)
						at := now.Add(time.Duration(n) * time.Microsecond)
						if err := insert(b.Context(), session.Session{
							ID: id.NewSession(), TokenHash: random(32), User: people[n%2000], Created: at, Seen: at,
							IdleExpires: at.Add(time.Hour), Expires: at.Add(time.Hour),
						}); err != nil {
							b.Error(err)
						}
					}
				})
			})
		}
	})
}
