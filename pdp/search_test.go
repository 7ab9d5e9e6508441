package pdp_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"gatehouse/access"
	"gatehouse/pdp"
	"gatehouse/secret"
)

// results are what a search found: ids, or names of actions.
func (a answered) results(t testing.TB) (all []string, next string) {
	t.Helper()
	var body struct {
		Page struct {
			Next  *string `json:"next_token"`
			Count int
		}
		Results []struct{ Type, ID, Name string }
	}
	if err := json.Unmarshal([]byte(a.body), &body); err != nil || a.status != http.StatusOK || body.Results == nil || body.Page.Next == nil {
		t.Fatalf("no results but %d %s", a.status, a.body)
	}
	if body.Page.Count != len(body.Results) {
		t.Errorf("count is %d of %d", body.Page.Count, len(body.Results))
	}
	for _, one := range body.Results {
		all = append(all, one.ID+one.Name)
	}
	return all, *body.Page.Next
}

func TestSearchesFindWhatIsAllowed(t *testing.T) {
	t.Parallel()
	p := shop()
	p.Memberships = []access.Membership{{Member: user("usr_cat"), Of: access.Subject{Kind: access.Group, ID: "desk"}}}
	p.Grants = append(p.Grants,
		allow("gra_desk", access.Subject{Kind: access.Group, ID: "desk"}, "shop/orders:read"),
		allow("gra_off", user("usr_off"), "shop/orders:read"),
		allow("gra_more", user(bob), "shop/orders:write", onlyOn("17", "42", "99")),
		allow("gra_no", user(bob), "shop/orders:write", onlyOn("99"), func(g *access.Grant) { g.Effect = access.Deny }),
		allow("gra_robot", client("robot"), "shop/stock:read", onlyOn("s1")),
	)
	d := newPoint(t, p)
	for name, c := range map[string]struct{ path, body, want string }{
		"subjects, a group's too":      {pdp.PathSearchSubject, `{"subject":{"type":"user"},"action":{"name":"read"},"resource":{"type":"shop/orders","id":"42"}}`, "usr_ada usr_cat"},
		"subjects, by what is told":    {pdp.PathSearchSubject, `{"subject":{"type":"user"},"action":{"name":"read"},"resource":{"type":"shop/orders","id":"42","properties":{"owner_id":"usr_bob"}}}`, "usr_ada usr_bob usr_cat"},
		"subjects, whoever is named":   {pdp.PathSearchSubject, `{"subject":{"type":"user","id":"nonsense"},"action":{"name":"read"},"resource":{"type":"shop/orders","id":"42"}}`, "usr_ada usr_cat"},
		"subjects that must prove":     {pdp.PathSearchSubject, `{"subject":{"type":"user"},"action":{"name":"refund"},"resource":{"type":"shop/orders","id":"42"}}`, ""},
		"subjects that have proved":    {pdp.PathSearchSubject, `{"subject":{"type":"user"},"action":{"name":"refund"},"resource":{"type":"shop/orders","id":"42"},"context":{"acr":"aal2","auth_time":` + fmt.Sprint(time.Now().Unix()) + `}}`, "usr_ada"},
		"clients":                      {pdp.PathSearchSubject, `{"subject":{"type":"client"},"action":{"name":"read"},"resource":{"type":"shop/stock","id":"s1"}}`, "robot"},
		"services":                     {pdp.PathSearchSubject, `{"subject":{"type":"service"},"action":{"name":"read"},"resource":{"type":"shop/orders","id":"42"}}`, ""},
		"resources that are named":     {pdp.PathSearchResource, `{"subject":{"type":"user","id":"usr_bob"},"action":{"name":"write"},"resource":{"type":"shop/orders"}}`, "17 41 42"},
		"resources, whatever is named": {pdp.PathSearchResource, `{"subject":{"type":"user","id":"usr_bob"},"action":{"name":"write"},"resource":{"type":"shop/orders","id":"1"}}`, "17 41 42"},
		"resources of nobody":          {pdp.PathSearchResource, `{"subject":{"type":"user","id":"usr_nobody"},"action":{"name":"write"},"resource":{"type":"shop/orders"}}`, ""},
		"actions":                      {pdp.PathSearchAction, `{"subject":{"type":"user","id":"usr_ada"},"resource":{"type":"shop/orders","id":"42"}}`, "delete read write"},
		"actions on one's own":         {pdp.PathSearchAction, `{"subject":{"type":"user","id":"usr_bob"},"resource":{"type":"shop/orders","id":"42","properties":{"owner_id":"usr_bob"}}}`, "read write"},
		"actions, whatever is named":   {pdp.PathSearchAction, `{"subject":{"type":"user","id":"usr_bob"},"action":{"name":"nonsense"},"resource":{"type":"shop/orders","id":"41"}}`, "write"},
	} {
		got, next := d.post(c.path, "decider", c.body).results(t)
		if strings.Join(got, " ") != c.want || next != "" {
			t.Errorf("%s: %v and next %q, want %s", name, got, next, c.want)
		}
	}
	for name, c := range map[string]struct{ path, body, code string }{
		"no permission, subjects":  {pdp.PathSearchSubject, `{"subject":{"type":"service"},"action":{"name":"raed"},"resource":{"type":"shop/orders","id":"42"}}`, "permission.unknown"},
		"no permission, resources": {pdp.PathSearchResource, `{"subject":{"type":"user","id":"usr_bob"},"action":{"name":"raed"},"resource":{"type":"shop/orders"}}`, "permission.unknown"},
		"no resource, actions":     {pdp.PathSearchAction, `{"subject":{"type":"user","id":"usr_bob"},"resource":{"type":"shop/nothing","id":"1"}}`, "evaluation.unknown"},
		"no resource id":           {pdp.PathSearchSubject, `{"subject":{"type":"user"},"action":{"name":"read"},"resource":{"type":"shop/orders"}}`, "evaluation.invalid"},
		"no subject id":            {pdp.PathSearchResource, `{"subject":{"type":"user"},"action":{"name":"read"},"resource":{"type":"shop/orders"}}`, "evaluation.invalid"},
		"a limit below nothing":    {pdp.PathSearchAction, `{"subject":{"type":"user","id":"usr_bob"},"resource":{"type":"shop/orders","id":"1"},"page":{"limit":-1}}`, "evaluation.invalid"},
		"half a limit":             {pdp.PathSearchAction, `{"subject":{"type":"user","id":"usr_bob"},"resource":{"type":"shop/orders","id":"1"},"page":{"limit":1.5}}`, "evaluation.invalid"},
		"a token of our own":       {pdp.PathSearchAction, `{"subject":{"type":"user","id":"usr_bob"},"resource":{"type":"shop/orders","id":"1"},"page":{"token":"abc"}}`, "search.token"},
	} {
		if a := d.post(c.path, "decider", c.body); a.status != http.StatusBadRequest || a.code() != c.code {
			t.Errorf("%s: %d %s, want 400 %s", name, a.status, a.body, c.code)
		}
	}
}

