package storetest

import (
	"fmt"
	"testing"
	"time"

	"gatehouse/id"
	"gatehouse/identity"
	"gatehouse/session"
	"gatehouse/store"
)

const gateHost = "app.example.test"

func newGateCode(of id.Session) session.GateCode {
	return session.GateCode{Hash: hash(), Session: of, Host: gateHost, Nonce: hash(), Path: "/a?b", Created: now, Expires: now.Add(time.Minute)}
}

func useOf(c session.GateCode) session.GateUse {
	return session.GateUse{Code: c.Hash, Nonce: c.Nonce, Host: c.Host, Token: hash()}
}

func testGateSessions(t *testing.T, s *store.Store) {
	ctx := t.Context()
	u := insertUser(t, s)
	begin := func(t *testing.T) session.Session {
		t.Helper()
		n := newSession(u.ID)
		ok(t, s.InsertSession(ctx, n, session.MaxPerPerson))
		return n
	}
	code := func(t *testing.T, of id.Session) session.GateCode {
		t.Helper()
		c := newGateCode(of)
		yes(t)(s.InsertGateCode(ctx, c, session.MaxGateSessions))
		return c
	}

	t.Run("BecomeSessionsOnce", func(t *testing.T) {
		n := begin(t)
		c := code(t, n.ID)
		use := useOf(c)
		_, err := s.GateSession(ctx, c.Hash, gateHost, now) // a code is none yet
		missing(t, err)
		for name, wrong := range map[string]session.GateUse{
			"another host":  {Code: use.Code, Nonce: use.Nonce, Host: "other.test", Token: use.Token},
			"another nonce": {Code: use.Code, Nonce: hash(), Host: gateHost, Token: use.Token},
			"another code":  {Code: hash(), Nonce: use.Nonce, Host: gateHost, Token: use.Token},
			"no nonce":      {Code: use.Code, Host: gateHost, Token: use.Token},
		} {
			t.Run(name, func(t *testing.T) {
				_, err := s.RedeemGateCode(ctx, wrong, now)
				missing(t, err)
			})
		}
		same(t, must[string](t)(s.RedeemGateCode(ctx, use, now)), c.Path)
		_, err = s.RedeemGateCode(ctx, use, now)
		missing(t, err)
		same(t, must[id.Session](t)(s.GateSession(ctx, use.Token, gateHost, n.Expires.Add(-time.Second))), n.ID)
		for _, at := range []struct {
			host string
			time time.Time
		}{{"other.test", now}, {gateHost, n.Expires}} {
			_, err := s.GateSession(ctx, use.Token, at.host, at.time)
			missing(t, err)
		}
		ok(t, s.DeleteGateSession(ctx, use.Token, "other.test"))
		must[id.Session](t)(s.GateSession(ctx, use.Token, gateHost, now))
		ok(t, s.DeleteGateSession(ctx, use.Token, gateHost))
		_, err = s.GateSession(ctx, use.Token, gateHost, now)
		missing(t, err)
	})
	t.Run("AreNoneOfACodeThatIsOver", func(t *testing.T) {
		c := code(t, begin(t).ID)
		_, err := s.RedeemGateCode(ctx, useOf(c), c.Expires)
		missing(t, err)
	})
	t.Run("AreNoneOfASessionThatIsOver", func(t *testing.T) {
		n := begin(t)
		c := code(t, n.ID)
		must[[]id.Session](t)(s.RevokeSessions(ctx, session.Filter{Session: n.ID}, "test", now))
		_, err := s.RedeemGateCode(ctx, useOf(c), now)
		missing(t, err)
		no(t)(s.InsertGateCode(ctx, newGateCode(n.ID), session.MaxGateSessions))
		no(t)(s.InsertGateCode(ctx, newGateCode(id.NewSession()), session.MaxGateSessions))
	})
	t.Run("AreAsManyAsTheyMayBe", func(t *testing.T) {
		n := begin(t)
		var all []session.GateCode
		for i := range 4 {
			c := newGateCode(n.ID)
			c.Created = now.Add(time.Duration(i) * time.Second)
			yes(t)(s.InsertGateCode(ctx, c, 3))
			all = append(all, c)
		}
		for i, c := range all {
			if _, err := s.RedeemGateCode(ctx, useOf(c), now); (err == nil) != (i > 0) {
				t.Errorf("code %d: %v", i, err)
			}
		}
	})
	t.Run("OfManyAtOnceOneFindsTheCode", func(t *testing.T) {
		c := code(t, begin(t).ID)
		found := make(chan error)
		const many = 8
		for range many {
			go func() {
				_, err := s.RedeemGateCode(ctx, useOf(c), now)
				found <- err
			}()
		}
		good := 0
		for range many {
			if err := <-found; err == nil {
				good++
			} else {
				missing(t, err)
			}
		}
		same(t, good, 1)
	})
}

// dueGateSessions are codes and sessions at the gate that are over.
func dueGateSessions(t *testing.T, s *store.Store, u identity.User) swept {
	n := newSession(u.ID)
	ok(t, s.InsertSession(t.Context(), n, session.MaxPerPerson))
	past, present := newGateCode(n.ID), newGateCode(n.ID)
	past.Expires = now
	for i, c := range []session.GateCode{past, present} {
		c.Path = fmt.Sprint("/", i)
		yes(t)(s.InsertGateCode(t.Context(), c, session.MaxGateSessions))
	}
	return swept{map[string]int64{"gate sessions": 1}, func() {
		same(t, must[string](t)(s.RedeemGateCode(t.Context(), useOf(present), now)), "/1")
	}}
}
