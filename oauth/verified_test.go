package oauth

import (
	"crypto/sha256"
	"fmt"
	"strings"
	"testing"
	"time"
)

// T15: tokens without end do not fill the memory.
func TestVerifiedTokensAreBounded(t *testing.T) {
	t.Parallel()
	var s cacheShard
	now := time.Now()
	live := &AccessToken{expires: now.Add(time.Minute)}
	for i := range 100_000 {
		s.put(sha256.Sum256(fmt.Append(nil, i)), live, now)
	}
	if len(s.tokens) != cacheShardSize {
		t.Fatalf("a shard holds %d tokens, want %d", len(s.tokens), cacheShardSize)
	}
	later := now.Add(time.Hour)
	for i := range 10 * cacheShardSize {
		s.put(sha256.Sum256(fmt.Append(nil, "late", i)), &AccessToken{expires: later.Add(time.Minute)}, later)
	}
	for _, v := range s.tokens {
		if v == live {
			t.Fatal("an expired token was kept in preference to a live one")
		}
	}
}

// A token of the usual length is found without a copy.
func TestATokenIsFoundWithoutAllocation(t *testing.T) {
	var v Verifier
	token := strings.Repeat("x", usual)
	key := hashOf(token)
	v.shard(key).put(key, &AccessToken{}, time.Now())
	if n := testing.AllocsPerRun(100, func() {
		if !v.Known(token) {
			t.Fatal("it is not known")
		}
	}); n != 0 {
		t.Errorf("%.0f allocations", n)
	}
	if hashOf(token+"y") != sha256.Sum256([]byte(token+"y")) {
		t.Error("a longer one has another hash")
	}
}
