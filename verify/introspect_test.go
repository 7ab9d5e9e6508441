package verify

import (
	"fmt"
	"maps"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

const introspectPath = "/oauth2/introspect"

func active(changes ...map[string]any) map[string]any {
	c := claims(map[string]any{"active": true, "token_type": "Bearer"})
	for _, change := range changes {
		maps.Copy(c, change)
	}
	maps.DeleteFunc(c, func(_ string, v any) bool { return v == nil })
	return c
}

// Which answers of the issuer open something.
func TestAnswersOfTheIssuer(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		says any
		want Reason
	}{
		"active":                 {active(), ""},
		"inactive":               {map[string]any{"active": false}, Ended},
		"inactive, with claims":  {active(map[string]any{"active": false}), Ended},
		"a refresh token":        {active(map[string]any{"token_type": nil}), Invalid},
		"an N_A token":           {active(map[string]any{"token_type": "N_A"}), Invalid},
		"for another API":        {active(map[string]any{"aud": []string{testIssuer}}), Invalid},
		"of another issuer":      {active(map[string]any{"iss": "https://evil.example.test"}), Invalid},
		"over":                   {active(map[string]any{"iat": 1, "exp": 2}), Expired},
		"without an end":         {active(map[string]any{"exp": nil}), Invalid},
		"nothing":                {map[string]any{}, Unavailable},
		"active, as text":        {map[string]any{"active": "true"}, Unavailable},
		"active twice":           {rawJSON(`{"active":false,"active":true}`), Unavailable},
		"another case":           {rawJSON(`{"ACTIVE":true}`), Unavailable},
		"a list":                 {[]any{}, Unavailable},
		"active in another case": {rawJSON(`{"active":false,"Active":true}`), Ended},
	} {
		h := newHouse(t)
		h.says = func(string) any { return c.says }
		h.wants(h.verifier(asks, func(c *Config) { c.Opaque = true }), name, "opaque-token", c.want)
	}
}

type rawJSON string

func (r rawJSON) MarshalJSON() ([]byte, error) { return []byte(r), nil }

// A token that is no JWT is looked up only where that is wanted, and only if it can be a token.
func TestOpaqueTokensAreLookedUpWhereWanted(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.says = func(string) any { return active() }
	h.wants(h.verifier(asks), "not wanted", "opaque", Invalid)
	v := h.verifier(asks, func(c *Config) { c.Opaque = true })
	h.wants(v, "wanted", "opaque", "")
	h.wants(v, "no token at all", "o\x00paque", Invalid)
	h.wants(v, "nothing", "", Invalid)
	before := h.count(introspectPath)
	h.wants(v, "a JWT that is bad", h.token()+"A", Invalid)
	if n := h.count(introspectPath); n != before {
		t.Error("the issuer is asked about a token whose signature is wrong")
	}
	for name, answer := range map[string]http.HandlerFunc{
		"an issuer that fails":   func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(500) },
		"a secret that is wrong": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(401) },
		"an issuer that is slow": func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() },
		"an issuer that redirects": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, testIssuer+"/x", http.StatusTemporaryRedirect)
		},
	} {
		synctest.Test(t, func(t *testing.T) {
			h := newHouse(t)
			h.override[introspectPath] = answer
			h.wants(h.verifier(asks, func(c *Config) { c.Opaque = true }), name, "opaque", Unavailable)
		})
	}
}

// One question serves all who ask at once, and its answer for a second.
func TestAnAnswerIsSharedForASecond(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		h.says = func(string) any { return active() }
		v := h.verifier(asks, func(c *Config) { c.Opaque = true })
		var wg sync.WaitGroup
		for range 100 {
			wg.Go(func() { h.wants(v, "one of many", "opaque", "") })
		}
		wg.Wait()
		if n := h.count(introspectPath); n != 1 {
			t.Errorf("asked %d times", n)
		}
		h.set(func() { h.says = func(string) any { return map[string]any{"active": false} } })
		time.Sleep(time.Second - time.Nanosecond)
		h.wants(v, "within the second", "opaque", "")
		time.Sleep(time.Nanosecond)
		h.wants(v, "after it", "opaque", Ended)
	})
}

// However many tokens are tried, the issuer is asked by 32 at once, and memory is bounded.
func TestAskingIsBounded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		var mu sync.Mutex
		now, most := 0, 0
		h.override[introspectPath] = func(w http.ResponseWriter, _ *http.Request) {
			mu.Lock()
			now++
			most = max(most, now)
			mu.Unlock()
			time.Sleep(time.Millisecond)
			mu.Lock()
			now--
			mu.Unlock()
			w.Header().Set("Content-Type", "application/json")
			_, _ = w.Write([]byte(`{"active":false}`))
		}
		v := h.verifier(asks, func(c *Config) { c.Opaque = true })
		var wg sync.WaitGroup
		for i := range 2 * maxAnswers {
			wg.Go(func() {
				if _, err := v.Verify(t.Context(), fmt.Sprint("t", i)); reasonOf(err) != Ended && reasonOf(err) != Unavailable {
					t.Errorf("%d: %v", i, err)
				}
			})
		}
		wg.Wait()
		if most > maxAsked || len(v.asking.answers) > maxAnswers {
			t.Errorf("%d at once, %d remembered", most, len(v.asking.answers))
		}
		time.Sleep(answersFresh)
		h.wants(v, "afterwards", "another", Ended)
	})
}

