package verify

import (
	"net/http"
	"net/http/httptest"
	"testing"
)

// A list behind the gate shows what its filter lets through, and a handler that forgets to
// ask shows nothing.
func TestAListShowsWhatItsFilterLetsThrough(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	v := h.verifier(func(c *Config) { c.Gate = true })
	const mine = `{"op":"in","attribute":"owner_id","values":["usr_ada"]}`
	assertion := func(changes map[string]any) string {
		return h.sign(h.keys[0], typeAssertion, claims(map[string]any{"permissions": nil, "permissions_own": nil}, changes))
	}
	filtered := func(filter any) string {
		return assertion(map[string]any{"permissions_filtered": []string{"shop/orders:read"}, "filter": filter})
	}
	some := filtered(map[string]any{"op": "in", "attribute": "owner_id", "values": []string{"usr_ada"}})
	show := func(w http.ResponseWriter, r *http.Request) {
		text, err := Only(r).MarshalJSON()
		if err != nil {
			t.Error(err)
		}
		_, _ = w.Write(text)
	}
	narrowed := []Option{Filtered}
	for name, c := range map[string]struct {
		assertion string
		options   []Option
		handler   http.HandlerFunc
		want      int
		body      string
	}{
		"all":                         {assertion(map[string]any{"permissions": []string{"shop/orders:read"}}), narrowed, show, 200, `{"op":"all"}`},
		"some":                        {some, narrowed, show, 200, mine},
		"without a filter":            {filtered(nil), narrowed, show, 200, `{"op":"none"}`},
		"one that nobody understands": {filtered(map[string]any{"op": "not"}), narrowed, show, 401, ""},
		"of another permission":       {assertion(map[string]any{"permissions_filtered": []string{"shop/orders:write"}, "filter": map[string]any{"op": "all"}}), narrowed, show, 403, ""},
		"a route that takes none":     {some, nil, show, 403, ""},
		"for their own, not asked":    {assertion(map[string]any{"permissions_own": []string{"shop/orders:read"}}), narrowed, show, 403, ""},
		"for their own":               {assertion(map[string]any{"permissions_own": []string{"shop/orders:read"}}), []Option{Filtered, OrOwn}, show, 200, `{"op":"none"}`},
		"a handler that forgets":      {some, narrowed, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("all orders")) }, 500, ""},
		"and one for all":             {assertion(map[string]any{"permissions": []string{"shop/orders:read"}}), narrowed, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("all orders")) }, 200, "all orders"},
		"a handler that asks for the owner": {some, narrowed, func(w http.ResponseWriter, r *http.Request) {
			owner, only := OnlyOwn(r)
			if owner != "" || !only || Owner(r, "usr_ada") || Owner(r, "") {
				t.Errorf("%q %t", owner, only)
			}
			_, _ = w.Write([]byte("nothing"))
		}, 200, "nothing"},
	} {
		r := get("")
		r.Header["X-Gatehouse-Jwt"] = []string{c.assertion}
		w := httptest.NewRecorder()
		v.RequirePermission("orders:read", c.options...)(c.handler).ServeHTTP(w, r)
		if w.Code != c.want || c.body != "" && w.Body.String() != c.body {
			t.Errorf("%s: %d %s, want %d %s", name, w.Code, w.Body, c.want, c.body)
		}
	}
	if f := Only(get("")); f.Op != "none" {
		t.Errorf("without a middleware it is %+v", f)
	}
	// In an access token the claims mean nothing, whatever they are.
	token := h.token(map[string]any{"permissions": nil, "permissions_filtered": []string{"shop/orders:read"}, "filter": "x"})
	c, err := h.verifier().Verify(t.Context(), token)
	if err != nil || len(c.PermissionsFiltered) > 0 || c.Filter.Op != "" {
		t.Errorf("%+v %v", c, err)
	}
}
