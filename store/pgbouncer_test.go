package store_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"gatehouse/fault"
	"gatehouse/internal/testpg"
	"gatehouse/store"
	"gatehouse/store/storetest"
)

// In transaction mode each transaction gets another connection, on which nothing
// is that the one before left: no statement by its name, no listener, no lock.
func TestStoreKeepsItsPromisesBehindPgBouncer(t *testing.T) {
	t.Parallel()
	through := testpg.Bouncer(t)
	storetest.Run(t, func(t *testing.T) *store.Store { t.Helper(); return migrated(t, through(testpg.URL(t))) })
}

func TestManyAtOnceShareAFewConnectionsOfPgBouncer(t *testing.T) {
	t.Parallel()
	through := testpg.Bouncer(t)
	s := migrated(t, through(testpg.URL(t)))
	if s.Listens() {
		t.Error("it listens on a connection that PgBouncer lends to others")
	}
	var wg sync.WaitGroup
	for i := range 24 {
		wg.Go(func() {
			for j := range 10 {
				key := fmt.Sprint(i, ".", j)
				err := s.InTx(t.Context(), func(ctx context.Context) error {
					did, err := s.UseOnce(ctx, "bouncer", key, time.Now())
					if err == nil && !did {
						err = errors.New("the key was there")
					}
					return err
				})
				if _, _, e := s.Family(t.Context(), "fam_nobody"); !fault.Is(e, fault.NotFound) {
					err = errors.Join(err, e)
				}
				if _, e := s.Versions(t.Context()); e != nil || err != nil {
					t.Error(err, e)
				}
			}
		})
	}
	wg.Wait()
}

func TestReplicasMigrateAnEmptyDatabaseTogetherBehindPgBouncer(t *testing.T) {
	t.Parallel()
	through := testpg.Bouncer(t)
	where := through(testpg.Empty(t))
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			s, err := store.Open(t.Context(), store.Config{URL: where}, nil)
			if err == nil {
				err = errors.Join(s.Migrate(t.Context()), s.Close())
			}
			if err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	states, err := open(t, where).MigrationStatus(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range states {
		if !m.Applied {
			t.Errorf("step %d is missing", m.Version)
		}
	}
}
