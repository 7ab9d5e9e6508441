package secret

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"errors"
	"fmt"
)

// errSealed is all that an attacker learns about a sealed value that does not open.
var errSealed = errors.New("the sealed value does not open")

const keyBytes = 32

// newAEAD returns AES-256-GCM that puts a random nonce in front of every
// ciphertext (at most 2^32 messages a key).
func newAEAD(key []byte) (cipher.AEAD, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCMWithRandomNonce(block)
}

// derive returns 32 bytes that depend on key and label (RFC 5869).
func derive(key []byte, label string) ([]byte, error) {
	return hkdf.Key(sha256.New, key, nil, "gatehouse "+label, keyBytes)
}

func underToken(token string) (cipher.AEAD, error) {
	if len(token) < 20 {
		return nil, errors.New("the token is too short to be a key")
	}
	key, err := derive([]byte(token), "seal under token")
	if err != nil {
		return nil, err
	}
	return newAEAD(key)
}

// SealUnder encrypts plain so that only who holds token can read it
// (AES-256-GCM under a key derived with HKDF). The token must be a random one.
func SealUnder(token string, plain []byte) ([]byte, error) {
	aead, err := underToken(token)
	if err != nil {
		return nil, fmt.Errorf("seal under a token: %w", err)
	}
	return aead.Seal(nil, nil, plain, nil), nil
}

// OpenUnder returns what SealUnder sealed under the same token. Another token
// or a changed byte is an error.
func OpenUnder(token string, sealed []byte) ([]byte, error) {
	aead, err := underToken(token)
	if err != nil {
		return nil, fmt.Errorf("open under a token: %w", err)
	}
	plain, err := aead.Open(nil, nil, sealed, nil)
	if err != nil {
		return nil, errSealed
	}
	return plain, nil
}
