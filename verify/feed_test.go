package verify

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func follows(c *Config) { asks(c); c.Feed = true }

func revoked(kind, key string, before time.Time) any {
	return map[string]any{"revoked": map[string]any{"kind": kind, "key": key, "before": before.Unix()}}
}

// followed returns a verifier that has heard the first batch.
func (h *house) followed(changes ...func(*Config)) *Verifier {
	h.t.Helper()
	v := h.verifier(append([]func(*Config){follows}, changes...)...)
	time.Sleep(beat)
	synctest.Wait()
	return v
}

// Each thing that can end takes the tokens that it is about, and no others.
func TestWhatTheFeedSaysEndsTokens(t *testing.T) {
	t.Parallel()
	now := time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC) // where a bubble begins
	at := func(d time.Duration) map[string]any {
		return map[string]any{"iat": now.Add(d).Unix(), "auth_time": now.Add(-time.Hour).Unix()}
	}
	later := map[string]any{"iat": now.Add(2 * time.Second).Unix(), "auth_time": now.Add(2 * time.Second).Unix()}
	for name, c := range map[string]struct {
		event any
		ended []map[string]any
		alive []map[string]any
	}{
		"a loss of the subject": {
			map[string]any{"sub": "usr_ada", "minpv": 11},
			[]map[string]any{{"pv": 10}, {"pv": nil}, {"pv": 1}},
			[]map[string]any{{"pv": 11}, {"pv": 12}, {"sub": "usr_bob"}},
		},
		"a loss of many": {
			map[string]any{"api": "shop", "minpv": 11},
			[]map[string]any{{"pv": 10}, {"sub": "usr_bob", "pv": nil}},
			[]map[string]any{{"pv": 11}},
		},
		"a loss of many, by audience": {
			map[string]any{"api": testAudience, "minpv": 11}, []map[string]any{{"pv": 10}}, []map[string]any{{"pv": 11}},
		},
		"a loss at another API": {map[string]any{"api": "stock", "minpv": 11}, nil, []map[string]any{{"pv": 10}}},
		"a token": {
			revoked("token", "jti-1", now), []map[string]any{at(0), at(-time.Minute)}, []map[string]any{{"jti": "jti-2"}},
		},
		"an authorization": {
			revoked("authorization", "aut_1", now), []map[string]any{at(0)}, []map[string]any{{"azn": "aut_2"}, {"azn": nil}, at(time.Second)},
		},
		"a session": {
			revoked("session", "ses_1", now.Add(24*time.Hour)), []map[string]any{at(0), later}, []map[string]any{{"sid": "ses_2"}, {"sid": nil}},
		},
		"a client": {
			revoked("client", "web", now.Add(time.Second)), []map[string]any{at(0), at(time.Second)}, []map[string]any{{"client_id": "app"}, at(2 * time.Second)},
		},
		"a key":     {revoked("key", "k1", now.Add(24*time.Hour)), []map[string]any{at(0), later}, nil},
		"a consent": {revoked("consent", "usr_ada|web", now), []map[string]any{at(0)}, []map[string]any{{"client_id": "app"}, {"sub": "usr_bob"}}},
		"a person": {
			revoked("user", "usr_ada", now),
			[]map[string]any{at(-time.Second), at(0), at(time.Second)},
			[]map[string]any{{"sub": "usr_bob"}, later, {"auth_time": now.Unix()}, at(2 * time.Second)},
		},
		"everybody": {
			revoked("everybody", "people", now.Add(time.Second)),
			[]map[string]any{at(-time.Second), at(0), at(time.Second), {"sub": "usr_bob"}},
			[]map[string]any{at(2 * time.Second), {"sub": "job", "client_id": "job", "iat": now.Add(-time.Minute).Unix()}},
		},
		"a person but for one session": {
			revoked("others", "usr_ada|ses_2", now),
			[]map[string]any{at(-time.Second), at(0)},
			[]map[string]any{{"sub": "usr_bob"}, later, {"sid": "ses_2", "auth_time": now.Add(-time.Hour).Unix()}},
		},
		"a person of a program's name": {revoked("user", "job", now), nil, []map[string]any{{"sub": "job", "client_id": "job", "iat": now.Add(-time.Minute).Unix()}}},
		"a kind that nobody knows":     {revoked("device", "dev_1", now.Add(24*time.Hour)), []map[string]any{at(0), at(-time.Minute)}, []map[string]any{at(2 * time.Second)}},
		"an event that nobody knows":   {map[string]any{"tenant": "acme"}, []map[string]any{at(0)}, []map[string]any{at(2 * time.Second)}},
		"a name without end":           {revoked("session", strings.Repeat("s", 300), now), []map[string]any{at(0)}, []map[string]any{at(2 * time.Second)}},
		"a reset while following":      {map[string]any{"reset": true}, []map[string]any{at(0)}, []map[string]any{at(2 * time.Second)}},
	} {
		for _, streams := range []bool{true, false} {
			synctest.Test(t, func(t *testing.T) {
				h := newHouse(t)
				h.feed.noSSE = !streams
				v := h.followed()
				tokens := map[string]Reason{}
				for _, change := range c.ended {
					tokens[h.token(change)] = Ended
				}
				for _, change := range c.alive {
					tokens[h.token(change)] = ""
				}
				for token := range tokens {
					h.wants(v, name+", before", token, "")
				}
				h.feed.add(c.event)
				time.Sleep(beat / 2)
				synctest.Wait()
				for token, want := range tokens {
					h.wants(v, fmt.Sprintf("%s (stream %v), %s", name, streams, payloadOf(token)), token, want)
				}
			})
		}
	}
}

