package provider

import (
	"context"
	"testing"
	"time"

	"gatehouse/audit"
	"gatehouse/keys"
	"gatehouse/secret"
)

// newRing returns real keys over a store in memory.
func newRing(t testing.TB) *keys.Ring {
	t.Helper()
	s := &keyStore{}
	keeper, err := secret.NewKeeper(t.Context(), s, secret.Master{1})
	if err != nil {
		t.Fatal(err)
	}
	ring := keys.NewRing(s, keeper, noAudit{}, keys.DefaultConfig())
	if err := ring.Load(t.Context()); err != nil {
		t.Fatal(err)
	}
	return ring
}

type noAudit struct{}

func (noAudit) Record(context.Context, audit.Event) error { return nil }

type keyStore struct {
	keys []keys.Key
	data []secret.DataKey
}

func (s *keyStore) InTx(ctx context.Context, f func(context.Context) error) error { return f(ctx) }
func (s *keyStore) Keys(context.Context, bool) ([]keys.Key, error)                { return s.keys, nil }

func (s *keyStore) InsertKey(_ context.Context, k keys.Key) error {
	s.keys = append(s.keys, k)
	return nil
}

func (s *keyStore) MoveKey(context.Context, keys.Key, keys.State) (bool, error) { return false, nil }

func (s *keyStore) Lease(context.Context, string, string, time.Time, time.Time) (bool, error) {
	return true, nil
}

func (s *keyStore) Versions(context.Context) (map[string]int64, error) {
	return map[string]int64{"keys": int64(len(s.keys))}, nil
}
func (s *keyStore) DataKeys(context.Context) ([]secret.DataKey, error) { return s.data, nil }
func (s *keyStore) InsertDataKey(_ context.Context, k secret.DataKey) (bool, error) {
	s.data = append(s.data, k)
	return true, nil
}

// countingSigner counts the signatures that are checked.
type countingSigner struct {
	*keys.Ring
	verified int
}

func (s *countingSigner) Check(compact string) (payload []byte, typ, keyID string, err error) {
	s.verified++
	return s.Ring.Check(compact)
}
