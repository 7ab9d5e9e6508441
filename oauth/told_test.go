package oauth_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"gatehouse/audit"
	"gatehouse/fault"
	"gatehouse/id"
	"gatehouse/oauth"
)

// known is a person of whom something is kept.
type known map[string]any

func (k known) Claims(_ context.Context, _ id.User, scopes, extra []string) (map[string]any, bool, error) {
	claims := map[string]any{}
	for name, value := range k {
		if slices.Contains(extra, name) || name == "email" && slices.Contains(scopes, "email") {
			claims[name] = value
		}
	}
	return claims, true, nil
}

// idTokenOf is the payload of the ID token that a client gets which is told so.
func idTokenOf(t *testing.T, g *granting, told oauth.Told) map[string]any {
	t.Helper()
	c := *g.client
	c.Told = told
	g.client = &c
	tokens := must(g.redeem(t.Context(), must(g.code(t.Context()))(t)))(t)
	return payloadOf(t, tokens.ID)
}

func payloadOf(t *testing.T, token string) map[string]any {
	t.Helper()
	claims := map[string]any{}
	payload, err := base64.RawURLEncoding.DecodeString(strings.Split(token, ".")[1])
	if err != nil || json.Unmarshal(payload, &claims) != nil {
		t.Fatalf("%q is no token: %v", token, err)
	}
	return claims
}

// protocol are the claims of an ID token that say what it is.
var protocol = []string{"iss", "sub", "aud", "exp", "iat", "auth_time", "nonce", "acr", "amr", "sid", "at_hash"}

func TestAClientIsToldOfRolesAndGroupsAsItWants(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		told oauth.Told
		want string
	}{
		"nothing":                   {oauth.Told{}, `{}`},
		"a list":                    {oauth.Told{Groups: oauth.Listing{Claim: "groups"}}, `{"groups":["board","desk"]}`},
		"text":                      {oauth.Told{Groups: oauth.Listing{Claim: "groups", Format: oauth.FormatString}}, `{"groups":"board desk"}`},
		"an object":                 {oauth.Told{Roles: oauth.Listing{Claim: "https://app.example/roles", Format: oauth.FormatObject}}, `{"https://app.example/roles":{"customer":true,"support":true}}`},
		"nested":                    {oauth.Told{Roles: oauth.Listing{Claim: "realm_access.roles"}, Groups: oauth.Listing{Claim: "realm_access.groups"}}, `{"realm_access":{"roles":["customer","support"],"groups":["board","desk"]}}`},
		"with something in front":   {oauth.Told{Roles: oauth.Listing{Claim: "roles", Prefix: "ROLE_"}}, `{"roles":["ROLE_customer","ROLE_support"]}`},
		"some of them":              {oauth.Told{Roles: oauth.Listing{Claim: "roles", Only: []string{"s*t", "x*"}}, Groups: oauth.Listing{Claim: "groups", Only: []string{"board"}}}, `{"roles":["support"],"groups":["board"]}`},
		"those of Gatehouse itself": {oauth.Told{Roles: oauth.Listing{Claim: "roles", Only: []string{"gatehouse/*"}}}, `{"roles":["gatehouse/auditor"]}`},
		"none of them":              {oauth.Told{Roles: oauth.Listing{Claim: "roles", Only: []string{"x*"}}, Groups: oauth.Listing{Claim: "groups", Format: oauth.FormatString, Only: []string{"x"}}}, `{"roles":[],"groups":""}`},
		"mapped": {oauth.Told{Claims: []string{
			"department=claims.department", "shop.tier=const:gold", "shop.level=const:3", "shop.new=const:true", `shop.word=const:"true"`,
			"is_admin=role:support", "is_customer=role:buyer", "on_board=group:board", "part=role:partly", "missing=claims.nickname",
		}}, `{"department":"sales","shop":{"tier":"gold","level":3,"new":true,"word":"true"},"is_admin":true,"is_customer":false,"on_board":true,"part":false}`},
		"what the scopes do not give":  {oauth.Told{Claims: []string{"login=claims.email", "upn=claims.preferred_username"}}, `{}`},
		"a name of the standard's own": {oauth.Told{Claims: []string{"preferred_username=claims.department"}}, `{"preferred_username":"sales"}`},
	} {
		g := newGranting(t)
		g.People = known{"department": "sales", "email": "ada@example.test", "preferred_username": "ada"}
		g.has.now = oauth.Assignments{Roles: has("customer", "gatehouse/auditor", "support"), Partly: has("partly"), Groups: has("board", "desk")}
		g.has.known = []string{"support", "buyer", "board", "partly"}
		shown := *g.client
		shown.Told = c.told
		if _, err := g.UpdateClient(t.Context(), audit.Actor{}, shown); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		g = newGranting(t) // whose client has not just been changed
		g.People, g.has.now = known{"department": "sales", "email": "ada@example.test", "preferred_username": "ada"}, oauth.Assignments{
			Roles: has("customer", "gatehouse/auditor", "support"), Partly: has("partly"), Groups: has("board", "desk"),
		}
		got := idTokenOf(t, g, c.told)
		for _, claim := range protocol {
			delete(got, claim)
		}
		var want map[string]any
		if err := json.Unmarshal([]byte(c.want), &want); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: the ID token tells (-want +got):\n%s", name, diff)
		}
		info, err := g.TellUserinfo(t.Context(), g.client, &oauth.AccessClaims{Subject: "usr_ada", ClientID: "web", Scope: "openid", ACR: "aal1", AuthTime: 1}, time.Now())
		if err != nil {
			t.Fatal(err)
		}
		text, err := json.Marshal(info)
		if err != nil {
			t.Fatal(err)
		}
		got = map[string]any{}
		if err := json.Unmarshal(text, &got); err != nil {
			t.Fatal(err)
		}
		if len(got)+len(want) > 0 {
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s: userinfo tells (-want +got):\n%s", name, diff)
			}
		}
	}
}

