package keys

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"unicode/utf8"
)

// b64 is the encoding of every JWS part (RFC 7515 section 2).
var b64 = base64.RawURLEncoding

// es256Half is the length of each of the two numbers of an ES256 signature
// (RFC 7518 section 3.4).
const es256Half = 32

// Sign returns payload as a compact JWS (RFC 7515 section 7.1) under the
// signing key of alg, with the header members alg, kid and, if typ is not
// empty, typ. The first use of an algorithm makes its key and waits for it.
// The types should be few: their headers are kept.
func (r *Ring) Sign(ctx context.Context, alg, typ string, payload []byte) (string, error) {
	m := r.current.Load().signing[alg]
	if m == nil {
		if err := r.EnsureAlgorithm(ctx, alg); err != nil {
			return "", err
		}
		if m = r.current.Load().signing[alg]; m == nil {
			return "", errors.New("sign: no key signs at this moment")
		}
	}
	header, err := m.header(typ)
	if err != nil {
		return "", fmt.Errorf("sign: %w", err)
	}
	size := len(header) + 1 + b64.EncodedLen(len(payload))
	buf := make([]byte, 0, size+1+b64.EncodedLen(m.signatureSize()))
	buf = append(buf, header...)
	buf = append(buf, '.')
	buf = b64.AppendEncode(buf, payload)
	buf, err = m.appendSignature(buf)
	if err != nil {
		return "", fmt.Errorf("sign: %w", err)
	}
	return string(buf), nil
}

// header returns the encoded JOSE header, from the cache after the first time.
func (m *material) header(typ string) (string, error) {
	if h, ok := m.headers.Load(typ); ok {
		return h.(string), nil
	}
	if !utf8.ValidString(typ) || len(typ) > 64 {
		return "", fmt.Errorf("%q is no token type", typ)
	}
	b, err := json.Marshal(Header{Alg: m.alg, KeyID: m.id, Typ: typ})
	if err != nil {
		return "", err
	}
	h := b64.EncodeToString(b)
	m.headers.Store(typ, h)
	return h, nil
}

func (m *material) signatureSize() int {
	if k, ok := m.public.(*rsa.PublicKey); ok {
		return k.Size()
	}
	return 2 * es256Half // EdDSA's is as long
}

// appendSignature appends "." and the encoded signature of all that buf holds.
func (m *material) appendSignature(buf []byte) ([]byte, error) {
	var signature []byte
	switch k := m.private.(type) {
	case *ecdsa.PrivateKey:
		sum := sha256.Sum256(buf)
		r, s, err := ecdsa.Sign(rand.Reader, k, sum[:])
		if err != nil {
			return nil, err
		}
		var fixed [2 * es256Half]byte
		r.FillBytes(fixed[:es256Half])
		s.FillBytes(fixed[es256Half:])
		signature = fixed[:]
	case ed25519.PrivateKey:
		signature = ed25519.Sign(k, buf)
	case *rsa.PrivateKey:
		sum := sha256.Sum256(buf)
		var err error
		if signature, err = rsa.SignPKCS1v15(nil, k, crypto.SHA256, sum[:]); err != nil {
			return nil, err
		}
	default:
		return nil, fmt.Errorf("no signature with %T", k)
	}
	return b64.AppendEncode(append(buf, '.'), signature), nil
}
