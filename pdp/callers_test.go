package pdp_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"gatehouse/access"
	"gatehouse/oauth"
	"gatehouse/pdp"
	"gatehouse/proof"
)

// Each caller at each endpoint. What it is asked about is an order of the shop; of the
// bank in the last column, where it is not explained.
func TestCallersAreToldWhatTheyMayKnow(t *testing.T) {
	t.Parallel()
	p := shop()
	p.APIs[1].Servers = []string{"both-server"}
	p.APIs[0].Servers = append(p.APIs[0].Servers, "both-server", "off-server", "locked-server", "denied-server")
	p.Principals = append(p.Principals, access.Principal{Subject: client("off-server"), Disabled: true})
	p.Locks = []access.Lock{{On: access.LockTarget{Kind: access.LockClient, ID: "locked-server"}}, {On: access.LockTarget{Kind: access.LockSession, ID: "ses_locked"}}}
	p.Grants = append(p.Grants,
		allow("gra_auditor", user("usr_auditor"), "gatehouse/decisions:read"),
		allow("gra_explainer", user("usr_auditor"), "gatehouse/explain:read"),
		allow("gra_careful", user("usr_careful"), "gatehouse/decisions:read", func(g *access.Grant) { g.Requires = access.Requirement{Level: proof.AAL2, MaxAge: time.Hour} }),
		allow("gra_denied", client("denied-server"), "gatehouse/decisions:read", func(g *access.Grant) { g.Effect = access.Deny }),
		allow("gra_was", client("former"), "gatehouse/decisions:read", func(g *access.Grant) { g.ExpiresAt = time.Now().Add(-time.Second) }),
	)
	d := newPoint(t, p)
	aud := func(all ...string) func(*oauth.AccessClaims) {
		return func(c *oauth.AccessClaims) { c.Audience = all }
	}
	d.tokens.give("both", "both-server", "")
	d.tokens.give("off", "off-server", "")
	d.tokens.give("locked", "locked-server", "")
	d.tokens.give("denied", "denied-server", "")
	d.tokens.give("former", "former", "")
	d.tokens.give("auditor", "web", "usr_auditor")
	d.tokens.give("locked-session", "web", "usr_auditor", func(c *oauth.AccessClaims) { c.Session = "ses_locked" })
	d.tokens.give("careful", "web", "usr_careful")
	d.tokens.give("careful-aal2", "web", "usr_careful", func(c *oauth.AccessClaims) { c.ACR = "aal2" })
	d.tokens.give("person-at-shop", "shop-server", ada)
	d.tokens.give("for-issuer", "decider", "", aud(issuer))
	d.tokens.give("for-shop", "decider", "", aud("https://shop.test"))
	d.tokens.give("for-both", "decider", "", aud(issuer+"/api", "https://shop.test"))
	d.tokens.give("for-twice", "decider", "", aud(issuer+"/api", issuer+"/api"))
	d.tokens.give("for-longer", "decider", "", aud(issuer+"/api/"))
	const (
		yes, no = http.StatusOK, http.StatusForbidden
		nobody  = http.StatusUnauthorized
		unknown = "caller.unknown"
		forbid  = "caller.forbidden"
		stepUp  = "caller.proof"
	)
	key := func(name string) string { return keysOf[name].text }
	changed := []byte(key("ops"))
	changed[40] ^= 1
	for token, c := range map[string]struct {
		shop, explain, bank int
		code                string // of a refusal at the shop
	}{
		"":               {nobody, nobody, nobody, unknown},
		"garbage":        {nobody, nobody, nobody, unknown},
		"decider":        {yes, no, yes, ""},
		"auditor":        {yes, yes, yes, ""},
		"locked-session": {nobody, nobody, nobody, unknown},
		"careful":        {nobody, no, nobody, stepUp},
		"careful-aal2":   {yes, no, yes, ""},
		"shop":           {yes, no, no, ""},
		"both":           {yes, no, yes, ""},
		"off":            {nobody, nobody, nobody, unknown},
		"locked":         {nobody, nobody, nobody, unknown},
		"denied":         {no, no, no, forbid},
		"former":         {no, no, no, forbid},
		"stranger":       {no, no, no, forbid},
		"person-at-shop": {no, no, no, forbid},
		"for-issuer":     {nobody, nobody, nobody, unknown},
		"for-shop":       {nobody, nobody, nobody, unknown},
		"for-both":       {nobody, nobody, nobody, unknown},
		"for-twice":      {nobody, nobody, nobody, unknown},
		"for-longer":     {nobody, nobody, nobody, unknown},
		key("ops"):       {yes, no, yes, ""},
		key("idle"):      {no, no, no, forbid},
		key("late"):      {nobody, nobody, nobody, unknown},
		key("retired"):   {nobody, nobody, nobody, unknown},
		key("held"):      {nobody, nobody, nobody, unknown},
		key("unknown"):   {nobody, nobody, nobody, unknown},
		string(changed):  {nobody, nobody, nobody, unknown},
		"gatehouse_pat_": {nobody, nobody, nobody, unknown},
	} {
		for _, path := range paths {
			want := c.shop
			if path == pdp.PathExplain {
				want = c.explain
			}
			a := d.post(path, token, ask("user", ada, "read", "shop/orders", "42"))
			if a.status != want || path != pdp.PathExplain && a.code() != c.code {
				t.Errorf("%q at %s about the shop: %d %s, want %d %s", token, path, a.status, a.body, want, c.code)
			}
			challenged(t, token+" at "+path, a)
			if path == pdp.PathExplain {
				continue
			}
			if a := d.post(path, token, ask("user", ada, "read", "bank/accounts", "1")); a.status != c.bank {
				t.Errorf("%q at %s about the bank: %d %s, want %d", token, path, a.status, a.body, c.bank)
			}
		}
	}
}

