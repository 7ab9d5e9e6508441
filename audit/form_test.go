package audit

import (
	"encoding/hex"
	"encoding/json"
	"testing"
	"time"
)

// What an older version recorded and sealed is read by every later one: the text of an entry, its
// leaf and both MACs have the form that they had at first. The values were not made by this code.
func TestWhatWasSealedOnceStaysSealed(t *testing.T) {
	t.Parallel()
	bytesFrom := func(first byte) []byte {
		b := make([]byte, saltSize)
		for i := range b {
			b[i] = first + byte(i)
		}
		return b
	}
	e := &Entry{Event: Event{
		ID: "evt_a", At: time.Date(2026, 11, 29, 3, 4, 5, 600000000, time.UTC), Action: "grant.revoke", Target: Target{Kind: "grant", ID: "gra_a"}, User: "usr_bob", Client: "till",
		Actor:   Actor{Kind: Person, ID: "usr_ada", Key: "key_a", Session: "ses_a", Client: "web", Request: "req_a", IP: "192.0.2.7", Agent: "a <browser>"},
		Outcome: Refused, Reason: ReasonNotHeld, Before: json.RawMessage(`{"n":1}`), After: json.RawMessage(`{"n": 2}`),
	}, OriginSalt: bytesFrom(0), DocumentsSalt: bytesFrom(16)}
	e.Origin, e.Documents = commit(e.OriginSalt, e.originText()), commit(e.DocumentsSalt, e.documentsText())
	leaf := e.leaf()
	u := testKeys("a").unsealed(e)
	sealed := testKeys("a").sealedMAC(&Leaf{Seq: 7, Event: e.ID, At: e.At, Hash: leaf})
	for what, c := range map[string]struct{ got, want string }{
		"the entry":                 {string(e.text()), `{"v":1,"id":"evt_a","at":"2026-11-29T03:04:05.600000Z","actor_kind":"person","actor_id":"usr_ada","actor_key":"key_a","actor_session":"ses_a","actor_client":"web","request":"req_a","action":"grant.revoke","target_kind":"grant","target_id":"gra_a","user":"usr_bob","client":"till","outcome":"refused","reason":"not_held","origin":"2434280b318908065e20bb31e04e9c641348bab00b61c741f4d31a0760547a35","documents":"00dee719a1da4f079d1022bda7f435dacce317ae05969f115cf6d756af6eec2b"}`},
		"the leaf":                  {hex.EncodeToString(leaf[:]), "ac47e3d8611cae18568ea79fdd0420bb6f49f0b301f0c7d250b6d3235be9145e"},
		"the MAC of what waits":     {hex.EncodeToString(u.MAC), "c35cd8e0912c520465e4da9dbc9fe3c8"},
		"the MAC of what is sealed": {hex.EncodeToString(sealed), "c35cd8e0912c520465e4da9dbc9fe3c8122f732dfb624486b24706d422a3f57f"},
	} {
		if c.got != c.want {
			t.Errorf("%s is %s, want %s", what, c.got, c.want)
		}
	}
	if problem, _, _ := e.broken(); problem != "" {
		t.Error(problem)
	}
}