// What tokens mean something by cannot be told otherwise, in whichever case it is written.
func TestNothingThatIsToldTakesTheNameOfAnotherClaim(t *testing.T) {
	t.Parallel()
	reserved := slices.Concat(protocol, []string{
		"azp", "c_hash", "s_hash", "nbf", "jti", "scope", "client_id", "pv", "permissions", "permissions_own", "permissions_filtered", "azn", "uic", "active", "token_type",
		"cnf", "act", "may_act", "events", "_claim_names", "_claim_sources",
	})
	refused := func(told oauth.Told) bool {
		g := newGranting(t)
		g.has.known = []string{"support"}
		c := *g.client
		c.Told = told
		_, err := g.UpdateClient(t.Context(), audit.Actor{}, c)
		return fault.CodeOf(err) == "client.invalid"
	}
	for _, claim := range reserved {
		for _, name := range []string{claim, strings.ToUpper(claim), strings.ToUpper(claim[:1]) + claim[1:], claim + ".x"} {
			if !refused(oauth.Told{Claims: []string{name + "=const:x"}}) {
				t.Errorf("%s can be mapped", name)
			}
			if !refused(oauth.Told{Roles: oauth.Listing{Claim: name}}) || !refused(oauth.Told{Groups: oauth.Listing{Claim: name}}) {
				t.Errorf("roles or groups can be told as %s", name)
			}
		}
	}
	for name, told := range map[string]oauth.Told{
		"roles by mapping":              {Claims: []string{"roles=const:administrator"}},
		"groups by mapping":             {Claims: []string{"Groups=claims.department"}},
		"an address of one's own":       {Claims: []string{"email=const:root@example.test"}},
		"a proof of an address":         {Claims: []string{"email_verified=const:true"}},
		"a standard claim as an object": {Claims: []string{"name.first=const:x"}},
		"a standard claim in capitals":  {Claims: []string{"NAME=const:x"}},
		"roles as a standard claim":     {Roles: oauth.Listing{Claim: "email"}},
		"a letter that folds to s":      {Claims: []string{"\u017fub=const:x"}},
		"twice":                         {Claims: []string{"a=const:x", "a=const:y"}},
		"twice but for the case":        {Claims: []string{"a=const:x", "A=const:y"}},
		"in one another":                {Claims: []string{"a.b=const:x", "a=const:y"}},
		"in the roles":                  {Roles: oauth.Listing{Claim: "realm.roles"}, Claims: []string{"realm.roles.x=const:y"}},
		"roles and groups as one":       {Roles: oauth.Listing{Claim: "roles"}, Groups: oauth.Listing{Claim: "roles"}},
		"no name":                       {Claims: []string{"=const:x"}},
		"no source":                     {Claims: []string{"a"}},
		"an empty source":               {Claims: []string{"a="}},
		"an unknown source":             {Claims: []string{"a=env:PATH"}},
		"no claim":                      {Claims: []string{"a=claims."}},
		"no role":                       {Claims: []string{"a=role:"}},
		"a role that there is not":      {Claims: []string{"a=role:suport"}},
		"a group that there is not":     {Claims: []string{"a=group:desk"}},
		"an object":                     {Claims: []string{`a=const:{"b":1}`}},
		"an empty constant":             {Claims: []string{"a=const:"}},
		"a constant that turns text":    {Claims: []string{"a=const:\u202etxet"}},
		"an empty member":               {Claims: []string{"a..b=const:x"}},
		"too deep":                      {Claims: []string{"a.b.c.d.e=const:x"}},
		"a space":                       {Claims: []string{"a b=const:x"}},
		"a very long name":              {Claims: []string{strings.Repeat("a", 129) + "=const:x"}},
		"a very long source":            {Claims: []string{"a=const:" + strings.Repeat("x", 600)}},
		"too many":                      {Claims: manyClaims(21)},
		"a form that there is not":      {Roles: oauth.Listing{Claim: "roles", Format: "csv"}},
		"a form for nothing":            {Roles: oauth.Listing{Format: oauth.FormatList}},
		"a space in text":               {Roles: oauth.Listing{Claim: "roles", Format: oauth.FormatString, Prefix: "a b"}},
		"a prefix that moves cursors":   {Roles: oauth.Listing{Claim: "roles", Prefix: "\x1b[2J"}},
	} {
		if !refused(told) {
			t.Errorf("%s: %+v is taken", name, told)
		}
	}
}

