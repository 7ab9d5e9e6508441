package secret

import (
	"context"
	"crypto/cipher"
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
)

// The purposes that a Keeper makes data keys for.
const (
	PurposeSigning = "signing" // private signing keys
	PurposeTOTP    = "totp"    // second factors
	purposeMAC     = "mac"     // never seals: Key derives from it
)

const sealedVersion = "v1"

// Keeper seals and opens values under the data keys, and derives the house's
// MAC keys. It is safe for concurrent use and never changes after NewKeeper.
// It redacts itself when it is printed or logged.
type Keeper struct {
	byPurpose map[string]*openKey
	mac       []byte
	derived   sync.Map // label → []byte
}

// NewKeeper opens the data keys of store with master, and makes those that are
// missing. Several processes may do so at once: all end up with the same keys.
// A master key that does not open them is a fault "master_key.wrong", and then
// nothing is written.
func NewKeeper(ctx context.Context, store Store, master Master) (*Keeper, error) {
	w, err := newWrapper(master)
	if err != nil {
		return nil, fmt.Errorf("open the data keys: %w", err)
	}
	keys, err := w.openAll(ctx, store)
	if err != nil {
		return nil, err
	}
	if made, err := w.makeMissing(ctx, store, keys); err != nil {
		return nil, err
	} else if made {
		// Read again: another process may have made some of them.
		if keys, err = w.openAll(ctx, store); err != nil {
			return nil, err
		}
	}
	k := &Keeper{byPurpose: keys}
	for _, purpose := range purposes {
		if keys[purpose] == nil {
			return nil, fmt.Errorf("open the data keys: the store has none for %q", purpose)
		}
	}
	k.mac = keys[purposeMAC].raw
	return k, nil
}

// String implements fmt.Stringer.
func (k *Keeper) String() string { return redacted }

// Format implements fmt.Formatter.
func (k *Keeper) Format(f fmt.State, verb rune) { format(f, verb, redacted) }

// LogValue implements slog.LogValuer.
func (k *Keeper) LogValue() slog.Value { return slog.StringValue(redacted) }

// Seal encrypts plain for one row. The row names table, column and id
// ("keys:private:abc"); what comes back opens under the same purpose and row
// only. It is text: "v1.", the data key's id, ".", base64url of nonce and
// ciphertext.
func (k *Keeper) Seal(purpose, row string, plain []byte) (string, error) {
	key, err := k.sealing(purpose)
	if err != nil {
		return "", fmt.Errorf("seal: %w", err)
	}
	ct := key.aead.Seal(nil, nil, plain, binding(purpose, row))
	return sealedVersion + "." + key.id + "." + base64.RawURLEncoding.EncodeToString(ct), nil
}

// Open returns what Seal sealed. A value of another row or purpose, or one of
// which a single character was changed, is an error, and so is a value under a
// data key that this Keeper does not know.
func (k *Keeper) Open(purpose, row, sealed string) ([]byte, error) {
	key, err := k.sealing(purpose)
	if err != nil {
		return nil, fmt.Errorf("open: %w", err)
	}
	rest, ok := strings.CutPrefix(sealed, sealedVersion+"."+key.id+".")
	if !ok {
		return nil, errSealed
	}
	ct, err := Decode(rest)
	if err != nil {
		return nil, errSealed
	}
	plain, err := key.aead.Open(nil, nil, ct, binding(purpose, row))
	if err != nil {
		return nil, errSealed
	}
	return plain, nil
}

// Key returns 32 bytes for one use that the label names ("client-secret"). The
// same label gives the same bytes in every process over the same store.
func (k *Keeper) Key(label string) []byte {
	if key, ok := k.derived.Load(label); ok {
		return append([]byte(nil), key.([]byte)...)
	}
	key, err := derive(k.mac, "key "+label)
	if err != nil {
		// HKDF fails only when the output is too long or, in FIPS mode, the
		// key too short: both are fixed here.
		panic("secret: derive a key: " + err.Error())
	}
	k.derived.Store(label, key)
	return append([]byte(nil), key...)
}

func (k *Keeper) sealing(purpose string) (*openKey, error) {
	key := k.byPurpose[purpose]
	if key == nil || purpose == purposeMAC {
		return nil, errors.New("no data key seals " + purpose)
	}
	return key, nil
}

// binding is the additional data of a sealed value.
func binding(purpose, row string) []byte { return []byte("gatehouse:" + purpose + ":" + row) }

// openKey is a data key, unwrapped.
type openKey struct {
	id   string
	raw  []byte
	aead cipher.AEAD
}

// Fits reports by a fault "master_key.wrong" that master does not open the data
// keys of store. Nothing is written; a store without data keys fits every key.
func Fits(ctx context.Context, store Store, master Master) error {
	w, err := newWrapper(master)
	if err != nil {
		return fmt.Errorf("open the data keys: %w", err)
	}
	_, err = w.openAll(ctx, store)
	return err
}
