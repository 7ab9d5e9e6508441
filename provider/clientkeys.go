package provider

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"fmt"
	"sync"

	"github.com/go-jose/go-jose/v4"

	"gatehouse/oauth"
)

// verifyWith tries the keys that fit the header. Keys that the header itself
// brings or points to (jwk, jku, x5u) are never looked at.
func verifyWith(jws *jose.JSONWebSignature, keys *jose.JSONWebKeySet) ([]byte, error) {
	header := jws.Signatures[0].Header
	for _, key := range keys.Keys {
		if header.KeyID != "" && key.KeyID != "" && key.KeyID != header.KeyID || !fits(key, header.Algorithm) {
			continue
		}
		if payload, err := jws.Verify(key.Key); err == nil {
			return payload, nil
		}
	}
	return nil, errors.New("no registered key verifies the assertion")
}

// fits reports whether key may verify alg.
func fits(key jose.JSONWebKey, alg string) bool {
	if key.Use != "" && key.Use != "sig" || key.Algorithm != "" && key.Algorithm != alg {
		return false
	}
	switch public := key.Key.(type) {
	case *rsa.PublicKey:
		return (alg == string(jose.RS256) || alg == string(jose.PS256)) && public.N.BitLen() >= minRSABits
	case *ecdsa.PublicKey:
		return alg == string(jose.ES256) && public.Curve == elliptic.P256()
	case ed25519.PublicKey:
		return alg == string(jose.EdDSA)
	}
	return false
}

// clientKeys remembers the parsed key sets of private_key_jwt clients; at most
// one for each client that ever used one.
type clientKeys struct{ sets sync.Map }

type parsedKeys struct {
	text string
	set  *jose.JSONWebKeySet
}

func (k *clientKeys) of(c *oauth.Client) (*jose.JSONWebKeySet, error) {
	if v, ok := k.sets.Load(c.ID); ok && v.(*parsedKeys).text == c.JWKS {
		return v.(*parsedKeys).set, nil
	}
	var set jose.JSONWebKeySet
	if err := json.Unmarshal([]byte(c.JWKS), &set); err != nil {
		return nil, fmt.Errorf("keys of client: %w", err)
	}
	k.sets.Store(c.ID, &parsedKeys{text: c.JWKS, set: &set})
	return &set, nil
}