func payloadOf(token string) string {
	b, _ := base64.RawURLEncoding.DecodeString(strings.Split(token, ".")[1])
	return string(b)
}

// A verifier that begins hears all that still matters; nothing of before is refused
// for that alone.
func TestAFeedThatBeginsTellsEverything(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		h.feed.add(map[string]any{"sub": "usr_bob", "minpv": 11}, revoked("session", "ses_9", time.Now()))
		v := h.followed()
		h.wants(v, "Ada", h.token(), "")
		h.wants(v, "Bob", h.token(map[string]any{"sub": "usr_bob"}), Ended)
		h.wants(v, "the session", h.token(map[string]any{"sid": "ses_9"}), Ended)
		if h.feed.afters[0] != "" {
			t.Errorf("it began after %q", h.feed.afters[0])
		}
	})
}

// Until all of it came, nobody knows; then nothing is missing.
func TestAFeedThatBeginsInPartsIsNotHeardBeforeTheLast(t *testing.T) {
	t.Parallel()
	for _, streams := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			h := newHouse(t)
			h.feed.noSSE, h.feed.most = !streams, 3
			for i := range 10 {
				h.feed.add(revoked("session", fmt.Sprint("s", i), time.Now()))
			}
			v := h.verifier(follows)
			last, other := h.token(map[string]any{"sid": "s9"}), h.token()
			for range 400 {
				time.Sleep(7 * time.Millisecond)
				if _, err := v.Verify(t.Context(), last); reasonOf(err) != Unavailable && reasonOf(err) != Ended {
					t.Fatalf("stream %v: before all is heard, the token of the last session: %v", streams, err)
				}
			}
			h.wants(v, "the last", last, Ended)
			h.wants(v, "none of them", other, "")
		})
	}
}

// What happened while the connection was broken comes with the next one.
func TestAFeedIsTakenUpWhereItBroke(t *testing.T) {
	t.Parallel()
	for _, streams := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			h := newHouse(t)
			h.feed.noSSE = !streams
			var out bytes.Buffer
			v := h.followed(func(c *Config) { c.Log = slog.New(slog.NewTextHandler(&out, nil)) })
			token := h.token(map[string]any{"exp": time.Now().Add(time.Hour).Unix()})
			h.set(func() { h.down = true })
			h.feed.set(func() { h.feed.silent = true })
			h.feed.breakAll()
			time.Sleep(time.Minute)
			h.wants(v, "while it is broken", token, Unavailable)
			h.feed.set(func() { h.feed.silent = false })
			h.feed.add(map[string]any{"sub": "usr_ada", "minpv": 11})
			h.set(func() { h.down = false })
			time.Sleep(2*feedPauseMax + beat)
			h.wants(v, "what was lost meanwhile", token, Ended)
			h.wants(v, "who lost nothing", h.token(map[string]any{"sub": "usr_bob"}), "")
			if last := h.feed.last(); last != "e1.0" && last != "e1.1" {
				t.Errorf("it asked for what came after %q", last)
			}
			if n := strings.Count(out.String(), "feed_lost"); n != 1 || strings.Count(out.String(), "feed_found") != 1 {
				t.Errorf("the log says\n%s", out.String())
			}
		})
	}
}

