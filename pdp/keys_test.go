package pdp_test

import (
	"net/http"
	"testing"

	"gatehouse/access"
)

const question = `{"subject":{"type":"user","id":"usr_ada"},"action":{"name":"read"},"resource":{"type":"shop/orders","id":"42"}}`

// withKey is a shop, and a service account that has a key.
func withKey(grants ...access.Grant) (access.Policy, string) {
	k := keysOf["idle"] // it has no right by itself
	return access.Policy{
		APIs:   []access.API{{ID: "shop", Permissions: []access.Permission{{Resource: "orders", Action: "read"}}, Delegation: access.ByAudience, Servers: []string{"idle"}}},
		Keys:   []access.Key{{ID: k.id, Owner: service("idle"), MAC: k.mac}},
		Grants: grants,
	}, k.text
}

// A client that has the name of a service account may ask as a server; the account
// may not, for that.
func TestAKeyIsOfNoServerOfTheSameName(t *testing.T) {
	t.Parallel()
	p, key := withKey()
	if got := newPoint(t, p).post("/access/v1/evaluation", key, question); got.status != http.StatusForbidden {
		t.Errorf("answered %d %s", got.status, got.body)
	}
}

// Bad keys are bounded for their address, and keep no good one out.
func TestAGoodKeyIsKeptOutByNobodysGuesses(t *testing.T) {
	t.Parallel()
	p, key := withKey(allow("gra_idle", service("idle"), "gatehouse/decisions:read"))
	d := newPoint(t, p)
	const most = 10_000
	guesses := 0
	for ; guesses < most; guesses++ {
		got := d.post("/access/v1/evaluation", access.KeyPrefix+"guess", question)
		if got.status == http.StatusTooManyRequests {
			break
		}
		if got.status != http.StatusUnauthorized {
			t.Fatalf("a guess: answered %d %s", got.status, got.body)
		}
	}
	if guesses == most {
		t.Error("one may guess as often as one likes")
	}
	if got := d.post("/access/v1/evaluation", key, question); got.status != http.StatusOK {
		t.Errorf("the good key: answered %d %s", got.status, got.body)
	}
}
