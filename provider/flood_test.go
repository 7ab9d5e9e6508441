package provider

import (
	"errors"
	"net/http"
	"testing"
	"testing/synctest"
)

// A limiter that cannot answer lets nobody in and keeps nobody out: who proves
// themselves is served, who does not is refused, both as if there were no limiter.
func TestBrokenLimiterDecidesAboutNoClient(t *testing.T) {
	t.Parallel()
	for name, breaks := range map[string]func(l *limiter){
		"it fails": func(l *limiter) { l.err = errors.New("connection refused") },
		"it hangs": func(l *limiter) { l.hangs = true },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				d := newDoor(t)
				breaks(d.limiter)
				if w := d.knock(basic("web", secretOf("web"))); w.Code != http.StatusOK {
					t.Errorf("a client with its secret is answered %d %s", w.Code, w.Body)
				}
				refused(t, d.knock(basic("web", "wrong")), http.StatusUnauthorized, "invalid_client")
				refused(t, d.knock(basic("nobody", "wrong")), http.StatusUnauthorized, "invalid_client")
			})
		})
	}
}

func TestBrokenLimiterDecidesAboutNoToken(t *testing.T) {
	t.Parallel()
	e := newForge(t)
	e.limiter.err = errors.New("connection refused")
	if w := e.getUserinfo(e.token()); w.Code != http.StatusOK {
		t.Errorf("a good token is answered %d %s", w.Code, w.Body)
	}
	if w := e.getUserinfo("garbage"); w.Code != http.StatusUnauthorized {
		t.Errorf("garbage is answered %d %s", w.Code, w.Body)
	}
}
