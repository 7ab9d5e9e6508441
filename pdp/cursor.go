package pdp

import (
	"encoding/base64"
	"encoding/binary"
)

// cursor is a place in the feed. The zero cursor is none.
type cursor struct {
	epoch   int64
	policy  uint64 // the version of the policy up to which all was told
	revoked int64  // the number of the last revocation that was told
}

// String returns c as parseCursor reads it. What it means is nobody's business.
func (c cursor) String() string {
	var b [24]byte
	binary.BigEndian.PutUint64(b[:], uint64(c.epoch))
	binary.BigEndian.PutUint64(b[8:], c.policy)
	binary.BigEndian.PutUint64(b[16:], uint64(c.revoked))
	return base64.RawURLEncoding.EncodeToString(b[:])
}

// parseCursor reads what String wrote; anything else is none.
func parseCursor(text string) cursor {
	var b [24]byte
	if len(text) != base64.RawURLEncoding.EncodedLen(len(b)) {
		return cursor{}
	}
	if _, err := base64.RawURLEncoding.Strict().Decode(b[:], []byte(text)); err != nil {
		return cursor{}
	}
	c := cursor{int64(binary.BigEndian.Uint64(b[:])), binary.BigEndian.Uint64(b[8:]), int64(binary.BigEndian.Uint64(b[16:]))}
	if c.epoch <= 0 || int64(c.policy) < 0 || c.revoked < 0 {
		return cursor{}
	}
	return c
}