// Which orders there are the shop knows and we do not: where somebody may read them
// all, an empty list must not look like none.
func TestResourcesThatNobodyCanListAreSpokenOf(t *testing.T) {
	t.Parallel()
	d := newPoint(t, shop())
	for name, c := range map[string]struct{ kind, who, action, want string }{
		"all of them":      {"user", ada, "read", "[any]"},
		"one's own":        {"user", bob, "read", "[own]"},
		"by a condition":   {"client", "robot", "read", "[cel]"},
		"those with an id": {"user", bob, "write", "<nil>"},
		"none":             {"user", bob, "delete", "<nil>"},
	} {
		a := d.post(pdp.PathSearchResource, "decider", fmt.Sprintf(`{"subject":{"type":%q,"id":%q},"action":{"name":%q},"resource":{"type":"shop/orders"}}`, c.kind, c.who, c.action))
		a.results(t)
		context, _ := a.json["context"].(map[string]any)
		if got := fmt.Sprint(context["unlisted"]); got != c.want {
			t.Errorf("%s: unlisted is %s, want %s", name, got, c.want)
		}
	}
}

func TestPagesOfASearchAreTheWholeOfIt(t *testing.T) {
	t.Parallel()
	p := shop()
	var want []string
	for i := range 25 {
		who := fmt.Sprintf("usr_many%02d", i)
		p.Grants = append(p.Grants, allow("gra_many", user(who), "shop/stock:read"))
		want = append(want, who)
	}
	d := newPoint(t, p)
	search := func(token, page, subject string) answered {
		return d.post(pdp.PathSearchSubject, token, `{"subject":{"type":"`+subject+`"},"action":{"name":"read"},"resource":{"type":"shop/stock","id":"1"},"page":`+page+`}`)
	}
	for _, limit := range []int{1, 7, 24, 25, 26, 5000} {
		got, next := search("decider", fmt.Sprintf(`{"limit":%d}`, limit), "user").results(t)
		for next != "" {
			var more []string
			if more, next = search("decider", `{"token":"`+next+`"}`, "user").results(t); len(more) > limit {
				t.Fatalf("a page of %d, want %d at most", len(more), limit)
			}
			got = append(got, more...)
		}
		if !slices.Equal(got, want) {
			t.Errorf("in pages of %d: %v", limit, got)
		}
	}
	if got, next := search("decider", `{"limit":0}`, "user").results(t); len(got) != 0 || next == "" {
		t.Errorf("a page of none has %v, and next %q", got, next)
	}
	_, next := search("decider", `{"limit":7}`, "user").results(t)
	if plain, err := secret.Decode(next); err != nil || bytes.Contains(plain, []byte("usr_")) || (len(plain)-44)%64 != 0 {
		t.Errorf("the token tells %q, %v", plain, err)
	}
	for name, a := range map[string]answered{
		"another subject": search("decider", `{"token":"`+next+`"}`, "client"),
		"another limit":   search("decider", `{"token":"`+next+`","limit":8}`, "user"),
		"another caller":  search("shop", `{"token":"`+next+`"}`, "user"),
		"another search":  d.post(pdp.PathSearchResource, "decider", `{"subject":{"type":"user","id":"usr_bob"},"action":{"name":"write"},"resource":{"type":"shop/orders"},"page":{"token":"`+next+`"}}`),
	} {
		if a.status != http.StatusBadRequest || a.code() != "search.token" {
			t.Errorf("the token for %s: %d %s", name, a.status, a.body)
		}
	}
}

