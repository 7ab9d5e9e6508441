package access

import (
	"crypto/rand"
	"encoding/base32"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"maps"
	"strings"
	"time"

	"gatehouse/id"
	"gatehouse/secret"
)

// KeyPrefix begins every key of a service account and every personal token, so that secret
// scanners find it.
const KeyPrefix = "gatehouse_pat_"

// The layout of a key: the prefix, which key it is, "_", 16 random bytes and 16 of a
// seal, and four of a checksum, all in base32 with small letters (docs/access.md). The
// seal is a MAC under a key of the house: by it a key that is over, of which nothing may
// be kept any more, is told from a guess, without a query. The checksum is the CRC-32 of
// all that stands before it, for scanners that have no key of ours.
const (
	keyRandom   = 16
	keySeal     = 16
	keySecret   = keyRandom + keySeal
	keyChecksum = 4
)

var (
	keyLetters = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

	keySecretText   = keyLetters.EncodedLen(keySecret)
	keyChecksumText = keyLetters.EncodedLen(keyChecksum)

	errKey = errors.New("not a key of a service account of ours")
)

// KeyCodec makes and reads keys. What is kept of one is a MAC under a key of the
// house: who reads the database can neither use it nor tell whether a text is one.
type KeyCodec struct {
	Key []byte // 32 bytes
}

// PresentedKey is what the text of a key comes to.
type PresentedKey struct {
	ID  id.ServiceKey
	mac []byte
}

// Mint returns a fresh key of that name, and the MAC to keep.
func (c KeyCodec) Mint(name id.ServiceKey) (text string, mac []byte) {
	var b [keySecret]byte
	rand.Read(b[:keyRandom]) // never fails
	text = KeyPrefix + name.Text() + "_"
	copy(b[keyRandom:], c.seal(text, b[:keyRandom]))
	text += keyLetters.EncodeToString(b[:])
	return text + checksum(text), c.mac(text)
}

// Parse reads a key. What was not minted under the same key of the house is an error, in
// constant time as far as the seal goes; whether it is good now a Snapshot tells.
func (c KeyCodec) Parse(text string) (PresentedKey, error) {
	rest, ok := strings.CutPrefix(text, KeyPrefix)
	if !ok || len(text) > maxKeyText {
		return PresentedKey{}, errKey
	}
	name, _, ok := strings.Cut(rest, "_")
	key := id.ServiceKeyOf("key_" + name)
	if !ok || key == "" || len(rest) != len(name)+1+keySecretText+keyChecksumText {
		return PresentedKey{}, errKey
	}
	signed := text[:len(text)-keyChecksumText]
	if checksum(signed) != text[len(signed):] {
		return PresentedKey{}, errKey
	}
	head, body := text[:len(KeyPrefix)+len(name)+1], rest[len(name)+1:][:keySecretText]
	b, err := keyLetters.DecodeString(body)
	if err != nil || keyLetters.EncodeToString(b) != body || !secret.Equal(b[keyRandom:], c.seal(head, b[:keyRandom])) {
		return PresentedKey{}, errKey
	}
	return PresentedKey{ID: key, mac: c.mac(signed)}, nil
}

// maxKeyText is more than any key has, in bytes.
const maxKeyText = 160

func checksum(text string) string {
	var b [keyChecksum]byte
	binary.BigEndian.PutUint32(b[:], crc32.ChecksumIEEE([]byte(text)))
	return keyLetters.EncodeToString(b[:])
}

// seal covers all that stands before it, cut to 128 bits.
func (c KeyCodec) seal(head string, random []byte) []byte {
	return secret.MAC(c.Key, "service key seal\x00"+head+string(random))[:keySeal]
}

func (c KeyCodec) mac(text string) []byte { return secret.MAC(c.Key, "service key\x00"+text) }

// Key is what a Policy knows of a key.
type Key struct {
	ID    id.ServiceKey
	Owner Subject
	MAC   []byte
	Window
	Limit []Pattern // of a personal token: what alone it may be used for
}

// key is a Key as it is looked up.
type key struct {
	owner Subject
	mac   []byte
	span
	limit []Pattern
}

func compileKeys(list []Key) map[id.ServiceKey]*key {
	keys := make(map[id.ServiceKey]*key, len(list))
	for _, k := range list {
		keys[k.ID] = &key{k.Owner, k.MAC, k.span(), k.Limit}
	}
	return keys
}

// withKeys returns the same with those keys of an owner alone. It copies the map of all,
// but for the many people who never had one.
func (s *Snapshot) withKeys(owner Subject, list []Key) *Snapshot {
	if len(list) == 0 && !s.hasKeys(owner) {
		return s
	}
	next := *s
	next.keys = maps.Clone(s.keys)
	maps.DeleteFunc(next.keys, func(_ id.ServiceKey, k *key) bool { return k.owner == owner })
	maps.Copy(next.keys, compileKeys(list))
	return &next
}

func (s *Snapshot) hasKeys(owner Subject) bool {
	for _, k := range s.keys {
		if k.owner == owner {
			return true
		}
	}
	return false
}

// Bearer is who presented a key that is good.
type Bearer struct {
	Subject
	Key   id.ServiceKey
	Until time.Time // when the clock ends the key; zero: never
	// Limit is what alone the key may be used for: of a personal token, which has one always.
	Limit []Pattern
}

// Covers reports whether patterns name a permission, by its full name.
func (s *Snapshot) Covers(patterns []Pattern, permission string) bool {
	wanted, known := s.rules.permissions[permission]
	for _, p := range patterns {
		if known && s.rules.expand(p).has(wanted) {
			return true
		}
	}
	return false
}

// HasKey reports whether there is such a key: one that was not over when the snapshot was made. It
// says nothing about its account.
func (s *Snapshot) HasKey(name id.ServiceKey) bool { return s.keys[name] != nil }

// Bearer returns whose a key is that counts at a moment. It reports false for one
// that is not ours, is over or was revoked, and while its account is disabled or a
// lock is on it. It takes the same time for a key that there is and for one that
// there is not, as far as the MAC goes.
func (s *Snapshot) Bearer(p PresentedKey, at time.Time) (Bearer, bool) {
	k := s.keys[p.ID]
	if k == nil {
		k = noKey
	}
	until := int64(never)
	if !secret.Equal(k.mac, p.mac) || !k.at(nanos(at), &until) {
		return Bearer{}, false
	}
	if s.disabled(k.owner) || s.Locked(at, On(k.owner)) {
		return Bearer{}, false
	}
	return Bearer{Subject: k.owner, Key: p.ID, Until: moment(until), Limit: k.limit}, true
}

// noKey stands for a key that is not there. No MAC is equal to its own.
var noKey = &key{mac: make([]byte, 32)}
