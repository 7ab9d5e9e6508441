package verify

import (
	"context"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// How often the key set is asked for. A key is announced for much longer than
// keysFresh before it signs, so an unknown one is rare; and whoever sends tokens
// with names of keys that do not exist makes one request in keysPause.
const (
	keysFresh = 5 * time.Minute
	keysPause = 5 * time.Second
	keysFirst = time.Second            // between attempts while there are none
	keysFeed  = 100 * time.Millisecond // for a batch: the feed comes from the issuer itself
	minRSA    = 2048
)

// publicKey is one of the issuer's, with the algorithm that it is for.
type publicKey struct {
	alg    string
	public any
}

// keyList is the key set as it was at a moment.
type keyList struct {
	byID map[string]publicKey
	at   time.Time
}

// keySet follows the issuer's key set (RFC 7517). All who need it at once share
// one request.
type keySet struct {
	fetch  func(ctx context.Context) (map[string]publicKey, error)
	maxAge time.Duration
	life   context.Context // ends with the verifier

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

// find returns the key of an id, if it is for the algorithm. Keys are known until
// they are too old; an id that nobody knows is asked for, but not within pause of the
// last time.
func (k *keySet) find(ctx context.Context, kid, alg string, pause time.Duration) (publicKey, error) {
	if key, ok := k.known(kid); ok {
		return fitting(key, alg)
	}
	err := k.refresh(ctx, pause)
	if key, ok := k.known(kid); ok {
		return fitting(key, alg)
	}
	if err != nil {
		return publicKey{}, unavailable("the issuer's keys", err)
	}
	return publicKey{}, invalid("signed by a key that the issuer does not have")
}

// known looks at what is in memory. A list that is getting old is renewed beside it.
func (k *keySet) known(kid string) (publicKey, bool) {
	list := k.current.Load()
	if list == nil {
		return publicKey{}, false
	}
	age := time.Since(list.at)
	if age >= k.maxAge {
		return publicKey{}, false
	}
	if age >= keysFresh {
		k.start(keysPause)
	}
	key, ok := list.byID[kid]
	return key, ok
}

func fitting(key publicKey, alg string) (publicKey, error) {
	if key.alg != alg {
		return publicKey{}, invalid("the key is for another algorithm")
	}
	return key, nil
}

// refresh waits for a new list, or says how the last attempt ended if it is too
// early for another.
func (k *keySet) refresh(ctx context.Context, pause time.Duration) error {
	f, err := k.start(pause)
	if f == nil {
		return err
	}
	select {
	case <-f.done:
		return f.err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// start joins the request under way or begins one. It returns nil and the last
// outcome if it is too early.
func (k *keySet) start(pause time.Duration) (*flight, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.running != nil {
		return k.running, nil
	}
	if k.current.Load() == nil {
		pause = min(pause, keysFirst)
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
	ctx, cancel := context.WithTimeout(k.life, fetchTimeout)
	defer cancel()
	byID, err := k.fetch(ctx)
	if err == nil {
		k.current.Store(&keyList{byID, time.Now()})
	}
	k.mu.Lock()
	f.err, k.err, k.running = err, err, nil
	k.mu.Unlock()
	close(f.done)
}

// parseKeys reads a key set. Keys that are not for our signatures are left out:
// the set may hold what others need.
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
		alg := algorithmOf(k.Key)
		if alg == "" || k.Algorithm != "" && k.Algorithm != alg || !slices.Contains(allowed, alg) {
			continue
		}
		if _, again := byID[k.KeyID]; again {
			return nil, errors.New("read the key set: two keys have one id")
		}
		byID[k.KeyID] = publicKey{alg, k.Key}
	}
	if len(byID) == 0 {
		return nil, errors.New("read the key set: no key in it is for signatures")
	}
	return byID, nil
}

// algorithmOf returns what a public key signs, "" if nothing here. A private or
// symmetric key is none.
func algorithmOf(key any) string {
	switch key := key.(type) {
	case *ecdsa.PublicKey:
		if key.Curve == elliptic.P256() {
			return string(jose.ES256)
		}
	case *rsa.PublicKey:
		if key.N.BitLen() >= minRSA {
			return string(jose.RS256)
		}
	case ed25519.PublicKey:
		return string(jose.EdDSA)
	}
	return ""
}

// has reports whether a key is in the list, which renews it when it is getting old.
func (k *keySet) has(kid string) bool {
	_, ok := k.known(kid)
	return ok
}

// stale reports whether there is no list that may be used.
func (k *keySet) stale() bool {
	list := k.current.Load()
	return list == nil || time.Since(list.at) >= k.maxAge
}
