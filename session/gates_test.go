package session_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"gatehouse/fault"
	"gatehouse/id"
	"gatehouse/proof"
	"gatehouse/secret"
	"gatehouse/session"
)

// door is what a Gates asks: it knows one token, whose session is as it says.
type door struct {
	token, host string
	visitor     session.Visitor
	over, hangs bool
	slow        time.Duration
	asked       session.Visitor
	reads       int
	err         map[string]error // by method
}

func (d *door) InsertGateCode(context.Context, session.GateCode, int) (bool, error) {
	return true, d.err["InsertGateCode"]
}

func (d *door) RedeemGateCode(context.Context, session.GateUse, time.Time) (string, error) {
	return "/", d.err["RedeemGateCode"]
}

func (d *door) GateSession(ctx context.Context, hash []byte, host string, _ time.Time) (id.Session, error) {
	d.reads++
	time.Sleep(d.slow)
	if d.hangs {
		<-ctx.Done()
		return "", ctx.Err()
	}
	if err := d.err["GateSession"]; err != nil {
		return "", err
	}
	if !secret.Equal(hash, secret.Hash(d.token)) || host != d.host {
		return "", fault.Missing("gate_session")
	}
	return d.visitor.Session, nil
}

func (d *door) DeleteGateSession(context.Context, []byte, string) error {
	return d.err["DeleteGateSession"]
}

func (d *door) Visitor(context.Context, id.Session, string) (session.Visitor, error) {
	return d.visitor, d.err["Visitor"]
}

func (d *door) Over(_ context.Context, v session.Visitor) (bool, error) {
	d.asked = v
	return d.over, d.err["Over"]
}

const gateHost = "shop.example.test"

func newGates() (*session.Gates, *door) {
	m, _ := newManager()
	d := &door{token: secret.Token(32), host: gateHost, err: map[string]error{}}
	d.visitor = session.Visitor{Session: "ses_a", User: ada, Level: proof.AAL1, Expires: time.Now().Add(time.Hour)}
	return &session.Gates{Store: d, Manager: m, Standings: d, Endings: d, Seals: secret.NewBox([]byte("a key"))}, d
}

// What was read of a session is believed for a minute, unless something ended since.
func TestAVisitorIsRememberedForAMinuteUnlessSomethingEnded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g, d := newGates()
		visit := func(when string, reads int) {
			t.Helper()
			before := d.reads
			v, err := g.Visitor(t.Context(), d.token, gateHost, "192.0.2.1")
			if err != nil || v.User != ada || d.reads-before != reads {
				t.Errorf("%s: %+v, %v, read %d times, want %d", when, v, err, d.reads-before, reads)
			}
		}
		visit("at first", 1)
		visit("again", 0)
		time.Sleep(59 * time.Second)
		visit("within a minute", 0)
		time.Sleep(time.Second)
		visit("after it", 1)
		d.over = true
		visit("when something ended", 1)
		d.over = false
		d.visitor.Level = proof.AAL2
		visit("after that", 0)
		if v, err := g.Fresh(t.Context(), d.token, gateHost, "192.0.2.1"); err != nil || v.Level != proof.AAL2 {
			t.Errorf("as it is: %+v, %v", v, err)
		}
		d.visitor.Expires = time.Now().Add(70 * time.Second)
		time.Sleep(time.Minute)
		visit("before its end", 1)
		time.Sleep(10 * time.Second)
		visit("after its end", 1) // the store says so, whatever memory holds
		if _, err := g.Visitor(t.Context(), d.token, "other.test", "192.0.2.1"); fault.CodeOf(err) != "session.none" {
			t.Errorf("at another host: %v", err)
		}
	})
}

// Who cannot be asked is neither a yes nor a no.
func TestAFailureSignsNobodyInOrOutAtTheGate(t *testing.T) {
	t.Parallel()
	away := errors.New("away")
	for _, method := range []string{"GateSession", "Visitor", "Over"} {
		g, d := newGates()
		if method == "Over" {
			if _, err := g.Visitor(t.Context(), d.token, gateHost, ""); err != nil {
				t.Fatal(err)
			}
		}
		d.err[method] = away
		if _, err := g.Visitor(t.Context(), d.token, gateHost, ""); !errors.Is(err, away) || fault.Is(err, fault.Unauthenticated) {
			t.Errorf("%s: %v", method, err)
		}
	}
	g, d := newGates()
	d.err["RedeemGateCode"], d.err["InsertGateCode"] = away, away
	if _, _, err := g.Redeem(t.Context(), gateHost, secret.Token(32), secret.Token(32), ""); !errors.Is(err, away) || fault.Is(err, fault.Malformed) {
		t.Errorf("a code: %v", err)
	}
	if _, err := g.Enter(t.Context(), session.Entrance{}, "ses_a"); !errors.Is(err, away) || fault.Is(err, fault.Unauthenticated) {
		t.Errorf("a new code: %v", err)
	}
	// A session whose person has to prove more is over there, and no failure.
	g, d = newGates()
	d.err["Visitor"] = fault.New(fault.Unauthenticated, "session.none", "x")
	if _, err := g.Visitor(t.Context(), d.token, gateHost, ""); fault.CodeOf(err) != "session.ended" {
		t.Errorf("%v", err)
	}
}

// Nobody waits at the gate for a store that does not answer.
func TestAStoreThatHangsKeepsNobodyWaitingAtTheGate(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g, d := newGates()
		d.hangs = true
		begun := time.Now()
		if _, err := g.Visitor(t.Context(), d.token, gateHost, ""); !errors.Is(err, context.DeadlineExceeded) || fault.Is(err, fault.Unauthenticated) || time.Since(begun) > 2*time.Second {
			t.Errorf("after %s: %v", time.Since(begun), err)
		}
	})
}

func TestWhatIsNoTokenIsLookedForNowhere(t *testing.T) {
	t.Parallel()
	g, d := newGates()
	for _, text := range []string{"", "x", d.token + "x", d.token[:42]} {
		if _, err := g.Visitor(t.Context(), text, gateHost, ""); fault.CodeOf(err) != "session.none" {
			t.Errorf("%q: %v", text, err)
		}
		if _, _, err := g.Redeem(t.Context(), gateHost, text, secret.Token(32), ""); fault.CodeOf(err) != "gate.code" {
			t.Errorf("%q as a nonce: %v", text, err)
		}
		if _, _, err := g.Redeem(t.Context(), gateHost, secret.Token(32), text, ""); fault.CodeOf(err) != "gate.code" {
			t.Errorf("%q as a code: %v", text, err)
		}
	}
	if d.reads > 0 {
		t.Errorf("the store was asked %d times", d.reads)
	}
}

// What is ended while it is read is ended since: what was read counts from before it was.
func TestWhatIsReadOfAVisitorIsAsOldAsItsBeginning(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g, d := newGates()
		d.slow = time.Second
		begun := time.Now()
		for range 2 {
			if _, err := g.Visitor(t.Context(), d.token, gateHost, ""); err != nil {
				t.Fatal(err)
			}
		}
		if !d.asked.Read.Equal(begun) {
			t.Errorf("it is said to be of %s, and was asked for at %s", d.asked.Read, begun)
		}
	})
}
