package verify

import (
	"bytes"
	"log/slog"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// breaking is a way to the house on which something of its owner's breaks.
type breaking struct {
	http.RoundTripper
	breaks atomic.Bool
}

func (b *breaking) RoundTrip(r *http.Request) (*http.Response, error) {
	if b.breaks.Load() {
		panic("a private thought")
	}
	return b.RoundTripper.RoundTrip(r)
}

// What breaks while the issuer is asked ends no program: nobody knows then, and once it is well again
// somebody does.
func TestAPanicBesideARequestIsNoAnswer(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*Config){
		"keys": func(*Config) {}, "the feed": follows, "an answer": func(c *Config) { asks(c); c.Opaque = true },
	} {
		synctest.Test(t, func(t *testing.T) {
			h, log := newHouse(t), &bytes.Buffer{}
			h.says = func(string) any { return active() }
			way, token := &breaking{RoundTripper: wire{h}}, "opaque-token"
			if name != "an answer" {
				token = h.token()
			}
			way.breaks.Store(true)
			v := h.verifier(change, func(c *Config) {
				c.Client, c.Log = &http.Client{Transport: way}, slog.New(slog.NewTextHandler(log, nil))
			})
			h.wants(v, name, token, Unavailable)
			time.Sleep(time.Minute)
			synctest.Wait()
			if said := log.String(); !strings.Contains(said, "panicked") || !strings.Contains(said, "breaking") || strings.Contains(said, token) {
				t.Errorf("%s: the log says %.300q", name, said)
			}
			way.breaks.Store(false)
			time.Sleep(10 * time.Second)
			h.wants(v, name+", once it is well", token, "")
			v.Close()
		})
	}
}
