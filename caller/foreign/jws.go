package foreign

import (
	"context"
	"crypto/sha256"
	"errors"
	"slices"
	"time"

	"github.com/go-jose/go-jose/v4"

	"gatehouse/gate"
)

// signed is a token whose signature and form are good.
type signed struct {
	Token
	kid, alg  string
	key       digest // that of the id, as it was then
	notBefore time.Time
}

// Verify returns what a signed token of an issuer's says. One that is not good here and now
// gives ErrBad. That its keys cannot be had is Unavailable "gate.issuer".
func (s *Issuers) Verify(ctx context.Context, i *gate.Issuer, token string) (Token, error) {
	if len(token) > MaxToken {
		return Token{}, bad("too long")
	}
	one, key := s.of(i), sha256.Sum256([]byte(token))
	t := one.good.get(key)
	known := t != nil
	if !known {
		var err error
		if t, err = one.read(ctx, token); err != nil {
			return Token{}, err
		}
	}
	if err := one.alive(ctx, t, time.Now()); err != nil {
		return Token{}, err
	}
	if !known {
		one.good.put(key, t, time.Now())
	}
	return t.Token, nil
}

// alive reports what may have changed since the signature was checked. A key that the issuer
// took back is good for nothing that it signed before, and so is one in whose place there is
// another of the same id, or that is for another algorithm now.
func (i *issuer) alive(ctx context.Context, t *signed, now time.Time) error {
	if !now.Before(t.Until) {
		return dead("expired")
	}
	if now.Before(t.notBefore) {
		return dead("not valid yet")
	}
	key, err := i.keys.find(ctx, t.kid)
	if err == nil && (key.sum != t.key || !key.fits(t.alg)) {
		err = errNoKey
	}
	return i.ofKeys(err)
}

// ofKeys is what it means for a token that its key was not found.
func (i *issuer) ofKeys(err error) error {
	switch {
	case err == nil, errors.Is(err, ErrLater):
		return err
	case errors.Is(err, errNoKey):
		return bad(err.Error())
	}
	return unavailable(i.Issuer, err)
}

// read checks signature, type and claims of a token, which is bounded already.
func (i *issuer) read(ctx context.Context, token string) (*signed, error) {
	algorithms := make([]jose.SignatureAlgorithm, len(i.Algorithms))
	for k, alg := range i.Algorithms {
		algorithms[k] = jose.SignatureAlgorithm(alg)
	}
	jws, err := jose.ParseSignedCompact(token, algorithms)
	if err != nil || len(jws.Signatures) != 1 {
		return nil, bad("not a signed token, or by an algorithm that is not taken")
	}
	h := &jws.Signatures[0].Protected
	if err := i.checkHeader(h); err != nil {
		return nil, err
	}
	key, err := i.keys.find(ctx, h.KeyID)
	if err != nil {
		return nil, i.ofKeys(err)
	}
	if !key.fits(h.Algorithm) {
		return nil, bad("the key is for another algorithm")
	}
	payload, err := jws.Verify(key.public)
	if err != nil {
		return nil, bad("the signature is wrong")
	}
	t, err := i.claims(payload)
	if err != nil {
		return nil, err
	}
	t.kid, t.alg, t.key = h.KeyID, h.Algorithm, key.sum
	return t, nil
}

// maxKeyID bounds the id of a key, in bytes.
const maxKeyID = 256

// checkHeader holds what a header says. What it must be understood by (crit, b64) nobody
// here understands; a key that it brings or points to (jwk, jku, x5c, x5u) is not looked at.
func (i *issuer) checkHeader(h *jose.Header) error {
	for _, name := range []jose.HeaderKey{"crit", "b64", "zip", "enc"} {
		if _, there := h.ExtraHeaders[name]; there {
			return bad("the header has " + string(name))
		}
	}
	typ, _ := h.ExtraHeaders[jose.HeaderType].(string)
	if !slices.Contains(i.Types, gate.CanonicalType(typ)) {
		return bad("of another type")
	}
	if h.KeyID == "" || len(h.KeyID) > maxKeyID {
		return bad("no key is named")
	}
	return nil
}
