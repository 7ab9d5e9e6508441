package keys

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"fmt"

	"gatehouse/secret"
)

// snapshot is what the store held at one version, parsed. It never changes.
type snapshot struct {
	version int64
	rows    []Key
	byID    map[string]*material
	signing map[string]*material // by algorithm
	jwks    []byte
	etag    string
}

// newSnapshot parses rows; key pairs that old holds already are taken from it.
// One key that cannot be opened fails the whole: a key set with a hole would
// refuse good tokens.
func newSnapshot(keeper *secret.Keeper, old *snapshot, version int64, rows []Key) (*snapshot, error) {
	s := &snapshot{version: version, rows: rows, byID: map[string]*material{}, signing: map[string]*material{}}
	for _, k := range rows {
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
