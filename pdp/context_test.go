package pdp_test

import (
	"testing"

	"gatehouse/access"
	"gatehouse/pdp"
)

// What a program knows of the call counts by the names that its token has: each of
// these members changes the decision, and none of them does under another name.
func TestContextSaysWhatTheTokenOfTheCallSays(t *testing.T) {
	t.Parallel()
	p := shop()
	p.APIs[1].Delegation = access.ByScope
	p.Scopes = []access.Scope{{Name: "bank.look", Patterns: []access.Pattern{{API: "bank", Resource: "accounts", Action: "read"}}}}
	p.Locks = []access.Lock{{On: access.LockTarget{Kind: access.LockSession, ID: "ses_held"}}, {On: access.LockTarget{Kind: access.LockClient, ID: "held"}}}
	acme := access.Subject{Kind: access.Organisation, ID: "acme"}
	p.Memberships = []access.Membership{{Member: user(bob), Of: acme}}
	p.Grants = append(p.Grants,
		allow("gra_acme", user(bob), "shop/stock:read", func(g *access.Grant) { g.Org = "acme" }),
		allow("gra_path", user(bob), "shop/orders:delete", func(g *access.Grant) {
			g.Where = access.Where{Place: access.Condition, Expression: `request.path.startsWith("/mine/") && request.ip == "192.0.2.7"`}
		}),
	)
	d := newPoint(t, p)
	for name, c := range map[string]struct {
		body string
		yes  bool
		why  string
	}{
		"a session":                   {ask("user", ada, "read", "shop/orders", "1", `,"context":{"sid":"ses_good"}`), true, "granted"},
		"a session that is locked":    {ask("user", ada, "read", "shop/orders", "1", `,"context":{"sid":"ses_held"}`), false, "locked"},
		"another word for a session":  {ask("user", ada, "read", "shop/orders", "1", `,"context":{"session":"ses_held"}`), true, "granted"},
		"a client that is locked":     {ask("user", ada, "read", "shop/orders", "1", `,"context":{"client_id":"held"}`), false, "locked"},
		"a token of too little":       {ask("user", ada, "read", "bank/accounts", "1", `,"context":{"scope":"openid"}`), false, "insufficient_scope"},
		"a token of no scope":         {ask("user", ada, "read", "bank/accounts", "1", `,"context":{"scope":""}`), false, "insufficient_scope"},
		"a token of enough":           {ask("user", ada, "read", "bank/accounts", "1", `,"context":{"scope":"openid bank.look"}`), true, "granted"},
		"no token":                    {ask("user", ada, "read", "bank/accounts", "1"), true, "granted"},
		"within an organisation":      {ask("user", bob, "read", "shop/stock", "1", `,"context":{"org":"acme"}`), true, "granted"},
		"within another":              {ask("user", bob, "read", "shop/stock", "1", `,"context":{"org":"evil"}`), false, "no_grant"},
		"within none":                 {ask("user", bob, "read", "shop/stock", "1"), false, "no_grant"},
		"from there, to this":         {ask("user", bob, "delete", "shop/orders", "1", `,"context":{"request":{"path":"/mine/1","ip":"192.0.2.7"}}`), true, "granted"},
		"from elsewhere":              {ask("user", bob, "delete", "shop/orders", "1", `,"context":{"request":{"path":"/mine/1","ip":"192.0.2.8"}}`), false, "no_grant"},
		"from there, beside request":  {ask("user", bob, "delete", "shop/orders", "1", `,"context":{"path":"/mine/1","ip":"192.0.2.7"}`), false, "no_grant"},
		"attributes that are claimed": {`{"subject":{"type":"user","id":"usr_bob","properties":{"role":"admin","org":"acme"}},"action":{"name":"read","properties":{"org":"acme"}},"resource":{"type":"shop/stock","id":"1"}}`, false, "no_grant"},
	} {
		yes, context := d.post(pdp.PathEvaluation, "decider", c.body).decided(t)
		if yes != c.yes || context["reason"] != c.why {
			t.Errorf("%s: %t %v, want %t %s", name, yes, context, c.yes, c.why)
		}
	}
}
