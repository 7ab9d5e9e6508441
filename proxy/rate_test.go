package proxy

import (
	"testing"

	"gatehouse/access"
	"gatehouse/caller"
	"gatehouse/gate"
	"gatehouse/id"
	"gatehouse/web"
)

// Whoever is called alike and is somebody else is counted apart (T6).
func TestNobodyIsCountedAsAnother(t *testing.T) {
	t.Parallel()
	p := &passage{info: &web.Info{IP: "192.0.2.1"}}
	seen := map[string]string{}
	for what, c := range map[string]struct {
		per gate.Per
		who *caller.Caller
	}{
		"a person":           {gate.PerSubject, &caller.Caller{Subject: access.Subject{Kind: access.User, ID: "one"}, Key: "key_a"}},
		"an account":         {gate.PerSubject, &caller.Caller{Subject: access.Subject{Kind: access.ServiceAccount, ID: "one"}}},
		"a client":           {gate.PerSubject, &caller.Caller{Subject: access.Subject{Kind: access.Client, ID: "one"}}},
		"a key":              {gate.PerKey, &caller.Caller{Subject: access.Subject{Kind: access.ServiceAccount, ID: "one"}, Key: id.ServiceKey("one")}},
		"another key":        {gate.PerKey, &caller.Caller{Subject: access.Subject{Kind: access.ServiceAccount, ID: "one"}, Key: id.ServiceKey("other")}},
		"one that is a kind": {gate.PerSubject, &caller.Caller{Subject: access.Subject{Kind: access.ServiceAccount, ID: "user:one"}}},
		"an address":         {gate.PerAddress, nil},
	} {
		key := p.counted(c.per, c.who)
		if other := seen[key]; other != "" {
			t.Errorf("%s and %s are counted as one: %s", what, other, key)
		}
		seen[key] = what
	}
	for what, kind := range map[string]access.Kind{"a person": access.User, "an account": access.ServiceAccount, "a client": access.Client} {
		one := &passage{info: p.info, caller: &caller.Caller{Subject: access.Subject{Kind: kind, ID: "one"}}}
		if other := seen[one.countsFor()]; other != "" {
			t.Errorf("the streams of %s are counted as those of %s", what, other)
		}
		seen[one.countsFor()] = what
	}
}