// After a restore the numbers of versions begin anew: what was given before counts for nothing.
func TestARestoreEndsWhatWasGivenBefore(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		h.feed.add(map[string]any{"sub": "usr_ada", "minpv": 100})
		v := h.followed()
		before := h.token(map[string]any{"pv": 100})
		h.wants(v, "before", before, "")
		h.feed.set(func() { h.feed.epoch, h.feed.events = "e2", nil })
		h.feed.breakAll()
		time.Sleep(2 * time.Second)
		h.wants(v, "from before the restore", before, Ended)
		h.wants(v, "from after it", h.token(map[string]any{"pv": 3}), "")
	})
}

// While the feed is too old, the three ways to go on.
func TestBehindTheFeed(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		when   Behind
		issuer any
		want   Reason
	}{
		{Refuse, active(), Unavailable},
		{Ask, active(), ""},
		{Ask, map[string]any{"active": false}, Ended},
		{Ask, nil, Unavailable},
		{Serve, nil, ""},
	} {
		synctest.Test(t, func(t *testing.T) {
			h := newHouse(t)
			h.says = func(string) any { return active() }
			v := h.followed(func(cfg *Config) { cfg.WhenBehind = c.when })
			token := h.token()
			h.wants(v, "in time", token, "")
			if err := v.Ready(t.Context()); err != nil {
				t.Errorf("Ready: %v", err)
			}
			gone := h.token(map[string]any{"sid": "ses_gone"})
			h.feed.add(revoked("session", "ses_gone", time.Now()))
			synctest.Wait()
			h.feed.set(func() { h.feed.silent = true })
			synctest.Wait()
			time.Sleep(time.Second)
			h.wants(v, "a second old", token, "")
			time.Sleep(time.Nanosecond)
			h.set(func() {
				h.says = func(string) any {
					if c.issuer == nil {
						return map[string]any{}
					}
					if m, ok := c.issuer.(map[string]any); ok && m["active"] == true {
						return active()
					}
					return c.issuer
				}
			})
			h.wants(v, "older", token, c.want)
			h.wants(v, "what is known to have ended", gone, Ended)
			if err := v.Ready(t.Context()); reasonOf(err) != Unavailable {
				t.Errorf("Ready: %v", err)
			}
		})
	}
}

// A stream that something between holds up is given up for asking, which is as fresh.
func TestAHeldUpStreamIsGivenUpForAsking(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		h.feed.held = true
		v := h.verifier(follows)
		time.Sleep(feedFirst + 2*feedPauseMin)
		synctest.Wait()
		h.wants(v, "by asking", h.token(), "")
		for range 100 { // through all of the phases of asking
			time.Sleep(37 * time.Millisecond)
			h.wants(v, "by asking", h.token(), "")
		}
		h.feed.add(map[string]any{"sub": "usr_ada", "minpv": 11})
		synctest.Wait()
		h.wants(v, "a loss", h.token(), Ended)
		h.feed.set(func() { h.feed.held = false })
		streams := h.feed.streams
		time.Sleep(feedRetry + time.Second)
		synctest.Wait()
		if h.feed.streams != streams+1 {
			t.Errorf("%d streams, %d before", h.feed.streams, streams)
		}
	})
}

// What comes late because something stood still is no news.
func TestLateNewsAreNone(t *testing.T) {
	t.Parallel()
	start := time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)
	d := delays{}
	for _, c := range []struct {
		issued float64
		came   time.Duration
		want   bool
	}{
		{0, 100 * time.Millisecond, false},
		{0, 900 * time.Millisecond, false},
		{1, 1400 * time.Millisecond, false},
		{2, 3950 * time.Millisecond, false},
		{2, 4200 * time.Millisecond, true},
		{5.25, 5400 * time.Millisecond, false},
		{5.5, 6700 * time.Millisecond, true},
		{7, 7 * time.Second, false},
	} {
		b := &batch{Issued: float64(start.Unix()) + c.issued}
		if got := d.late(b, start.Add(c.came), time.Second); got != c.want {
			t.Errorf("made at %v, come after %s: %v", c.issued, c.came, got)
		}
	}
}