func manyClaims(n int) []string {
	var all []string
	for i := range n {
		all = append(all, fmt.Sprintf("claim_%d=const:x", i))
	}
	return all
}

// FuzzNoMappingChangesWhatATokenMeans looks for a mapping that changes what a token
// means, for readers too who look past the case of names.
func FuzzNoMappingChangesWhatATokenMeans(f *testing.F) {
	for _, seed := range []string{"a=const:b", "sub=const:b", "SUB=const:x", "a.b=role:support", "ſub=const:x", "iss.x=const:1", `"sub"=const:1`, "sub\x00=const:1", "https://a/sub=const:1"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, mapping string) {
		// Even one that is refused when it is written: it is looked at again here.
		g := newGranting(t)
		g.People, g.has.now = known{"department": "sales"}, oauth.Assignments{Roles: has("support")}
		got := idTokenOf(t, g, oauth.Told{Claims: []string{mapping}})
		for name := range got {
			for _, claim := range protocol {
				if name != claim && strings.EqualFold(name, claim) {
					t.Errorf("%q brings %q beside %s", mapping, name, claim)
				}
			}
		}
		if got["sub"] != "usr_ada" || got["iss"] != "https://id.example.test" || got["aud"] != string(g.client.ID) || got["acr"] != "aal1" || got["sid"] != "ses_1" {
			t.Errorf("%q makes %v", mapping, got)
		}
	})
}

