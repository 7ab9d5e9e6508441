package keys

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"slices"

	"gatehouse/secret"
)

// snapshot is what the store held at one version, parsed. It never changes.
type snapshot struct {
	version int64
	stamp   int64 // of the version
	rows    []Key // all but the retired
	byID    map[string]*material
	signing map[string]*material // by algorithm
	retired map[string]retired
	jwks    []byte
	etag    string
}

// retired is what is left of a key that is not published any more.
type retired struct {
	*material
	row Key
}

// newSnapshot parses all keys; pairs that old holds already are taken from it.
// One key that cannot be opened fails the whole: a key set with a hole would
// refuse good tokens. A retired one is left out then.
func newSnapshot(keeper *secret.Keeper, old *snapshot, version int64, all []Key) (*snapshot, error) {
	s := &snapshot{version: version, byID: map[string]*material{}, signing: map[string]*material{}, retired: map[string]retired{}}
	for _, k := range all {
		if k.State == Retired {
			s.remember(keeper, old, k)
			continue
		}
		s.rows = append(s.rows, k)
		m := old.material(k)
		if m == nil {
			var err error
			if m, err = open(keeper, k); err != nil {
				return nil, fmt.Errorf("open key %s: %w", k.ID, err)
			}
		}
		s.byID[m.id] = m
		if k.State == Signing {
			s.signing[m.alg] = m
		}
	}
	s.publish()
	return s, nil
}

// remember keeps the public half of a retired key that was not revoked.
func (s *snapshot) remember(keeper *secret.Keeper, old *snapshot, k Key) {
	if k.Sealed == "" {
		return
	}
	if had, ok := old.retired[k.ID]; ok {
		s.retired[k.ID] = retired{had.material, k}
	} else if m, err := openPublic(keeper, k); err == nil {
		s.retired[k.ID] = retired{m, k}
	}
}

// material returns the parsed pair of k if s has it.
func (s *snapshot) material(k Key) *material {
	if s == nil {
		return nil
	}
	m := s.byID[k.ID]
	if m == nil || m.alg != k.Algorithm {
		return nil
	}
	return m
}

// row returns the row of a key that is good for something still.
func (s *snapshot) row(kid string) (Key, bool) {
	if old, ok := s.retired[kid]; ok {
		return old.row, true
	}
	at := slices.IndexFunc(s.rows, func(k Key) bool { return k.ID == kid })
	if at < 0 {
		return Key{}, false
	}
	return s.rows[at], true
}

// publish builds the JSON Web Key Set (RFC 7517 section 5) of all states but
// retired, and its entity tag.
func (s *snapshot) publish() {
	members := make([][]byte, 0, len(s.rows))
	for _, k := range s.rows {
		members = append(members, s.byID[k.ID].jwk)
	}
	s.jwks = append(append([]byte(`{"keys":[`), bytes.Join(members, []byte(","))...), "]}"...)
	sum := sha256.Sum256(s.jwks)
	s.etag = `"` + base64.RawURLEncoding.EncodeToString(sum[:15]) + `"`
}
