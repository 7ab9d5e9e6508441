package keys

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"sync"

	"github.com/go-jose/go-jose/v4"

	"gatehouse/fault"
	"gatehouse/secret"
)

// rsaBits is the size of RSA keys: the least that RFC 7518 section 3.3 allows,
// and a sixth of the cost of the next one. Who wants more strength takes ES256.
const rsaBits = 2048

// material is a parsed key pair. It never changes, and outlives reloads.
type material struct {
	id, alg string
	private crypto.Signer // nil once retired
	public  crypto.PublicKey
	jwk     json.RawMessage // the public JWK
	headers sync.Map        // typ → the encoded JOSE header, ready for use
}

func unsupported(alg string) error {
	return fault.New(fault.Invalid, "key.algorithm", fmt.Sprintf("There is no signing algorithm %q; use RS256, ES256 or EdDSA.", alg))
}

// generate makes a fresh key pair. RSA takes up to a second: never in a transaction.
func generate(alg string) (*material, error) {
	var private crypto.Signer
	var err error
	switch alg {
	case ES256:
		private, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	case EdDSA:
		_, private, err = ed25519.GenerateKey(rand.Reader)
	case RS256:
		private, err = rsa.GenerateKey(rand.Reader, rsaBits)
	default:
		return nil, unsupported(alg)
	}
	if err != nil {
		return nil, fmt.Errorf("generate a key: %w", err)
	}
	return newMaterial(alg, private)
}

// newMaterial checks that the key fits the algorithm and names it by its
// thumbprint (RFC 7638).
func newMaterial(alg string, private crypto.Signer) (*material, error) {
	if !fits(alg, private) {
		return nil, errors.New("the key is not one of " + alg)
	}
	jwk := jose.JSONWebKey{Key: private.Public(), Algorithm: alg, Use: "sig"}
	sum, err := jwk.Thumbprint(crypto.SHA256)
	if err != nil {
		return nil, fmt.Errorf("thumbprint: %w", err)
	}
	jwk.KeyID = base64.RawURLEncoding.EncodeToString(sum)
	public, err := jwk.MarshalJSON()
	if err != nil {
		return nil, fmt.Errorf("encode the public key: %w", err)
	}
	return &material{id: jwk.KeyID, alg: alg, private: private, public: private.Public(), jwk: public}, nil
}

func fits(alg string, private crypto.Signer) bool {
	switch k := private.(type) {
	case *ecdsa.PrivateKey:
		return alg == ES256 && k.Curve == elliptic.P256()
	case ed25519.PrivateKey:
		return alg == EdDSA
	case *rsa.PrivateKey:
		return alg == RS256 && k.N.BitLen() >= rsaBits
	}
	return false
}

func row(kid string) string { return "keys:private:" + kid }

// sealPublic returns the public JWK of a key that retires, bound to its row in
// the place of the private one: who can write to the database cannot make
// Gatehouse believe a key of their own.
func (m *material) sealPublic(keeper *secret.Keeper) (string, error) {
	return keeper.Seal(secret.PurposeSigning, retiredRow(m.id), m.jwk)
}

func retiredRow(kid string) string { return "keys:public:" + kid }

// openPublic returns the public half of a retired key.
func openPublic(keeper *secret.Keeper, k Key) (*material, error) {
	plain, err := keeper.Open(secret.PurposeSigning, retiredRow(k.ID), k.Sealed)
	if err != nil {
		return nil, err
	}
	var jwk jose.JSONWebKey
	if err := jwk.UnmarshalJSON(plain); err != nil {
		return nil, fmt.Errorf("read the public key: %w", err)
	}
	if jwk.KeyID != k.ID || jwk.Algorithm != k.Algorithm || !jwk.IsPublic() {
		return nil, errors.New("the key is not the one that its id names")
	}
	return &material{id: k.ID, alg: k.Algorithm, public: jwk.Key, jwk: plain}, nil
}

// seal returns the private JWK, encrypted and bound to the key's row.
func (m *material) seal(keeper *secret.Keeper) (string, error) {
	plain, err := jose.JSONWebKey{Key: m.private, KeyID: m.id, Algorithm: m.alg, Use: "sig"}.MarshalJSON()
	if err != nil {
		return "", fmt.Errorf("encode the private key: %w", err)
	}
	return keeper.Seal(secret.PurposeSigning, row(m.id), plain)
}

// open returns the key pair of a stored key. The public half is taken from the
// sealed private one, so that whoever can write to the database still cannot
// make Gatehouse publish or accept a key of their own.
func open(keeper *secret.Keeper, k Key) (*material, error) {
	plain, err := keeper.Open(secret.PurposeSigning, row(k.ID), k.Sealed)
	if err != nil {
		return nil, err
	}
	var jwk jose.JSONWebKey
	if err := jwk.UnmarshalJSON(plain); err != nil {
		return nil, errors.New("the private key cannot be read") // the cause might quote it
	}
	private, ok := jwk.Key.(crypto.Signer)
	if !ok {
		return nil, errors.New("not a private key")
	}
	m, err := newMaterial(k.Algorithm, private)
	if err != nil {
		return nil, err
	}
	if m.id != k.ID {
		return nil, errors.New("the key is not the one that its id names")
	}
	return m, nil
}
