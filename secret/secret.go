// Package secret handles what must not be known: random tokens and their
// hashes, texts that redact themselves, and envelope encryption of what the
// store has to keep but nobody may read there.
//
// The master key lives in a file outside the database. It wraps the data keys,
// one per purpose, which lie in the database; a Keeper unwraps them at start and
// seals values under them. A sealed value is bound to its purpose and its row,
// so that whoever can write to the database cannot move it to another row.
// Passwords are not handled here: they need a slow hash (package identity).
package secret

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"strings"
)

// Token returns n random bytes as base64url text without padding. Use at least
// 20 bytes for anything that grants something (RFC 9700 section 2.1 by way of
// RFC 6749 section 10.10: 160 bits).
func Token(n int) string {
	b := make([]byte, n)
	rand.Read(b) // never fails: crypto/rand ends the program instead
	return base64.RawURLEncoding.EncodeToString(b)
}

// Hash returns the SHA-256 of s. It is for tokens with enough randomness of
// their own, never for passwords.
func Hash(s string) []byte {
	sum := sha256.Sum256([]byte(s))
	return sum[:]
}

// MAC returns the HMAC-SHA-256 of data under key.
func MAC(key []byte, data string) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(data))
	return h.Sum(nil)
}

// Equal reports whether a and b are the same, in a time that depends on their
// lengths only.
func Equal(a, b []byte) bool { return subtle.ConstantTimeCompare(a, b) == 1 }

var errEncoding = errors.New("not canonical base64url")

// Decode returns the bytes that s encodes as base64url without padding. It
// accepts exactly one text for every byte string: padding, line breaks and
// stray trailing bits are errors, so that a token has no second spelling.
func Decode(s string) ([]byte, error) {
	if strings.ContainsAny(s, "\r\n") { // the standard decoder skips them
		return nil, errEncoding
	}
	b, err := base64.RawURLEncoding.Strict().DecodeString(s)
	if err != nil {
		return nil, errEncoding
	}
	return b, nil
}
