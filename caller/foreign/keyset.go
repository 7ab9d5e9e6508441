package foreign

import (
	"context"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// How often the keys of an issuer are asked for, and how long those of before count while it
// does not answer. Whoever sends names of keys that do not exist makes one request in
// keysPause.
const (
	keysFresh = 5 * time.Minute
	keysPause = 10 * time.Second
	keysFirst = time.Second // between attempts while there are none
	keysLast  = time.Hour
	maxKeys   = 64
	minRSA    = 2048 // bits
	maxRSA    = 8192 // more would cost whoever checks
)

// publicKey is a key of an issuer's, with the algorithm that it is for; "" for all that it
// fits.
type publicKey struct {
	alg    string
	public any
	sum    digest // of the key itself, whatever it is called and for
}

// keyList is the key set as it was at a moment.
type keyList struct {
	byID map[string]publicKey
	at   time.Time
}

// keySet follows the key set of an issuer. All who need it at once share one request.
type keySet struct {
	fetch   func(ctx context.Context) (map[string]publicKey, error)
	current atomic.Pointer[keyList]

	mu      sync.Mutex
	running *flight
	last    time.Time // when the last request began
	err     error     // and how it ended
}

// flight is a request under way.
type flight struct {
	done chan struct{}
	err  error
}

var errNoKey = errors.New("signed by a key that the issuer does not have")

// find returns the key of an id. An id that nobody knows is asked for, but not within
// keysPause of the last time. Its error is errNoKey, ErrLater, or why nobody can tell.
func (k *keySet) find(ctx context.Context, kid string) (publicKey, error) {
	if key, ok := k.known(kid); ok {
		return key, nil
	}
	f, err := k.start()
	if f != nil && atOnce(ctx) {
		return publicKey{}, ErrLater
	}
	if f != nil {
		err = f.wait(ctx)
	}
	if key, ok := k.known(kid); ok {
		return key, nil
	}
	if err != nil {
		return publicKey{}, err
	}
	return publicKey{}, errNoKey
}

func (f *flight) wait(ctx context.Context) error {
	select {
	case <-f.done:
		return f.err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// known looks at what is in memory. A list that is getting old is renewed beside it, and one
// that is too old counts no more.
func (k *keySet) known(kid string) (publicKey, bool) {
	list := k.current.Load()
	if list == nil {
		return publicKey{}, false
	}
	age := time.Since(list.at)
	if age >= keysLast {
		return publicKey{}, false
	}
	if age >= keysFresh {
		_, _ = k.start() // whoever has the key waits for nobody
	}
	key, ok := list.byID[kid]
	return key, ok
}

// start joins the request under way or begins one. It returns nil and the last outcome if it
// is too early.
func (k *keySet) start() (*flight, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.running != nil {
		return k.running, nil
	}
	pause := keysPause
	if k.current.Load() == nil {
		pause = keysFirst
	}
	if !k.last.IsZero() && time.Since(k.last) < pause {
		return nil, k.err
	}
	f := &flight{done: make(chan struct{})}
	k.running, k.last = f, time.Now()
	go k.run(f)
	return f, nil
}

func (k *keySet) run(f *flight) {
	ctx, cancel := context.WithTimeout(context.Background(), fetchTimeout)
	defer cancel()
	byID, err := whole(func() (map[string]publicKey, error) { return k.fetch(ctx) })
	if err == nil {
		k.current.Store(&keyList{byID, time.Now()})
	}
	k.mu.Lock()
	f.err, k.err, k.running = err, err, nil
	k.mu.Unlock()
	close(f.done)
}

// parseKeys reads a key set. Keys that are not for signatures that are taken here are left
// out: the set may hold what others need.
func parseKeys(body []byte, allowed []string) (map[string]publicKey, error) {
	var set struct {
		Keys []json.RawMessage `json:"keys"`
	}
	if err := json.Unmarshal(body, &set); err != nil {
		return nil, fmt.Errorf("read the key set: %w", err)
	}
	if len(set.Keys) > maxKeys {
		return nil, fmt.Errorf("read the key set: it has %d keys", len(set.Keys))
	}
	byID := map[string]publicKey{}
	for _, raw := range set.Keys {
		var k jose.JSONWebKey
		if json.Unmarshal(raw, &k) != nil || k.KeyID == "" || k.Use != "" && k.Use != "sig" {
			continue
		}
		key := keyOf(k.Algorithm, k.Key)
		if !slices.ContainsFunc(allowed, key.fits) {
			continue
		}
		if _, again := byID[k.KeyID]; again {
			return nil, errors.New("read the key set: two keys have one id")
		}
		byID[k.KeyID] = key
	}
	if len(byID) == 0 {
		return nil, errors.New("read the key set: no key in it is for signatures that are taken here")
	}
	return byID, nil
}

// keyOf makes a key of what an issuer publishes. What is none for signatures fits nothing.
func keyOf(alg string, public any) publicKey {
	text, err := x509.MarshalPKIXPublicKey(public)
	if err != nil {
		return publicKey{}
	}
	return publicKey{alg, public, sha256.Sum256(text)}
}

// fits reports whether the key may check what an algorithm signed. A private or a symmetric
// one checks nothing: neither is to be published.
func (k publicKey) fits(alg string) bool {
	if k.alg != "" && k.alg != alg {
		return false
	}
	switch public := k.public.(type) {
	case *rsa.PublicKey:
		return (alg[0] == 'R' || alg[0] == 'P') && public.N.BitLen() >= minRSA && public.N.BitLen() <= maxRSA
	case *ecdsa.PublicKey:
		return curves[alg] == public.Curve.Params().Name
	case ed25519.PublicKey:
		return alg == "EdDSA"
	}
	return false
}

// curves are those of the algorithms (RFC 7518 section 3.4).
var curves = map[string]string{"ES256": "P-256", "ES384": "P-384", "ES512": "P-521"}