// Authorization API 1.0 section 8.1: what a search finds, an evaluation of the same
// allows; and here nothing else.
func TestSearchesAgreeWithEvaluations(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	people, orders, actions := []string{"usr_a", "usr_b", "usr_c", "usr_d"}, []string{"1", "2", "3"}, []string{"read", "write", "delete", "refund"}
	for range 60 {
		p := shop()
		p.Grants = nil
		p.Principals = nil
		for i := range 12 {
			g := allow("gra_x", user(people[random.IntN(4)]), "shop/orders:"+actions[random.IntN(4)])
			switch random.IntN(4) {
			case 0:
				own(&g)
			case 1:
				onlyOn(orders[random.IntN(3)], orders[random.IntN(3)])(&g)
			case 2:
				g.Effect = []access.Effect{access.Allow, access.Deny}[i%2]
			}
			p.Grants = append(p.Grants, g)
		}
		d := newPoint(t, p)
		evaluated := func(who, action, order string) bool {
			yes, _ := d.post(pdp.PathEvaluation, "decider", ask("user", who, action, "shop/orders", order)).decided(t)
			return yes
		}
		for _, action := range actions {
			for _, order := range orders {
				found, _ := d.post(pdp.PathSearchSubject, "decider", ask("user", "", action, "shop/orders", order)).results(t)
				for _, who := range people {
					if yes := evaluated(who, action, order); yes != slices.Contains(found, who) {
						t.Fatalf("%s %s %s: allowed %t, found %v", who, action, order, yes, found)
					}
				}
			}
		}
		for _, who := range people {
			for _, order := range orders {
				found, _ := d.post(pdp.PathSearchAction, "decider", ask("user", who, "", "shop/orders", order)).results(t)
				for _, action := range actions {
					if yes := evaluated(who, action, order); yes != slices.Contains(found, action) {
						t.Fatalf("%s %s %s: allowed %t, found %v", who, action, order, yes, found)
					}
				}
			}
			for _, action := range actions {
				a := d.post(pdp.PathSearchResource, "decider", ask("user", who, action, "shop/orders", ""))
				found, _ := a.results(t)
				for _, order := range orders {
					yes := evaluated(who, action, order)
					if listed := slices.Contains(found, order); listed && !yes || yes && !listed && a.json["context"] == nil {
						t.Fatalf("%s %s %s: allowed %t, found %s", who, action, order, yes, a.body)
					}
				}
			}
		}
	}
}