// What is told is bounded: of what is too large nothing is told, and the rest is.
func TestWhatIsTooLargeIsNotToldAtAll(t *testing.T) {
	t.Parallel()
	var most, more []oauth.Assignment
	for i := range oauth.MaxListed + 1 {
		h := oauth.Assignment{ID: fmt.Sprintf("r%d", i)}
		if more = append(more, h); i < oauth.MaxListed {
			most = append(most, h)
		}
	}
	long := []oauth.Assignment{}
	for i := range 20 {
		long = append(long, oauth.Assignment{ID: fmt.Sprintf("%d%s", i, strings.Repeat("x", 110))})
	}
	for name, c := range map[string]struct {
		groups []oauth.Assignment
		told   bool
	}{"as many as may be": {most, true}, "one more": {more, false}, "few that are long": {long, false}} {
		g := newGranting(t)
		g.has.now = oauth.Assignments{Groups: c.groups, Roles: has("support")}
		got := idTokenOf(t, g, oauth.Told{Groups: oauth.Listing{Claim: "groups"}, Roles: oauth.Listing{Claim: "roles"}})
		if _, told := got["groups"]; told != c.told || got["roles"] == nil {
			t.Errorf("%s: told %v, want %v; beside %v", name, told, c.told, got["roles"])
		}
	}
	g := newGranting(t)
	g.People = known{"bio": strings.Repeat("x", 1500), "cv": strings.Repeat("y", 1500), "short": "z"}
	got := idTokenOf(t, g, oauth.Told{Claims: []string{"a=claims.bio", "b=claims.cv", "c=claims.short"}})
	if got["a"] == nil || got["b"] != nil {
		t.Errorf("of mapped claims there are %v", slices.Sorted(maps.Keys(got)))
	}
}

// An ID token that tells of a role or a group is over when that is; one that does not is
// not, and what lasts for less than a second is not told of.
func TestAnIDTokenEndsWithWhatItTellsOf(t *testing.T) {
	t.Parallel()
	in := func(d time.Duration) oauth.Assignments {
		return oauth.Assignments{Roles: []oauth.Assignment{{ID: "support", Until: time.Now().Add(d)}, {ID: "customer"}}, Groups: has("desk")}
	}
	for name, c := range map[string]struct {
		told  oauth.Told
		after time.Duration
		lives float64
	}{
		"told of the role":         {oauth.Told{Roles: oauth.Listing{Claim: "roles"}}, 90 * time.Second, 90},
		"told of another":          {oauth.Told{Roles: oauth.Listing{Claim: "roles", Only: []string{"customer"}}}, 90 * time.Second, 300},
		"told of groups":           {oauth.Told{Groups: oauth.Listing{Claim: "groups"}}, 90 * time.Second, 300},
		"told whether":             {oauth.Told{Claims: []string{"is_support=role:support"}}, 90 * time.Second, 90},
		"told whether, of another": {oauth.Told{Claims: []string{"is_root=role:root"}}, 90 * time.Second, 300},
		"it is over":               {oauth.Told{Roles: oauth.Listing{Claim: "roles"}, Claims: []string{"is_support=role:support"}}, 900 * time.Millisecond, 300},
		"it lasts":                 {oauth.Told{Roles: oauth.Listing{Claim: "roles"}}, time.Hour, 300},
	} {
		synctest.Test(t, func(t *testing.T) {
			g := newGranting(t)
			g.has.now = in(c.after)
			got := idTokenOf(t, g, c.told)
			if lives := got["exp"].(float64) - got["iat"].(float64); lives != c.lives {
				t.Errorf("%s: the ID token lives for %v s, want %v", name, lives, c.lives)
			}
			if name == "it is over" && (got["is_support"] != false || len(got["roles"].([]any)) != 1) {
				t.Errorf("%s: told %v", name, got)
			}
		})
	}
}

func TestRolesThatNobodyKnowsStopATokenThatTellsOfThem(t *testing.T) {
	t.Parallel()
	g := newGranting(t)
	c := *g.client
	c.Told.Roles.Claim = "roles"
	g.client = &c
	g.has.err = fault.New(fault.Unavailable, "policy.unknown", "Nobody knows.")
	_, err := g.code(t.Context())
	if fault.CodeOf(err) != "policy.unknown" {
		t.Errorf("a code: %v", err)
	}
	if _, err := g.TellUserinfo(t.Context(), g.client, &oauth.AccessClaims{Subject: "usr_ada", ClientID: "web", ACR: "aal1"}, time.Now()); !errors.Is(err, g.has.err) {
		t.Errorf("userinfo: %v", err)
	}
}