// A key that is taken back at once is known by the batch that the next one signed,
// however lately the keys were read.
func TestAKeyThatIsTakenBackIsHeardOfAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		v := h.followed()
		old := h.token()
		h.wants(v, "before", old, "")
		h.set(func() { h.keys = []key{newKey(t, "k2", "ES256")} })
		h.feed.add(revoked("key", "k1", time.Now().Add(24*time.Hour)))
		time.Sleep(beat)
		synctest.Wait()
		h.wants(v, "of the key that is gone", old, Invalid)
		h.wants(v, "of the new key", h.token(), "")
	})
}

// A stream that lags is left for a new one, and what it brought counts as no news.
func TestAStreamThatLagsIsLeft(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		v := h.verifier(func(c *Config) { c.Feed, c.Key = true, "gatehouse_pat_x" })
		v.Close() // the test follows by itself
		v.keys.life = t.Context()
		f, seen := newFeed(v), &delays{}
		batch, _, _ := h.feed.after("")
		if err := f.hear(t.Context(), batch, seen); err != nil || f.behind(time.Now()) {
			t.Fatalf("the first batch: %v", err)
		}
		time.Sleep(3 * time.Second)
		h.feed.add(map[string]any{"sub": "usr_ada", "minpv": 11})
		late, _, _ := h.feed.after(f.cursor)
		time.Sleep(3 * time.Second)
		if err := f.hear(t.Context(), late, seen); !errors.Is(err, errLate) || !f.behind(time.Now()) {
			t.Errorf("a late batch: %v, behind %v", err, f.behind(time.Now()))
		}
		if f.versions["usr_ada"].least != 11 {
			t.Error("what it said does not count")
		}
	})
}

// An answer that was on its way for long is as old as its question.
func TestASlowAnswerIsOld(t *testing.T) {
	t.Parallel()
	for slow, want := range map[time.Duration]Reason{100 * time.Millisecond: "", 2 * time.Second: Unavailable} {
		synctest.Test(t, func(t *testing.T) {
			h := newHouse(t)
			h.feed.noSSE, h.feed.slow = true, slow
			v := h.verifier(follows)
			time.Sleep(2*slow + 2*time.Second)
			synctest.Wait()
			for range 20 {
				time.Sleep(99 * time.Millisecond)
				h.wants(v, slow.String(), h.token(), want)
			}
		})
	}
}

// Who does not know its own id has every API's losses count.
func TestLossesOfAnyAPICountWithoutAnID(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		v := h.followed(func(c *Config) { c.API = "" })
		h.feed.add(map[string]any{"api": "stock", "minpv": 11})
		synctest.Wait()
		h.wants(v, "an older one", h.token(), Ended)
		h.wants(v, "a newer one", h.token(map[string]any{"pv": 11}), "")
	})
}

// Nobody but the issuer tells what ended.
func TestForgedBatchesAreNotHeard(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		v := h.followed()
		now := time.Now()
		good := map[string]any{"iss": testIssuer, "iat": now.Unix(), "cursor": "e1.1", "events": []any{}}
		with := func(name string, value any) map[string]any {
			c := map[string]any{name: value}
			for n, x := range good {
				if n != name {
					c[n] = x
				}
			}
			return c
		}
		k := h.keys[0]
		for name, compact := range map[string]string{
			"an access token":  h.token(),
			"another type":     h.sign(k, "JWT", good),
			"a stranger":       h.sign(newKey(t, "k1", "ES256"), typeFeed, good),
			"another issuer":   h.sign(k, typeFeed, with("iss", "https://evil.example.test")),
			"without a cursor": h.sign(k, typeFeed, with("cursor", "")),
			"a long cursor":    h.sign(k, typeFeed, with("cursor", strings.Repeat("c", maxCursor+1))),
			"of long ago":      h.sign(k, typeFeed, with("iat", now.Add(-time.Hour).Unix())),
			"no form":          h.sign(k, typeFeed, with("events", "all")),
			"nothing":          "",
			"too long":         strings.Repeat("a", maxBatch+1),
		} {
			if _, err := v.feed.read(t.Context(), compact); err == nil {
				t.Errorf("%s is heard", name)
			}
		}
		if _, err := v.feed.read(t.Context(), h.sign(k, typeFeed, good)); err != nil {
			t.Errorf("the good one: %v", err)
		}
		h.wants(v, "a batch as an access token", h.sign(k, typeFeed, claims()), Invalid)
	})
}

