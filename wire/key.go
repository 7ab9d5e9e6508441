package wire

import (
	"encoding/json"
	"time"

	"gatehouse/keys"
)

// Key is a signing key: never its private half.
type Key struct {
	ID        string          `json:"kid"`
	Algorithm string          `json:"alg"`
	State     keys.State      `json:"state"`
	Created   time.Time       `json:"created"`
	SignsFrom time.Time       `json:"signs_from,omitzero"`
	Until     time.Time       `json:"until,omitzero"`
	Public    json.RawMessage `json:"jwk,omitempty"`
}

// OfKey returns the shape of k.
func OfKey(k keys.Key) Key {
	return Key{
		ID: k.ID, Algorithm: k.Algorithm, State: k.State,
		Created: k.Created.UTC(), SignsFrom: k.SignsFrom.UTC(), Until: k.Until.UTC(), Public: json.RawMessage(k.Public),
	}
}