// challenged holds RFC 6750 section 3: a refusal says which scheme would do, and no
// other answer does.
func challenged(t *testing.T, who string, a answered) {
	t.Helper()
	challenge := a.header.Get("WWW-Authenticate")
	refused := a.status == http.StatusUnauthorized || a.status == http.StatusForbidden
	if strings.HasPrefix(challenge, `Bearer realm="gatehouse"`) != refused {
		t.Errorf("%s: %d with the challenge %q", who, a.status, challenge)
	}
	want := map[string]string{"caller.forbidden": "insufficient_scope", "caller.proof": "insufficient_user_authentication"}[a.code()]
	if want != "" && !strings.Contains(challenge, `error="`+want+`"`) {
		t.Errorf("%s: the challenge is %q, want %s in it", who, challenge, want)
	}
	if a.code() == "caller.proof" && !strings.Contains(challenge, `acr_values="aal2", max_age="3600"`) {
		t.Errorf("%s: the challenge is %q", who, challenge)
	}
}

func TestCredentialComesOnceAndInTheHeader(t *testing.T) {
	t.Parallel()
	d := newPoint(t, shop())
	request := func(query string, headers ...string) answered {
		r := httptest.NewRequest(http.MethodPost, issuer+pdp.PathEvaluation+query, strings.NewReader(ask("user", ada, "read", "shop/orders", "42")))
		r.Header.Set("Content-Type", "application/json")
		r.Header["Authorization"] = headers
		return d.do(r)
	}
	for name, c := range map[string]struct {
		a      answered
		status int
		bearer string
	}{
		"as it should":            {request("", "Bearer decider"), 200, ""},
		"in small letters":        {request("", "bearer decider"), 200, ""},
		"in the query":            {request("?access_token=decider"), 400, "invalid_request"},
		"in the query too":        {request("?access_token=decider", "Bearer decider"), 400, "invalid_request"},
		"two headers":             {request("", "Bearer decider", "Bearer decider"), 400, "invalid_request"},
		"two tokens":              {request("", "Bearer decider, Bearer shop"), 400, "invalid_request"},
		"no token":                {request("", "Bearer "), 400, "invalid_request"},
		"of another scheme":       {request("", "Basic ZGVjaWRlcjpzZWNyZXQ="), 401, ""},
		"none":                    {request(""), 401, ""},
		"one that does not exist": {request("", "Bearer nobody"), 401, "invalid_token"},
	} {
		challenge := c.a.header.Get("WWW-Authenticate")
		if c.a.status != c.status || c.bearer != "" && !strings.Contains(challenge, `error="`+c.bearer+`"`) || c.status == 401 && c.bearer == "" && strings.Contains(challenge, "error") {
			t.Errorf("%s: %d, %s, want %d %s", name, c.a.status, challenge, c.status, c.bearer)
		}
	}
}

