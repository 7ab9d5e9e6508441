package oauth

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"strings"

	"gatehouse/id"
	"gatehouse/secret"
)

// RefreshPrefix begins every refresh token, so that secret scanners find it.
const RefreshPrefix = "gatehouse_rt_"

// The layout of a refresh token: version 1, key id 1, family 16, generation 4
// (big endian), secret 32, MAC 16 bytes.
const (
	refreshVersion    = 1
	refreshFamilyAt   = 2
	refreshGeneration = refreshFamilyAt + id.FamilyBytes
	refreshSecretAt   = refreshGeneration + 4
	refreshMACAt      = refreshSecretAt + 32
	refreshSize       = refreshMACAt + 16
)

var errRefreshToken = errors.New("not a refresh token of ours")

// RefreshCodec makes and reads refresh tokens (docs/decisions/0004). The MAC in
// a token lets garbage be refused without a query; what counts is the hash of
// its secret in the store.
type RefreshCodec struct {
	Key   []byte // 32 bytes
	KeyID byte   // names Key inside the tokens
}

// RefreshToken is what a token says about itself.
type RefreshToken struct {
	Family     id.Family
	Generation uint32
	SecretHash []byte // SHA-256 of the secret
}

// Mint returns a fresh token of a family's generation and the hash to store.
func (c RefreshCodec) Mint(family [id.FamilyBytes]byte, generation uint32) (token string, secretHash []byte) {
	var b [refreshSize]byte
	b[0], b[1] = refreshVersion, c.KeyID
	copy(b[refreshFamilyAt:], family[:])
	binary.BigEndian.PutUint32(b[refreshGeneration:], generation)
	rand.Read(b[refreshSecretAt:refreshMACAt]) // never fails
	copy(b[refreshMACAt:], c.mac(&b))
	return RefreshPrefix + base64.RawURLEncoding.EncodeToString(b[:]), secretHashOf(&b)
}

// Parse reads a token. Anything but the one spelling of a token that was minted
// under the same key is an error, in constant time as far as the MAC goes.
func (c RefreshCodec) Parse(token string) (RefreshToken, error) {
	text, ok := strings.CutPrefix(token, RefreshPrefix)
	if !ok || len(text) != base64.RawURLEncoding.EncodedLen(refreshSize) {
		return RefreshToken{}, errRefreshToken
	}
	raw, err := secret.Decode(text)
	if err != nil || len(raw) != refreshSize {
		return RefreshToken{}, errRefreshToken
	}
	b := (*[refreshSize]byte)(raw)
	if !secret.Equal(b[refreshMACAt:], c.mac(b)) || b[0] != refreshVersion || b[1] != c.KeyID {
		return RefreshToken{}, errRefreshToken
	}
	return RefreshToken{
		Family:     id.FamilyOf([id.FamilyBytes]byte(b[refreshFamilyAt:refreshGeneration])),
		Generation: binary.BigEndian.Uint32(b[refreshGeneration:]),
		SecretHash: secretHashOf(b),
	}, nil
}

// mac covers all that stands before it, cut to 128 bits.
func (c RefreshCodec) mac(b *[refreshSize]byte) []byte {
	return secret.MAC(c.Key, string(b[:refreshMACAt]))[:refreshSize-refreshMACAt]
}

func secretHashOf(b *[refreshSize]byte) []byte {
	return secret.Hash(string(b[refreshSecretAt:refreshMACAt]))
}
