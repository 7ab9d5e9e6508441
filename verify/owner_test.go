package verify

import (
	"fmt"
	"net/http"
	"testing"
)

// Whose order may be seen by whom.
func TestOwnerOrPermission(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	v := h.verifier()
	orders := map[string]string{"ada": "usr_ada", "bob": "usr_bob", "nobody": ""}
	handler := func(owner string) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if !Owner(r, owner) {
				Deny(w, r, "not the owner")
				return
			}
			fmt.Fprint(w, "an order")
		})
	}
	all := h.token(map[string]any{"permissions": []string{"shop/orders:read"}, "permissions_own": nil})
	own := h.token(map[string]any{"permissions": nil, "permissions_own": []string{"shop/orders:read"}})
	none := h.token(map[string]any{"permissions": nil, "permissions_own": nil})
	either, everywhere := v.RequirePermission("orders:read", OrOwn), v.RequirePermission("orders:read")
	for _, c := range []struct {
		name  string
		m     Middleware
		token string
		whose string
		want  int
	}{
		{"everybody's, her own", either, all, "ada", 200},
		{"everybody's, another's", either, all, "bob", 200},
		{"everybody's, nobody's", either, all, "nobody", 200},
		{"her own", either, own, "ada", 200},
		{"another's", either, own, "bob", 403},
		{"nobody's", either, own, "nobody", 403},
		{"without the permission, her own", either, none, "ada", 403},
		{"a route that is for everybody's alone", everywhere, own, "ada", 403},
		{"a route that asks for no permission, her own", v.RequireToken(), none, "ada", 200},
		{"a route that asks for no permission, another's", v.RequireToken(), all, "bob", 403},
		{"asked inside another middleware", func(n http.Handler) http.Handler { return either(v.RequireToken()(n)) }, own, "bob", 403},
		{"asked inside another middleware, her own", func(n http.Handler) http.Handler { return either(v.RequireToken()(n)) }, own, "ada", 200},
		{"two rules, the inner narrower", func(n http.Handler) http.Handler {
			return everywhere(v.RequirePermission("orders:write", OrOwn)(n))
		}, h.token(), "bob", 403},
	} {
		if w := call1(c.m, handler(orders[c.whose]), get(c.token)); w.Code != c.want {
			t.Errorf("%s: %d %s, want %d", c.name, w.Code, w.Body, c.want)
		}
	}
	if Owner(get(all), "usr_ada") {
		t.Error("a request that no middleware saw has an owner")
	}
	if _, only := OnlyOwn(get(all)); !only {
		t.Error("a request that no middleware saw may list everything")
	}
}

// A handler that forgets to ask shows nothing to who may see only what is their own.
func TestTheQuestionWhoseItIsCannotBeForgotten(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	v := h.verifier()
	own := h.token(map[string]any{"permissions": nil, "permissions_own": []string{"shop/orders:read"}})
	all := h.token()
	secret := func(w http.ResponseWriter) { _, _ = w.Write([]byte("another's order")) }
	for name, c := range map[string]struct {
		handler  http.HandlerFunc
		own, all int
	}{
		"forgotten":                {func(w http.ResponseWriter, _ *http.Request) { secret(w) }, 500, 200},
		"forgotten, with a status": {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(201); secret(w) }, 500, 201},
		"forgotten, nothing said":  {func(http.ResponseWriter, *http.Request) {}, 500, 200},
		"flushed":                  {func(w http.ResponseWriter, _ *http.Request) { _ = http.NewResponseController(w).Flush(); secret(w) }, 500, 200},
		"asked too late":           {func(w http.ResponseWriter, r *http.Request) { secret(w); Owner(r, "usr_ada") }, 500, 200},
		"not there":                {func(w http.ResponseWriter, r *http.Request) { http.NotFound(w, r) }, 404, 404},
		"asked":                    {func(w http.ResponseWriter, r *http.Request) { Owner(r, "usr_ada"); w.WriteHeader(202) }, 202, 202},
		"a list": {func(w http.ResponseWriter, r *http.Request) {
			if owner, only := OnlyOwn(r); only && owner != "usr_ada" {
				secret(w)
			}
		}, 200, 200},
	} {
		for token, want := range map[string]int{own: c.own, all: c.all} {
			w := call1(v.RequirePermission("orders:read", OrOwn), c.handler, get(token))
			if w.Code != want || want == 500 && w.Body.String() != "Internal Server Error\n" {
				t.Errorf("%s: %d %s, want %d", name, w.Code, w.Body, want)
			}
		}
	}
	w := call1(v.RequirePermission("orders:read", OrOwn), http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		OnlyOwn(r)
		if err := http.NewResponseController(w).Flush(); err != nil {
			t.Errorf("a handler that asked may stream: %v", err)
		}
	}), get(own))
	if !w.Flushed {
		t.Error("not flushed")
	}
}