// Memory is bounded: what does not fit refuses all from before, once.
func TestWhatDoesNotFitRefusesAllFromBefore(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		v := h.followed(func(c *Config) { c.MaxEntries = 100 })
		for i := range 100 {
			h.feed.add(revoked("session", fmt.Sprint("s", i), time.Now()))
		}
		time.Sleep(beat)
		synctest.Wait()
		mine := h.token()
		h.wants(v, "while there is room", mine, "")
		h.feed.add(revoked("session", "one more", time.Now()))
		synctest.Wait()
		h.wants(v, "beyond it", mine, Ended)
		h.wants(v, "one that was named", h.token(map[string]any{"sid": "s1"}), Ended)
		time.Sleep(2 * time.Second)
		h.wants(v, "got anew", h.token(), "")
		if n := len(v.feed.things) + len(v.feed.versions); n > 100 {
			t.Errorf("%d entries", n)
		}
	})
}

// What no living token can be about is forgotten.
func TestEntriesEndWithTheLastTokenThatTheyMeant(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		v := h.followed(func(c *Config) { c.MaxLifetime = 5 * time.Minute })
		h.feed.add(
			revoked("session", "ses_1", time.Now()), revoked("client", "app", time.Now().Add(time.Minute)),
			map[string]any{"sub": "usr_ada", "minpv": 11}, map[string]any{"api": "shop", "minpv": 5},
		)
		last := h.token(map[string]any{"exp": time.Now().Add(5 * time.Minute).Unix(), "iat": time.Now().Unix()})
		time.Sleep(5*time.Minute - time.Second)
		synctest.Wait()
		h.wants(v, "the last that lives", last, Ended)
		time.Sleep(3 * time.Minute)
		synctest.Wait()
		if n := len(v.feed.things) + len(v.feed.versions); n != 0 || v.feed.ofAPI.least != 0 {
			t.Errorf("%d entries, %+v", n, v.feed.ofAPI)
		}
	})
}

// The feed opens by a service key, or by a token that the client gets and renews.
func TestTheFeedIsOpenedByKeyOrClient(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		v := h.verifier(func(c *Config) { c.Feed, c.Key = true, "gatehouse_pat_x" })
		time.Sleep(beat)
		h.wants(v, "by key", h.token(), "")
		if n := h.count("/oauth2/token"); n != 0 {
			t.Errorf("%d tokens were got", n)
		}
		w := h.verifier(follows)
		time.Sleep(beat)
		h.wants(w, "by client", h.token(), "")
		h.feed.set(func() { h.feed.ticket = "another" }) // a key was taken back, and all that it signed
		h.feed.breakAll()
		time.Sleep(time.Second)
		h.wants(w, "by another token", h.token(), "")
		wrong := h.verifier(follows, func(c *Config) { c.ClientSecret = "wrong" })
		time.Sleep(10 * time.Second)
		h.wants(wrong, "by a wrong secret", h.token(), Unavailable)
	})
}

func FuzzReadEvent(f *testing.F) {
	f.Add("id: 1\nevent: batch\ndata: a.b.c\n\n")
	f.Add(": c\n\n\ndata:x\r\ndata: y\n\n")
	f.Fuzz(func(t *testing.T, s string) {
		r := bufio.NewReader(strings.NewReader(s))
		for range 100 {
			name, data, err := readEvent(r)
			if err != nil {
				return
			}
			if name == "" && data == "" || len(name)+len(data) > len(s) || strings.ContainsAny(name+data, "\n") {
				t.Fatalf("%q gives %q %q", s, name, data)
			}
		}
	})
}
