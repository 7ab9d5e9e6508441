package oauth_test

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"gatehouse/audit"
	"gatehouse/oauth"
)

// A client that is told that its token is revoked throws it away and sleeps
// well. It is told so only when the revocation is written, and its event with it.
func TestRevocationThatFailsIsNoSuccess(t *testing.T) {
	t.Parallel()
	for _, method := range []string{"Revoke", "InsertEvent"} {
		synctest.Test(t, func(t *testing.T) {
			h := newHouse(t)
			c, claims := web(), oauth.AccessClaims{
				Subject: "usr_ada", ClientID: "web", ID: "jti ada/web/1", Session: "ses_1", Authorization: "aut_ada/web/1",
				Issued: time.Now().Unix(), Expires: time.Now().Add(time.Minute).Unix(),
			}
			by := audit.Actor{Kind: audit.Client, ID: "web"}
			events := len(h.m.s.events)
			full := errors.New("the disk is full")
			h.m.fail(method, full)
			if err := h.RevokeAccess(t.Context(), by, &c, &claims); !errors.Is(err, full) {
				t.Errorf("%s fails: the client is told %v", method, err)
			}
			h.m.fail(method, nil)
			h.step(t)
			if dead := h.dead(h.here); dead != nil || len(h.m.s.events) != events {
				t.Errorf("%s failed: %v are dead, %d events more", method, dead, len(h.m.s.events)-events)
			}
			if err := h.RevokeAccess(t.Context(), by, &c, &claims); err != nil {
				t.Fatal(err)
			}
			if dead := h.dead(h.here); len(dead) != 1 || dead[0] != "ada/web/1" || len(h.m.s.events) != events+1 {
				t.Errorf("after a revocation that works %v are dead, %d events more", dead, len(h.m.s.events)-events)
			}
		})
	}
}
