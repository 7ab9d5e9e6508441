package proxy

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"time"

	"gatehouse/fault"
	"gatehouse/gate"
	"gatehouse/secret"
)

// usedNames remembers until when names are used, and fails if it is told to.
type usedNames struct {
	until map[string]time.Time
	err   error
}

func (o *usedNames) UseOnce(_ context.Context, _, name string, until time.Time) (bool, error) {
	if o.err != nil {
		return false, o.err
	}
	_, used := o.until[name]
	o.until[name] = until
	return !used, nil
}

// A ticket is for one path of one host, and for half a minute.
func TestATicketIsGoodWhereItIsForAndNoLonger(t *testing.T) {
	t.Parallel()
	tickets := &Tickets{Box: secret.NewBox([]byte("a key"))}
	now := time.Now()
	text, err := tickets.seal(ticket{Credential: "c", Host: "a.test", Path: "/ws", Expires: now.Add(TicketLife).Unix(), Name: "n"})
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		host, path string
		after      time.Duration
		want       bool
	}{
		"at once":          {"a.test", "/ws", 0, true},
		"a moment before":  {"a.test", "/ws", TicketLife - time.Second, true},
		"at its end":       {"a.test", "/ws", TicketLife, false},
		"long after":       {"a.test", "/ws", time.Hour, false},
		"at another host":  {"b.test", "/ws", 0, false},
		"for another path": {"a.test", "/ws/", 0, false},
	} {
		if _, ok := tickets.open(text, c.host, c.path, now.Add(c.after)); ok != c.want {
			t.Errorf("%s: %v", name, ok)
		}
	}
}

// That a ticket was used is known for longer than it is good, and a ticket of which nobody
// can know opens nothing.
func TestThatATicketWasUsedIsKnownAsLongAsItIsGood(t *testing.T) {
	t.Parallel()
	o := &usedNames{until: map[string]time.Time{}}
	path, err := gate.ParsePath("/ws")
	if err != nil {
		t.Fatal(err)
	}
	d := &Door{Tickets: Tickets{Box: secret.NewBox([]byte("a key")), Once: o}}
	expires := time.Now().Add(TicketLife)
	text, err := d.Tickets.seal(ticket{Credential: "c", Host: "a.test", Path: "/ws", Expires: expires.Unix(), Name: "n"})
	if err != nil {
		t.Fatal(err)
	}
	shown := func() (*passage, error) {
		p := &passage{door: d, r: &http.Request{Header: http.Header{}}, request: request{host: "a.test", path: path}, upgrade: &upgrade{ticket: text, hasTicket: true}}
		return p, p.redeem()
	}
	o.err = errors.New("away")
	if p, err := shown(); !fault.Is(err, fault.Unavailable) || p.r.Header.Get("Authorization") != "" {
		t.Errorf("while nobody knows: %v", err)
	}
	o.err = nil
	if p, err := shown(); err != nil || p.r.Header.Get("Authorization") != "Bearer c" {
		t.Fatalf("%v", err)
	}
	if !o.until["n"].After(expires) {
		t.Errorf("it is known until %s, and good until %s", o.until["n"], expires)
	}
	if _, err := shown(); err == nil {
		t.Error("it is good twice")
	}
}
