package caller_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"gatehouse/access"
	"gatehouse/caller"
	"gatehouse/fault"
)

// At an API that goes by scopes a token is good for what its scopes are bound to, be it of
// a person or of a program; a key has no scopes and is good for all that its holder may do.
func TestATokenIsGoodAtAnAPIForWhatItsScopesAreFor(t *testing.T) {
	t.Parallel()
	read := access.Pattern{API: "shop", Resource: "orders", Action: "read"}
	for name, c := range map[string]struct {
		delegation access.Delegation
		credential string
		scope      string
		may        bool
	}{
		"with the scope":               {access.ByScope, "token", "openid shop.read", true},
		"with another scope":           {access.ByScope, "token", "shop.write", false},
		"with none":                    {access.ByScope, "token", "", false},
		"at one that goes by audience": {access.ByAudience, "token", "", true},
		"with a key":                   {access.ByScope, access.KeyPrefix + "x", "", true},
	} {
		for who, subject := range map[string]string{"a person": "usr_ada", "a program": "web"} {
			s := newScene()
			s.token.Claims.Subject, s.token.Claims.Audience, s.token.Claims.Scope = subject, []string{"https://shop.test"}, c.scope
			s.policy.APIs = []access.API{{ID: "shop", Audience: "https://shop.test", Delegation: c.delegation, Permissions: []access.Permission{{Resource: "orders", Action: "read"}, {Resource: "orders", Action: "write"}}}}
			s.policy.Scopes = []access.Scope{
				{Name: "shop.read", API: "shop", Patterns: []access.Pattern{read}},
				{Name: "shop.write", API: "shop", Patterns: []access.Pattern{{API: "shop", Resource: "orders", Action: "write"}}},
			}
			for _, holder := range []access.Subject{{Kind: access.User, ID: "usr_ada"}, {Kind: access.Client, ID: "web"}, {Kind: access.ServiceAccount, ID: "ops"}} {
				s.policy.Grants = append(s.policy.Grants, access.Grant{Subject: holder, Effect: access.Allow, Permission: read, Where: access.Where{Place: access.Everywhere}})
			}
			r := httptest.NewRequest(http.MethodGet, "https://shop.test/orders", nil)
			r.Header.Set("Authorization", "Bearer "+c.credential)
			found, err := s.desk().AuthenticateFor(r, "shop")
			if err != nil {
				t.Fatalf("%s, %s: %v", who, name, err)
			}
			d, err := found.Decide(caller.Asked{Permission: "shop/orders:read"})
			if err != nil || (d.Outcome == access.Allowed) != c.may {
				t.Errorf("%s, %s: %+v, %v", who, name, d, err)
			}
			if no := found.Refusal("shop/orders:read", d); !c.may && !fault.Is(no, fault.Forbidden) {
				t.Errorf("%s, %s, is refused by %v", who, name, no)
			} else if !c.may {
				challenge := httptest.NewRecorder().Header()
				caller.SetChallenge(challenge, no)
				if text := no.Error(); !strings.Contains(text, "the scope shop.read.") || !strings.HasSuffix(challenge.Get("WWW-Authenticate"), `, scope="shop.read"`) {
					t.Errorf("%s, %s, is told %q, %v", who, name, text, challenge)
				}
			}
		}
	}
}
