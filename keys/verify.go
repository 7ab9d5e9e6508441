package keys

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/big"
	"slices"
	"strings"
	"time"

	"gatehouse/secret"
)

// maxToken bounds what Verify looks at. Our own tokens stay far below.
const maxToken = 8 << 10

// Header is the JOSE header of our tokens. Other members are refused.
type Header struct {
	Alg   string `json:"alg"`
	KeyID string `json:"kid"`
	Typ   string `json:"typ,omitempty"`
}

// ErrForeign is behind the refusal of what no key of ours is named to have signed;
// whether somebody else did, nobody here can say.
var ErrForeign = errors.New("not ours")

var (
	errForm      = fmt.Errorf("%w: not a compact JWS of ours", ErrForeign)
	errUnknown   = fmt.Errorf("%w: no published key has this kid", ErrForeign)
	errAlgorithm = errors.New("the algorithm is not the key's, or not allowed here")
	errSignature = errors.New("the signature is wrong")
)

// Verify returns the payload and the header of a compact JWS that one of the
// published keys signed. The algorithm is the key's: the header must agree and
// decides nothing. When allowed is not empty, it must also name the algorithm.
// There is one accepted spelling: canonical base64url, three parts, at most
// 8 KiB, and no header member but alg, kid and typ, each once (so jku, x5u, jwk,
// x5c, crit and b64 are refused). The caller checks typ and the claims.
//
// Every error means that the token is not to be trusted; nothing is asked of
// the store.
func (r *Ring) Verify(compact string, allowed ...string) ([]byte, Header, error) {
	payload, header, err := r.current.Load().verify(compact, allowed)
	if err != nil {
		return nil, Header{}, fmt.Errorf("verify a token: %w", err)
	}
	return payload, header, nil
}

// Check is Verify for those who do not know this package: it returns the type and the
// id of the key instead of the header.
func (r *Ring) Check(compact string) (payload []byte, typ, keyID string, err error) {
	payload, header, err := r.Verify(compact)
	return payload, header.Typ, header.KeyID, err
}

// VerifyHint is Verify for what only hints at somebody and opens nothing, an
// id_token_hint: it also believes keys that are not published any more, for
// Remember after they retired, but none that was revoked.
func (r *Ring) VerifyHint(compact string) ([]byte, Header, error) {
	s, now := r.current.Load(), time.Now()
	payload, header, err := s.verifyBy(compact, nil, func(kid string) *material {
		if old, ok := s.retired[kid]; ok && now.Before(old.row.Until.Add(r.remember())) {
			return old.material
		}
		return s.byID[kid]
	})
	if err != nil {
		return nil, Header{}, fmt.Errorf("verify a hint: %w", err)
	}
	return payload, header, nil
}

func (r *Ring) remember() time.Duration {
	if r.Remember == nil {
		return 0
	}
	return r.Remember()
}

func (s *snapshot) verify(compact string, allowed []string) ([]byte, Header, error) {
	return s.verifyBy(compact, allowed, func(kid string) *material { return s.byID[kid] })
}

// verifyBy takes the key from what find returns for its id; nil: there is none.
func (s *snapshot) verifyBy(compact string, allowed []string, find func(kid string) *material) ([]byte, Header, error) {
	head, body, signature, err := split(compact)
	if err != nil {
		return nil, Header{}, err
	}
	header, err := parseHeader(head)
	if err != nil {
		return nil, Header{}, err
	}
	m := find(header.KeyID)
	if m == nil {
		return nil, Header{}, errUnknown
	}
	if header.Alg != m.alg || len(allowed) > 0 && !slices.Contains(allowed, m.alg) {
		return nil, Header{}, errAlgorithm
	}
	signed := compact[:strings.LastIndexByte(compact, '.')]
	if !m.verifies([]byte(signed), signature) {
		return nil, Header{}, errSignature
	}
	return body, header, nil
}

// split decodes the three parts.
func split(compact string) (head, body, signature []byte, err error) {
	if len(compact) > maxToken {
		return nil, nil, nil, errForm
	}
	h, rest, ok := strings.Cut(compact, ".")
	b, s, ok2 := strings.Cut(rest, ".")
	if !ok || !ok2 || h == "" || b == "" || s == "" { // a fourth part fails as base64url
		return nil, nil, nil, errForm
	}
	head, err1 := secret.Decode(h)
	body, err2 := secret.Decode(b)
	signature, err3 := secret.Decode(s)
	if err1 != nil || err2 != nil || err3 != nil {
		return nil, nil, nil, errForm
	}
	return head, body, signature, nil
}

// parseHeader reads the header member by member, since encoding/json by itself
// overlooks repeated members and the case of names.
func parseHeader(b []byte) (Header, error) {
	d := json.NewDecoder(bytes.NewReader(b))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return Header{}, errForm
	}
	members := map[string]string{}
	for d.More() {
		name, err1 := d.Token()
		value, err2 := d.Token()
		n, ok1 := name.(string)
		v, ok2 := value.(string)
		_, again := members[n]
		if err1 != nil || err2 != nil || !ok1 || !ok2 || again || n != "alg" && n != "kid" && n != "typ" {
			return Header{}, errForm
		}
		members[n] = v
	}
	if t, err := d.Token(); err != nil || t != json.Delim('}') {
		return Header{}, errForm
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return Header{}, errForm
	}
	return Header{Alg: members["alg"], KeyID: members["kid"], Typ: members["typ"]}, nil
}

// verifies reports whether signature is the key's over signed.
func (m *material) verifies(signed, signature []byte) bool {
	if len(signature) != m.signatureSize() {
		return false
	}
	switch k := m.public.(type) {
	case *ecdsa.PublicKey:
		sum := sha256.Sum256(signed)
		r := new(big.Int).SetBytes(signature[:es256Half])
		s := new(big.Int).SetBytes(signature[es256Half:])
		return ecdsa.Verify(k, sum[:], r, s)
	case ed25519.PublicKey:
		return ed25519.Verify(k, signed, signature)
	case *rsa.PublicKey:
		sum := sha256.Sum256(signed)
		return rsa.VerifyPKCS1v15(k, crypto.SHA256, sum[:], signature) == nil
	}
	return false
}
