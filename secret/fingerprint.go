package secret

import "encoding/hex"

// Fingerprint tells master keys apart and says nothing about m: sixteen hex
// digits.
func (m Master) Fingerprint() string {
	return hex.EncodeToString(m.Key("fingerprint")[:8])
}

// Key returns 32 bytes for one use that the label names. The same label gives
// the same bytes as long as the master key is the same.
func (m Master) Key(label string) []byte {
	key, err := derive(m[:], "master "+label)
	if err != nil {
		panic("secret: derive a key: " + err.Error()) // as at Keeper.Key: all lengths are fixed
	}
	return key
}
