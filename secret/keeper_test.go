package secret_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"gatehouse/fault"
	"gatehouse/secret"
)

// memory is a Store in memory.
type memory struct {
	mu   sync.Mutex
	keys []secret.DataKey
	err  error
}

func (m *memory) InTx(ctx context.Context, f func(context.Context) error) error { return f(ctx) }

func (m *memory) DataKeys(context.Context) ([]secret.DataKey, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return append([]secret.DataKey(nil), m.keys...), m.err
}

func (m *memory) InsertDataKey(_ context.Context, k secret.DataKey) (bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, have := range m.keys {
		if have.Purpose == k.Purpose {
			return false, m.err
		}
	}
	m.keys = append(m.keys, k)
	return true, m.err
}

func newKeeper(t *testing.T, m *memory, master secret.Master) *secret.Keeper {
	t.Helper()
	k, err := secret.NewKeeper(t.Context(), m, master)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func TestSealedValueOpensInItsRowOnly(t *testing.T) {
	t.Parallel()
	m := &memory{}
	k := newKeeper(t, m, secret.Master{1})
	plain := []byte("a private key")
	sealed, err := k.Seal(secret.PurposeSigning, "keys:private:a", plain)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := newKeeper(t, m, secret.Master{1}).Open(secret.PurposeSigning, "keys:private:a", sealed); err != nil || !bytes.Equal(got, plain) {
		t.Fatalf("after a restart: Open = %q, %v", got, err)
	}
	if other, err := k.Seal(secret.PurposeSigning, "keys:private:a", plain); err != nil || other == sealed {
		t.Errorf("sealing twice gave the same text (%v)", err)
	}
	cut := strings.LastIndex(sealed, ".") + 1
	head, body := sealed[:cut], sealed[cut:]
	ct, err := secret.Decode(body)
	if err != nil {
		t.Fatal(err)
	}
	bad := map[string]string{
		"empty": "", "no parts": "x", "head alone": head, "no head": body,
		"another version": "v2" + sealed[2:], "another data key": "v1." + secret.Token(20) + "." + body,
		"padded": sealed + "=", "a line break": sealed + "\n", "extended": sealed + "AAAA", "doubled": sealed + "." + body,
		"upper case": strings.ToUpper(sealed),
	}
	for n := range ct {
		bad[fmt.Sprintf("cut to %d bytes", n)] = head + encode(ct[:n])
	}
	for bit := range len(ct) * 8 {
		bad[fmt.Sprintf("bit %d flipped", bit)] = head + encode(flip(ct, bit))
	}
	for name, text := range bad {
		if _, err := k.Open(secret.PurposeSigning, "keys:private:a", text); err == nil {
			t.Errorf("%s: it opened", name)
		}
	}
	for _, where := range [][2]string{{secret.PurposeSigning, "keys:private:b"}, {secret.PurposeTOTP, "keys:private:a"}, {"mac", "keys:private:a"}, {"none", "keys:private:a"}} {
		if _, err := k.Open(where[0], where[1], sealed); err == nil {
			t.Errorf("it opened as %v", where)
		}
	}
	if _, err := k.Seal("mac", "x", plain); err == nil {
		t.Error("the MAC key sealed a value")
	}
}

func TestWrongMasterKeyIsRefusedAndNothingIsWritten(t *testing.T) {
	t.Parallel()
	m := &memory{}
	newKeeper(t, m, secret.Master{1})
	m.keys = m.keys[:2] // one is missing: a wrong key must not make it
	_, err := secret.NewKeeper(t.Context(), m, secret.Master{2})
	if fault.CodeOf(err) != "master_key.wrong" {
		t.Errorf("NewKeeper = %v, want master_key.wrong", err)
	}
	if len(m.keys) != 2 {
		t.Error("a data key was made under the wrong master key")
	}
}

func TestDataKeysCannotTradePlaces(t *testing.T) {
	t.Parallel()
	m := &memory{}
	newKeeper(t, m, secret.Master{1})
	fresh := append([]secret.DataKey(nil), m.keys...)
	for name, swap := range map[string]func(a, b *secret.DataKey){
		"wrapped": func(a, b *secret.DataKey) { a.Wrapped, b.Wrapped = b.Wrapped, a.Wrapped },
		"purpose": func(a, b *secret.DataKey) { a.Purpose, b.Purpose = b.Purpose, a.Purpose },
		"id":      func(a, b *secret.DataKey) { a.ID, b.ID = b.ID, a.ID },
	} {
		m.keys = append([]secret.DataKey(nil), fresh...)
		swap(&m.keys[0], &m.keys[1])
		if _, err := secret.NewKeeper(t.Context(), m, secret.Master{1}); fault.CodeOf(err) != "master_key.wrong" {
			t.Errorf("two data keys traded their %s: %v", name, err)
		}
	}
}

func TestProcessesThatStartTogetherShareTheirDataKeys(t *testing.T) {
	t.Parallel()
	m := &memory{}
	keepers := make([]*secret.Keeper, 8)
	var wg sync.WaitGroup
	for i := range keepers {
		wg.Go(func() { keepers[i], _ = secret.NewKeeper(t.Context(), m, secret.Master{1}) })
	}
	wg.Wait()
	if len(m.keys) != 3 {
		t.Fatalf("%d data keys, want 3", len(m.keys))
	}
	sealed, err := keepers[0].Seal(secret.PurposeTOTP, "r", []byte("x"))
	if err != nil {
		t.Fatal(err)
	}
	for i, k := range keepers {
		if got, err := k.Open(secret.PurposeTOTP, "r", sealed); err != nil || string(got) != "x" {
			t.Errorf("keeper %d: %q, %v", i, got, err)
		}
		if !bytes.Equal(k.Key("client-secret"), keepers[0].Key("client-secret")) {
			t.Errorf("keeper %d derives another key", i)
		}
	}
}

func TestDerivedKeysDifferByLabelAndAreCopies(t *testing.T) {
	t.Parallel()
	k := newKeeper(t, &memory{}, secret.Master{1})
	a, b := k.Key("client-secret"), k.Key("refresh-token")
	if len(a) != 32 || bytes.Equal(a, b) {
		t.Error("two labels share a key")
	}
	want := bytes.Clone(a)
	clear(a)
	if !bytes.Equal(k.Key("client-secret"), want) {
		t.Error("a caller changed the Keeper's key")
	}
	if shown := fmt.Sprintf("%v %+v %#v %s", k, k, k, k); strings.Count(shown, "[redacted]") != 4 {
		t.Errorf("a Keeper shows itself: %s", shown)
	}
}

func TestFailingStoreIsNeverAnEmptyOne(t *testing.T) {
	t.Parallel()
	m := &memory{err: errors.New("disk I/O error")}
	if _, err := secret.NewKeeper(t.Context(), m, secret.Master{1}); !errors.Is(err, m.err) {
		t.Errorf("NewKeeper = %v, want the store's error", err)
	}
}
