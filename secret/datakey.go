package secret

import (
	"context"
	"crypto/cipher"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"time"

	"gatehouse/fault"
)

// DataKey is a key that seals values of one purpose, wrapped by the master key.
type DataKey struct {
	ID      string
	Purpose string
	Wrapped string // opens under the master key, for this id and purpose only
	Created time.Time
}

// Store keeps data keys; *store.Store does.
type Store interface {
	InTx(ctx context.Context, f func(ctx context.Context) error) error
	// DataKeys returns all of them.
	DataKeys(ctx context.Context) ([]DataKey, error)
	// InsertDataKey stores k unless there is one of its purpose, and reports
	// whether it did: of several concurrent calls exactly one gets true.
	InsertDataKey(ctx context.Context, k DataKey) (bool, error)
}

var purposes = []string{PurposeSigning, PurposeTOTP, purposeMAC}

// wrapper wraps and unwraps data keys.
type wrapper struct{ aead cipher.AEAD }

func newWrapper(m Master) (wrapper, error) {
	key, err := derive(m[:], "wrap data keys")
	if err != nil {
		return wrapper{}, err
	}
	aead, err := newAEAD(key)
	return wrapper{aead}, err
}

// openAll reads and unwraps the data keys, by purpose.
func (w wrapper) openAll(ctx context.Context, store Store) (map[string]*openKey, error) {
	rows, err := store.DataKeys(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the data keys: %w", err)
	}
	keys := make(map[string]*openKey, len(rows))
	for _, row := range rows {
		key, err := w.open(row)
		if err != nil {
			return nil, fault.Wrap(err, fault.Invalid, "master_key.wrong",
				"The master key does not open this database. Give the key file that was in use when the database was set up.")
		}
		if keys[row.Purpose] != nil {
			return nil, fmt.Errorf("read the data keys: two of them are for %q", row.Purpose)
		}
		keys[row.Purpose] = key
	}
	return keys, nil
}

// makeMissing stores a data key for every purpose that has none, and reports
// whether any was missing.
func (w wrapper) makeMissing(ctx context.Context, store Store, have map[string]*openKey) (bool, error) {
	var fresh []DataKey
	for _, purpose := range purposes {
		if have[purpose] == nil {
			fresh = append(fresh, w.make(purpose))
		}
	}
	if len(fresh) == 0 {
		return false, nil
	}
	err := store.InTx(ctx, func(ctx context.Context) error {
		for _, k := range fresh {
			if _, err := store.InsertDataKey(ctx, k); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return false, fmt.Errorf("make the data keys: %w", err)
	}
	return true, nil
}

func (w wrapper) make(purpose string) DataKey {
	raw := make([]byte, keyBytes)
	rand.Read(raw)
	k := DataKey{ID: Token(20), Purpose: purpose, Created: time.Now().UTC()}
	k.Wrapped = sealedVersion + "." + base64.RawURLEncoding.EncodeToString(w.aead.Seal(nil, nil, raw, k.binding()))
	return k
}

func (w wrapper) open(k DataKey) (*openKey, error) {
	text, ok := strings.CutPrefix(k.Wrapped, sealedVersion+".")
	if !ok {
		return nil, errors.New("a data key of an unknown version")
	}
	ct, err := Decode(text)
	if err != nil {
		return nil, err
	}
	raw, err := w.aead.Open(nil, nil, ct, k.binding())
	if err != nil || len(raw) != keyBytes {
		return nil, errSealed
	}
	aead, err := newAEAD(raw)
	if err != nil {
		return nil, err
	}
	return &openKey{id: k.ID, raw: raw, aead: aead}, nil
}

// binding keeps a data key from serving another purpose or under another name.
func (k DataKey) binding() []byte {
	return []byte("gatehouse:data-key:" + k.Purpose + ":" + k.ID)
}
