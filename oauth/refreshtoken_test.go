package oauth_test

import (
	"bytes"
	"encoding/base64"
	"strings"
	"testing"

	"gatehouse/id"
	"gatehouse/oauth"
	"gatehouse/secret"
)

var codec = oauth.RefreshCodec{Key: bytes.Repeat([]byte{7}, 32), KeyID: 1}

func TestRefreshTokenTellsItsFamilyAndGeneration(t *testing.T) {
	t.Parallel()
	family, b := id.NewFamily()
	seen := map[string]bool{}
	for _, generation := range []uint32{1, 2, 3, 255, 256, 1<<32 - 1} {
		token, hash := codec.Mint(b, generation)
		got, err := codec.Parse(token)
		if err != nil {
			t.Fatal(err)
		}
		if got.Family != family || got.Generation != generation || !bytes.Equal(got.SecretHash, hash) || len(hash) != 32 {
			t.Errorf("Parse = %+v, want %s, %d, %x", got, family, generation, hash)
		}
		if !strings.HasPrefix(token, "gatehouse_rt_") || seen[token] {
			t.Errorf("token %q", token)
		}
		seen[token] = true
	}
	a, hashA := codec.Mint(b, 1)
	c, hashC := codec.Mint(b, 1)
	if a == c || bytes.Equal(hashA, hashC) {
		t.Error("two tokens of a generation are the same")
	}
}

func TestTamperedRefreshTokensAreRefused(t *testing.T) {
	t.Parallel()
	_, b := id.NewFamily()
	token, _ := codec.Mint(b, 1)
	text := strings.TrimPrefix(token, oauth.RefreshPrefix)
	raw, err := secret.Decode(text)
	if err != nil {
		t.Fatal(err)
	}
	bad := []string{
		"", "gatehouse_rt_", text, "gatehouse_cs_" + text, "Gatehouse_rt_" + text, oauth.RefreshPrefix + token,
		token + "=", token + "==", token + "A", token + "\n", " " + token, token + " ", token + "\x00", token + "." + token,
		token[:len(token)-1], token[:40] + "\n" + token[41:], token[:40] + "\r\n" + token[40:],
		strings.ToUpper(token), strings.ToLower(token), strings.Repeat("A", 10_000), oauth.RefreshPrefix + strings.Repeat("A", len(text)),
		oauth.RefreshPrefix + base64.RawURLEncoding.EncodeToString(append(bytes.Clone(raw), 0)),
	}
	for n := range raw {
		bad = append(bad, oauth.RefreshPrefix+base64.RawURLEncoding.EncodeToString(raw[:n]))
	}
	for bit := range len(raw) * 8 {
		flipped := bytes.Clone(raw)
		flipped[bit/8] ^= 1 << (bit % 8)
		bad = append(bad, oauth.RefreshPrefix+base64.RawURLEncoding.EncodeToString(flipped))
	}
	for i := range text { // every other spelling of the last character's spare bits included
		for _, c := range "AQgw-_=." {
			if byte(c) != text[i] {
				bad = append(bad, oauth.RefreshPrefix+text[:i]+string(c)+text[i+1:])
			}
		}
	}
	for _, s := range bad {
		if got, err := codec.Parse(s); err == nil {
			t.Errorf("Parse(%q) = %+v", s, got)
		}
	}
	for name, other := range map[string]oauth.RefreshCodec{
		"another key":    {Key: bytes.Repeat([]byte{8}, 32), KeyID: 1},
		"another key id": {Key: codec.Key, KeyID: 2},
	} {
		if _, err := other.Parse(token); err == nil {
			t.Errorf("%s accepts the token", name)
		}
	}
	if _, err := codec.Parse(token); err != nil {
		t.Errorf("the token itself: %v", err)
	}
}

func FuzzParseRefresh(f *testing.F) {
	_, b := id.NewFamily()
	token, _ := codec.Mint(b, 1)
	f.Add(token)
	f.Add(oauth.RefreshPrefix)
	f.Add(token[:len(token)-1] + "_")
	f.Fuzz(func(t *testing.T, s string) {
		got, err := codec.Parse(s)
		if err != nil {
			return
		}
		raw, err := base64.RawURLEncoding.DecodeString(strings.TrimPrefix(s, oauth.RefreshPrefix))
		if err != nil || len(raw) != 70 || oauth.RefreshPrefix+base64.RawURLEncoding.EncodeToString(raw) != s {
			t.Fatalf("Parse accepted another spelling: %q", s)
		}
		if !bytes.Equal(raw[54:], secret.MAC(codec.Key, string(raw[:54]))[:16]) || !bytes.Equal(got.SecretHash, secret.Hash(string(raw[22:54]))) {
			t.Fatalf("Parse(%q) = %+v without the right MAC", s, got)
		}
	})
}

func BenchmarkRefreshMint(b *testing.B) {
	_, family := id.NewFamily()
	b.ReportAllocs()
	for b.Loop() {
		codec.Mint(family, 1)
	}
}

func BenchmarkRefreshParse(b *testing.B) {
	_, family := id.NewFamily()
	token, _ := codec.Mint(family, 1)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := codec.Parse(token); err != nil {
			b.Fatal(err)
		}
	}
}