// Confirmed decides by what the issuer says now, not by what the token said once.
func TestConfirmedDecidesByTheRightsOfNow(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		says any
		want int
	}{
		"as before":         {active(), 200},
		"the right is gone": {active(map[string]any{"permissions": nil}), 403},
		"for own alone":     {active(map[string]any{"permissions": nil, "permissions_own": []string{"shop/orders:read"}}), 403},
		"ended":             {map[string]any{"active": false}, 401},
		"nobody knows":      {map[string]any{}, 503},
	} {
		h := newHouse(t)
		h.says = func(string) any { return c.says }
		v := h.verifier(asks)
		w := call1(v.RequirePermission("orders:read", Confirmed), hello, get(h.token()))
		if w.Code != c.want {
			t.Errorf("%s: %d %s, want %d", name, w.Code, w.Body, c.want)
		}
		if c.want == 503 && (w.Header().Get("Retry-After") == "" || w.Header().Get("WWW-Authenticate") != "") {
			t.Errorf("%s: %v", name, w.Header())
		}
	}
}

// A token that says nothing of permissions, because there are too many for a header,
// has the issuer asked; one that says some does not.
func TestWhatATokenLeavesOutTheIssuerTells(t *testing.T) {
	t.Parallel()
	silent := map[string]any{"permissions": nil, "permissions_own": nil}
	for name, c := range map[string]struct {
		token  map[string]any
		says   any
		want   int
		asked  int
		client bool
	}{
		"it has the permission":         {silent, active(), 200, 1, true},
		"it has none":                   {silent, active(silent), 403, 1, true},
		"it is ended":                   {silent, map[string]any{"active": false}, 401, 1, true},
		"nobody knows":                  {silent, map[string]any{}, 503, 1, true},
		"nobody can be asked":           {silent, active(), 403, 0, false},
		"the token says another":        {map[string]any{"permissions": []string{"shop/orders:drop"}}, active(), 403, 0, true},
		"the token says own alone":      {map[string]any{"permissions": nil}, active(), 403, 0, true},
		"the token says the permission": {nil, active(), 200, 0, true},
	} {
		h := newHouse(t)
		h.says = func(string) any { return c.says }
		v := h.verifier(func(config *Config) {
			if c.client {
				asks(config)
			}
		})
		w := call1(v.RequirePermission("orders:read"), hello, get(h.token(c.token)))
		if n := h.count(introspectPath); w.Code != c.want || n != c.asked {
			t.Errorf("%s: %d, asked %d times; want %d, %d", name, w.Code, n, c.want, c.asked)
		}
		w = call1(v.RequireToken(), hello, get(h.token(c.token)))
		if n := h.count(introspectPath); w.Code != 200 || n != c.asked {
			t.Errorf("%s: without a permission %d, asked %d times", name, w.Code, n)
		}
	}
}

// An answer from before a loss that the feed told of is no answer, whether it lies
// there or comes from a process that has not heard yet.
func TestAnswersFromBeforeTheFeedAreAskedForAgain(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		learns time.Duration // when the issuer's process does
		want   Reason
	}{"soon": {100 * time.Millisecond, ""}, "not in time": {time.Minute, Unavailable}} {
		synctest.Test(t, func(t *testing.T) {
			h := newHouse(t)
			h.says = func(string) any { return active(map[string]any{"pv": 10}) }
			v := h.followed(func(c *Config) { c.Opaque = true })
			h.wants(v, name+", before", "opaque", "")
			h.feed.add(map[string]any{"sub": "usr_ada", "minpv": 11})
			synctest.Wait()
			begun := time.Now()
			h.set(func() {
				h.says = func(string) any {
					if time.Since(begun) < c.learns {
						return active(map[string]any{"pv": 10})
					}
					return active(map[string]any{"pv": 11, "permissions": nil})
				}
			})
			got, err := v.Verify(t.Context(), "opaque")
			if reasonOf(err) != c.want || err == nil && got.May("orders:read") {
				t.Errorf("%s: %v, %+v", name, err, got)
			}
			if took := time.Since(begun); took > time.Second {
				t.Errorf("%s: after %s", name, took)
			}
			h.says = func(string) any {
				return active(map[string]any{"pv": nil, "permissions": nil, "permissions_own": nil, "roles": nil})
			}
			time.Sleep(time.Second)
			h.wants(v, name+", an answer without rights", "opaque", "")
		})
	}
}
