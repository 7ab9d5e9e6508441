package secret_test

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"testing"

	"gatehouse/secret"
)

func TestTokensAreLongAndNeverTheSame(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for range 1000 {
		token := secret.Token(32)
		if b, err := secret.Decode(token); err != nil || len(b) != 32 {
			t.Fatalf("Decode(%q) = %d bytes, %v; want 32", token, len(b), err)
		}
		if seen[token] {
			t.Fatal("the same token came twice")
		}
		seen[token] = true
	}
}

func TestDecodeKnowsOneSpellingOnly(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"YQ==", "YR", "Y", "YQ\n", "\nYWJj", "YWJj\r\n", "YW Jj", "+/8", "YWJj=", "Y\x00", "é"} {
		if b, err := secret.Decode(s); err == nil {
			t.Errorf("Decode(%q) = %x, want an error", s, b)
		}
	}
	if b, err := secret.Decode("YQ"); err != nil || string(b) != "a" {
		t.Errorf("Decode(YQ) = %q, %v", b, err)
	}
}

// The vector is test case 2 of RFC 4231.
func TestMACIsHMACSHA256(t *testing.T) {
	t.Parallel()
	got := fmt.Sprintf("%x", secret.MAC([]byte("Jefe"), "what do ya want for nothing?"))
	if want := "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"; got != want {
		t.Errorf("MAC = %s, want %s", got, want)
	}
	if got, want := fmt.Sprintf("%x", secret.Hash("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"; got != want {
		t.Errorf("Hash = %s, want %s", got, want)
	}
	if !secret.Equal([]byte("a"), []byte("a")) || secret.Equal([]byte("a"), []byte("b")) || secret.Equal([]byte("a"), nil) {
		t.Error("Equal is wrong")
	}
}

func TestOnlyTheTokenOpensWhatWasSealedUnderIt(t *testing.T) {
	t.Parallel()
	token := secret.Token(32)
	sealed, err := secret.SealUnder(token, []byte("the successor"))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := secret.OpenUnder(token, sealed); err != nil || string(got) != "the successor" {
		t.Fatalf("OpenUnder = %q, %v", got, err)
	}
	if _, err := secret.OpenUnder(secret.Token(32), sealed); err == nil {
		t.Error("another token opened it")
	}
	for bit := range len(sealed) * 8 {
		if _, err := secret.OpenUnder(token, flip(sealed, bit)); err == nil {
			t.Fatalf("it opened with bit %d flipped", bit)
		}
	}
	for n := range sealed {
		if _, err := secret.OpenUnder(token, sealed[:n]); err == nil {
			t.Fatalf("it opened when cut to %d bytes", n)
		}
	}
	if _, err := secret.SealUnder("", []byte("x")); err == nil {
		t.Error("an empty token served as a key")
	}
}

func flip(b []byte, bit int) []byte {
	out := bytes.Clone(b)
	out[bit/8] ^= 1 << (bit % 8)
	return out
}

func encode(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }
