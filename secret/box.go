package secret

import (
	"crypto/cipher"
	"crypto/rand"
	"encoding/base64"
	"fmt"
)

// Box seals what leaves the house for a while and comes back with a browser. Each
// value has a key of its own, derived from the Box's and a random salt, so that no
// number of them wears the key out. It is safe for concurrent use.
type Box struct {
	key []byte
}

const boxSalt = 16

// NewBox returns the Box of a key of Keeper.Key. Boxes of one key open each other's
// values, on all replicas.
func NewBox(key []byte) Box { return Box{key: key} }

// Seal encrypts plain (AES-256-GCM) and returns it as base64url text.
func (b Box) Seal(plain []byte) (string, error) {
	salt := make([]byte, boxSalt)
	rand.Read(salt)
	aead, err := b.salted(salt)
	if err != nil {
		return "", fmt.Errorf("seal: %w", err)
	}
	return base64.RawURLEncoding.EncodeToString(aead.Seal(salt, nil, plain, nil)), nil
}

// Open returns what Seal sealed. A text with a single character changed, and one of
// another key, is an error.
func (b Box) Open(text string) ([]byte, error) {
	sealed, err := Decode(text)
	if err != nil || len(sealed) < boxSalt {
		return nil, errSealed
	}
	aead, err := b.salted(sealed[:boxSalt])
	if err != nil {
		return nil, fmt.Errorf("open: %w", err)
	}
	plain, err := aead.Open(nil, nil, sealed[boxSalt:], nil)
	if err != nil {
		return nil, errSealed
	}
	return plain, nil
}

func (b Box) salted(salt []byte) (cipher.AEAD, error) {
	return newAEAD(MAC(b.key, "box:"+string(salt)))
}