// A right that is lost is gone with the next version of the policy, whatever the token
// still says.
func TestLostRightIsRefusedByTheNextPolicy(t *testing.T) {
	t.Parallel()
	p := shop()
	d := newPoint(t, p)
	good := ask("user", ada, "read", "shop/orders", "42")
	if a := d.post(pdp.PathEvaluation, "decider", good); a.status != http.StatusOK {
		t.Fatalf("before: %d", a.status)
	}
	without := withOurs(p)
	without.Grants = without.Grants[:len(without.Grants)-1]
	without.APIs[0].Servers, without.Version = nil, 8
	d.policy.Snapshot = access.Compile(without)
	for _, token := range []string{"decider", "shop"} {
		for _, path := range paths {
			if a := d.post(path, token, good); a.status != http.StatusForbidden {
				t.Errorf("%s at %s: %d %s", token, path, a.status, a.body)
			}
		}
	}
}

// T15: whoever guesses has to wait; whoever is known does not, behind the same address.
func TestBadCredentialsAreBounded(t *testing.T) {
	t.Parallel()
	d := newPoint(t, shop())
	good := ask("user", ada, "read", "shop/orders", "42")
	last := 0
	for i := range 1000 {
		if last = d.post(pdp.PathEvaluation, fmt.Sprint("guess", i), good).status; last == http.StatusTooManyRequests {
			break
		}
	}
	if last != http.StatusTooManyRequests {
		t.Fatalf("after a thousand guesses the answer is %d", last)
	}
	for name, token := range map[string]string{"token": "decider", "key": keysOf["ops"].text} {
		if a := d.post(pdp.PathEvaluation, token, good); a.status != http.StatusOK {
			t.Errorf("a good %s from there: %d %s", name, a.status, a.body)
		}
	}
	guessed, _ := access.KeyCodec{Key: make([]byte, 32)}.Mint(keysOf["ops"].id)
	if a := d.post(pdp.PathEvaluation, guessed, good); a.status != http.StatusTooManyRequests {
		t.Errorf("a key that is guessed from there: %d %s", a.status, a.body)
	}
	// A key that was ours is no guess, and has a bound of its own.
	for name, of := range map[string]string{"locked": "held", "disabled": "retired"} {
		for range 1000 {
			if a := d.post(pdp.PathEvaluation, keysOf[of].text, good); a.status != http.StatusUnauthorized {
				t.Fatalf("a key that is %s: %d %s", name, a.status, a.body)
			}
		}
	}
	for i := range 1000 {
		last = d.post(pdp.PathEvaluation, keysOf["unknown"].text, good).status
		if i == 0 && last != http.StatusUnauthorized {
			t.Fatalf("a key that is over is answered %d", last)
		}
	}
	if last != http.StatusTooManyRequests {
		t.Errorf("after a thousand attempts with a key that is over the answer is %d", last)
	}
	if a := d.post(pdp.PathEvaluation, keysOf["ops"].text, good); a.status != http.StatusOK {
		t.Errorf("another key afterwards: %d %s", a.status, a.body)
	}
}

func TestShortNamesAreForWhoServesOneAPI(t *testing.T) {
	t.Parallel()
	d := newPoint(t, shop())
	if yes, _ := d.post(pdp.PathEvaluation, "shop", ask("user", ada, "read", "orders", "42")).decided(t); !yes {
		t.Error("the shop's server may not say orders for shop/orders")
	}
	if got, _ := d.post(pdp.PathSearchAction, "shop", ask("user", ada, "", "orders", "42")).results(t); len(got) != 3 {
		t.Errorf("by its short name the actions are %v", got)
	}
}
