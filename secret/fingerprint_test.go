package secret

import (
	"encoding/hex"
	"strings"
	"testing"
)

// A fingerprint stands in every back-up, in logs and on terminals: it tells keys
// apart and holds nothing of them.
func TestAFingerprintTellsKeysApartAndHoldsNothingOfThem(t *testing.T) {
	t.Parallel()
	var a, b Master
	for i := range a {
		a[i], b[i] = byte(17*i+3), byte(17*i+3)
	}
	b[len(b)-1]++
	if again := a; a.Fingerprint() == b.Fingerprint() || again.Fingerprint() != a.Fingerprint() || len(a.Fingerprint()) != 16 {
		t.Errorf("the fingerprints are %s and %s", a.Fingerprint(), b.Fingerprint())
	}
	for label, derived := range map[string]string{"fingerprint": a.Fingerprint(), "key": hex.EncodeToString(a.Key("backup"))} {
		for i := range len(a) - 3 {
			if part := hex.EncodeToString(a[i : i+4]); strings.Contains(derived, part) {
				t.Errorf("the %s %s holds bytes %d to %d of the key", label, derived, i, i+3)
			}
		}
	}
	if hex.EncodeToString(a.Key("backup"))[:16] == a.Fingerprint() || string(a.Key("backup")) == string(a.Key("another")) {
		t.Error("what one use may know is the key of another")
	}
}
