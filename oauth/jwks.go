package oauth

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/go-jose/go-jose/v4"
)

const maxClientKeys = 10

// checkJWKS says why text cannot be the key set of a private_key_jwt client
// (RFC 7523). Only public keys may come here, and only those of the algorithms
// RS256, PS256, ES256 and EdDSA.
func checkJWKS(text string) error {
	if text == "" {
		return errors.New("must hold the client's public keys")
	}
	if len(text) > maxTheJWKS {
		return fmt.Errorf("must not be larger than %d KiB", maxTheJWKS>>10)
	}
	var set struct {
		Keys []json.RawMessage `json:"keys"`
	}
	if err := json.Unmarshal([]byte(text), &set); err != nil {
		return errors.New(`must be a JSON Web Key Set: {"keys": [...]}`)
	}
	if len(set.Keys) == 0 || len(set.Keys) > maxClientKeys {
		return fmt.Errorf("must hold between 1 and %d keys", maxClientKeys)
	}
	kids := map[string]bool{}
	for i, raw := range set.Keys {
		kid, err := checkJWK(raw)
		if err != nil {
			return fmt.Errorf("keys[%d] %w", i, err)
		}
		if kids[kid] {
			return fmt.Errorf("keys[%d] must have a kid of its own", i)
		}
		kids[kid] = true
	}
	return nil
}

// checkJWK never quotes the key: it may be a private one, sent by mistake.
func checkJWK(raw json.RawMessage) (kid string, err error) {
	var k jose.JSONWebKey
	if err := k.UnmarshalJSON(raw); err != nil || !k.Valid() {
		return "", errors.New("cannot be read as a JSON Web Key")
	}
	if !k.IsPublic() {
		return "", errors.New("is a private or a symmetric key; only public keys may be registered")
	}
	if k.Use != "" && k.Use != "sig" {
		return "", errors.New(`must be for signatures (use "sig")`)
	}
	if !algorithmFits(k) {
		return "", errors.New("must be an RSA key of 2048 bits or more (RS256, PS256), a P-256 key (ES256) or an Ed25519 key (EdDSA)")
	}
	return k.KeyID, nil
}

func algorithmFits(k jose.JSONWebKey) bool {
	switch key := k.Key.(type) {
	case *rsa.PublicKey:
		return key.N.BitLen() >= 2048 && key.N.BitLen() <= 8192 && (k.Algorithm == "" || k.Algorithm == "RS256" || k.Algorithm == "PS256")
	case *ecdsa.PublicKey:
		return key.Curve == elliptic.P256() && (k.Algorithm == "" || k.Algorithm == "ES256")
	case ed25519.PublicKey:
		return k.Algorithm == "" || k.Algorithm == "EdDSA"
	}
	return false
}
