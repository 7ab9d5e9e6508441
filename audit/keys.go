package audit

import (
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/binary"
	"encoding/hex"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"gatehouse/id"
)

// Keys are what whoever owns the database alone does not have: both follow from the
// master key. The zero Keys sign nothing, and their MACs convince nobody.
type Keys struct {
	mac  []byte
	sign ed25519.PrivateKey
}

// KeysOf returns the keys that follow from a master key, of which derive makes 32
// bytes for a label.
func KeysOf(derive func(label string) []byte) Keys {
	return Keys{mac: derive("audit-mac"), sign: ed25519.NewKeyFromSeed(derive("audit-checkpoint"))}
}

// macSize is how much of a MAC is kept, in bytes.
const macSize = 16

// unsealedMAC says that this house recorded an event of that name, at that time and of
// that leaf.
func (k Keys) unsealedMAC(u *Unsealed) []byte {
	return k.macOf("unsealed", u.At.UnixMicro(), u.Event, u.Leaf)
}

// sealedMAC says so of a leaf, and behind that, which place it has in the tree.
func (k Keys) sealedMAC(l *Leaf) []byte {
	return append(k.unsealedMAC(&Unsealed{At: l.At, Event: l.Event, Leaf: l.Hash}), k.macOf("sealed", l.Seq, l.Event, l.Hash)...)
}

// ownLeaf reports whether a leaf is of this house, wherever it stands now.
func (k Keys) ownLeaf(l *Leaf) bool {
	return len(l.MAC) > macSize && sameMAC(l.MAC[:macSize], k.sealedMAC(l)[:macSize])
}

// sealed reports whether this house sealed a leaf at its place.
func (k Keys) sealed(l *Leaf) bool { return sameMAC(l.MAC, k.sealedMAC(l)) }

// recorded reports whether this house let something wait.
func (k Keys) recorded(u *Unsealed) bool { return sameMAC(u.MAC, k.unsealedMAC(u)) }

func (k Keys) macOf(what string, n int64, event id.Event, leaf tlog.Hash) []byte {
	h := hmac.New(sha256.New, k.mac)
	h.Write([]byte(what))
	h.Write(binary.BigEndian.AppendUint64(nil, uint64(n)))
	h.Write(leaf[:])
	h.Write([]byte(event))
	return h.Sum(nil)[:macSize]
}

// macOfText is a MAC of a text, for what is no event.
func (k Keys) macOfText(what, text string) []byte {
	h := hmac.New(sha256.New, k.mac)
	h.Write([]byte(what))
	h.Write([]byte{0})
	h.Write([]byte(text))
	return h.Sum(nil)[:macSize]
}

func sameMAC(a, b []byte) bool { return subtle.ConstantTimeCompare(a, b) == 1 }

// unsealed is what of an entry waits to be sealed.
func (k Keys) unsealed(e *Entry) Unsealed {
	u := Unsealed{At: e.At, Event: e.ID, Leaf: e.leaf()}
	u.MAC = k.unsealedMAC(&u)
	return u
}

// Origin names the log in its checkpoints: the same as long as the master key is.
func (k Keys) Origin() string {
	public := sha256.Sum256(k.public())
	return "gatehouse/audit/" + hex.EncodeToString(public[:8])
}

// Public returns the key that verifies checkpoints, as tools for signed notes take it
// ("<origin>+<hash>+<key>", C2SP signed-note).
func (k Keys) Public() string {
	text, err := note.NewEd25519VerifierKey(k.Origin(), k.public())
	if err != nil {
		panic("audit: " + err.Error()) // the length of the key is the type's
	}
	return text
}

func (k Keys) public() ed25519.PublicKey { return k.sign.Public().(ed25519.PublicKey) }

func (k Keys) verifier() note.Verifier {
	v, err := note.NewVerifier(k.Public())
	if err != nil {
		panic("audit: " + err.Error()) // Public wrote it
	}
	return v
}

// signer implements note.Signer.
type signer struct {
	note.Verifier
	key ed25519.PrivateKey
}

// Sign implements note.Signer.
func (s signer) Sign(text []byte) ([]byte, error) { return ed25519.Sign(s.key, text), nil }
